package io.lockkeeper.monitor.judge;

/// An interval for the logarithm of a ratio that covers it at all looks at once: the
/// normal-mixture confidence sequence (Robbins; asymptotic, as estimates of a ratio are only
/// nearly normal).
///
/// @param estimate the ratio
/// @param low      lower end
/// @param high     upper end
record Interval(double estimate, double low, double high) {

  static final Interval UNKNOWN = new Interval(Double.NaN, 0, Double.POSITIVE_INFINITY);

  /// Information at which the interval is at its tightest: a standard error of about 0.2.
  private static final double TUNED_FOR = 25 / 6.0;

  /// The interval for a log ratio known with this variance, at this level.
  static Interval of(double logRatio, double variance, double alpha) {
    if (!(variance > 0) || Double.isInfinite(variance)) {
      return UNKNOWN;
    }
    double information = 1 / variance;
    double sum = information + TUNED_FOR;
    double half =
        StrictMath.sqrt(sum * StrictMath.log(sum / (TUNED_FOR * alpha * alpha))) / information;
    return new Interval(
        StrictMath.exp(logRatio), StrictMath.exp(logRatio - half), StrictMath.exp(logRatio + half));
  }

  /// The interval for the ratio of two event rates.
  static Interval ofCounts(double x1, double n1, double x0, double n0, double phi, double alpha) {
    if (!(n1 > 0) || !(n0 > 0)) {
      return UNKNOWN;
    }
    double logRatio = StrictMath.log((x1 + 0.5) / (n1 + 0.5) * (n0 + 0.5) / (x0 + 0.5));
    return of(logRatio, phi * (1 / (x1 + 0.5) + 1 / (x0 + 0.5)), alpha);
  }
}
