package io.lockkeeper.monitor.judge;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Judges memory per instance on closed strata against what the stable version needs. How much
/// memory varies by itself is seen at the stable version: the candidate's own may be a leak. A
/// version that needs much at its start and gives it back is waited for. Runbook M1.
final class MemoryJudge implements SignalJudge {

  private static final double[] SHIFTS = {0.03, 0.08, 0.2};
  private static final double[] MASSES = {0.4, 0.4, 0.2};

  /// Of the mean over a second: however steadily the control breathes, two healthy instances
  /// differ by 1.4 % over a quarter of a minute.
  private static final double LEAST_VARIANCE = 15 * 0.014 * 0.014;

  /// The same before anything was seen, and the spans of [Breath] that this is worth.
  private static final double PRIOR = 15 * 4 * 0.03 * 0.03;

  private static final double PRIOR_WORTH = 1;
  private static final double KNOWN_WORTH = 5;

  private static final double MEAN_OVER = 60;
  private static final int KEPT = 64;
  private static final double LONGEST_HALF = 5;
  /// A thousandth a minute, which is 6 % an hour.
  private static final double LEAST_GROWTH = 0.001;

  private final JudgeSettings settings;
  private final double margin;
  private final Baseline.@Nullable Used baseline;
  private final Finding finding;
  private final EProcess process;
  private final WarmUpGate gate;
  private final Breath breath = new Breath();
  private final double[] l = new double[SHIFTS.length];
  private final Course course = new Course();
  private double controlSum;
  private double controlOf;
  private double controlSeconds;
  private double mean = Double.NaN;
  private double reference = Double.NaN;
  private double variance = PRIOR;
  private double span = 1;

  MemoryJudge(Signal signal, JudgeSettings settings, @Nullable Baseline baseline) {
    this.settings = settings;
    margin = signal.effectiveMargin();
    this.baseline = baseline == null ? null : baseline.usedMemory();
    finding = new Finding(signal, settings);
    process = new EProcess(MASSES, settings.plannedStrata(), settings.cap());
    gate = new WarmUpGate(settings.warmUp());
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
    learn(stratum);
    double now = stratum.candidate().meanMemory();
    reference =
        Math.max(
            baseline == null ? 0 : baseline.level(), controlOf > 0 ? controlSum / controlOf : 0);
    if (Double.isNaN(now) || !(reference > 0)) {
      finding.miss();
      return;
    }
    course.add(stratum.at(), now);
    mean = course.mean(MEAN_OVER, 0);
    double ratio = StrictMath.log(now / reference);
    span = stratum.span();
    variance = variance() / stratum.candidate().instances / span;
    if (gate.isOpen()) {
      double edge = StrictMath.log(1 + margin) + 2 * error();
      LikelihoodRatio.gaussian(ratio - edge, variance, SHIFTS, l);
      finding.note(stratum.at(), process.close(l), true);
    } else {
      finding.hold(stratum.at());
    }
    if (gate.add(stratum.at(), ratio, variance)) {
      process.restart();
    }
  }

  private void learn(Stratum stratum) {
    var control = stratum.control();
    double level = control == null ? Double.NaN : control.meanMemory();
    if (control != null && level > 0) {
      controlSum += control.memory;
      controlOf += control.memoryOf;
      controlSeconds += control.instances * stratum.span();
      breath.add(StrictMath.log(level), control.instances, stratum.span());
    }
  }

  /// Of the mean over a second at one instance.
  private double variance() {
    double known = baseline == null ? Double.NaN : baseline.breath();
    double before = known >= 0 ? known : PRIOR;
    double worth = known >= 0 ? KNOWN_WORTH : PRIOR_WORTH;
    double seen = breath.worth();
    return Math.max(LEAST_VARIANCE, (worth * before + seen * breath.variance()) / (worth + seen));
  }

  /// Standard error of what the stable version needs.
  private double error() {
    double seconds = controlSeconds + (baseline == null ? 0 : baseline.seconds());
    return StrictMath.sqrt(variance() / Math.max(1, seconds));
  }

  /// What is kept of the candidate.
  private static final class Course {

    private final double[] at = new double[KEPT];
    private final double[] level = new double[KEPT];
    private int count;

    void add(double now, double seen) {
      at[count % KEPT] = now;
      level[count % KEPT] = seen;
      count++;
    }

    /// The mean level from so long ago until so long ago, `NaN` when nothing is known of it.
    double mean(double from, double until) {
      double now = count == 0 ? 0 : at[(count - 1) % KEPT];
      double sum = 0;
      int n = 0;
      for (int k = 1; k <= Math.min(count, KEPT); k++) {
        int i = (count - k) % KEPT;
        if (at[i] > now - from && at[i] <= now - until) {
          sum += level[i];
          n++;
        }
      }
      return n == 0 ? Double.NaN : sum / n;
    }
  }

  /// How much more it is each minute, when that is no chance: the last minutes against those before
  /// them.
  private String growth() {
    double half = Math.min(LONGEST_HALF, minutes() / 2) * 60;
    if (half < MEAN_OVER) {
      return "";
    }
    double grown = StrictMath.log(course.mean(half, 0) / course.mean(2 * half, half));
    double error = StrictMath.sqrt(2 * variance * span / half);
    double each = grown / half * 60;
    return grown > 3 * error && each > LEAST_GROWTH
        ? String.format(Locale.ROOT, ", growing by %.1f %% a minute", 100 * each)
        : "";
  }

  private double minutes() {
    int kept = Math.min(course.count, KEPT);
    return kept == 0
        ? 0
        : (course.at[(course.count - 1) % KEPT] - course.at[(course.count - kept) % KEPT]) / 60;
  }

  @Override
  public Evidence evidence() {
    boolean beside = controlOf > 0;
    double ratio = mean / reference;
    double half = 2 * StrictMath.sqrt(variance);
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
        course.count,
        reference,
        course.count,
        (1 + margin) * (1 + half),
        null,
        finding.inWords(
            "%.4g per instance over the last minute against %.4g: %.3fx%s; a breach when"
                + " the evidence against \"at most %.2fx\" reaches %.1f nats (now %.1f)",
            mean, reference, ratio, growth(), 1 + margin, finding.threshold(), finding.logE()));
  }
}
