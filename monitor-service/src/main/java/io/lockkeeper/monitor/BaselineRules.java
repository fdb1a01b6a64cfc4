package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent.BaselineCaptured;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.runbook.Runbook.Monitoring;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Whether what the stable version showed is something a candidate can be compared with. Runbook
/// G2.
///
/// @param minimumRequests fewer requests in the window are too thin
/// @param unhealthy       a larger share of failed requests is no state to release from
public record BaselineRules(long minimumRequests, double unhealthy) {

  /// 50 requests; 5 % failed.
  public static final BaselineRules STANDARD = new BaselineRules(50, 0.05);

  /// Variation of values of which only the mean is left.
  private static final double AS_EXPONENTIAL = 1;

  public BaselineRules {
    if (minimumRequests < 0 || !(unhealthy > 0 && unhealthy <= 1)) {
      throw new IllegalArgumentException("minimumRequests or unhealthy out of range");
    }
  }

  /// Why this baseline is refused; empty when it is good.
  public Optional<String> objection(Baseline baseline) {
    if (baseline.requests() < minimumRequests) {
      return Optional.of(
          "too thin: %d requests in %d s, at least %d are needed"
              .formatted(baseline.requests(), baseline.span().toSeconds(), minimumRequests));
    }
    Baseline.Counted errors = baseline.counts().get(Signal.ERRORS);
    double share = errors == null ? 0 : (double) errors.bad() / Math.max(1, errors.total());
    return share > unhealthy
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "unhealthy: %.1f %% of %d requests failed, at most %.1f %% may",
                100 * share,
                errors == null ? 0 : errors.total(),
                100 * unhealthy))
        : Optional.empty();
  }

  /// Why this baseline is refused when these are judged: one that nothing may pass without is not
  /// in it. Better now than when the candidate has traffic.
  public Optional<String> objection(Baseline baseline, List<Signal> judged) {
    return objection(baseline)
        .or(
            () ->
                judged.stream()
                    .filter(signal -> signal.required() && !isMeasured(baseline, signal))
                    .findFirst()
                    .map(
                        signal ->
                            "not measured: nothing of '%s' in %d s (noData: ignore lets it be missing)"
                                .formatted(signal.name(), baseline.span().toSeconds())));
  }

  private static boolean isMeasured(Baseline baseline, Signal signal) {
    return switch (signal.kind()) {
      case ERRORS, KPI -> baseline.counts().containsKey(signal.name());
      case DURATION -> baseline.durations().containsKey(signal.name());
      case RATE -> baseline.requests() > 0;
      case CPU -> baseline.cpu() != null;
      case MEMORY -> baseline.memory() != null;
      case SATURATION -> baseline.saturations().containsKey(signal.name());
      case VALUE -> baseline.amounts().containsKey(signal.name());
    };
  }

  /// What is left of a baseline when only its fact is: shares of failures, CPU, memory, levels and
  /// values. Durations cannot be made again from quantiles, and are then not judged once no control
  /// runs beside the candidate.
  public static Baseline rebuilt(Monitoring monitoring, BaselineCaptured captured) {
    List<Signal> judged = ReleaseJudge.judged(monitoring.signals());
    Map<String, Baseline.Counted> counts = new HashMap<>();
    Map<String, Double> saturations = new HashMap<>();
    Map<String, Baseline.Valued> amounts = new HashMap<>();
    Double cpu = null;
    Double memory = null;
    long requests = 0;
    for (Measure measure : captured.measures()) {
      if (BudgetRules.isBudget(measure)) {
        continue; // it counts the events of weeks
      }
      int which = index(monitoring, measure.signal());
      if (which < 0 || judged.get(which).kind() != Signal.Kind.VALUE) {
        requests = Math.max(requests, measure.samples()); // values count orders
      }
      Double value = measure.control();
      if (which >= 0 && value != null) {
        switch (judged.get(which).kind()) {
          case ERRORS, KPI ->
              counts.put(
                  judged.get(which).name(),
                  new Baseline.Counted(
                      measure.samples(), Math.round(value * measure.samples()), 1));
          case CPU -> cpu = value;
          case MEMORY -> memory = value;
          case SATURATION -> saturations.put(judged.get(which).name(), value);
          case VALUE ->
              amounts.put(
                  judged.get(which).name(),
                  new Baseline.Valued(
                      value * measure.samples(), measure.samples(), AS_EXPONENTIAL));
          case RATE, DURATION -> {
            // A rate needs a control beside the candidate, and durations their buckets.
          }
        }
      }
    }
    return new Baseline(
        captured.from(),
        captured.until(),
        0,
        requests,
        counts,
        Map.of(),
        cpu,
        0,
        memory,
        null,
        saturations,
        amounts,
        List.of());
  }

  private static int index(Monitoring monitoring, String signal) {
    for (int i = 0; i < monitoring.signals().size(); i++) {
      if (monitoring.signals().get(i).name().equals(signal)) {
        return i;
      }
    }
    return -1;
  }

  /// The baseline in numbers: they stand where what is compared with stands.
  public static List<Measure> measures(Monitoring monitoring, Baseline baseline) {
    return Recording.measures(
        ReleaseJudge.judged(monitoring.signals()), monitoring.signals(), null, baseline);
  }
}
