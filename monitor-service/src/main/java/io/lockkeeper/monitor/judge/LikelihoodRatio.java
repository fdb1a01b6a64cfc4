package io.lockkeeper.monitor.judge;

/// Log likelihood ratios of a stratum's counts, one for each alternative of a grid. Each has, for
/// every law within the null hypothesis, a mean of `exp` of at most 1. A dispersion above 1
/// tempers them: that costs power, never validity (Jensen).
final class LikelihoodRatio {

  private LikelihoodRatio() {}

  /// Share of all events that falls to the candidate when its events per exposure are `ratio`
  /// times those of the control.
  static double share(double ratio, double n1, double n0) {
    return ratio * n1 / (ratio * n1 + n0);
  }

  /// Two arms side by side. Given the number of events in both, how many are the candidate's is
  /// binomial whatever the common rate does, so bursts and seasons that hit both cannot matter.
  static void conditional(
      double x1,
      double n1,
      double x0,
      double n0,
      double r0,
      double[] grid,
      double phi,
      double[] l) {
    double q0 = share(r0, n1, n0);
    for (int j = 0; j < grid.length; j++) {
      double q = share(r0 * grid[j], n1, n0);
      l[j] = (term(x1, q / q0) + term(x0, (1 - q) / (1 - q0))) / phi;
    }
  }

  /// One arm against a known rate of rare events.
  static void poisson(double x1, double n1, double rate, double[] grid, double phi, double[] l) {
    for (int j = 0; j < grid.length; j++) {
      l[j] = (term(x1, grid[j]) - n1 * rate * (grid[j] - 1)) / phi;
    }
  }

  /// One arm against a known share of events that are not rare.
  static void binomial(double x1, double n1, double p0, double[] grid, double phi, double[] l) {
    for (int j = 0; j < grid.length; j++) {
      double p = grid[j] > 1 ? Math.min(grid[j] * p0, (1 + p0) / 2) : grid[j] * p0;
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
