package io.lockkeeper.monitor.judge;

/// An interval for a ratio that covers it at all looks at once (a confidence sequence).
///
/// @param estimate the ratio
/// @param low      lower end
/// @param high     upper end
record Interval(double estimate, double low, double high) {

  static final Interval UNKNOWN = new Interval(Double.NaN, 0, Double.POSITIVE_INFINITY);

  /// Information at which the normal mixture is at its tightest: a standard error of about 0.5.
  private static final double TUNED_FOR = 25 / 6.0;

  private static final double FAR = 1e6;
  private static final int HALVINGS = 24;

  /// For a log ratio known with this variance: the normal mixture of Robbins, asymptotic.
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

  /// For the ratio of two event rates: the Beta(1/2, 1/2) mixture over the candidate's share of
  /// the events, inverted. Exact at every look while the exposures keep their proportion, and
  /// tempered by the dispersion.
  static Interval ofCounts(double x1, double n1, double x0, double n0, double phi, double alpha) {
    if (!(n1 > 0) || !(n0 > 0)) {
      return UNKNOWN;
    }
    double estimate = (x1 + 0.5) / (n1 + 0.5) * (n0 + 0.5) / (x0 + 0.5);
    double mixture =
        logGamma(x1 + 0.5)
            + logGamma(x0 + 0.5)
            - logGamma(x1 + x0 + 1)
            - StrictMath.log(StrictMath.PI);
    double limit = phi * StrictMath.log(1 / alpha);
    return new Interval(
        estimate,
        edge(estimate, 1 / FAR, x1, n1, x0, n0, mixture - limit),
        edge(estimate, FAR, x1, n1, x0, n0, mixture - limit));
  }

  /// The farthest ratio towards `far` that the counts do not rule out.
  private static double edge(
      double estimate, double far, double x1, double n1, double x0, double n0, double least) {
    double within = estimate;
    double beyond = estimate * far;
    if (logLikelihood(beyond, x1, n1, x0, n0) > least) {
      return far > 1 ? Double.POSITIVE_INFINITY : 0;
    }
    for (int i = 0; i < HALVINGS; i++) {
      double middle = StrictMath.sqrt(within * beyond);
      if (logLikelihood(middle, x1, n1, x0, n0) > least) {
        within = middle;
      } else {
        beyond = middle;
      }
    }
    return beyond;
  }

  private static double logLikelihood(double ratio, double x1, double n1, double x0, double n0) {
    double odds = ratio * n1 / n0;
    return (x1 > 0 ? x1 * StrictMath.log(odds / (1 + odds)) : 0)
        + (x0 > 0 ? -x0 * StrictMath.log1p(odds) : 0);
  }

  /// Log of the gamma function for `x > 0`, by Stirling's series after a shift.
  private static double logGamma(double x) {
    double shift = 0;
    double z = x;
    while (z < 10) {
      shift -= StrictMath.log(z);
      z++;
    }
    double inverse = 1 / z;
    double square = inverse * inverse;
    double series = inverse * (1 / 12.0 - square * (1 / 360.0 - square / 1260));
    return shift
        + (z - 0.5) * StrictMath.log(z)
        - z
        + 0.5 * StrictMath.log(2 * StrictMath.PI)
        + series;
  }
}
