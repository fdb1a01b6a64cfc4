package io.lockkeeper.monitor;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the outside of monitor-service reports to its decisions: results of looking, never what
/// follows.
public sealed interface WatchCommand {

  /// D4, M1, R1: a look succeeded and was judged together with all before it.
  ///
  /// @param look       where its samples stand
  /// @param clock      the watch's clock after this look
  /// @param assessment what the judge makes of everything seen so far
  /// @param missing    what it did not see all the same; null when it saw everything
  record Looked(Look look, WatchClock clock, Assessment assessment, @Nullable Shortfall missing)
      implements WatchCommand {}

  /// D4: a look failed.
  ///
  /// @param clock   the watch's clock after this look
  /// @param missing what went wrong
  record TelemetryFailed(WatchClock clock, Shortfall missing) implements WatchCommand {}

  /// M3: everything that the runbook asks to confirm was looked at.
  ///
  /// @param observation the observation that asked
  record ObservabilityChecked(EventId observation, List<ObservabilityCheck> checks)
      implements WatchCommand {
    public ObservabilityChecked {
      checks = List.copyOf(checks);
    }
  }

  /// G2: the baseline that `request` asked for was captured.
  ///
  /// @param earlier when the same hour of the earlier days in it began
  record BaselineTaken(
      EventId request,
      Instant from,
      Instant until,
      List<Measure> measures,
      Look look,
      List<Instant> earlier)
      implements WatchCommand {
    public BaselineTaken {
      measures = List.copyOf(measures);
      earlier = List.copyOf(earlier);
    }
  }

  /// G2: the baseline that `request` asked for cannot be had now.
  record BaselineFailed(EventId request, String reason) implements WatchCommand {}
}
