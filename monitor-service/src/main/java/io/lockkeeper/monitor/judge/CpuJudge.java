package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.Nullable;

/// Judges CPU seconds per request on closed strata, with an allowance for what an instance burns
/// without requests (arms of unequal load differ by that alone). Runbook M1.
final class CpuJudge implements SignalJudge {

  private static final double[] SHIFTS = {0.05, 0.12, 0.3};
  private static final double IDLE_CORES = 0.03;
  private static final double ARM_TAU = 0.035;
  private static final double KNOWN_EXTRA = 0.10;
  /// Squared coefficient of variation of the CPU of one request, until the noise is learned.
  private static final double PER_REQUEST = 0.25;

  private final JudgeSettings settings;
  private final double margin;
  private final Cost baselineCost;
  private final Finding finding;
  private final EProcess process;
  private final WarmUpGate gate;
  private final ArmNoise noise = new ArmNoise(ARM_TAU);
  private final double[] l = new double[SHIFTS.length];
  private double sum;
  private double strata;
  private double bound = 1;
  private Evidence.Reference against = Evidence.Reference.NONE;
  private double cpu1;
  private double requests1;
  private double cpu0;
  private double requests0;

  /// What a request costs.
  ///
  /// @param cpu      CPU seconds per request
  /// @param idle     instance-seconds per request
  /// @param variance sampling variance of the logarithm of the cost
  private record Cost(double cpu, double idle, double variance) {

    static final Cost UNKNOWN = new Cost(0, 0, 0);

    static Cost of(@Nullable Baseline baseline) {
      Double known = baseline == null ? null : baseline.cpu();
      return baseline == null || known == null
          ? UNKNOWN
          : new Cost(known, baseline.idle(), PER_REQUEST / Math.max(1, baseline.requests()));
    }

    static Cost of(Tally tally, double span) {
      return tally.cpuRequests > 0
          ? new Cost(
              tally.cpuSeconds / tally.cpuRequests,
              tally.instances * span / tally.cpuRequests,
              PER_REQUEST / tally.cpuRequests)
          : UNKNOWN;
    }
  }

  CpuJudge(Signal signal, JudgeSettings settings, @Nullable Baseline baseline) {
    this.settings = settings;
    margin = signal.effectiveMargin();
    var now = Cost.of(baseline);
    var usual = Cost.of(baseline == null ? null : baseline.usualCpu());
    baselineCost = now.cpu > 0 && usual.cpu > now.cpu ? usual : now;
    finding = new Finding(signal, settings);
    process = new EProcess(SHIFTS.length, settings.plannedStrata(), settings.cap());
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
    var candidate = stratum.candidate();
    var control = stratum.control();
    if (!(candidate.cpuRequests > 0)) {
      finding.miss();
      return;
    }
    if (!(candidate.cpuSeconds > 0)) {
      finding.hold(stratum.at());
      return;
    }
    var mine = Cost.of(candidate, stratum.span());
    var other = control == null ? baselineCost : Cost.of(control, stratum.span());
    if (!(other.cpu > 0)) {
      finding.miss();
      return;
    }
    double allowance = Math.max(0, IDLE_CORES * (mine.idle - other.idle)) / other.cpu;
    double edge = 1 + margin + (control == null ? KNOWN_EXTRA : 0) + allowance;
    double ratio = StrictMath.log(mine.cpu / other.cpu);
    double sampling = mine.variance + other.variance;
    if (!stratum.calm() || stratum.troubled() || !gate.isOpen()) {
      finding.hold(stratum.at());
    } else {
      double v = noise.variance() + sampling;
      LikelihoodRatio.gaussian(ratio - StrictMath.log(edge), v, SHIFTS, l);
      finding.note(stratum.at(), process.close(l), true);
      note(candidate, control, ratio, edge);
    }
    if (stratum.calm()) {
      boolean open = gate.isOpen();
      if (gate.add(stratum.at(), ratio, sampling)) {
        process.restart();
      }
      if (open) {
        noise.add(ratio, sampling);
      }
    }
  }

  private void note(Tally candidate, @Nullable Tally control, double ratio, double edge) {
    var now = control == null ? Evidence.Reference.BASELINE : Evidence.Reference.CONTROL;
    if (now != against) {
      against = now;
      sum = 0;
      strata = 0;
      cpu1 = 0;
      requests1 = 0;
      cpu0 = 0;
      requests0 = 0;
    }
    sum += ratio;
    strata++;
    bound = edge;
    cpu1 += candidate.cpuSeconds;
    requests1 += candidate.cpuRequests;
    if (control != null) {
      cpu0 += control.cpuSeconds;
      requests0 += control.cpuRequests;
    }
  }

  @Override
  public Evidence evidence() {
    double variance = strata > 0 ? noise.variance() / strata : 0;
    var interval =
        Interval.of(
            strata > 0 ? sum / strata : 0, variance, 1 / StrictMath.exp(finding.threshold()));
    double seen =
        variance > 0
            ? bound * StrictMath.exp(StrictMath.sqrt(2 * variance * (finding.threshold() + 2)))
            : Double.POSITIVE_INFINITY;
    return new Evidence(
        finding.signal(),
        finding.standing(false),
        against,
        interval.estimate(),
        interval.low(),
        interval.high(),
        bound,
        finding.logE(),
        finding.most(),
        finding.threshold(),
        0,
        StrictMath.log(1 / settings.harm().level()),
        cpu1,
        requests1,
        cpu0,
        requests0,
        seen,
        null,
        finding.inWords(
            "%.3fx CPU per request of %s; a breach when the evidence against \"at most"
                + " %.2fx\" reaches %.1f nats (now %.1f)",
            interval.estimate(), against.words(), bound, finding.threshold(), finding.logE()));
  }
}
