package io.lockkeeper.monitor.judge;

import java.time.Duration;

/// Keeps a cold start from being judged: opens when the log ratio of the arms has stopped to fall
/// over the window or a longer one, or when it is forced. While it still falls soon after opening,
/// says so.
final class WarmUpGate {

  private static final int KEPT = 512;
  private static final double SETTLED = 0.02;
  private static final double SURE = 0.03;

  /// Of the ratio itself.
  private static final double OF_LEVEL = 0.08;

  private static final double FALL_PER_MINUTE = 0.06;

  private final double minimum;
  private final double window;
  private final double forced;
  private final double falling;
  private final double[] at = new double[KEPT];
  private final double[] ratio = new double[KEPT];
  private final double[] variance = new double[KEPT];
  private int count;
  private boolean open;

  WarmUpGate(JudgeSettings.WarmUp settings) {
    minimum = seconds(settings.minimum());
    window = seconds(settings.window());
    forced = seconds(settings.forced());
    falling = seconds(settings.falling());
  }

  boolean isOpen() {
    return open;
  }

  /// What was is of another share of traffic, or of instances before a restart: a ratio that is
  /// another one now is not falling.
  void forget() {
    if (open) {
      count = 0;
    }
  }

  /// Adds a closed stratum.
  ///
  /// @return whether judging must begin anew, because what was judged so far was still warming up
  boolean add(double now, double logRatio, double samplingVariance) {
    if (open && now > falling) {
      return false;
    }
    at[count % KEPT] = now;
    ratio[count % KEPT] = logRatio;
    variance[count % KEPT] = samplingVariance;
    count++;
    var trend = trend(now, window);
    if (open) {
      boolean stillFalls =
          trend.change / (window / 120) < -FALL_PER_MINUTE && trend.change < -2 * trend.error;
      if (stillFalls) {
        open = now >= forced;
      }
      return stillFalls;
    }
    open = now >= minimum && (now >= forced || settled(now));
    return false;
  }

  private record Trend(boolean full, double change, double error, double level) {}

  /// Whether the ratio is sure to have stopped falling, or falls by a small part of itself only: a
  /// cold start is over much sooner than what is left of it could be a fault of that size. Where
  /// traffic is thin the window alone does not tell; over a longer one the same is asked of more.
  private boolean settled(double now) {
    double step = count > 1 ? (now - at[(count - 2) % KEPT]) : window;
    for (double over = window; over <= now; over += Math.max(step, 1)) {
      var trend = trend(now, over);
      double high = OF_LEVEL * Math.max(0, trend.level);
      if (trend.full && trend.change >= -SETTLED - high && trend.error < SURE + high) {
        return true;
      }
    }
    return false;
  }

  /// The later half of a window against the earlier.
  private Trend trend(double now, double window) {
    double[] sum = new double[2];
    double[] error = new double[2];
    int[] n = new int[2];
    double oldest = now;
    for (int k = 1; k <= Math.min(count, KEPT); k++) {
      int i = (count - k) % KEPT;
      if (at[i] <= now - window) {
        break;
      }
      int half = at[i] > now - window / 2 ? 1 : 0;
      sum[half] += ratio[i];
      error[half] += variance[i];
      n[half]++;
      oldest = at[i];
    }
    if (n[0] == 0 || n[1] == 0) {
      return new Trend(false, 0, Double.POSITIVE_INFINITY, 0);
    }
    double step = n[0] + n[1] > 1 ? (now - oldest) / (n[0] + n[1] - 1) : 0;
    double change = sum[1] / n[1] - sum[0] / n[0];
    double squared = error[0] / n[0] / n[0] + error[1] / n[1] / n[1];
    return new Trend(
        now - oldest + step >= window - 1e-6, change, StrictMath.sqrt(squared), sum[1] / n[1]);
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
