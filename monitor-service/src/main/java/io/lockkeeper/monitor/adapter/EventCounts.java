package io.lockkeeper.monitor.adapter;

import io.lockkeeper.monitor.budget.Span;
import io.lockkeeper.runbook.Runbook.Slo;
import java.time.Duration;
import java.time.Instant;

/// Where the events of an objective are counted. Runbook G2, D4.
public interface EventCounts {

  /// Counts the events of `slo` over the `length` of time that ends `until`. May take some seconds.
  ///
  /// @throws Unreadable with the reason when the source does not answer, has no data, or has
  /// something else than one number
  Span count(Slo slo, Instant until, Duration length) throws Unreadable, InterruptedException;

  /// Nothing usable was read. That nothing was counted is something else.
  final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    /// With the reason, for people.
    public Unreadable(String reason) {
      super(reason, null, false, false);
    }
  }
}
