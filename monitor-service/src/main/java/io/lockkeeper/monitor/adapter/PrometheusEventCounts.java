package io.lockkeeper.monitor.adapter;

import io.lockkeeper.monitor.adapter.PrometheusAnswer.Refused;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Result;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Series;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Unavailable;
import io.lockkeeper.monitor.budget.Span;
import io.lockkeeper.runbook.Runbook.Slo;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Counts the events of an objective by asking its Prometheus. Runbook G2, D4.
///
/// Both queries are asked for the same time. Each has to give one series with a number: nothing is
/// no data and never 0, since a Prometheus that has lost the series, and a query that finds none,
/// look the same. More bad events than events is what Prometheus's estimates at the edges may come
/// to; then all were bad. A warning that came with an answer makes it unreadable: the numbers may
/// be incomplete, and what is missing may be the failures.
@ApplicationScoped
public class PrometheusEventCounts implements EventCounts {

  /// How Prometheus begins a remark on the style of a query.
  private static final String INFO = "PromQL info";

  private final PrometheusApi prometheus;

  /// Asks by this API.
  public PrometheusEventCounts(PrometheusApi prometheus) {
    this.prometheus = prometheus;
  }

  @Override
  public Span count(Slo slo, Instant until, Duration length)
      throws Unreadable, InterruptedException {
    double total = ask(slo, "all events", slo.total(), until, length);
    String which =
        switch (slo.counts()) {
          case GOOD -> "good events";
          case BAD -> "bad events";
        };
    double some = Math.min(total, ask(slo, which, slo.query(), until, length));
    double bad =
        switch (slo.counts()) {
          case GOOD -> total - some;
          case BAD -> some;
        };
    double events = slo.perSecond() ? length.toSeconds() : 1;
    return new Span(until, length, bad * events, total * events);
  }

  private double ask(Slo slo, String what, String query, Instant until, Duration length)
      throws Unreadable, InterruptedException {
    String asked = query.replace(Slo.WINDOW, length.toSeconds() + "s");
    String where = what + " over " + length.toSeconds() + " s at " + slo.source() + ": ";
    return switch (prometheus.query(slo.source(), asked, until, TelemetryCalls.LONGEST_CALL)) {
      case Refused(String reason) -> throw new Unreadable(where + reason);
      case Unavailable(String reason) -> throw new Unreadable(where + reason);
      case Result result -> number(result, where);
    };
  }

  private static double number(Result result, String where) throws Unreadable {
    List<String> warnings = result.notes().stream().filter(note -> !note.startsWith(INFO)).toList();
    if (!warnings.isEmpty()) {
      throw new Unreadable(where + String.join("; ", warnings));
    }
    if (result.series().isEmpty()) {
      throw new Unreadable(
          where
              + (!result.histograms().isEmpty()
                  ? "native histograms are not counted"
                  : "no data; where a series begins with its first event, add: or vector(0)"));
    }
    Series series = result.series().getFirst();
    if (result.series().size() > 1 || series.points().size() != 1) {
      throw new Unreadable(
          where + result.series().size() + " series where one is needed; add them up with sum");
    }
    double value = series.points().getFirst().value();
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new Unreadable(where + "is " + value);
    }
    return value;
  }
}
