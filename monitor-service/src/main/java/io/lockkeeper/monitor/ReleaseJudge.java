package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Evidence;
import io.lockkeeper.monitor.judge.Judge;
import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.Judgement;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.monitor.judge.Standing;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Judges one release by its runbook, look after look: puts the runbook's signals to the judge and
/// its answer into the words of the contract. The same looks give the same assessment. Not
/// thread-safe. Runbook D4, M1, M2, R1.
public final class ReleaseJudge {

  /// [JudgeSettings#minimumCoverage] of a live watch. Its clock counts observed time only and asks
  /// for all of it, so a share of looks missed in a loss of telemetry must not be held against the
  /// rest. Of a recorded case no clock asks for anything, so there the judge's default holds.
  public static final double ANY_COVERAGE = 0;

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
  private static final Duration SHORTEST_WATCH = Duration.ofMinutes(1);

  private final List<Runbook.Signal> signals;
  private final Judge judge;
  private final Recording recording;

  /// A judge for one release.
  ///
  /// @param baseline what the stable version showed before; null for a first release
  public ReleaseJudge(Runbook runbook, @Nullable Baseline baseline) {
    signals = runbook.monitoring().signals();
    JudgeSettings settings = settings(runbook.rollout(), runbook.monitoring());
    judge = new Judge(settings, baseline);
    recording = new Recording(settings.signals(), signals, baseline);
  }

  /// Takes one look and says what follows from all looks so far. A look that is not newer than the
  /// last changes nothing.
  public Assessment look(Look look) {
    Judgement judgement = judge.look(look);
    recording.add(look);
    List<Measure> measures = recording.measures();
    Verdict verdict = verdict(judgement);
    String reason = judgement.text() + advisory(judgement);
    return verdict == Verdict.FAILED
        ? Assessment.failed(reason, measures, breach(judgement, measures))
        : new Assessment(verdict, reason, measures, null);
  }

  /// What signals that decide nothing would have halted the release for.
  private static String advisory(Judgement judgement) {
    return judgement.signals().stream()
        .filter(one -> !one.signal().critical() && one.standing() == Standing.BREACHED)
        .map(one -> "; not critical, so told only: " + one.rule())
        .collect(Collectors.joining());
  }

  /// The judge's verdict in the words of the contract. Traffic that is too thin is one thing, which
  /// a runbook may let pass; what looks worse and is no breach yet is another, and never passes.
  public static Verdict verdict(Judgement judgement) {
    return switch (judgement.verdict()) {
      case PASSED -> Verdict.PASSED;
      case INCONCLUSIVE ->
          judgement.reason() == Judgement.Reason.LOOKS_WORSE
              ? Verdict.ERRORED
              : Verdict.INCONCLUSIVE;
      case ERRORED -> Verdict.ERRORED;
      case FAILED -> Verdict.FAILED;
    };
  }

  /// What each signal of a runbook is called where it is judged: as in the runbook, but every name
  /// once, and the first signal of errors by the name that stands for requests that fail.
  public static List<String> names(List<Runbook.Signal> signals) {
    Set<String> taken = new HashSet<>(Set.of(Signal.ERRORS));
    List<String> names = new ArrayList<>();
    boolean errors = false;
    for (Runbook.Signal signal : signals) {
      if (signal.kind() == Runbook.Signal.Kind.ERRORS && !errors) {
        errors = true;
        names.add(Signal.ERRORS);
        continue;
      }
      String name = signal.name();
      for (int again = 2; !taken.add(name); again++) {
        name = signal.name() + " " + again;
      }
      names.add(name);
    }
    return List.copyOf(names);
  }

  /// The runbook's signals as they are judged, in the same order.
  public static List<Signal> judged(List<Runbook.Signal> signals) {
    List<String> names = names(signals);
    List<Signal> judged = new ArrayList<>();
    for (int i = 0; i < signals.size(); i++) {
      Runbook.Signal signal = signals.get(i);
      Signal.Kind kind =
          switch (signal.kind()) {
            case ERRORS -> Signal.Kind.ERRORS;
            case DURATION -> Signal.Kind.DURATION;
            case RATE -> Signal.Kind.RATE;
            case CPU -> Signal.Kind.CPU;
            case MEMORY -> Signal.Kind.MEMORY;
            case KPI -> Signal.Kind.KPI;
            case SATURATION -> Signal.Kind.SATURATION;
            case VALUE -> Signal.Kind.VALUE;
          };
      judged.add(
          new Signal(
              names.get(i),
              kind,
              signal.critical(),
              null,
              signal.margin(),
              signal.noData() == Runbook.Signal.Absence.HOLD,
              signal.worse() == Runbook.Signal.Worse.MORE ? Signal.Worse.MORE : Signal.Worse.LESS));
    }
    return List.copyOf(judged);
  }

  /// Time between two looks: the runbook's, and no less than 100 ms.
  public static Duration interval(Monitoring monitoring) {
    return monitoring.interval().compareTo(SHORTEST_INTERVAL) < 0
        ? SHORTEST_INTERVAL
        : monitoring.interval();
  }

  /// How long the whole watch lasts when nothing holds it: every bake and the observation.
  static Duration planned(Runbook.Rollout rollout, Monitoring monitoring) {
    Duration sum = monitoring.validation();
    for (Runbook.StagePlan stage : rollout.stages()) {
      sum = sum.plus(stage.bake());
    }
    return sum.compareTo(SHORTEST_WATCH) < 0 ? SHORTEST_WATCH : sum;
  }

  /// How strictly a release is judged by these sections of its runbook: the judge's own defaults
  /// for its signals, its interval, its length and the evidence it asks for, but for coverage,
  /// which is [#ANY_COVERAGE].
  public static JudgeSettings settings(Runbook.Rollout rollout, Monitoring monitoring) {
    return JudgeSettings.of(judged(monitoring.signals()), interval(monitoring))
        .with(
            draft -> {
              draft.planned = planned(rollout, monitoring);
              draft.minimumCoverage = ANY_COVERAGE;
              draft.requireEvidence = monitoring.requireEvidence();
            });
  }

  private Assessment.Breach breach(Judgement judgement, List<Measure> measures) {
    String name = Objects.requireNonNullElse(judgement.signal(), Signal.ERRORS);
    int which = names(signals).indexOf(name);
    String called = which < 0 ? name : signals.get(which).name();
    Measure measure =
        measures.stream()
            .filter(one -> one.signal().equals(called) || one.signal().startsWith(called + " p"))
            .reduce((first, last) -> last)
            .orElse(new Measure(called, null, null, "fraction", judgement.requests()));
    String evidence =
        judgement.signals().stream()
            .filter(_ -> judgement.reason() == Judgement.Reason.BREACH)
            .filter(one -> one.signal().name().equals(name))
            .findFirst()
            .map(ReleaseJudge::evidence)
            .orElse("");
    return new Assessment.Breach(measure, judgement.text() + evidence);
  }

  private static String evidence(Evidence found) {
    return String.format(
        Locale.ROOT,
        "; a harmless candidate ever shows this with a chance of at most %.2g, and more than %.2g is no breach",
        found.p(),
        Math.exp(-found.threshold()));
  }
}
