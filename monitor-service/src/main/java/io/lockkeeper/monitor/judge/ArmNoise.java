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
  private double samplingSum;
  /// Half the squared differences of strata six apart, as far as they are kept, in their order.
  private final double[] squares = new double[KEPT - LAG];
  private int squared;
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
    if (squared == squares.length) {
      leave(square(count - KEPT + LAG));
    }
    differences[count % KEPT] = logRatio;
    samplingSum += samplingVariance - sampling[count % KEPT];
    sampling[count % KEPT] = samplingVariance;
    count++;
    if (count <= LAG) {
      return;
    }
    enter(square(count - 1));
    int n = squared;
    double expected = samplingSum / Math.min(count, KEPT);
    double median = n % 2 == 1 ? squares[n / 2] : (squares[n / 2 - 1] + squares[n / 2]) / 2;
    double m = Math.max(0, median / MEDIAN_OF_CHI2 - expected);
    variance = (PRIOR_STRATA * prior + n * SLOWNESS * m) / (PRIOR_STRATA + n);
  }

  private double square(int index) {
    double d = at(index) - at(index - LAG);
    return d * d / 2;
  }

  private void enter(double square) {
    int found = Arrays.binarySearch(squares, 0, squared, square);
    int place = found < 0 ? -found - 1 : found;
    System.arraycopy(squares, place, squares, place + 1, squared - place);
    squares[place] = square;
    squared++;
  }

  private void leave(double square) {
    int place = Arrays.binarySearch(squares, 0, squared, square);
    squared--;
    System.arraycopy(squares, place + 1, squares, place, squared - place);
  }

  private double at(int index) {
    return differences[index % KEPT];
  }
}
