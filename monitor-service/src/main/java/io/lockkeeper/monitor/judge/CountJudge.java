package io.lockkeeper.monitor.judge;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Judges counted pairs: errors of requests, failures of a KPI. Beside a control the events of
/// both arms are split as a binomial, which no common burst or season can disturb; against a
/// baseline the rate is held to what the baseline (and the control, while it ran) makes plausible.
/// Runbook M1, M2.
final class CountJudge implements SignalJudge {

  /// Small effects get most: an effect is paid for in nats, and they need the longest for each.
  private static final double[] ERROR_MASSES = {0.35, 0.35, 0.15, 0.1, 0.05};

  private static final double[] KPI_MASSES = {0.4, 0.35, 0.15, 0.1};

  private final CountRule rule;
  private final JudgeSettings settings;
  private final int index;
  private final Instant epoch;
  private final double[] l;
  private final double[] lSafe;
  private final EProcess process;
  private final Mixture safetyBeside;
  private final Mixture safetyKnown;
  private final Onset onset;
  private final Finding finding;
  private double events;
  private Evidence.Reference reference = Evidence.Reference.NONE;
  private double x1;
  private double n1;
  private double x0;
  private double n0;
  /// Counts of the stratum that is still growing: candidate's and control's, bad and total.
  private final double[] growing = new double[4];

  CountJudge(
      Signal signal,
      JudgeSettings settings,
      int index,
      Baseline.@Nullable Counted baseline,
      Baseline.@Nullable Counted usual,
      Splits splits,
      Instant epoch) {
    this.settings = settings;
    this.index = index;
    this.epoch = epoch;
    rule = new CountRule(signal, settings, baseline, usual, splits);
    boolean errors = signal.kind() == Signal.Kind.ERRORS;
    l = new double[rule.alternatives()];
    lSafe = new double[rule.safeAlternatives()];
    safetyBeside = new Mixture(lSafe.length);
    safetyKnown = new Mixture(lSafe.length);
    process =
        new EProcess(errors ? ERROR_MASSES : KPI_MASSES, settings.plannedStrata(), settings.cap());
    onset = new Onset(l.length);
    finding = new Finding(signal, settings);
  }

  @Override
  public Finding finding() {
    return finding;
  }

  @Override
  public void observe(Stratum stratum) {
    var candidate = stratum.candidate();
    var control = stratum.control();
    if (!candidate.counted[index]) {
      finding.miss();
      return;
    }
    double c1 = candidate.bad[index];
    double t1 = candidate.total[index];
    double c0 = control != null && control.counted[index] ? control.bad[index] : 0;
    double t0 = control != null && control.counted[index] ? control.total[index] : 0;
    boolean beside = t0 > 0;
    if (control != null && !beside || !rule.canJudge(beside)) {
      finding.hold(stratum.at());
      if (stratum.closes()) {
        rule.learn(c0, t0);
      }
      return;
    }
    if (beside) {
      rule.beside(c1, t1, c0, t0, l);
    } else {
      rule.known(c1, t1, l);
    }
    double surge = beside ? rule.surge(c0, t0) : 1;
    if (stratum.closes()) {
      process.close(l, surge);
    } else {
      process.peek(l, surge);
    }
    finding.note(stratum.at(), process.logE(), events + c1 >= settings.minimumEvents());
    refer(beside);
    growing[0] = c1;
    growing[1] = t1;
    growing[2] = c0;
    growing[3] = t0;
    if (stratum.closes()) {
      Arrays.fill(growing, 0);
      close(stratum.start(), beside, c1, t1, c0, t0);
    }
  }

  /// Counts begin anew when the candidate is held against something else.
  private void refer(boolean beside) {
    var now =
        beside
            ? Evidence.Reference.CONTROL
            : rule.knows() ? Evidence.Reference.BASELINE : Evidence.Reference.NONE;
    if (now != reference) {
      reference = now;
      x1 = 0;
      n1 = 0;
      x0 = 0;
      n0 = 0;
    }
  }

  private void close(double start, boolean beside, double c1, double t1, double c0, double t0) {
    events += c1;
    x1 += c1;
    n1 += t1;
    x0 += c0;
    n0 += t0;
    onset.add(l, settings.cap(), start, c1, t1, c0, t0);
    if (beside) {
      rule.harmBeside(c1, t1, c0, t0, lSafe);
      safetyBeside.add(lSafe);
    }
    rule.harmKnown(c1, t1, lSafe);
    safetyKnown.add(lSafe);
    rule.learn(c0, t0);
  }

  private double logSafety() {
    return LogSpace.add(safetyBeside.logE(), safetyKnown.logE()) - StrictMath.log(2);
  }

  @Override
  public Evidence evidence() {
    var since = onset.best();
    boolean changed = finding.isBreached() && since.n1() > 0;
    boolean beside = reference == Evidence.Reference.CONTROL;
    double a = x1 + growing[0];
    double b = n1 + growing[1];
    double c = beside ? x0 + growing[2] : rule.referenceBad();
    double d = beside ? n0 + growing[3] : rule.referenceTotal();
    double level = StrictMath.exp(-finding.threshold());
    var interval = Interval.ofCounts(a, b, c, d, rule.dispersion(), level);
    double safeAt = StrictMath.log(1 / settings.harm().level());
    double safety = logSafety();
    double boundary = rule.boundary(beside);
    double seenFrom = rule.seenFrom(b, beside ? d : 0, finding.threshold(), beside);
    return new Evidence(
        finding.signal(),
        finding.standing(safety >= safeAt),
        reference,
        interval.estimate(),
        interval.low(),
        interval.high(),
        boundary,
        finding.logE(),
        finding.most(),
        finding.threshold(),
        safety,
        safeAt,
        a,
        b,
        c,
        d,
        seenFrom,
        changed ? epoch.plusMillis(Math.round(since.start() * 1000)) : null,
        text(a, b, c, d, interval, boundary, seenFrom));
  }

  private String text(
      double a, double b, double c, double d, Interval interval, double boundary, double seenFrom) {
    return finding.inWords(
        "%.3f %% (%.0f of %.0f) against %.3f %% (%.0f of %.0f) in %s: %.2fx, within"
            + " %.2f..%.2f at all looks; a breach when the evidence against \"at most %.2fx\" reaches"
            + " %.1f nats (now %.1f); %.2fx would have been seen",
        percent(a, b),
        a,
        b,
        percent(c, d),
        c,
        d,
        reference.words(),
        interval.estimate(),
        interval.low(),
        interval.high(),
        boundary,
        finding.threshold(),
        finding.logE(),
        seenFrom);
  }

  private static double percent(double part, double whole) {
    return whole > 0 ? 100 * part / whole : 0;
  }
}
