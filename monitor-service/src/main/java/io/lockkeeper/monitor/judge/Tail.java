package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.Nullable;

/// One threshold of a duration and the tests of how many requests are longer than it. The control
/// is counted from a threshold that is shorter by the margin, so that the null is "longer by no
/// more than the margin" for the whole distribution and not for its mean alone.
final class Tail {

  /// How much longer the tail may have become.
  private static final Grid GRID = new Grid(1.1, 1.3, 1.8, 4);

  /// Small effects get most: an effect is paid for in nats, and they need the longest for each.
  private static final double[] MASSES = {0.4, 0.35, 0.15, 0.1};
  /// How far below the harm it may lie.
  private static final Grid SAFE = new Grid(0.95, 0.85, 0.7, 0.5);

  private static final double KNOWN_STRETCH = 1.15;
  private static final double ARM_KNOWN = 4 * 0.04 * 0.04;
  private static final double LEAST_DISPERSION = 0.25;

  /// How the requests of both arms split: the same for all thresholds of a histogram.
  static final class Exposure {

    private final Split worse;
    private final Split safe;

    Exposure(Splits splits) {
      worse = splits.of(GRID);
      safe = splits.of(SAFE);
    }

    void over(Buckets candidate, Buckets control, boolean closes) {
      worse.over(candidate.total(), control.total(), 1);
      if (closes) {
        safe.over(candidate.total(), control.total(), 1);
      }
    }
  }

  final double bound;
  final double weight;
  private final double stretch;
  private final double knownStretch;
  private final double harm;
  private final double dispersion;
  private final EProcess process;
  private final Mixture safety = new Mixture(SAFE.size());
  private Reference reference = Reference.NONE;
  /// The bounds that were last looked through for the threshold, and whether it is one of them.
  private double[] bounds = {};
  private boolean bounded;
  private final double[] l = new double[GRID.size()];
  private final double[] lSafe = new double[SAFE.size()];

  /// What a shape says near the threshold; asked once for each shape.
  ///
  /// @param shorter    the threshold, shorter by the stretch
  /// @param share      longer than the threshold
  /// @param elasticity by how many per cent the tail grows when all durations grow by one
  private record Reference(
      @Nullable Shape shape, double stretch, Shape.Cut shorter, double share, double elasticity) {

    static final Reference NONE = new Reference(null, 1, new Shape.Cut(0, 0, 0), 0, 0);

    static Reference of(Shape shape, double bound, double stretch) {
      Shape.Cut shorter = shape.cut(bound / stretch);
      Shape.Cut cut = shape.cut(bound);
      double here = shape.above(cut);
      double more = shape.above(shorter);
      double elasticity =
          here > 0 && more > here ? StrictMath.log(more / here) / StrictMath.log(stretch) : 1;
      return new Reference(shape, stretch, shorter, shape.share(cut), elasticity);
    }
  }

  Tail(double bound, double weight, double dispersion, double margin, JudgeSettings settings) {
    this.bound = bound;
    this.weight = weight;
    this.dispersion = dispersion;
    stretch = 1 + margin;
    knownStretch = Math.max(KNOWN_STRETCH, stretch);
    harm = settings.harm().duration();
    process = new EProcess(MASSES, settings.plannedStrata(), settings.cap());
  }

  /// Whether these buckets end at the threshold, so that those above it can be counted.
  boolean isBoundOf(Buckets buckets) {
    if (buckets.bounds() != bounds) {
      bounds = buckets.bounds();
      bounded = buckets.hasBound(bound);
    }
    return bounded;
  }

  /// See [EProcess#offset].
  double offset() {
    return process.offset();
  }

  /// See [EProcess#scaled].
  double scaled() {
    return process.scaled();
  }

  double logSafety() {
    return safety.logE();
  }

  void restart() {
    process.restart();
  }

  /// Takes a stratum into account, beside a control or (when it is `null`) against the reference
  /// of this shape.
  ///
  /// @param exposure of both arms, when there is a control
  void observe(
      Buckets candidate,
      @Nullable Buckets control,
      Shape shape,
      Exposure exposure,
      double armNoise,
      boolean closes) {
    double n1 = candidate.total();
    double x1 = candidate.above(bound);
    double surge = 1;
    if (control != null) {
      refer(shape, stretch);
      double x0 = shape.above(control, reference.shorter);
      double n0 = control.total();
      exposure.worse.ratios(x1, x0, temper(x1 + x0, n1, n0, armNoise), l);
      surge = Surge.of(x0, n0 * shape.share(reference.shorter));
    } else {
      known(x1, n1, shape);
    }
    if (!closes) {
      process.peek(l, surge);
      return;
    }
    process.close(l, surge);
    if (control != null) {
      double x0 = shape.above(control, shape.cut(bound / harm));
      exposure.safe.ratios(x1, x0, Math.max(1, dispersion), lSafe);
    } else {
      double p0 = shape.share(shape.cut(bound / harm));
      LikelihoodRatio.binomial(x1, n1, p0, SAFE, Math.max(1, dispersion), lSafe);
    }
    safety.add(lSafe);
  }

  private void refer(Shape shape, double by) {
    if (reference.shape != shape || reference.stretch != by) {
      reference = Reference.of(shape, bound, by);
    }
  }

  private double temper(double events, double n1, double n0, double armNoise) {
    double q = Split.share(1, n1, n0);
    double h = reference.elasticity;
    return Math.max(LEAST_DISPERSION, dispersion * (1 - reference.share))
        + armNoise * h * h * events * q * (1 - q);
  }

  private void known(double x1, double n1, Shape shape) {
    refer(shape, knownStretch);
    double total = shape.total();
    double p = shape.share(reference.shorter);
    double sure = 2 * StrictMath.sqrt(dispersion * p * (1 - p) / Math.max(1, total));
    double edge = Math.min(0.98, Math.max(p + sure, 1 / Math.max(2, total)));
    double h = reference.elasticity;
    double phi = dispersion + ARM_KNOWN * h * h * n1 * edge / (1 - edge);
    LikelihoodRatio.binomial(x1, n1, edge, GRID, phi, l);
  }
}
