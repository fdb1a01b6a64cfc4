package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent.TelemetryDegraded;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.Writer;

/// Telemetry.
final class PartialTelemetryHoldsNothing extends Invariant {

  /// More often than this nothing can come and go within a run: each episode takes twice as long to
  /// end as the one before.
  private static final int MOST_EPISODES = 10;

  PartialTelemetryHoldsNothing(Truth truth) {
    super(truth, "telemetry of which a part is missing is told a few times, and holds nothing");
  }

  @Override
  public void written(Fact fact) {
    switch (fact.event()) {
      case StagePaused paused when paused.hold() == Hold.TELEMETRY_LOST ->
          require(
              isLost(fact.release()), "%s is held though telemetry is not lost", fact.release());
      case TelemetryDegraded _ ->
          require(
              episodes(fact.release()) <= MOST_EPISODES,
              "%s is told again and again of a part that is missing",
              fact.release());
      default -> {}
    }
  }

  private boolean isLost(ReleaseId release) {
    boolean lost = false;
    for (Fact known : truth.service(Writer.ROLLOUT).database().history(release)) {
      lost =
          switch (known.event()) {
            case TelemetryLost _ -> true;
            case TelemetryRecovered _ -> false;
            default -> lost;
          };
    }
    return lost;
  }

  private long episodes(ReleaseId release) {
    return truth.service(Writer.MONITOR).database().history(release).stream()
        .filter(known -> known.event() instanceof TelemetryDegraded)
        .count();
  }
}
