package io.lockkeeper.monitor.judge;

/// Judges whether the candidate gets the traffic that its weight promises: requests per unit of
/// weight against the control's. Needs a control; counts from the first candidate request. A
/// traffic that never comes is no breach but no data. Runbook M1.
final class RateJudge implements SignalJudge {

  private static final Grid GRID = new Grid(0.9, 0.7, 0.3);
  private static final double ARM = 4 * 0.03 * 0.03;

  private final double boundary;
  private final Finding finding;
  private final EProcess process;
  private final Split split = new Split(GRID);
  private final double[] l = new double[GRID.size()];
  private final JudgeSettings settings;
  private double carried1;
  private double carried0;
  private boolean begun;
  private double n1;
  private double n0;
  private double exposure1;
  private double exposure0;

  RateJudge(Signal signal, JudgeSettings settings) {
    this.settings = settings;
    boundary = 1 - signal.effectiveMargin();
    finding = new Finding(signal, settings);
    process = new EProcess(GRID.size(), settings.plannedStrata(), settings.cap());
  }

  @Override
  public Finding finding() {
    return finding;
  }

  @Override
  public void observe(Stratum stratum) {
    var control = stratum.control();
    var candidate = stratum.candidate();
    if (control == null || !control.hasRequests || !candidate.hasRequests) {
      carried1 = 0;
      carried0 = 0;
      finding.miss();
      return;
    }
    begun |= candidate.requests > 0;
    if (!begun || !stratum.steady() || stratum.troubled() || candidate.cold || control.cold) {
      if (stratum.closes()) {
        carried1 = 0;
        carried0 = 0;
      }
      finding.hold(stratum.at());
      return;
    }
    double x1 = carried1 + candidate.requests;
    double x0 = carried0 + control.requests;
    boolean whole = !candidate.partial && !control.partial;
    if (whole) {
      double w = stratum.weight();
      double q = Split.share(boundary, w, 1 - w);
      double phi = 1 + ARM * (x1 + x0) * q * (1 - q);
      split.over(w, 1 - w, boundary);
      split.ratios(x1, x0, phi, l);
      finding.note(stratum.at(), stratum.closes() ? process.close(l) : process.peek(l), true);
    }
    if (stratum.closes()) {
      carried1 = whole ? 0 : x1;
      carried0 = whole ? 0 : x0;
      if (whole) {
        n1 += x1;
        n0 += x0;
        exposure1 += (x1 + x0) * stratum.weight();
        exposure0 += (x1 + x0) * (1 - stratum.weight());
      }
    }
  }

  @Override
  public Evidence evidence() {
    var rates =
        Interval.ofCounts(n1, exposure1, n0, exposure0, 1, 1 / StrictMath.exp(finding.threshold()));
    double ratio = 1 / rates.estimate();
    double low = rates.high() > 0 ? 1 / rates.high() : 0;
    double high = rates.low() > 0 ? 1 / rates.low() : Double.POSITIVE_INFINITY;
    double edge = 1 / boundary;
    double error = 1 / Math.max(0.5, n1) + 1 / Math.max(0.5, n0) + ARM / 4;
    return new Evidence(
        finding.signal(),
        finding.standing(false),
        n0 > 0 ? Evidence.Reference.CONTROL : Evidence.Reference.NONE,
        ratio,
        low,
        high,
        edge,
        finding.logE(),
        finding.most(),
        finding.threshold(),
        0,
        StrictMath.log(1 / settings.harm().level()),
        n1,
        exposure1,
        n0,
        exposure0,
        edge * StrictMath.exp(StrictMath.sqrt(2 * error * (finding.threshold() + 2))),
        null,
        finding.inWords(
            "%.0f requests where the weight promises %.0f; a breach when the evidence against"
                + " \"at least %.2f of it\" reaches %.1f nats (now %.1f)",
            n1, exposure1, boundary, finding.threshold(), finding.logE()));
  }
}
