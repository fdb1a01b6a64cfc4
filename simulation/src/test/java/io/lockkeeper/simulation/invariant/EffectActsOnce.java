package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RollbackStepCompleted;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.util.HashMap;
import java.util.Map;

/// The world, not the words.
final class EffectActsOnce extends Invariant {

  private final Map<String, Integer> acts = new HashMap<>();

  EffectActsOnce(Truth truth) {
    super(truth, "an effect key acts at most once on a refusing target");
  }

  @Override
  public void acted(TrafficTarget target, TrafficTarget.Effect effect) {
    int times = acts.merge(effect.key(), 1, Integer::sum);
    require(
        times == 1 || target.kind() == TrafficTarget.Kind.READABLE,
        "%s acted %s times",
        effect.key(),
        times);
  }

  @Override
  public void written(Fact fact) {
    switch (fact.event()) {
      case StageApplied applied -> requireAct(fact.release(), applied.effect());
      case RollbackStepCompleted completed -> requireAct(fact.release(), completed.effect());
      default -> {}
    }
  }

  /// What is said to be done was done, by the effect that says so and no other.
  private void requireAct(ReleaseId release, int effect) {
    truth
        .course(release)
        .deployment()
        .ifPresent(
            started ->
                require(
                    acts.containsKey(release + ":" + started.token() + "." + effect),
                    "%s: effect %s.%s is said to be done and never acted",
                    release,
                    started.token(),
                    effect));
  }
}
