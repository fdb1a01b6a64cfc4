package io.lockkeeper.events;

import io.lockkeeper.runbook.RunbookLine;
import java.util.List;

/// Written by audit-service. Runbook D5, M4, P2, P3: the deployment log.
public sealed interface AuditEvent extends ReleaseEvent {

  /// The log of a settled release is complete, or names what is missing. Written again when late
  /// facts come.
  ///
  /// @param coverage what became of each runbook line
  /// @param facts    how many facts the log had
  record ReleaseClosed(Outcome outcome, List<Line> coverage, int facts) implements AuditEvent {
    public ReleaseClosed {
      coverage = List.copyOf(coverage);
    }
  }

  /// What became of one runbook line.
  record Line(RunbookLine line, Coverage coverage, String reason) {}

  /// How a line stands at the end.
  enum Coverage {
    DONE,
    FAILED,
    /// Openly left out: relaxed, or a first release.
    WAIVED,
    /// Does not concern this release: a line of the rollback when nothing went back.
    NOT_APPLICABLE,
    /// Should be there and is not.
    GAP
  }
}
