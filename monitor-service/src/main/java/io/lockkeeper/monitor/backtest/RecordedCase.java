package io.lockkeeper.monitor.backtest;

import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Signal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The telemetry of one rollout as it was recorded, ready to be judged. Time 0 is
/// [java.time.Instant#EPOCH]: the candidate's first traffic.
///
/// @param name     what the case is called
/// @param step     time between two scrapes
/// @param planned  how long the watch was to last
/// @param baseline what the stable version showed before; `null` when nothing was recorded
/// @param looks    both arms, scrape by scrape, in the order of time; at least one
public record RecordedCase(
    String name, Duration step, Duration planned, @Nullable Baseline baseline, List<Look> looks) {

  /// What a case records, each as critical as in a runbook that says nothing else. M1.
  public static final List<Signal> SIGNALS =
      List.of(
          Signal.critical(Signal.ERRORS, Signal.Kind.ERRORS),
          Signal.critical(Signal.DURATION, Signal.Kind.DURATION),
          Signal.critical("kpi", Signal.Kind.KPI),
          Signal.critical("rate", Signal.Kind.RATE),
          Signal.critical("cpu", Signal.Kind.CPU),
          Signal.critical("memory", Signal.Kind.MEMORY));

  public RecordedCase {
    looks = List.copyOf(looks);
    if (looks.isEmpty()) {
      throw new IllegalArgumentException("a case needs looks");
    }
  }
}
