package io.lockkeeper.monitor.judge;

import java.util.Arrays;

/// Estimates when a worsening began, and what was counted since: for each alternative the start of
/// the stretch over which its likelihood ratio has grown (the CUSUM rule).
final class Onset {

  /// What both arms counted since the onset.
  record Since(double start, double x1, double n1, double x0, double n0) {}

  private final double[] height;
  private final double[][] since;

  Onset(int alternatives) {
    height = new double[alternatives];
    since = new double[alternatives][5];
    for (var s : since) {
      Arrays.fill(s, Double.NaN);
    }
  }

  void add(double[] l, double cap, double start, double x1, double n1, double x0, double n0) {
    for (int j = 0; j < height.length; j++) {
      var s = since[j];
      if (height[j] <= 0) {
        s[0] = start;
        Arrays.fill(s, 1, 5, 0);
      }
      height[j] = Math.max(0, height[j] + Math.min(l[j], cap));
      s[1] += x1;
      s[2] += n1;
      s[3] += x0;
      s[4] += n0;
    }
  }

  /// The stretch of the alternative that explains best, `NaN`s when none has grown.
  Since best() {
    int best = 0;
    for (int j = 1; j < height.length; j++) {
      best = height[j] > height[best] ? j : best;
    }
    var s = since[best];
    return height[best] > 0
        ? new Since(s[0], s[1], s[2], s[3], s[4])
        : new Since(Double.NaN, 0, 0, 0, 0);
  }
}
