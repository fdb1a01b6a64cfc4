package io.lockkeeper.monitor.judge;

import java.util.Arrays;

/// The alternatives that a test is prepared for: how many times the edge of the null each is.
final class Grid {

  private final double[] ratios;
  private final double[] logs;

  Grid(double... ratios) {
    this.ratios = ratios.clone();
    logs = Arrays.stream(ratios).map(StrictMath::log).toArray();
  }

  int size() {
    return ratios.length;
  }

  double ratio(int alternative) {
    return ratios[alternative];
  }

  /// Logarithm of the ratio.
  double log(int alternative) {
    return logs[alternative];
  }

  /// As far below the edge as these are above it.
  Grid inverse() {
    return new Grid(Arrays.stream(ratios).map(ratio -> 1 / ratio).toArray());
  }
}
