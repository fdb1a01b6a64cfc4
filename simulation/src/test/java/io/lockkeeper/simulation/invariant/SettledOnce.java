package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.simulation.platform.Topic;
import java.util.HashMap;
import java.util.Map;

/// Order.
final class SettledOnce extends Invariant {

  private final Map<ReleaseId, Fact> published = new HashMap<>();

  SettledOnce(Truth truth) {
    super(truth, "exactly one RolloutSettled");
  }

  @Override
  public void written(Fact fact) {
    if (fact.event() instanceof RolloutSettled) {
      long times = truth.course(fact.release()).all(RolloutSettled.class).count();
      require(times == 1, "%s settled %s times", fact.release(), times);
    }
  }

  @Override
  public void published(Topic.Delivery delivery) {
    Fact fact = delivery.fact();
    if (fact.event() instanceof RolloutSettled) {
      Fact before = published.putIfAbsent(fact.release(), fact);
      require(
          before == null || before.id().equals(fact.id()),
          "%s settled as %s and as %s",
          fact.release(),
          before,
          fact);
    }
  }
}
