package io.lockkeeper.monitor.judge;

import java.util.random.RandomGenerator;

/// How often something happens that happens independently of when it last did.
final class Poisson {

  private static final double LARGE = 50;

  private Poisson() {}

  /// A draw; from a mean of 50 on by its normal approximation.
  static long draw(RandomGenerator random, double mean) {
    if (mean > LARGE) {
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
    }
    double limit = Math.exp(-mean);
    double product = random.nextDouble();
    long k = 0;
    while (product > limit) {
      product *= random.nextDouble();
      k++;
    }
    return k;
  }
}
