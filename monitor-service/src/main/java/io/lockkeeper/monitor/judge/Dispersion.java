package io.lockkeeper.monitor.judge;

import java.util.Arrays;

/// How much more than chance something varies.
final class Dispersion {

  private static final double MOST = 6;
  private static final double EVENTS_PER_BLOCK = 2;
  private static final double TRIMMED = 0.03;
  /// Worth of the belief that there is none, in blocks.
  private static final double PRIOR_BLOCKS = 24;

  private Dispersion() {}

  /// Index of dispersion of a share, `1..6`, from successive differences (so that slow drift does
  /// not count) over blocks with at least two expected events, without the wildest 3 %.
  static double of(double[] bad, double[] total) {
    double sumBad = Arrays.stream(bad).sum();
    double sumTotal = Arrays.stream(total).sum();
    if (sumBad <= 0 || sumBad >= sumTotal) {
      return 1;
    }
    double p = sumBad / sumTotal;
    var ratios = new double[bad.length];
    int n = 0;
    double x = 0;
    double t = 0;
    double lastShare = Double.NaN;
    double lastTotal = 0;
    for (int i = 0; i < bad.length; i++) {
      x += bad[i];
      t += total[i];
      if (t * Math.min(p, 1 - p) >= EVENTS_PER_BLOCK) {
        if (!Double.isNaN(lastShare)) {
          double d = x / t - lastShare;
          ratios[n++] = d * d / (p * (1 - p) * (1 / t + 1 / lastTotal));
        }
        lastShare = x / t;
        lastTotal = t;
        x = 0;
        t = 0;
      }
    }
    var sorted = Arrays.copyOf(ratios, n);
    Arrays.sort(sorted);
    int kept = n - (int) (n * TRIMMED);
    double sum = PRIOR_BLOCKS;
    for (int i = 0; i < kept; i++) {
      sum += sorted[i];
    }
    return Math.clamp(sum / (PRIOR_BLOCKS + kept), 1, MOST);
  }
}
