package io.lockkeeper.monitor.judge;

import java.util.IdentityHashMap;
import java.util.Map;

/// The splits of one judge, one for each grid: most signals count over the same requests, so what
/// one of them has just worked out is what the next one needs. Not thread-safe.
final class Splits {

  private final Map<Grid, Split> splits = new IdentityHashMap<>();

  /// The split for these alternatives; what it is over must be said before each use.
  Split of(Grid grid) {
    return splits.computeIfAbsent(grid, Split::new);
  }
}
