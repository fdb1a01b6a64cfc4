package io.lockkeeper.simulation.architecture.planted;

import java.time.Instant;

/// A decision that reads a clock.
public final class ClockReader {

  private ClockReader() {}

  static boolean isOverdue(Instant due) {
    return Instant.now().isAfter(due);
  }
}
