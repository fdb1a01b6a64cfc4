package io.lockkeeper.quickstart.shop;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What is wrong with a shop: `errorRatio` is the fraction of requests that end in 500, `slower`
/// the
/// factor on every latency (1.2 is slower by 20 %).
record ShopFaults(double errorRatio, double slower) {

  /// What a healthy shop has too.
  static final ShopFaults NONE = new ShopFaults(0.002, 1.0);

  private static final double MEDIAN_MILLIS = 12;
  private static final double SIGMA = 0.35;
  /// Before `slower` is applied: a tail, but none that outlasts anybody's patience.
  private static final double MAX_MILLIS = 120;

  ShopFaults {
    if (!(errorRatio >= 0 && errorRatio <= 1)) {
      throw new IllegalArgumentException("errorRatio is between 0 and 1, not " + errorRatio);
    }
    if (!(slower >= 0.1 && slower <= 100)) {
      throw new IllegalArgumentException("slower is a factor between 0.1 and 100, not " + slower);
    }
  }

  /// How long a request takes, log-normal: `draw` is from the standard normal distribution.
  Duration latency(double draw) {
    double millis = Math.min(MAX_MILLIS, MEDIAN_MILLIS * Math.exp(SIGMA * draw)) * slower;
    return Duration.ofNanos(Math.round(millis * 1e6));
  }

  /// A change while the shop runs; what is absent stays as it is. `metricsDown` is in seconds from
  /// now; 0 brings the metrics back at once.
  record Change(
      @Nullable Double errorRatio, @Nullable Double slower, @Nullable Double metricsDown) {

    private static final double MAX_DOWN_SECONDS = 86_400;

    Change {
      if (metricsDown != null && !(metricsDown >= 0 && metricsDown <= MAX_DOWN_SECONDS)) {
        throw new IllegalArgumentException("metricsDown is between 0 and 86400 s");
      }
    }

    ShopFaults appliedTo(ShopFaults old) {
      return new ShopFaults(
          errorRatio == null ? old.errorRatio() : errorRatio,
          slower == null ? old.slower() : slower);
    }

    @Nullable Duration metricsDownFor() {
      return metricsDown == null ? null : Duration.ofMillis(Math.round(metricsDown * 1000));
    }
  }
}
