package io.lockkeeper.rollout;

import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.rollout.Rollout.Phase;

/// D4: what stopping a whole environment does to one of its releases.
public enum Stopping {
  /// It is held now, as by an operator's pause; one that has not started does not start.
  HELD,
  /// An operator held it before.
  HELD_ALREADY,
  /// It goes back, by itself or by hand; nothing stops that.
  GOING_BACK,
  /// It has ended.
  ENDED,
  /// It could not be held.
  FAILED;

  /// What stopping does to a release in this state.
  public static Stopping of(Rollout rollout) {
    if (rollout.accepted() == null) {
      return ENDED;
    }
    return switch (rollout.phase()) {
      case Phase.Waiting _, Phase.Between _, Phase.Applying _, Phase.Baking _, Phase.Observing _ ->
          RolloutDecider.isPausedBy(rollout, Hold.OPERATOR) ? HELD_ALREADY : HELD;
      case Phase.Halted _, Phase.GoingBack _, Phase.TakenOver _, Phase.RolledBack _ -> GOING_BACK;
      case Phase.Settled _ -> ENDED;
    };
  }
}
