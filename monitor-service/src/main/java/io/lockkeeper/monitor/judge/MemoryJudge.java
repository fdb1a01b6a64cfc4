package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.Nullable;

/// Judges memory per instance on closed strata: the mean of the last minute against what the
/// stable version needs. Runbook M1.
final class MemoryJudge implements SignalJudge {

  private static final double[] SHIFTS = {0.05, 0.12, 0.3};
  private static final double VARIANCE = 4 * 0.03 * 0.03;
  private static final double MEAN_OVER = 60;
  private static final int KEPT = 64;

  private final JudgeSettings settings;
  private final double margin;
  private final @Nullable Double baseline;
  private final Finding finding;
  private final EProcess process;
  private final double[] l = new double[SHIFTS.length];
  private final double[] at = new double[KEPT];
  private final double[] level = new double[KEPT];
  private int count;
  private double controlSum;
  private double controlOf;
  private double mean = Double.NaN;
  private double reference = Double.NaN;

  MemoryJudge(Signal signal, JudgeSettings settings, @Nullable Baseline baseline) {
    this.settings = settings;
    margin = signal.effectiveMargin();
    this.baseline = baseline == null ? null : baseline.memory();
    finding = new Finding(signal, settings);
    process = new EProcess(SHIFTS.length, settings.plannedStrata(), settings.cap());
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
    at[count % KEPT] = stratum.at();
    level[count % KEPT] = now;
    count++;
    mean = recentMean(stratum.at());
    double y = StrictMath.log(mean / reference / (1 + margin));
    LikelihoodRatio.gaussian(y, VARIANCE, SHIFTS, l);
    finding.note(stratum.at(), process.close(l), true);
  }

  private double recentMean(double now) {
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

  @Override
  public Evidence evidence() {
    boolean beside = controlOf > 0;
    double ratio = mean / reference;
    double half = 2 * StrictMath.sqrt(VARIANCE);
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
        count,
        reference,
        count,
        (1 + margin) * (1 + half),
        null,
        finding.inWords(
            "%.4g per instance over the last minute against %.4g: %.3fx; a breach when the"
                + " evidence against \"at most %.2fx\" reaches %.1f nats (now %.1f)",
            mean, reference, ratio, 1 + margin, finding.threshold(), finding.logE()));
  }
}
