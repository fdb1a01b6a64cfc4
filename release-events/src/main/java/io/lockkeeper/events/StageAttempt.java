package io.lockkeeper.events;

import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import java.util.Optional;
import java.util.Set;

/// One attempt at one stage of a release (D3, D4): it begins with [StageStarted] and, when all goes
/// well, ends with [StageCompleted].
///
/// @param stage the stage's index
public record StageAttempt(int stage, int attempt) {

  private static final Set<Class<? extends ReleaseEvent>> EVENTS =
      Set.of(StageStarted.class, StageApplied.class, StageVerified.class, StageCompleted.class);

  /// Whether events of this class say which attempt at which stage they are about.
  public static boolean isNamedBy(Class<? extends ReleaseEvent> type) {
    return EVENTS.contains(type);
  }

  /// The attempt that this event is about; empty when it is about the release as a whole.
  public static Optional<StageAttempt> of(ReleaseEvent event) {
    if (event instanceof StageStarted started) {
      return Optional.of(new StageAttempt(started.stage().index(), started.attempt()));
    }
    if (event instanceof StageApplied applied) {
      return Optional.of(new StageAttempt(applied.stage().index(), applied.attempt()));
    }
    if (event instanceof StageVerified verified) {
      return Optional.of(new StageAttempt(verified.stage(), verified.attempt()));
    }
    if (event instanceof StageCompleted completed) {
      return Optional.of(new StageAttempt(completed.stage().index(), completed.attempt()));
    }
    return Optional.empty();
  }
}
