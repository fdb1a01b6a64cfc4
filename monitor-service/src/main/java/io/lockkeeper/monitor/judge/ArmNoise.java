package io.lockkeeper.monitor.judge;

import java.util.Arrays;

/// How much the two arms differ for reasons of their own (node, zone, cache, collector), learned
/// from the past of this watch: the variance of the log ratio between strata six apart, robustly,
/// times ten for its slowness, blended with a prior worth twelve strata. Only past strata count.
final class ArmNoise {

  private static final int LAG = 6;
  private static final int KEPT = 240;
  private static final double PRIOR_STRATA = 12;
  private static final double SLOWNESS = 10;
  private static final double MEDIAN_OF_CHI2 = 0.455;

  private final double prior;
  private final double[] differences = new double[KEPT];
  private final double[] sampling = new double[KEPT];
  private int count;
  private double variance;

  /// @param tau standard deviation of the lasting difference between two healthy arms
  ArmNoise(double tau) {
    prior = 4 * tau * tau;
    variance = prior;
  }

  double variance() {
    return variance;
  }

  /// Adds the log ratio of a stratum and its sampling variance.
  void add(double logRatio, double samplingVariance) {
    differences[count % KEPT] = logRatio;
    sampling[count % KEPT] = samplingVariance;
    count++;
    int kept = Math.min(count, KEPT);
    int n = Math.min(count - LAG, KEPT - LAG);
    if (n <= 0) {
      return;
    }
    var squares = new double[n];
    double expected = 0;
    for (int k = 0; k < n; k++) {
      double d = at(count - 1 - k) - at(count - 1 - k - LAG);
      squares[k] = d * d / 2;
    }
    for (int k = 0; k < kept; k++) {
      expected += sampling[k] / kept;
    }
    Arrays.sort(squares);
    double median = n % 2 == 1 ? squares[n / 2] : (squares[n / 2 - 1] + squares[n / 2]) / 2;
    double m = Math.max(0, median / MEDIAN_OF_CHI2 - expected);
    variance = (PRIOR_STRATA * prior + n * SLOWNESS * m) / (PRIOR_STRATA + n);
  }

  private double at(int index) {
    return differences[index % KEPT];
  }
}
