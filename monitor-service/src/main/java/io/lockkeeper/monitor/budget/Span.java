package io.lockkeeper.monitor.budget;

import java.time.Duration;
import java.time.Instant;

/// Events counted over a length of time. Counts are as the source gives them, which may have
/// estimated them at the edges, so they need not be whole.
///
/// @param until  the end of that time
/// @param bad    events that were not good, at most `total`
/// @param total  all events
public record Span(Instant until, Duration length, double bad, double total) {

  public Span {
    if (!(total >= 0 && total < Double.POSITIVE_INFINITY && bad >= 0 && bad <= total)) {
      throw new IllegalArgumentException("bad " + bad + " of " + total);
    }
    if (!length.isPositive()) {
      throw new IllegalArgumentException("a span is longer than nothing: " + length);
    }
  }

  /// The share of bad events; 0 when nothing happened.
  public double ratio() {
    return total == 0 ? 0 : bad / total;
  }
}
