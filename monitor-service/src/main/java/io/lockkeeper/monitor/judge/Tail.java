package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.Nullable;

/// One threshold of a duration and the tests of how many requests are longer than it. The control
/// is counted from a threshold that is shorter by the margin, so that the null is "longer by no
/// more than the margin" for the whole distribution and not for its mean alone.
final class Tail {

  private static final double[] GRID = {1.1, 1.3, 1.8, 4};
  /// Small effects get most: an effect is paid for in nats, and they need the longest for each.
  private static final double[] MASSES = {0.4, 0.35, 0.15, 0.1};
  private static final double[] SAFE = {0.95, 0.85, 0.7, 0.5};
  private static final double KNOWN_STRETCH = 1.15;
  private static final double ARM_KNOWN = 4 * 0.04 * 0.04;
  private static final double LEAST_DISPERSION = 0.25;

  final double bound;
  final double weight;
  private final double stretch;
  private final double knownStretch;
  private final double harm;
  private final double dispersion;
  private final EProcess process;
  private final EProcess safety = EProcess.ofWhole(SAFE.length);
  private final double[] l = new double[GRID.length];
  private final double[] lSafe = new double[SAFE.length];

  Tail(double bound, double weight, double dispersion, double margin, JudgeSettings settings) {
    this.bound = bound;
    this.weight = weight;
    this.dispersion = dispersion;
    stretch = 1 + margin;
    knownStretch = Math.max(KNOWN_STRETCH, stretch);
    harm = settings.harm().duration();
    process = new EProcess(MASSES, settings.plannedStrata(), settings.cap());
  }

  double logE() {
    return process.logE();
  }

  double logSafety() {
    return safety.logE();
  }

  void restart() {
    process.restart();
  }

  /// Takes a stratum into account, beside a control or (when it is `null`) against the reference
  /// of this shape.
  void observe(
      Buckets candidate, @Nullable Buckets control, Shape shape, double armNoise, boolean closes) {
    double n1 = candidate.total();
    double x1 = candidate.above(bound);
    double surge = 1;
    if (control != null) {
      double x0 = shape.above(control, bound / stretch);
      beside(x1, n1, x0, control.total(), shape, armNoise);
      surge = Surge.of(x0, control.total() * shape.share(bound / stretch));
    } else {
      known(x1, n1, shape);
    }
    if (!closes) {
      process.peek(l, surge);
      return;
    }
    process.close(l, surge);
    if (control != null) {
      double n0 = control.total();
      LikelihoodRatio.conditional(
          x1, n1, shape.above(control, bound / harm), n0, 1, SAFE, Math.max(1, dispersion), lSafe);
    } else {
      double p0 = shape.share(bound / harm);
      LikelihoodRatio.binomial(x1, n1, p0, SAFE, Math.max(1, dispersion), lSafe);
    }
    safety.close(lSafe);
  }

  private void beside(double x1, double n1, double x0, double n0, Shape shape, double armNoise) {
    double p = shape.share(bound);
    double q = LikelihoodRatio.share(1, n1, n0);
    double h = elasticity(shape, stretch);
    double phi =
        Math.max(LEAST_DISPERSION, dispersion * (1 - p))
            + armNoise * h * h * (x1 + x0) * q * (1 - q);
    LikelihoodRatio.conditional(x1, n1, x0, n0, 1, GRID, phi, l);
  }

  private void known(double x1, double n1, Shape shape) {
    double total = shape.total();
    double p = shape.share(bound / knownStretch);
    double sure = 2 * StrictMath.sqrt(dispersion * p * (1 - p) / Math.max(1, total));
    double edge = Math.min(0.98, Math.max(p + sure, 1 / Math.max(2, total)));
    double h = elasticity(shape, knownStretch);
    double phi = dispersion + ARM_KNOWN * h * h * n1 * edge / (1 - edge);
    LikelihoodRatio.binomial(x1, n1, edge, GRID, phi, l);
  }

  /// By how many per cent the tail grows when all durations grow by one.
  private double elasticity(Shape shape, double by) {
    double here = shape.above(bound);
    double shorter = shape.above(bound / by);
    return here > 0 && shorter > here ? StrictMath.log(shorter / here) / StrictMath.log(by) : 1;
  }
}
