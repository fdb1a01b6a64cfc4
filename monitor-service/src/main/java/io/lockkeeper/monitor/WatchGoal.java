package io.lockkeeper.monitor;

import io.lockkeeper.events.EventId;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.Runbook.Monitoring;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What there is to look at now. The same state gives the same goal, after a restart too.
///
/// @param baseline  G2: the baseline to capture; null when none is asked for
/// @param candidate D4, M1, R1: the candidate to watch; null when it cannot have traffic
/// @param confirmation M3: what to confirm beside; null when nothing is to be
public record WatchGoal(
    @Nullable Baseline baseline,
    @Nullable Candidate candidate,
    @Nullable Confirmation confirmation) {

  /// Whether there is something to look at.
  public boolean isAnything() {
    return baseline != null || candidate != null; // what is confirmed is a candidate's
  }

  /// G2: capture what is normal over `window`, for this request.
  public record Baseline(EventId request, Monitoring monitoring, Duration window) {}

  /// Look at both versions every `monitoring.interval`.
  ///
  /// @param weight   the share of traffic that the candidate is to have, percent
  /// @param full     whether the target shows what the stage asks for; time in which it shows less
  ///                 is not observed
  /// @param question what a verdict is owed on; null when only a breach can be told
  /// @param owed     whether telemetry that does not answer is lost telemetry
  public record Candidate(
      Monitoring monitoring, int weight, boolean full, @Nullable Question question, boolean owed) {}

  /// M3: confirm that the deployed version can be observed, for this observation.
  ///
  /// @param by when it is told that it is not confirmed
  public record Confirmation(EventId observation, Observability asked, Instant by) {}

  /// The goal of this state.
  public static WatchGoal of(Watch watch) {
    Monitoring monitoring = watch.monitoring();
    if (monitoring == null || watch.ended()) {
      return new WatchGoal(null, null, null);
    }
    Watch.BaselineWanted wanted = watch.baseline();
    return new WatchGoal(
        wanted == null ? null : new Baseline(wanted.request(), monitoring, wanted.window()),
        watch.armed()
            ? new Candidate(
                monitoring, watch.weight(), watch.isFull(), watch.question(), watch.telemetryOwed())
            : null,
        confirmation(
            watch.confirmation(), monitoring.observability(), watch.halted() || !watch.armed()));
  }

  private static @Nullable Confirmation confirmation(
      Watch.@Nullable Confirmation open, @Nullable Observability asked, boolean idle) {
    return open == null || asked == null || idle
        ? null
        : new Confirmation(open.observation(), asked, open.by());
  }
}
