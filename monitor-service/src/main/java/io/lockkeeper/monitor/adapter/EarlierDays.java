package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.runbook.Runbook.Monitoring;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What the stable version showed at the same hour of earlier days, as far as the source has kept
/// it: how much the time of day alone can change. A day counts when it would do as a baseline and
/// the source has at least half of that hour. Runbook G2.
final class EarlierDays {

  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration HOUR = Duration.ofHours(1);

  /// So close together, restarts are seen and a day is an answer of some hundred kilobytes.
  private static final Duration STEP = Duration.ofMinutes(1);

  /// What a slow source has not told by then is left out: the baseline would get old meanwhile.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private EarlierDays() {}

  /// Reads as many days as the release's runbook says.
  ///
  /// @param from when today's baseline begins
  /// @return the days that count, latest first
  static List<Baseline> before(
      Instant from, ReleaseAccepted accepted, BaselineRules rules, Telemetry telemetry) {
    Monitoring monitoring = accepted.runbook().monitoring();
    Duration window = accepted.runbook().gates().baseline().window();
    Duration span = window.compareTo(HOUR) > 0 ? window : HOUR;
    Duration interval = ReleaseJudge.interval(monitoring);
    Duration step = interval.compareTo(STEP) > 0 ? interval : STEP;
    List<Signal> signals = ReleaseJudge.judged(monitoring.signals());
    List<Baseline> days = new ArrayList<>();
    long began = System.nanoTime();
    for (int day = 1; day <= accepted.runbook().gates().baseline().earlierDays(); day++) {
      Instant until = from.minus(DAY.multipliedBy(day)).plus(span);
      List<Baseline.Scrape> scrapes = telemetry.history(accepted, span, step, until);
      if (covered(scrapes).multipliedBy(2).compareTo(span) >= 0) {
        Baseline baseline = Baseline.of(scrapes, signals);
        if (rules.objection(baseline).isEmpty()) {
          days.add(baseline);
        }
      }
      if (System.nanoTime() - began > PATIENCE.toNanos()) {
        break;
      }
    }
    return days;
  }

  private static Duration covered(List<Baseline.Scrape> scrapes) {
    return scrapes.isEmpty()
        ? Duration.ZERO
        : Duration.between(scrapes.getFirst().at(), scrapes.getLast().at());
  }
}
