package io.lockkeeper.monitor.judge;

import java.util.Arrays;

/// What one arm gained since the stratum began, summed over its instances, and its gauges.
final class Tally {

  double requests;
  boolean hasRequests;
  final double[] total;
  final double[] bad;
  final boolean[] counted;
  final Buckets[] durations;
  double cpuSeconds;
  double cpuRequests;
  double memory;
  double memoryOf;
  /// Levels times the instances that showed them, and these instances, over all scrapes.
  final double[] level;

  final double[] levelOf;
  final double[] amount;
  final double[] amountOf;
  /// Whether these amounts were there at all.
  final boolean[] shown;
  /// Instances at the last sample.
  double instances;
  /// An instance began anew, or a new one came.
  boolean cold;
  /// An instance that was here before is missing.
  boolean partial;

  Tally(Layout layout) {
    total = new double[layout.counts().size()];
    bad = new double[layout.counts().size()];
    counted = new boolean[layout.counts().size()];
    level = new double[layout.saturations().size()];
    levelOf = new double[layout.saturations().size()];
    amount = new double[layout.amounts().size()];
    amountOf = new double[layout.amounts().size()];
    shown = new boolean[layout.amounts().size()];
    durations = new Buckets[layout.durations().size()];
    for (int d = 0; d < durations.length; d++) {
      durations[d] = new Buckets();
    }
  }

  void clear() {
    requests = 0;
    hasRequests = false;
    Arrays.fill(total, 0);
    Arrays.fill(bad, 0);
    Arrays.fill(counted, false);
    for (var buckets : durations) {
      buckets.clear();
    }
    cpuSeconds = 0;
    cpuRequests = 0;
    memory = 0;
    memoryOf = 0;
    Arrays.fill(level, 0);
    Arrays.fill(levelOf, 0);
    Arrays.fill(amount, 0);
    Arrays.fill(amountOf, 0);
    Arrays.fill(shown, false);
    cold = false;
    partial = false;
  }

  /// Mean memory of an instance over the samples of the stratum, `NaN` when not measured.
  double meanMemory() {
    return memoryOf > 0 ? memory / memoryOf : Double.NaN;
  }
}
