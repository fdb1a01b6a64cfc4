package io.lockkeeper.monitor.judge;

/// Evidence about the whole watch against one null hypothesis: the mean, over alternatives that all
/// weigh the same, of their likelihood ratios since the beginning. Under the null it is a
/// nonnegative supermartingale that starts at 1, as an [EProcess] is; nothing restarts and nothing
/// is capped, so it costs nothing until it is asked for.
final class Mixture {

  private final double[] logs;

  Mixture(int alternatives) {
    logs = new double[alternatives];
  }

  /// Adds the log likelihood ratios of a stratum, one for each alternative.
  void add(double[] l) {
    for (int j = 0; j < logs.length; j++) {
      logs[j] += l[j];
    }
  }

  /// Log of the evidence.
  double logE() {
    double sum = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      sum = LogSpace.add(sum, log);
    }
    return sum - StrictMath.log(logs.length);
  }
}
