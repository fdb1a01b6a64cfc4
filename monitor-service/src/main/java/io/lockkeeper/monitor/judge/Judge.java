package io.lockkeeper.monitor.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Judges one release, look after look, from its first traffic to the end of its watch. Carries
/// its state (some kilobytes) and may be asked after every look: the tests are anytime-valid, so
/// looking often does not raise the chance of a false alarm, which is at most
/// [JudgeSettings#alpha] for the whole watch. A breach latches. Deterministic: fed the same looks,
/// a new judge says the same, bit for bit, so a verdict can be re-judged and a lost judge be
/// rebuilt from recorded looks. Not thread-safe. Runbook D4, M1, M2, R1.
public final class Judge {

  private static final double FORGET_AFTER = 600;

  /// Signals that one sentence names.
  private static final int MOST_NAMED = 4;

  /// So many times the usual errors of the control.
  private static final double TROUBLED = 2;

  private final JudgeSettings settings;
  private final @Nullable Baseline baseline;
  private final Layout layout;
  /// Where errors are among the counts; negative when they are not judged.
  private final int errors;
  private final boolean failingIsCritical;
  private final ArmReader controlReader;
  private final ArmReader candidateReader;
  private final Tally control;
  private final Tally candidate;
  private final CatastropheRule catastrophe;
  private final double span;
  private final double lostAfter;
  private final double interval;
  private final List<SignalJudge> tests = new ArrayList<>();
  private @Nullable Instant epoch;
  private @Nullable Instant lastAt;
  private @Nullable Judgement last;
  private @Nullable String failedSignal;
  private boolean catastrophic;
  private double weight = -1;
  private double stratumStart;
  private boolean steady = true;
  private double calmFrom = Double.NEGATIVE_INFINITY;
  private double controlTrafficAt;
  private double usualBad;
  private double usualTotal;
  private boolean controlLost;
  private Progress progress = new Progress(0, 1);

  /// A judge for one release.
  ///
  /// @param baseline what the stable version showed before, or `null`; without it nothing can be
  ///                 judged once no control is left, except errors against the acceptable ratio
  public Judge(JudgeSettings settings, @Nullable Baseline baseline) {
    this.settings = settings;
    this.baseline = baseline;
    layout = Layout.of(settings.signals());
    errors = layout.counts().indexOf(Signal.ERRORS);
    failingIsCritical =
        settings.signals().stream()
            .anyMatch(signal -> signal.critical() && signal.name().equals(Signal.ERRORS));
    var known = new boolean[layout.counts().size()];
    for (int i = 0; i < known.length; i++) {
      known[i] = baseline != null && baseline.counts().containsKey(layout.counts().get(i));
    }
    var usual = baseline == null ? null : baseline.counts().get(Signal.ERRORS);
    usualBad = usual == null ? 0 : usual.bad();
    usualTotal = usual == null ? 0 : usual.total();
    controlReader = new ArmReader(layout, FORGET_AFTER, known);
    candidateReader = new ArmReader(layout, FORGET_AFTER, known);
    control = new Tally(layout);
    candidate = new Tally(layout);
    catastrophe = new CatastropheRule(settings.catastrophe());
    span = seconds(settings.stratum());
    lostAfter = seconds(settings.lostAfter());
    interval = seconds(settings.scrapeInterval());
  }

  /// Judges recorded looks from the beginning.
  ///
  /// @return the last judgement, or `null` when there was no look
  public static @Nullable Judgement replay(
      JudgeSettings settings, @Nullable Baseline baseline, List<Look> looks) {
    var judge = new Judge(settings, baseline);
    for (var look : looks) {
      judge.advance(look);
    }
    return judge.lastAt == null ? null : judge.judgement(judge.lastAt);
  }

  /// Takes one look and says what follows from all looks so far. A look that is not newer than the
  /// last changes nothing and gets the last answer again.
  public Judgement look(Look look) {
    if (!advance(look) && last != null) {
      return last;
    }
    last = judgement(look.at());
    return last;
  }

  /// Takes one look into account, without saying anything.
  ///
  /// @return whether it was newer than the last
  private boolean advance(Look look) {
    if (lastAt != null && !look.at().isAfter(lastAt)) {
      return false;
    }
    if (epoch == null && look.weight() > 0) {
      begin(look.at());
    }
    double at = since(look.at());
    double badBefore = errors(candidate.bad);
    double totalBefore = errors(candidate.total);
    double requestsBefore = requests(candidate);
    double controlBefore = requests(control);
    control.cold = false;
    candidate.cold = false;
    boolean controlHere = controlReader.read(at, look.control(), control);
    boolean candidateHere = candidateReader.read(at, look.candidate(), candidate);
    boolean cold = candidate.cold || (control.cold && look.weight() < 1);
    if (look.weight() <= 0) {
      idle(at);
    } else {
      turn(look.weight(), at);
      if (cold) {
        calmFrom = Math.max(calmFrom, at + seconds(settings.warmUp().afterReset()));
        steady = false;
      }
      controlTrafficAt = requests(control) > controlBefore ? at : controlTrafficAt;
      progress.add(at, candidateHere, requests(candidate) - requestsBefore);
      if (candidateHere) {
        catastrophe(errors(candidate.bad) - badBefore, errors(candidate.total) - totalBefore);
        judge(at, controlHere);
      }
    }
    lastAt = look.at();
    return true;
  }

  private double since(Instant at) {
    return epoch == null ? 0 : seconds(Duration.between(epoch, at));
  }

  private void begin(Instant at) {
    epoch = at;
    int counts = 0;
    int durations = 0;
    int saturations = 0;
    int amounts = 0;
    var splits = new Splits();
    for (var signal : settings.signals()) {
      tests.add(
          switch (signal.kind()) {
            case ERRORS, KPI ->
                new CountJudge(
                    signal,
                    settings,
                    counts++,
                    baseline == null ? null : baseline.counts().get(signal.name()),
                    baseline == null ? null : baseline.usualCount(signal.name()),
                    splits,
                    at);
            case DURATION ->
                new DurationJudge(
                    signal,
                    settings,
                    durations++,
                    baseline == null ? null : baseline.durations().get(signal.name()),
                    baseline == null ? null : baseline.usualDuration(signal.name()),
                    splits,
                    at);
            case RATE -> new RateJudge(signal, settings);
            case CPU -> new RatioJudge(signal, settings, new CpuRule(signal, baseline));
            case SATURATION ->
                new RatioJudge(
                    signal, settings, new SaturationRule(signal, saturations++, baseline));
            case VALUE ->
                new RatioJudge(signal, settings, new ValueRule(signal, amounts++, baseline));
            case MEMORY -> new MemoryJudge(signal, settings, baseline);
          });
    }
  }

  /// The candidate gets nothing by plan: nothing is judged, the counters are kept up with.
  private void idle(double at) {
    weight = 0;
    stratumStart = at;
    control.clear();
    candidate.clear();
  }

  private void turn(double next, double at) {
    if (next == weight) {
      return;
    }
    if (weight > 0) {
      calmFrom = Math.max(calmFrom, at + seconds(settings.warmUp().afterShift()));
    }
    if (weight >= 0) {
      steady = false;
    }
    if (next >= 1) {
      control.clear();
    }
    weight = next;
    controlTrafficAt = at;
    progress = new Progress(at, interval);
  }

  private void catastrophe(double bad, double total) {
    if (!failingIsCritical) {
      return;
    }
    double share = 0;
    if (weight < 1 && errors(control.total) > 0) {
      share = errors(control.bad) / errors(control.total);
    } else if (baseline != null) {
      var known = baseline.counts().get(Signal.ERRORS);
      share = known == null ? 0 : (double) known.bad() / Math.max(1, known.total());
    }
    if (catastrophe.add(bad, total, share) && failedSignal == null) {
      catastrophic = true;
      failedSignal = Signal.ERRORS;
    }
  }

  /// Judges what has been counted since the last stratum, when both arms are there.
  private void judge(double at, boolean controlHere) {
    boolean beside = weight < 1 && at - controlTrafficAt < lostAfter;
    if (beside && !controlHere) {
      return;
    }
    if (beside && controlLost) {
      // What the control did while it was lost belongs to no stratum.
      controlLost = false;
      control.clear();
      candidate.clear();
      stratumStart = at;
      return;
    }
    controlLost = !beside && weight < 1;
    boolean closes = at - stratumStart + interval / 2 > span;
    var stratum =
        new Stratum(
            at,
            stratumStart,
            beside ? control : null,
            candidate,
            weight,
            steady,
            stratumStart >= calmFrom,
            beside && isTroubled(),
            closes);
    for (var test : tests) {
      test.observe(stratum);
      var finding = test.finding();
      if (failedSignal == null && finding.isBreached() && finding.signal().critical()) {
        failedSignal = finding.signal().name();
      }
    }
    if (closes) {
      usualBad += errors(control.bad);
      usualTotal += errors(control.total);
      control.clear();
      candidate.clear();
      stratumStart = at;
      steady = true;
    }
  }

  private boolean isTroubled() {
    double usual = errors(control.total) * (usualBad + 1) / (usualTotal + 100);
    return Surge.of(errors(control.bad), usual) > TROUBLED;
  }

  private Judgement judgement(Instant now) {
    double at = since(now);
    var evidence = tests.stream().map(SignalJudge::evidence).toList();
    double coverage = progress.coverage(at);
    var conclusion = conclude(at, coverage, evidence);
    return new Judgement(
        now,
        conclusion.verdict,
        conclusion.reason,
        conclusion.signal,
        evidence,
        coverage,
        Duration.ofMillis(Math.round(progress.observed * 1000)),
        (long) progress.requests,
        conclusion.text);
  }

  private record Conclusion(
      Verdict verdict, Judgement.Reason reason, @Nullable String signal, String text) {}

  private Conclusion conclude(double at, double coverage, List<Evidence> evidence) {
    if (failedSignal != null) {
      return failed(failedSignal, evidence);
    }
    if (weight <= 0) {
      return inconclusive(Judgement.Reason.NOT_STARTED, "the candidate gets no traffic yet");
    }
    double unseen = at - progress.candidateAt;
    if (unseen >= lostAfter) {
      return errored(
          null, String.format(Locale.ROOT, "the candidate was not seen for %.0f s", unseen));
    }
    double quiet = at - progress.trafficAt;
    if (quiet >= lostAfter) {
      return inconclusive(
          Judgement.Reason.NO_TRAFFIC,
          String.format(Locale.ROOT, "no request reached the candidate for %.0f s", quiet));
    }
    if (progress.present < settings.minimumLooks()
        || progress.requests < settings.minimumRequests()) {
      return inconclusive(Judgement.Reason.TOO_LITTLE_TRAFFIC, little(evidence));
    }
    if (coverage < settings.minimumCoverage()) {
      return errored(
          null,
          String.format(
              Locale.ROOT, "only %.0f %% of the scrapes saw the candidate", 100 * coverage));
    }
    for (var test : tests) {
      if (isUnmeasured(test.finding(), at)) {
        String name = test.finding().signal().name();
        return errored(name, name + " is not measured");
      }
    }
    for (var test : tests) {
      var finding = test.finding();
      if (finding.signal().critical() && finding.isSuspicious()) {
        return new Conclusion(
            Verdict.INCONCLUSIVE,
            Judgement.Reason.LOOKS_WORSE,
            finding.signal().name(),
            "it looks worse, and is not sure yet: " + test.evidence().rule());
      }
    }
    if (settings.requireEvidence()) {
      for (var e : evidence) {
        boolean owed =
            e.signal().kind() == Signal.Kind.ERRORS || e.signal().kind() == Signal.Kind.DURATION;
        if (owed && e.signal().critical() && e.standing() != Standing.NOT_WORSE) {
          return new Conclusion(
              Verdict.INCONCLUSIVE,
              Judgement.Reason.HARM_NOT_RULED_OUT,
              e.signal().name(),
              "harm is not ruled out: " + e.rule());
        }
      }
    }
    return new Conclusion(
        Verdict.PASSED,
        Judgement.Reason.HEALTHY,
        null,
        String.format(
            Locale.ROOT,
            "nothing worse in %.0f requests over %.0f s%s",
            progress.requests,
            progress.observed,
            unjudged()));
  }

  /// What a pass says nothing of yet, since it is not warm or has nothing to be compared with.
  private String unjudged() {
    var names =
        tests.stream()
            .map(SignalJudge::finding)
            .filter(finding -> finding.signal().critical() && !finding.isJudged())
            .map(finding -> finding.signal().name())
            .toList();
    return names.isEmpty() ? "" : "; not judged yet: " + String.join(", ", names);
  }

  private Conclusion failed(String signal, List<Evidence> evidence) {
    if (catastrophic) {
      return new Conclusion(
          Verdict.FAILED,
          Judgement.Reason.CATASTROPHE,
          signal,
          String.format(
              Locale.ROOT,
              "%.0f of the last %.0f requests failed",
              catastrophe.failed(),
              catastrophe.requests()));
    }
    var rule =
        evidence.stream()
            .filter(e -> e.signal().name().equals(signal))
            .map(Evidence::rule)
            .findFirst()
            .orElse(signal);
    return new Conclusion(Verdict.FAILED, Judgement.Reason.BREACH, signal, rule);
  }

  private String little(List<Evidence> evidence) {
    var seen =
        evidence.stream()
            .filter(e -> e.signal().critical() && Double.isFinite(e.seenFrom()))
            .map(e -> String.format(Locale.ROOT, "%s of %.1fx", e.signal().name(), e.seenFrom()))
            .limit(MOST_NAMED)
            .toList();
    return String.format(
        Locale.ROOT,
        "%.0f requests in %d looks are too few; %s would have been seen",
        progress.requests,
        progress.present,
        seen.isEmpty() ? "no harm of any size" : String.join(", ", seen));
  }

  private boolean isUnmeasured(Finding finding, double at) {
    var signal = finding.signal();
    boolean owed = signal.required() && (signal.kind() != Signal.Kind.RATE || weight < 1);
    double patience = Math.max(lostAfter, 2 * span);
    double measuredAt = finding.measuredAt();
    return owed && (Double.isNaN(measuredAt) ? at >= patience : at - measuredAt >= patience);
  }

  private static Conclusion inconclusive(Judgement.Reason reason, String text) {
    return new Conclusion(Verdict.INCONCLUSIVE, reason, null, text);
  }

  private static Conclusion errored(@Nullable String signal, String text) {
    return new Conclusion(Verdict.ERRORED, Judgement.Reason.TELEMETRY_MISSING, signal, text);
  }

  private double errors(double[] of) {
    return errors < 0 ? 0 : of[errors];
  }

  private double requests(Tally tally) {
    return tally.hasRequests ? tally.requests : errors(tally.total);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
