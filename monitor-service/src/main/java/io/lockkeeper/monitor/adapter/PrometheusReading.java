package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.monitor.Trouble;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Point;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Refused;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Result;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Series;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Unavailable;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.runbook.Runbook.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Makes the samples of instances out of what Prometheus answered, as they stood at one time.
///
/// A series that its instance no longer shows has ended, though Prometheus still has its last
/// sample: after a restart it would be counted beside what came in its place. So of one target only
/// the series of its newest scrape count. An instance whose newest sample is stale is missing.
final class PrometheusReading {

  private static final int MOST_VERSIONS = 5;

  private final List<Answered> answers;
  private final Instruments instruments;

  /// One question and what came of it.
  ///
  /// @param at the time that it was asked about
  record Answered(PrometheusQuestion question, PrometheusAnswer answer, Instant at) {}

  /// One version of a service as it was read.
  private record Shown(String version, Map<String, List<Exposition.Series>> instances) {}

  /// What is missing of one version.
  ///
  /// @param stable whether it is the stable one
  private record Missing(boolean stable, Set<Trouble> troubles) {

    /// Missing what nobody asks for.
    static Missing unasked() {
      return new Missing(false, new LinkedHashSet<>());
    }

    /// @param kind null for what may be missing
    void add(@Nullable TelemetryFault kind, String sentence) {
      troubles.add(new Trouble(kind, stable, sentence));
    }
  }

  /// Whose samples are scraped together: an instance may be a target of several jobs.
  private record Target(String instance, String job) {}

  PrometheusReading(List<Answered> answers, List<Signal> signals) {
    this.answers = List.copyOf(answers);
    this.instruments = new Instruments(signals);
  }

  /// The samples of a version, at the time of the answers.
  List<Sample> samples(String version) {
    return samples(show(version, null, Missing.unasked()), Missing.unasked());
  }

  /// The samples of a version, as they stood at a time that the answers cover.
  List<Sample> samples(String version, Instant at) {
    return samples(show(version, at, Missing.unasked()), Missing.unasked());
  }

  /// Whether every question was answered.
  boolean isComplete() {
    return answers.stream().allMatch(answered -> answered.answer() instanceof Result);
  }

  /// What Prometheus says is wrong with a question; null when it says nothing of the kind.
  @Nullable String refused() {
    for (Answered answered : answers) {
      if (answered.answer() instanceof Refused(String reason)) {
        return refusal(answered.question(), reason);
      }
    }
    return null;
  }

  /// What is missing of these versions and why: questions without an answer, then what the answers
  /// lack, then notes.
  ///
  /// @param stable which of them is the stable one; null when none is
  List<Trouble> troubles(List<String> versions, @Nullable String stable) {
    Set<Trouble> grave = new LinkedHashSet<>();
    Set<Trouble> notes = new LinkedHashSet<>();
    for (Answered answered : answers) {
      String source = source(answered.question());
      switch (answered.answer()) {
        case Unavailable(String reason) ->
            grave.add(
                Trouble.of(
                    TelemetryFault.UNAVAILABLE,
                    isOnlyAbout(answered.question(), stable),
                    source + " is not available: " + reason));
        case Refused(String reason) ->
            grave.add(
                Trouble.of(
                    TelemetryFault.REFUSED,
                    isOnlyAbout(answered.question(), stable),
                    refusal(answered.question(), reason)));
        case Result(_, List<String> said, _) ->
            said.forEach(note -> notes.add(Trouble.note(source + " warns: " + note)));
      }
    }
    for (String version : versions) {
      Missing missing = new Missing(version.equals(stable), grave);
      samples(show(version, null, missing), missing);
    }
    grave.addAll(notes);
    return List.copyOf(grave);
  }

  private List<Sample> samples(Shown shown, Missing missing) {
    List<Sample> samples = new ArrayList<>();
    shown
        .instances()
        .forEach(
            (instance, series) -> {
              String who = "instance %s of %s".formatted(instance, shown.version());
              try {
                Sample sample = instruments.read(instance, new Exposition(series, 0));
                if (Instruments.isUsable(sample)) {
                  samples.add(sample);
                } else {
                  missing.add(TelemetryFault.NO_DATA, who + " shows none of the runbook's metrics");
                }
              } catch (IllegalArgumentException e) {
                missing.add(
                    TelemetryFault.UNUSABLE, who + " shows what is no number: " + e.getMessage());
              }
            });
    return samples;
  }

  private Shown show(String version, @Nullable Instant when, Missing missing) {
    Map<String, List<Exposition.Series>> instances = new TreeMap<>();
    for (Answered answered : answers) {
      if (!(answered.answer() instanceof Result result) || !isAbout(answered.question(), version)) {
        continue;
      }
      PrometheusQuestion question = answered.question();
      // Of a query only durations are buckets; of anything else they would be added up.
      List<Series> series =
          question.signal() == null || question.signal().kind() == Signal.Kind.DURATION
              ? result.withHistograms()
              : result.series();
      Map<Target, List<Series>> targets = targets(question, version, series, missing);
      Instant at = when == null ? answered.at() : when;
      targets.forEach(
          (target, of) -> {
            List<Exposition.Series> found = newest(question, version, target, of, at, missing);
            if (!found.isEmpty()) {
              instances.computeIfAbsent(target.instance(), it -> new ArrayList<>()).addAll(found);
            }
          });
      if (targets.isEmpty()) {
        boolean mayBeMissing =
            question.signal() != null && question.signal().noData() == Signal.Absence.IGNORE;
        missing.add(
            mayBeMissing ? null : TelemetryFault.NO_DATA, noData(question, version, series));
      }
    }
    return new Shown(version, instances);
  }

  private static Map<Target, List<Series>> targets(
      PrometheusQuestion question, String version, List<Series> series, Missing missing) {
    Map<Target, List<Series>> targets = new LinkedHashMap<>();
    int nameless = 0;
    for (Series one : series) {
      boolean isOfVersion =
          question.version() != null || version.equals(one.labels().get(question.label()));
      if (!isOfVersion) {
        continue;
      }
      String instance = one.labels().get(question.source().instance());
      if (instance == null) {
        nameless++;
        continue;
      }
      Target target = new Target(instance, one.labels().getOrDefault("job", ""));
      targets.computeIfAbsent(target, it -> new ArrayList<>()).add(one);
    }
    if (nameless > 0) {
      missing.add(
          TelemetryFault.UNUSABLE,
          "%s: %d series of %s have no label '%s' and are left out: counters are read by instance"
              .formatted(
                  source(question), nameless, question.subject(), question.source().instance()));
    }
    return targets;
  }

  /// What this target showed last, if that is not too long ago.
  private List<Exposition.Series> newest(
      PrometheusQuestion question,
      String version,
      Target target,
      List<Series> series,
      Instant at,
      Missing missing) {
    Map<Series, Point> last = new HashMap<>();
    Instant newest = null;
    Duration gap = null;
    for (Series one : series) {
      int index = before(one.points(), at);
      if (index < 0) {
        continue;
      }
      Point point = one.points().get(index);
      last.put(one, point);
      newest = newest == null || point.at().isAfter(newest) ? point.at() : newest;
      if (index > 0) {
        Duration step = Duration.between(one.points().get(index - 1).at(), point.at());
        gap = gap == null || step.compareTo(gap) < 0 ? step : gap;
      }
    }
    if (newest == null) {
      return List.of();
    }
    Duration age = Duration.between(newest, at);
    if (age.compareTo(question.stale()) > 0) {
      missing.add(
          TelemetryFault.STALE,
          "instance %s of %s is stale: its newest sample is %d s old, more than %d s"
              .formatted(
                  target.instance(), version, age.toSeconds(), question.stale().toSeconds()));
      return List.of();
    }
    // Half of the time between two scrapes tells the newest scrape from the one before it.
    Instant ended = newest.minus(gap == null ? Duration.ZERO : gap.dividedBy(2));
    List<Exposition.Series> shown = new ArrayList<>();
    last.forEach(
        (one, point) -> {
          if (!point.at().isBefore(ended)) {
            shown.add(new Exposition.Series(name(question, one), labels(one), point.value()));
          }
        });
    return shown;
  }

  /// The place of the last point that is not after this time; negative when there is none.
  private static int before(List<Point> points, Instant at) {
    int low = 0;
    int high = points.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (points.get(middle).at().isAfter(at)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low - 1;
  }

  private static String name(PrometheusQuestion question, Series series) {
    return question.signal() == null
        ? series.labels().getOrDefault("__name__", "")
        : Instruments.nameOfQuery(question.signal());
  }

  private static Map<String, String> labels(Series series) {
    Map<String, String> labels = new HashMap<>(series.labels());
    labels.remove("__name__");
    return labels;
  }

  private static boolean isAbout(PrometheusQuestion question, String version) {
    return question.version() == null || question.version().equals(version);
  }

  /// Whether this question is asked of that version and of no other.
  private static boolean isOnlyAbout(PrometheusQuestion question, @Nullable String version) {
    return question.version() != null && question.version().equals(version);
  }

  private static String noData(PrometheusQuestion question, String version, List<Series> series) {
    Set<String> others = new TreeSet<>();
    for (Series one : series) {
      String other = one.labels().get(question.label());
      if (other != null && others.size() < MOST_VERSIONS) {
        others.add(other);
      }
    }
    String only = others.isEmpty() ? "" : ", only for " + String.join(", ", others);
    String what =
        question.signal() == null
            ? "nothing of the metrics matches " + question.source().selector()
            : "nothing comes of " + question.subject();
    return "%s has no data for version %s%s: %s".formatted(source(question), version, only, what);
  }

  private static String refusal(PrometheusQuestion question, String reason) {
    return "%s refuses %s: %s".formatted(source(question), question.subject(), reason);
  }

  private static String source(PrometheusQuestion question) {
    return "source '" + question.source().name() + "'";
  }
}
