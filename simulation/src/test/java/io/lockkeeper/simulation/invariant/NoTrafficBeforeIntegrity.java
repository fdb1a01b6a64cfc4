package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RollbackStep.Kind;
import io.lockkeeper.events.RolloutEvent.RollbackStepCompleted;
import io.lockkeeper.rollout.PlatformGoal.Action;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.util.HashMap;
import java.util.Map;

/// The world, not the words.
final class NoTrafficBeforeIntegrity extends Invariant {

  private final Map<TrafficTarget, ReleaseId> restored = new HashMap<>();

  NoTrafficBeforeIntegrity(Truth truth) {
    super(truth, "R3: no traffic before IntegrityValidated after a restore");
  }

  @Override
  public void acted(TrafficTarget target, TrafficTarget.Effect effect) {
    if (effect.action() == Action.RESTORE) {
      require(!target.isOpen(), "%s is restored under traffic", target.lane());
      restored.put(target, effect.release());
    }
  }

  @Override
  public void opened(TrafficTarget target, boolean open) {
    ReleaseId release = restored.get(target);
    if (!open || release == null) {
      return;
    }
    require(!target.isUnvalidated(), "%s reopens before its data are validated", target.lane());
    require(
        truth.course(release).isTakenOver()
            || truth
                .course(release)
                .all(RollbackStepCompleted.class)
                .anyMatch(completed -> completed.step().kind() == Kind.VALIDATE),
        "%s reopens and nobody said that the integrity is validated",
        target.lane());
    restored.remove(target);
  }
}
