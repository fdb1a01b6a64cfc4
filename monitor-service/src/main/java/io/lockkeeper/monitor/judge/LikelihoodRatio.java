package io.lockkeeper.monitor.judge;

/// Log likelihood ratios of a stratum against what is known, one for each alternative of a grid;
/// [Split] has those of two arms side by side. Each has, for every law within the null hypothesis,
/// a mean of `exp` of at most 1. A dispersion above 1 tempers them: that costs power, never
/// validity (Jensen).
final class LikelihoodRatio {

  private LikelihoodRatio() {}

  /// One arm against a known rate of rare events.
  static void poisson(double x1, double n1, double rate, Grid grid, double phi, double[] l) {
    for (int j = 0; j < l.length; j++) {
      l[j] = (x1 * grid.log(j) - n1 * rate * (grid.ratio(j) - 1)) / phi;
    }
  }

  /// One arm against a known share of events that are not rare.
  static void binomial(double x1, double n1, double p0, Grid grid, double phi, double[] l) {
    for (int j = 0; j < l.length; j++) {
      double ratio = grid.ratio(j);
      double p = ratio > 1 ? Math.min(ratio * p0, (1 + p0) / 2) : ratio * p0;
      l[j] = (term(x1, p / p0) + term(n1 - x1, (1 - p) / (1 - p0))) / phi;
    }
  }

  /// A value that is `y` above the boundary with variance `v`.
  static void gaussian(double y, double v, double[] shifts, double[] l) {
    for (int j = 0; j < shifts.length; j++) {
      l[j] = (shifts[j] * y - shifts[j] * shifts[j] / 2) / v;
    }
  }

  private static double term(double count, double ratio) {
    return count > 0 ? count * StrictMath.log(ratio) : 0;
  }
}
