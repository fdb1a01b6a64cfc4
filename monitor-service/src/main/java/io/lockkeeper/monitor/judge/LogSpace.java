package io.lockkeeper.monitor.judge;

/// Sums of numbers that are only known by their logarithms. Strict arithmetic, the same
/// everywhere.
final class LogSpace {

  private LogSpace() {}

  /// `log(exp(a) + exp(b))` without overflow; minus infinity is the log of nothing.
  static double add(double a, double b) {
    double high = Math.max(a, b);
    if (high == Double.NEGATIVE_INFINITY) {
      return high;
    }
    return high + StrictMath.log1p(StrictMath.exp(Math.min(a, b) - high));
  }
}
