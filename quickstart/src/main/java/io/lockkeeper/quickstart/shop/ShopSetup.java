package io.lockkeeper.quickstart.shop;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a shop is built, good or bad: what makes its figures jump without any fault.
///
/// @param workers     requests served at the same time; the others queue, at most 2 s
/// @param connections connections to what it keeps its data in; a request has one for as long as it
///                    asks there, and tries twice to get one
/// @param warehouse   a [Warehouse] that every request asks, too; `null` when there is none
/// @param cold        how long caches need to fill: until then requests take up to three times as
///                    long
public record ShopSetup(int workers, int connections, @Nullable URI warehouse, Duration cold) {

  /// More of everything than the demo needs, and warm at once.
  public static final ShopSetup ROOMY = new ShopSetup(256, 64, null, Duration.ZERO);

  private static final double COLD = 2;
  /// So many times does what is missing in the caches fall by a factor of e until they are full.
  private static final double FILLS = 4;

  /// Throws `IllegalArgumentException` when nobody could be served.
  public ShopSetup {
    if (workers < 1 || connections < 1 || cold.isNegative()) {
      throw new IllegalArgumentException("A shop needs a worker and a connection at least");
    }
  }

  /// The factor on latencies when the shop has run this long.
  double coldness(Duration running) {
    if (cold.isZero() || running.compareTo(cold) > 0) {
      return 1;
    }
    return 1 + COLD * Math.exp(-FILLS * running.toNanos() / cold.toNanos());
  }
}
