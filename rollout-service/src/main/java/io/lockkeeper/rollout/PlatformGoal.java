package io.lockkeeper.rollout;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.rollout.Rollout.Phase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What the target should be brought to, computed from the state alone: the same after a crash, a
/// restart or a
/// rebuild, so that a lost call is simply made again. Runbook D2, D3, R2, R3.
public sealed interface PlatformGoal {

  /// The target should stay as it is.
  record Nothing() implements PlatformGoal {}

  /// The target should stay as it is and be read back: a person took over.
  record ReadBack() implements PlatformGoal {}

  /// The target should make this change; the same fence names the same change for good.
  ///
  /// @param subject   the infrastructure step, script or backup; null for traffic
  /// @param weight    the candidate's share with and after the change, percent
  /// @param notBefore when to begin; null for now
  record Change(
      Fence fence, Action action, @Nullable String subject, int weight, @Nullable Instant notBefore)
      implements PlatformGoal {}

  /// Which change this is. Larger wins: a target refuses what is smaller than the largest it
  /// accepted.
  ///
  /// @param token  grows with each release on the lane
  /// @param number grows with each change within the release
  record Fence(long token, int number) implements Comparable<Fence> {
    @Override
    public int compareTo(Fence other) {
      int byToken = Long.compare(token, other.token);
      return byToken != 0 ? byToken : Integer.compare(number, other.number);
    }
  }

  /// What kind of change.
  enum Action {
    /// Set the candidate's share of traffic.
    SHIFT,
    /// Run an infrastructure step.
    RUN,
    /// Undo an infrastructure step.
    REVERT,
    /// Run the documented rollback script.
    SCRIPT,
    /// Let no traffic in.
    CLOSE,
    /// Restore a backup.
    RESTORE,
    /// Check the integrity of what was restored.
    VALIDATE,
    /// Let traffic in again.
    REOPEN
  }

  /// What the target should be brought to in this state.
  static PlatformGoal of(Rollout rollout) {
    if (rollout.deployment() == null) {
      return new Nothing();
    }
    long token = rollout.deployment().token();
    return switch (rollout.phase()) {
      case Phase.Applying it when it.stage().isInfrastructure() ->
          new Change(
              new Fence(token, it.effect()), Action.RUN, it.stage().step(), rollout.share(), null);
      case Phase.Applying it ->
          new Change(new Fence(token, it.effect()), Action.SHIFT, null, it.stage().weight(), null);
      case Phase.GoingBack it when it.steps().isEmpty() -> new Nothing();
      case Phase.GoingBack it -> {
        RollbackStep step = it.steps().getFirst();
        int share = step.kind() == RollbackStep.Kind.SHIFT ? 0 : rollout.share();
        yield new Change(
            new Fence(token, it.effect()),
            action(step.kind()),
            step.subject(),
            share,
            it.notBefore());
      }
      case Phase.TakenOver _ -> new ReadBack();
      case Phase.Between _, Phase.Baking _, Phase.Observing _, Phase.RolledBack _ ->
          repair(token, rollout.drift());
      case Phase.Settled it when it.outcome() == Outcome.ROLLED_BACK ->
          repair(token, rollout.drift());
      case Phase.Waiting _, Phase.Halted _, Phase.Settled _ -> new Nothing();
    };
  }

  private static PlatformGoal repair(long token, @Nullable DriftFound drift) {
    return drift == null || drift.effect() == null
        ? new Nothing()
        : new Change(new Fence(token, drift.effect()), Action.SHIFT, null, drift.asked(), null);
  }

  private static Action action(RollbackStep.Kind kind) {
    return switch (kind) {
      case SHIFT -> Action.SHIFT;
      case REVERT -> Action.REVERT;
      case SCRIPT -> Action.SCRIPT;
      case CLOSE -> Action.CLOSE;
      case RESTORE -> Action.RESTORE;
      case VALIDATE -> Action.VALIDATE;
      case REOPEN -> Action.REOPEN;
    };
  }
}
