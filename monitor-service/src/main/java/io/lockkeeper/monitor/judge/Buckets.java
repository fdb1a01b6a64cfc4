package io.lockkeeper.monitor.judge;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Observations of a span of time by bucket (not cumulative), with what can be asked of them.
final class Buckets {

  private double[] bounds = {};
  /// Logarithms of the bounds.
  private double[] logs = {};
  /// Logarithms of the buckets' geometric middles.
  private double[] middles = {};
  private @Nullable List<Double> shown;
  private double[] counts = {};
  /// Sum of the counts; NaN when they have changed since it was asked for.
  private double total = Double.NaN;
  private boolean seen;

  static Buckets of(List<Double> bounds, List<Double> counts) {
    var buckets = new Buckets();
    buckets.adopt(bounds.stream().mapToDouble(Double::doubleValue).toArray());
    buckets.counts = counts.stream().mapToDouble(Double::doubleValue).toArray();
    return buckets;
  }

  /// Whether a histogram was there since the last [#clear], with or without observations.
  boolean isSeen() {
    return seen;
  }

  boolean isEmpty() {
    return counts.length == 0;
  }

  /// Shared, so not to be changed.
  double[] bounds() {
    return bounds;
  }

  /// Logarithms of the bounds.
  double[] logs() {
    return logs;
  }

  double[] counts() {
    return counts;
  }

  void clear() {
    Arrays.fill(counts, 0);
    total = Double.NaN;
    seen = false;
  }

  /// Adds what a histogram gained since `before` (since its start when `null`).
  void addIncrease(Histogram now, @Nullable Histogram before) {
    if (!now.bounds().equals(shown)) {
      adopt(now.bounds().stream().mapToDouble(Double::doubleValue).toArray());
      shown = now.bounds();
    }
    seen = true;
    total = Double.NaN;
    double below = 0;
    for (int b = 0; b < counts.length; b++) {
      long then = before == null ? 0 : before.cumulative().get(b);
      double gained = Math.max(below, now.cumulative().get(b) - then);
      counts[b] += gained - below;
      below = gained;
    }
  }

  void add(Buckets other) {
    if (other.isEmpty()) {
      return;
    }
    adopt(other.bounds);
    total = Double.NaN;
    if (Arrays.equals(bounds, other.bounds)) {
      for (int b = 0; b < counts.length; b++) {
        counts[b] += other.counts[b];
      }
    }
  }

  /// Buckets of another shape cannot be added up: the newer shape wins, the older counts are let
  /// go.
  private void adopt(double[] shape) {
    if (Arrays.equals(bounds, shape)) {
      // One array for all makes them quick to compare.
      bounds = shape;
    } else {
      bounds = shape;
      logs = Arrays.stream(bounds).map(StrictMath::log).toArray();
      middles = middles(logs);
      shown = null;
      counts = new double[shape.length + 1];
      total = Double.NaN;
    }
  }

  double total() {
    if (Double.isNaN(total)) {
      double sum = 0;
      for (double count : counts) {
        sum += count;
      }
      total = sum;
    }
    return total;
  }

  boolean hasBound(double x) {
    return Arrays.binarySearch(bounds, x) >= 0;
  }

  /// How many were longer than `x`; within a bucket they are spread evenly on a log scale (evenly
  /// in the first, which begins at 0).
  double above(double x) {
    double sum = 0;
    for (int b = counts.length - 1; b >= 0; b--) {
      double low = b == 0 ? 0 : bounds[b - 1];
      if (low >= x) {
        sum += counts[b];
        continue;
      }
      double high = b < bounds.length ? bounds[b] : 2 * low;
      if (x < high) {
        double part =
            b == 0 ? (high - x) / high : StrictMath.log(high / x) / StrictMath.log(high / low);
        sum += counts[b] * part;
      }
      return sum;
    }
    return sum;
  }

  /// The value that the share `q` does not exceed, within its bucket as in [#above].
  double quantile(double q) {
    double target = (1 - q) * total();
    double above = 0;
    for (int b = counts.length - 1; b > 0; b--) {
      if (above + counts[b] >= target && counts[b] > 0) {
        double low = bounds[b - 1];
        double high = b < bounds.length ? bounds[b] : 2 * low;
        return high * StrictMath.pow(low / high, (target - above) / counts[b]);
      }
      above += counts[b];
    }
    return counts[0] > 0 ? bounds[0] * Math.max(0, 1 - (target - above) / counts[0]) : Double.NaN;
  }

  /// Mean of the logarithm, each bucket at its geometric middle.
  double meanLog() {
    return moment(0, 1);
  }

  /// Variance of the logarithm about its mean.
  double varianceLog(double meanLog) {
    return moment(meanLog, 2);
  }

  /// The first bucket is taken to begin at half its end, the last to end at twice its beginning.
  private static double[] middles(double[] logs) {
    var middles = new double[logs.length + 1];
    double half = StrictMath.log(2) / 2;
    for (int b = 1; b < logs.length; b++) {
      middles[b] = (logs[b - 1] + logs[b]) / 2;
    }
    middles[0] = logs[0] - half;
    middles[logs.length] = logs[logs.length - 1] + half;
    return middles;
  }

  private double moment(double centre, int order) {
    double sum = 0;
    double n = 0;
    for (int b = 0; b < counts.length; b++) {
      if (counts[b] > 0) {
        double off = middles[b] - centre;
        sum += counts[b] * (order == 1 ? off : off * off);
        n += counts[b];
      }
    }
    return n > 0 ? sum / n : Double.NaN;
  }
}
