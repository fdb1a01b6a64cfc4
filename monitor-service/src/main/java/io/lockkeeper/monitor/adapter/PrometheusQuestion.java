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
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One question to a source. All metric families of a source are one question, which shows every
/// version of the service, so that releases of one service ask the same; a signal with a query of
/// its own is one question about all versions of a release, where a label can tell them apart.
///
/// Series are asked for as they are stored, with the times of their samples: an instant query would
/// show a sample of up to five minutes ago as one of now. Only an expression over them cannot be
/// had like that; its selectors are narrowed to samples that are not stale.
///
/// @param version the version that all its series are of; null when a label tells
/// @param label   the label by which series say of which version they are
/// @param signal  the signal whose query it is; null for the metric families
/// @param series  the selector of series, or the expression over such
/// @param stored  whether it is a selector
/// @param stale   the age from which a sample says nothing of now
record PrometheusQuestion(
    MetricSource source,
    @Nullable String version,
    String label,
    @Nullable Signal signal,
    String series,
    boolean stored,
    Duration stale) {

  /// Given to what an expression makes, which may have lost every other label.
  private static final String VERSION = "lockkeeper_version";

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
              .flatMap(signal -> Stream.of(signal, signal.trials()))
              .filter(Objects::nonNull)
              .toList();
      List<Signal> families = signals.stream().filter(signal -> signal.query() == null).toList();
      if (!families.isEmpty()) {
        String series = families(source, families, release.request());
        questions.add(
            new PrometheusQuestion(source, null, source.version(), null, series, true, stale));
      }
      for (Signal signal : signals) {
        String query = signal.query();
        if (query != null) {
          questions.addAll(of(source, versions, signal, query, release.request(), stale));
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

  private static List<PrometheusQuestion> of(
      MetricSource source,
      List<String> versions,
      Signal signal,
      String query,
      ReleaseRequest request,
      Duration stale) {
    QueryTemplate template = QueryTemplate.query(query);
    Map<Placeholder, String> values = values(request);
    if (!template.isSelector()) {
      String either =
          versions.stream()
              .map(version -> labelled(version, fresh(template, values, version, stale)))
              .collect(Collectors.joining(" or "));
      return List.of(new PrometheusQuestion(source, null, VERSION, signal, either, false, stale));
    }
    String label = template.labelOf(Placeholder.VERSION);
    if (label != null) {
      String any = template.withAny(values, versions);
      return List.of(new PrometheusQuestion(source, null, label, signal, any, true, stale));
    }
    return versions.stream()
        .map(
            version ->
                new PrometheusQuestion(
                    source,
                    version,
                    source.version(),
                    signal,
                    template.with(with(values, version)),
                    true,
                    stale))
        .toList();
  }

  /// An expression whose plain selectors end with the series, and whose ranges do not reach back
  /// five minutes.
  private static String fresh(
      QueryTemplate template, Map<Placeholder, String> values, String version, Duration stale) {
    String range = "[" + seconds(stale) + "s]";
    return template.with(
        with(values, version), one -> "(" + one + " and last_over_time(" + one + range + "))");
  }

  /// What an expression makes, with the version beside it; a comment may end the expression.
  private static String labelled(String version, String expression) {
    return "label_replace(%s\n, \"%s\", %s, \"\", \"\")"
        .formatted(expression, VERSION, QueryTemplate.quoted(version.replace("$", "$$")));
  }

  private static Map<Placeholder, String> with(Map<Placeholder, String> values, String version) {
    Map<Placeholder, String> all = new EnumMap<>(values);
    all.put(Placeholder.VERSION, version);
    return all;
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
