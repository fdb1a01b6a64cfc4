package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.runbook.QueryTemplate;
import io.lockkeeper.runbook.QueryTemplate.Placeholder;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook.MetricSource;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Runbook.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One question to a source. All metric families of a source are one question, which shows every
/// version of the service, so that releases of one service ask the same; a signal with a query of
/// its own is one question a version.
///
/// Series are asked for as they are stored, with the times of their samples: an instant query would
/// show a sample of up to five minutes ago as one of now. Only an expression over them cannot be
/// had like that; its selectors are narrowed to samples that are not stale.
///
/// @param version the version that all its series are of; null when their label tells
/// @param signal  the signal whose query it is; null for the metric families
/// @param series  the selector of series, or the expression over such
/// @param stored  whether it is a selector
/// @param stale   the age from which a sample says nothing of now
record PrometheusQuestion(
    MetricSource source,
    @Nullable String version,
    @Nullable Signal signal,
    String series,
    boolean stored,
    Duration stale) {

  private static final int STALE_INTERVALS = 4;
  private static final Duration SHORTEST_STALE = Duration.ofSeconds(5);

  /// What is asked of these versions of a release.
  ///
  /// @throws IllegalArgumentException when the runbook has a selector or a query that is none
  static List<PrometheusQuestion> of(ReleaseAccepted release, List<String> versions) {
    Monitoring monitoring = release.runbook().monitoring();
    List<PrometheusQuestion> questions = new ArrayList<>();
    for (MetricSource source : monitoring.sources()) {
      Duration stale = stale(source, monitoring);
      List<Signal> signals =
          monitoring.signals().stream()
              .filter(signal -> isReadFrom(source, signal, monitoring))
              .toList();
      List<Signal> families = signals.stream().filter(signal -> signal.query() == null).toList();
      if (!families.isEmpty()) {
        String series = families(source, families, release.request());
        questions.add(new PrometheusQuestion(source, null, null, series, true, stale));
      }
      for (Signal signal : signals) {
        String query = signal.query();
        if (query != null) {
          QueryTemplate template = QueryTemplate.query(query);
          for (String version : versions) {
            questions.add(of(source, version, signal, template, release.request(), stale));
          }
        }
      }
    }
    return questions;
  }

  /// What is asked for now.
  String text() {
    return stored ? over(stale.multipliedBy(2)) : series;
  }

  /// The samples of so much time, when series are asked for as they are stored.
  String over(Duration length) {
    return series + "[" + seconds(length) + "s]";
  }

  /// What is asked, in words.
  String subject() {
    return signal == null ? "the metrics" : "the query of '" + signal.name() + "'";
  }

  private static PrometheusQuestion of(
      MetricSource source,
      String version,
      Signal signal,
      QueryTemplate template,
      ReleaseRequest request,
      Duration stale) {
    Map<Placeholder, String> values = values(request);
    values.put(Placeholder.VERSION, version);
    String fresh = "[" + seconds(stale) + "s]";
    // The plain selector ends with the series, and the range does not reach back five minutes.
    String series =
        template.isSelector()
            ? template.with(values)
            : template.with(values, one -> "(" + one + " and last_over_time(" + one + fresh + "))");
    return new PrometheusQuestion(source, version, signal, series, template.isSelector(), stale);
  }

  private static String families(
      MetricSource source, List<Signal> signals, ReleaseRequest request) {
    String names =
        new TreeSet<>(new Instruments(signals).names())
            .stream().map(QueryTemplate::literal).collect(Collectors.joining("|"));
    return "{__name__=~%s,%s,%s!=\"\"}"
        .formatted(
            QueryTemplate.quoted(names),
            QueryTemplate.matchers(source.selector()).with(values(request)),
            source.version());
  }

  private static Map<Placeholder, String> values(ReleaseRequest request) {
    Map<Placeholder, String> values = new EnumMap<>(Placeholder.class);
    values.put(Placeholder.SERVICE, request.service());
    values.put(Placeholder.ENVIRONMENT, request.environment());
    return values;
  }

  private static boolean isReadFrom(MetricSource source, Signal signal, Monitoring monitoring) {
    String named =
        signal.source() == null ? monitoring.sources().getFirst().name() : signal.source();
    return source.name().equals(named);
  }

  private static Duration stale(MetricSource source, Monitoring monitoring) {
    if (source.staleAfter() != null) {
      return source.staleAfter();
    }
    Duration some = ReleaseJudge.interval(monitoring).multipliedBy(STALE_INTERVALS);
    return some.compareTo(SHORTEST_STALE) < 0 ? SHORTEST_STALE : some;
  }

  private static long seconds(Duration length) {
    return Math.max(1, length.plusMillis(999).toSeconds());
  }
}
