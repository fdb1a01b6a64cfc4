package io.lockkeeper.quickstart.shop;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// How customers come: independently of each other, at this mean rate.
///
/// @param perSecond requests per second outside of bursts; 1 to 2,000
/// @param burst     factor on the rate in 4 of every 30 seconds; 1: no bursts
/// @param known     so many customers say who they are and stay with one version; some come far
/// more
///                  often than others. 0: nobody is known
public record Load(int perSecond, double burst, int known) {

  private static final int MAX_RATE = 2_000;
  private static final long EVERY = Duration.ofSeconds(30).toNanos();
  private static final long LENGTH = Duration.ofSeconds(4).toNanos();
  /// Of 1,000 known customers the most eager one makes one request in 100.
  private static final double UNEVEN = 1.5;

  /// Throws `IllegalArgumentException` for a rate that cannot be sent.
  public Load {
    if (perSecond < 1 || perSecond * Math.max(1, burst) > MAX_RATE) {
      throw new IllegalArgumentException("The rate is between 1 and " + MAX_RATE + " requests/s");
    }
    if (!(burst >= 0) || known < 0) {
      throw new IllegalArgumentException("burst and known are not negative");
    }
  }

  /// At this rate, without bursts, from anybody.
  public static Load of(int perSecond) {
    return new Load(perSecond, 1, 0);
  }

  /// Nanoseconds from a request, so long after the first, to the next.
  long gap(long running, RandomGenerator random) {
    double rate = running % EVERY >= EVERY - LENGTH ? perSecond * burst : perSecond;
    return Math.round(random.nextExponential() * 1e9 / Math.max(rate, 1));
  }

  /// Who comes now.
  Optional<String> customer(RandomGenerator random) {
    return known == 0
        ? Optional.empty()
        : Optional.of("customer-" + (int) (known * Math.pow(random.nextDouble(), UNEVEN)));
  }
}
