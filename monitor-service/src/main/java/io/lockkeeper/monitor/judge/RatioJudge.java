package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.Nullable;

/// Judges one ratio of the arms on closed strata: CPU per request, how full a pool is, what an
/// order comes to. The rule says which; how much it varies by itself is learned from the watch.
/// Runbook M1.
final class RatioJudge implements SignalJudge {

  private final RatioRule rule;
  private final JudgeSettings settings;
  private final Finding finding;
  private final EProcess process;
  private final @Nullable WarmUpGate gate;
  private final ArmNoise noise;
  private final boolean heldInIncidents;
  private final double[] shifts;
  private final double[] l;
  private double sum;
  private double strata;
  private double bound = 1;
  private Evidence.Reference against = Evidence.Reference.NONE;
  private double amount1;
  private double of1;
  private double amount0;
  private double of0;

  RatioJudge(Signal signal, JudgeSettings settings, RatioRule rule) {
    this.rule = rule;
    this.settings = settings;
    var expected = rule.expected();
    heldInIncidents = expected.heldInIncidents();
    shifts = expected.shifts();
    l = new double[shifts.length];
    noise = new ArmNoise(expected.armTau());
    finding = new Finding(signal, settings);
    process = new EProcess(shifts.length, settings.plannedStrata(), settings.cap());
    gate = expected.warmsUp() ? new WarmUpGate(settings.warmUp()) : null;
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
    switch (rule.read(stratum)) {
      case RatioRule.Missing _ -> finding.miss();
      case RatioRule.Idle _ -> finding.hold(stratum.at());
      case RatioRule.Ratio ratio -> observe(stratum, ratio);
    }
  }

  private void observe(Stratum stratum, RatioRule.Ratio seen) {
    boolean warm = gate == null || gate.isOpen() && stratum.calm();
    if (heldInIncidents && stratum.troubled() || !warm) {
      finding.hold(stratum.at());
    } else {
      double v = noise.variance() + seen.sampling();
      LikelihoodRatio.gaussian(seen.ratio() - StrictMath.log(seen.edge()), v, shifts, l);
      finding.note(stratum.at(), process.close(l), true);
      note(seen);
    }
    if (gate != null && !stratum.calm()) {
      gate.forget();
    } else if (gate != null && gate.add(stratum.at(), seen.ratio(), seen.sampling())) {
      process.restart();
    }
    if (warm) {
      noise.add(seen.ratio(), seen.sampling());
    }
  }

  private void note(RatioRule.Ratio seen) {
    var control = seen.control();
    var now = control == null ? Evidence.Reference.BASELINE : Evidence.Reference.CONTROL;
    if (now != against) {
      against = now;
      sum = 0;
      strata = 0;
      amount1 = 0;
      of1 = 0;
      amount0 = 0;
      of0 = 0;
    }
    sum += seen.ratio();
    strata++;
    bound = seen.edge();
    amount1 += seen.candidate().amount();
    of1 += seen.candidate().of();
    if (control != null) {
      amount0 += control.amount();
      of0 += control.of();
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
        amount1,
        of1,
        amount0,
        of0,
        seen,
        null,
        finding.inWords(
            "%s of %s; a breach when the evidence against \"at most %.2fx\" reaches %.1f nats (now"
                + " %.1f)",
            rule.words(interval.estimate(), amount1 / of1),
            against.words(),
            bound,
            finding.threshold(),
            finding.logE()));
  }
}
