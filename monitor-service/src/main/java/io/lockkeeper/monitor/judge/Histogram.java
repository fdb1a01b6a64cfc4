package io.lockkeeper.monitor.judge;

import java.util.List;

/// A cumulative histogram as scraped: for each upper bound the number of observations at or below
/// it, and the total last. Counters: they only grow until the process restarts. At most 512
/// bounds.
///
/// @param bounds     finite upper bounds, positive and rising; the unit is the source's (seconds)
/// @param cumulative one count per bound and the total (`+Inf`) at the end, none negative
public record Histogram(List<Double> bounds, List<Long> cumulative) {

  private static final int MOST_BOUNDS = 512;

  public Histogram {
    bounds = List.copyOf(bounds);
    cumulative = List.copyOf(cumulative);
    if (bounds.isEmpty() || bounds.size() > MOST_BOUNDS) {
      throw new IllegalArgumentException("1.." + MOST_BOUNDS + " bounds, not " + bounds.size());
    }
    if (cumulative.size() != bounds.size() + 1) {
      throw new IllegalArgumentException(
          cumulative.size() + " counts for " + bounds.size() + " bounds and +Inf");
    }
    double previous = 0;
    for (double bound : bounds) {
      if (!(bound > previous) || Double.isInfinite(bound)) {
        throw new IllegalArgumentException("bounds must be finite, positive and rise: " + bounds);
      }
      previous = bound;
    }
    for (long count : cumulative) {
      if (count < 0) {
        throw new IllegalArgumentException("negative count: " + cumulative);
      }
    }
  }

  /// All observations, the `+Inf` bucket.
  public long total() {
    return cumulative.getLast();
  }
}
