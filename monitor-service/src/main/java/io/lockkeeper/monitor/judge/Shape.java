package io.lockkeeper.monitor.judge;

import java.util.Arrays;

/// The distribution that buckets show, smooth within them: the logarithm of the share above `x` is
/// a monotone cubic in the logarithm of `x` (Fritsch and Carlson), which follows the falling
/// density of a tail where an even spread within a bucket would put too much near its upper end.
/// Where too little is known for that, and in the first and the last bucket, the spread is even as
/// in [Buckets#above].
///
/// A picture of the buckets at one moment: when they have gained something, it takes a new one.
final class Shape {

  /// Fewer observations above a bound say little of how steep the tail is there.
  private static final double ENOUGH = 30;

  private static final double RARE = 1e-9;

  private final Buckets buckets;
  private final double[] bounds;
  private final double[] logBounds;
  /// Observations above each bound.
  private final double[] above;

  private final double total;
  /// Logarithms of what is above each bound, once asked for.
  private final double[] logs;

  Shape(Buckets buckets) {
    this.buckets = buckets;
    bounds = buckets.bounds();
    logBounds = buckets.logs();
    total = buckets.total();
    logs = new double[bounds.length];
    Arrays.fill(logs, Double.NaN);
    above = new double[bounds.length];
    var counts = buckets.counts();
    double sum = 0;
    for (int b = bounds.length - 1; b >= 0; b--) {
      sum += counts[b + 1];
      above[b] = sum;
    }
  }

  /// A place on the scale.
  ///
  /// @param bucket in which it lies
  /// @param part   of the observations in that bucket, which are longer
  record Cut(double x, int bucket, double part) {}

  Cut cut(double x) {
    int b = 0;
    while (b < bounds.length && bounds[b] < x) {
      b++;
    }
    return new Cut(x, b, part(b, x));
  }

  private double part(int b, double x) {
    if (b < bounds.length && bounds[b] == x) {
      return 0;
    }
    if (b == 0 || b == bounds.length || above[b] < ENOUGH || !(above[b - 1] > above[b])) {
      return even(b, x);
    }
    double width = logBounds[b] - logBounds[b - 1];
    double t = (StrictMath.log(x) - logBounds[b - 1]) / width;
    double left = tangent(b - 1) * width;
    double right = tangent(b) * width;
    double from = log(b - 1);
    double to = log(b);
    double square = t * t;
    double cube = square * t;
    double log =
        from * (2 * cube - 3 * square + 1)
            + left * (cube - 2 * square + t)
            + to * (3 * square - 2 * cube)
            + right * (cube - square);
    return Math.clamp((StrictMath.exp(log) - above[b]) / (above[b - 1] - above[b]), 0, 1);
  }

  /// How many observations there are.
  double total() {
    return total;
  }

  /// Share of the observations that is longer, never quite 0 or 1; a half when there are none.
  double share(Cut cut) {
    return total > 0 ? Math.clamp(above(cut) / total, RARE, 1 - RARE) : 0.5;
  }

  /// How many observations are longer.
  double above(Cut cut) {
    return beyond(buckets.counts(), cut);
  }

  /// How many observations of others are longer, spread within their bucket as here.
  double above(Buckets others, Cut cut) {
    return Arrays.equals(others.bounds(), bounds)
        ? beyond(others.counts(), cut)
        : others.above(cut.x);
  }

  private static double beyond(double[] counts, Cut cut) {
    double sum = 0;
    for (int b = counts.length - 1; b > cut.bucket; b--) {
      sum += counts[b];
    }
    return cut.bucket < counts.length ? sum + counts[cut.bucket] * cut.part : sum;
  }

  private double even(int b, double x) {
    double low = b == 0 ? 0 : bounds[b - 1];
    double high = b < bounds.length ? bounds[b] : 2 * low;
    if (x >= high) {
      return 0;
    }
    return b == 0 ? (high - x) / high : StrictMath.log(high / x) / StrictMath.log(high / low);
  }

  /// Slope at a bound, in logarithms: the harmonic mean of the slopes on both sides.
  private double tangent(int b) {
    double left = b > 0 ? slope(b) : Double.NaN;
    double right = b + 1 < bounds.length && above[b + 1] >= ENOUGH ? slope(b + 1) : Double.NaN;
    if (Double.isNaN(left)) {
      return Double.isNaN(right) ? 0 : right;
    }
    if (Double.isNaN(right)) {
      return left;
    }
    return left < 0 && right < 0 ? 2 * left * right / (left + right) : 0;
  }

  /// Mean slope over the bucket that ends at bound `b`.
  private double slope(int b) {
    return (log(b) - log(b - 1)) / (logBounds[b] - logBounds[b - 1]);
  }

  private double log(int b) {
    if (Double.isNaN(logs[b])) {
      logs[b] = StrictMath.log(above[b]);
    }
    return logs[b];
  }
}
