package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.platform.Topic;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.util.HashMap;
import java.util.Map;

/// Across releases.
final class TokensGrow extends Invariant {

  private record Holder(ReleaseId release, long token) {}

  private final Map<Lane, Holder> holders = new HashMap<>();

  TokensGrow(Truth truth) {
    super(truth, "tokens grow");
  }

  @Override
  public void published(Topic.Delivery delivery) {
    Fact fact = delivery.fact();
    if (!(fact.event() instanceof ReleaseCleared cleared) || isRepeat(delivery)) {
      return;
    }
    Holder before = holders.put(cleared.lane(), new Holder(fact.release(), cleared.token()));
    if (before == null) {
      return;
    }
    boolean same = before.release().equals(fact.release());
    require(
        same ? cleared.token() >= before.token() : cleared.token() > before.token(),
        "%s had token %s on %s, then %s got %s",
        before.release(),
        before.token(),
        cleared.lane(),
        fact.release(),
        cleared.token());
  }

  private boolean isRepeat(Topic.Delivery delivery) {
    return truth.topic().records(delivery.partition()).stream()
        .anyMatch(
            other ->
                other.offset() < delivery.offset()
                    && other.fact().id().equals(delivery.fact().id()));
  }

  @Override
  public void acted(TrafficTarget target, TrafficTarget.Effect effect) {
    truth
        .course(effect.release())
        .deployment()
        .ifPresent(
            started ->
                require(
                    effect.fence().token() == started.token(),
                    "%s acts with token %s and was cleared with %s",
                    effect.key(),
                    effect.fence().token(),
                    started.token()));
  }
}
