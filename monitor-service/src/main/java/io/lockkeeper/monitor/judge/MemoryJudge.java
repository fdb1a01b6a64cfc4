package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.Nullable;

/// Judges memory per instance on closed strata: the mean of the last minute against what the
/// stable version needs. Runbook M1.
final class MemoryJudge implements SignalJudge {

  private static final double[] SHIFTS = {0.03, 0.08, 0.2};
  private static final double[] MASSES = {0.4, 0.4, 0.2};
  private static final double ARM_TAU = 0.03;
  /// However steadily the control breathes, two healthy instances differ.
  private static final double LEAST_VARIANCE = 4 * 0.014 * 0.014;

  private static final double MEAN_OVER = 60;
  private static final int KEPT = 64;

  private final JudgeSettings settings;
  private final double margin;
  private final @Nullable Double baseline;
  private final Finding finding;
  private final EProcess process;
  private final ArmNoise noise = new ArmNoise(ARM_TAU);
  private final double[] l = new double[SHIFTS.length];
  private final Minute candidate = new Minute();
  private final Minute control = new Minute();
  private double controlSum;
  private double controlOf;
  private double mean = Double.NaN;
  private double reference = Double.NaN;

  MemoryJudge(Signal signal, JudgeSettings settings, @Nullable Baseline baseline) {
    this.settings = settings;
    margin = signal.effectiveMargin();
    Double now = baseline == null ? null : baseline.memory();
    Double usual = baseline == null ? null : baseline.usualMemory();
    this.baseline = now == null || usual == null ? now : Double.valueOf(Math.max(now, usual));
    finding = new Finding(signal, settings);
    process = new EProcess(MASSES, settings.plannedStrata(), settings.cap());
  }

  @Override
  public Finding finding() {
    return finding;
  }

  @Override
  public void observe(Stratum stratum) {
    if (!stratum.closes()) {
      return;
    }
    if (stratum.control() != null && stratum.control().memoryOf > 0) {
      controlSum += stratum.control().memory;
      controlOf += stratum.control().memoryOf;
    }
    double now = stratum.candidate().meanMemory();
    reference =
        Math.max(baseline == null ? 0 : baseline, controlOf > 0 ? controlSum / controlOf : 0);
    if (Double.isNaN(now) || !(reference > 0)) {
      finding.miss();
      return;
    }
    mean = candidate.add(stratum.at(), now);
    double y = StrictMath.log(mean / reference / (1 + margin));
    LikelihoodRatio.gaussian(y, variance(), SHIFTS, l);
    finding.note(stratum.at(), process.close(l), true);
    learn(stratum);
  }

  /// How much memory varies by itself is seen at the control: the candidate's own may be a leak.
  private void learn(Stratum stratum) {
    double now = stratum.control() == null ? Double.NaN : stratum.control().meanMemory();
    if (now > 0) {
      noise.add(StrictMath.log(control.add(stratum.at(), now)), 0);
    }
  }

  private double variance() {
    return Math.max(LEAST_VARIANCE, noise.variance());
  }

  /// The mean level of the last minute.
  private static final class Minute {

    private final double[] at = new double[KEPT];
    private final double[] level = new double[KEPT];
    private int count;

    double add(double now, double seen) {
      at[count % KEPT] = now;
      level[count % KEPT] = seen;
      count++;
      double sum = 0;
      int n = 0;
      for (int k = 1; k <= Math.min(count, KEPT); k++) {
        int i = (count - k) % KEPT;
        if (at[i] <= now - MEAN_OVER) {
          break;
        }
        sum += level[i];
        n++;
      }
      return sum / n;
    }
  }

  @Override
  public Evidence evidence() {
    boolean beside = controlOf > 0;
    double ratio = mean / reference;
    double half = 2 * StrictMath.sqrt(variance());
    return new Evidence(
        finding.signal(),
        finding.standing(false),
        beside
            ? Evidence.Reference.CONTROL
            : baseline == null ? Evidence.Reference.NONE : Evidence.Reference.BASELINE,
        ratio,
        ratio * (1 - half),
        ratio * (1 + half),
        1 + margin,
        finding.logE(),
        finding.most(),
        finding.threshold(),
        0,
        StrictMath.log(1 / settings.harm().level()),
        mean,
        candidate.count,
        reference,
        candidate.count,
        (1 + margin) * (1 + half),
        null,
        finding.inWords(
            "%.4g per instance over the last minute against %.4g: %.3fx; a breach when the"
                + " evidence against \"at most %.2fx\" reaches %.1f nats (now %.1f)",
            mean, reference, ratio, 1 + margin, finding.threshold(), finding.logE()));
  }
}
