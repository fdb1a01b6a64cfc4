package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.Nullable;

/// The null hypotheses of a counted pair and the likelihood ratios against them.
///
/// Errors beside a control: the candidate's rate is at most `1 + margin` times the control's, or
/// at most the error floor above it. Which of the two is tested is chosen from the past; both lie
/// within the null. The floor enters as events that the control is granted: by Jensen that is a
/// valid test. KPI: the success share falls by at most the margin. Where successes are rare they
/// are counted instead of failures. Against a known rate the candidate is granted what the stable
/// version was at this hour on a usual earlier day.
final class CountRule {

  private static final double ARM_BESIDE_ERRORS = 4 * 0.10 * 0.10;
  private static final double ARM_KNOWN_ERRORS = 4 * 0.15 * 0.15;
  private static final double ARM_BESIDE_KPI = 4 * 0.03 * 0.03;
  private static final double ARM_KNOWN_KPI = 4 * 0.05 * 0.05;
  private static final double KNOWN_RATIO = 1.5;
  private static final double KNOWN_RISE = 5e-4;
  private static final double KPI_KNOWN_MARGINS = 3;
  private static final double SAFE_RISE = 1e-3;
  private static final double ENOUGH_TO_ORIENT = 30;
  private static final double LEAST_DISPERSION = 0.25;

  private static final Grid ERRORS = new Grid(1.3, 2, 3.5, 7, 20);
  private static final Grid KPI = new Grid(1.08, 1.2, 1.5, 3);
  private static final Grid MIRRORED = KPI.inverse();
  private static final Grid SAFE = new Grid(0.8, 0.6, 0.4, 0.2, 0.05);

  private final boolean errors;
  private final double margin;
  private final JudgeSettings settings;
  private final double dispersion;
  /// Share of bad of a usual earlier day at this hour; NaN when that is not known.
  private final double usual;
  private Grid grid;
  private Split split;
  private final Splits splits;
  private final Split harm;
  private double pastBad;
  private double pastTotal;
  /// Rare successes are counted in the place of failures. Decided once.
  private boolean mirrored;
  private boolean oriented;

  CountRule(
      Signal signal,
      JudgeSettings settings,
      Baseline.@Nullable Counted baseline,
      Baseline.@Nullable Counted usual,
      Splits splits) {
    this.splits = splits;
    harm = splits.of(SAFE);
    errors = signal.kind() == Signal.Kind.ERRORS;
    margin = signal.effectiveMargin();
    this.settings = settings;
    dispersion = baseline == null ? 1 : baseline.dispersion();
    this.usual = usual == null ? Double.NaN : (double) usual.bad() / usual.total();
    oriented = errors;
    grid = errors ? ERRORS : KPI;
    split = splits.of(grid);
    if (baseline != null) {
      learn(baseline.bad(), baseline.total());
    }
  }

  /// Adds what the reference counted to what is known of it.
  void learn(double bad, double total) {
    pastBad += bad;
    pastTotal += total;
    if (!oriented && pastTotal >= ENOUGH_TO_ORIENT) {
      oriented = true;
      mirrored = pastBad > pastTotal / 2;
      grid = mirrored ? MIRRORED : KPI;
      split = splits.of(grid);
    }
  }

  /// How many alternatives there are.
  int alternatives() {
    return grid.size();
  }

  /// How many there are against "at least the harm worse".
  int safeAlternatives() {
    return SAFE.size();
  }

  boolean canJudge(boolean beside) {
    return errors || oriented && (beside || knows());
  }

  boolean knows() {
    return pastTotal > 0;
  }

  double referenceBad() {
    return pastBad;
  }

  double referenceTotal() {
    return pastTotal;
  }

  double dispersion() {
    return dispersion;
  }

  /// Share of counted events (failures, or successes when mirrored) that the past makes likely.
  private double p() {
    if (pastTotal <= 0) {
      return settings.acceptable();
    }
    double events = mirrored ? pastTotal - pastBad : pastBad;
    return (events + 0.5) / (pastTotal + 1);
  }

  private double error() {
    double p = p();
    return pastTotal <= 0 ? 0 : StrictMath.sqrt(dispersion * p * (1 - p) / pastTotal);
  }

  private boolean additive() {
    return errors && p() * margin < settings.errorFloor();
  }

  /// The ratio of event rates at the edge of the null, beside a control.
  private double edgeBeside() {
    double p = p();
    if (errors) {
      return additive() ? 1 : 1 + margin;
    }
    return mirrored ? 1 - margin : 1 + margin * (1 - p) / p;
  }

  /// The event rate at the edge of the null, against a known rate.
  private double edgeKnown() {
    if (pastTotal <= 0) {
      return KNOWN_RATIO * p();
    }
    double p = known();
    double sure = 2 * error();
    if (errors) {
      return Math.max(Math.max(KNOWN_RATIO * p, p + KNOWN_RISE), p + sure);
    }
    double wide = KPI_KNOWN_MARGINS * margin;
    return mirrored
        ? Math.min(p * (1 - wide), Math.max(p / 2, p - sure))
        : Math.max(p + wide * (1 - p), p + sure);
  }

  /// Share of counted events that the past makes likely at this hour.
  private double known() {
    double p = p();
    if (Double.isNaN(usual)) {
      return p;
    }
    return mirrored ? Math.min(p, 1 - usual) : Math.max(p, usual);
  }

  /// The boundary as a ratio of bad to bad, for people.
  double boundary(boolean beside) {
    if (beside) {
      return additive() ? 1 + settings.errorFloor() / p() : edgeBeside();
    }
    return edgeKnown() / p();
  }

  void beside(double c1, double n1, double c0, double n0, double[] l) {
    double granted = additive() ? n0 * settings.errorFloor() : 0;
    double x1 = events(c1, n1);
    double x0 = events(c0, n0) + granted;
    double r0 = edgeBeside();
    split.over(n1, n0, r0);
    split.ratios(x1, x0, phiBeside(x1 + x0, n1, n0, r0), l);
  }

  /// How far beyond its usual the control is.
  double surge(double c0, double n0) {
    return pastTotal > 0 ? Surge.of(events(c0, n0), n0 * p()) : 1;
  }

  void known(double c1, double n1, double[] l) {
    double edge = edgeKnown();
    double x1 = events(c1, n1);
    if (errors) {
      double phi = dispersion + ARM_KNOWN_ERRORS * n1 * edge;
      LikelihoodRatio.poisson(x1, n1, edge, grid, phi, l);
    } else {
      double phi = dispersion + ARM_KNOWN_KPI * n1 * edge / (1 - edge);
      LikelihoodRatio.binomial(x1, n1, edge, grid, phi, l);
    }
  }

  /// Against "at least the harm worse", beside a control.
  void harmBeside(double c1, double n1, double c0, double n0, double[] l) {
    double r0 = settings.harm().errors();
    harm.over(n1, n0, r0);
    harm.ratios(c1, c0, phiBeside(c1 + c0, n1, n0, r0), l);
  }

  /// Against "at least the harm worse" than what is known, or 0.1 % more, whichever is larger.
  void harmKnown(double c1, double n1, double[] l) {
    double p = pastTotal <= 0 ? 0 : pastBad / pastTotal;
    double low = Math.max(0, p - 2 * error());
    double rate = Math.max(settings.harm().errors() * low, low + SAFE_RISE);
    double phi = dispersion + ARM_KNOWN_ERRORS * n1 * rate;
    LikelihoodRatio.poisson(c1, n1, rate, SAFE, phi, l);
  }

  /// The smallest ratio whose expected evidence over these counts reaches the threshold.
  double seenFrom(double n1, double n0, double threshold, boolean beside) {
    double p = mirrored ? 1 - p() : p();
    double need = threshold + 2;
    double edge = boundary(beside);
    double low = edge;
    double high = 1 / p;
    if (expected(high, edge, p, n1, n0, beside) < need) {
      return Double.POSITIVE_INFINITY;
    }
    for (int i = 0; i < 20; i++) {
      double middle = StrictMath.sqrt(low * high);
      if (expected(middle, edge, p, n1, n0, beside) < need) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private double expected(double r, double edge, double p, double n1, double n0, boolean beside) {
    if (beside) {
      double q = Split.share(r, n1, n0);
      double q0 = Split.share(edge, n1, n0);
      double events = p * (r * n1 + n0);
      double gain =
          q * StrictMath.log(q / q0) + (q < 1 ? (1 - q) * StrictMath.log((1 - q) / (1 - q0)) : 0);
      return n0 > 0 ? events * gain / dispersion : 0;
    }
    double ratio = r / edge;
    return n1 * p * edge * (ratio * StrictMath.log(ratio) - ratio + 1) / dispersion;
  }

  private double events(double bad, double total) {
    return mirrored ? total - bad : bad;
  }

  /// Tempering: clusters of events, less where events are not rare (a binomial split overstates
  /// their variance), plus lasting differences of the arms, which weigh more the more is counted.
  private double phiBeside(double events, double n1, double n0, double r0) {
    double q = Split.share(r0, n1, n0);
    double arm = errors ? ARM_BESIDE_ERRORS : ARM_BESIDE_KPI;
    return Math.max(LEAST_DISPERSION, dispersion * (1 - p())) + arm * events * q * (1 - q);
  }
}
