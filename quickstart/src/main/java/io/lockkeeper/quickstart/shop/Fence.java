package io.lockkeeper.quickstart.shop;

import java.util.Comparator;

/// The order of effects on one target: by the lane's token, then by the number under that token.
/// Neither is negative.
public record Fence(long token, long number) implements Comparable<Fence> {

  private static final Comparator<Fence> ORDER =
      Comparator.comparingLong(Fence::token).thenComparingLong(Fence::number);

  /// Throws `IllegalArgumentException` for a token or number below 0.
  public Fence {
    if (token < 0 || number < 0) {
      throw new IllegalArgumentException("A fence has no negative parts");
    }
  }

  @Override
  public int compareTo(Fence other) {
    return ORDER.compare(this, other);
  }
}
