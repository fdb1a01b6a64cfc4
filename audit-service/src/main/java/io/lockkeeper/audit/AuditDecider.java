package io.lockkeeper.audit;

import io.lockkeeper.audit.Closing.Settlement;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Decides when the log of a release is closed. Runbook D5. Nothing waits for it.
///
/// Nobody commands audit-service, so there is no `answer`.
public final class AuditDecider {

  /// How often facts that come after the closing write it again; later ones are in the log all
  /// the same.
  public static final int REISSUES = 10;

  private AuditDecider() {}

  /// Closes the log of a settled release as soon as everything owed is there (C3, and R4 and R5
  /// when it turned back), at the latest `closeWithin` after settlement with the open lines
  /// named; and again for late facts.
  public static List<AuditEvent> next(Closing closing, Instant now) {
    Settlement settlement = closing.settlement();
    if (settlement == null) {
      return List.of();
    }
    boolean first = closing.closings() == 0 && (closing.complete() || overdue(closing, now));
    boolean again = closing.late() && closing.closings() <= REISSUES;
    return first || again
        ? List.of(
            new ReleaseClosed(
                settlement.outcome(), CoverageReport.of(closing.facts()), closing.facts().size()))
        : List.of();
  }

  /// When [#next] must be asked although nothing happens: when the log closes with what it has.
  public static Optional<Instant> due(Closing closing) {
    return closing.closings() > 0
        ? Optional.empty()
        : Optional.ofNullable(closing.settlement())
            .map(settlement -> settlement.at().plus(closing.closeWithin()));
  }

  private static boolean overdue(Closing closing, Instant now) {
    return due(closing).filter(due -> !now.isBefore(due)).isPresent();
  }
}
