package io.lockkeeper.audit;

import static io.lockkeeper.audit.CoverageReport.line;
import static io.lockkeeper.events.AuditEvent.Coverage.DONE;
import static io.lockkeeper.events.AuditEvent.Coverage.FAILED;
import static io.lockkeeper.events.AuditEvent.Coverage.GAP;
import static io.lockkeeper.events.AuditEvent.Coverage.NOT_APPLICABLE;
import static io.lockkeeper.events.AuditEvent.Coverage.WAIVED;

import io.lockkeeper.events.AuditEvent.Line;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ApprovalDenied;
import io.lockkeeper.events.GateEvent.ApprovalExpired;
import io.lockkeeper.events.GateEvent.ApprovalGranted;
import io.lockkeeper.events.GateEvent.ClearanceRevoked;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.GateEvent.GatePassed;
import io.lockkeeper.events.GateEvent.PreconditionChecked;
import io.lockkeeper.events.GateEvent.ReleaseBlocked;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// PRE1–PRE4 and G1–G4: what became of preconditions and gates.
final class GateCoverage {

  private GateCoverage() {}

  /// PRE1–PRE4: by the newest verdict of every check that the runbook names for this line.
  static Line precondition(RunbookLine line, Findings findings) {
    List<String> asked =
        findings.runbook().map(Runbook::preconditions).orElse(List.of()).stream()
            .filter(precondition -> precondition.line() == line)
            .map(Runbook.Precondition::check)
            .toList();
    Map<String, PreconditionChecked> checked = new LinkedHashMap<>();
    findings
        .all(PreconditionChecked.class)
        .filter(check -> check.line() == line)
        .forEach(check -> checked.put(check.check(), check));
    if (asked.isEmpty() && checked.isEmpty()) {
      return unasked(line, findings);
    }
    String bad =
        checked.values().stream()
            .filter(check -> check.verdict() != Verdict.PASSED)
            .map(check -> check.check() + " is " + check.verdict() + ": " + check.reason())
            .collect(Collectors.joining("; "));
    if (!bad.isEmpty()) {
      return line(line, FAILED, bad);
    }
    List<String> missing = asked.stream().filter(check -> !checked.containsKey(check)).toList();
    if (!missing.isEmpty()) {
      return unanswered(line, findings, "not checked: " + String.join(", ", missing));
    }
    return line(line, DONE, "passed: " + String.join(", ", checked.keySet()));
  }

  private static Line unasked(RunbookLine line, Findings findings) {
    if (line == RunbookLine.PRE2 && findings.has(ApprovalGranted.class)) {
      return line(line, DONE, approvals(findings));
    }
    return findings
        .relaxed()
        .map(reason -> line(line, WAIVED, "the runbook asks for no check: " + reason))
        .orElseGet(() -> line(line, GAP, "the runbook asks for no check"));
  }

  /// G1–G4: by the newest word on this gate; a clearance says that every gate holds.
  static Line gate(RunbookLine gate, Findings findings) {
    Line newest = null;
    for (Fact fact : findings.facts()) {
      Line word = word(gate, fact.event(), findings);
      if (word != null) {
        newest = word;
      } else if (fact.event() instanceof ReleaseCleared
          && newest != null
          && newest.coverage() == FAILED) {
        newest = line(gate, DONE, "held when the release was cleared");
      }
    }
    return newest != null ? newest : unanswered(gate, findings, "no word on this gate");
  }

  private static @Nullable Line word(RunbookLine gate, ReleaseEvent event, Findings findings) {
    if (event instanceof GatePassed passed && passed.gate() == gate) {
      return passed(passed, findings);
    }
    if (event instanceof GateFailed failed && failed.gate() == gate) {
      return line(gate, FAILED, failed.reason());
    }
    if (event instanceof ClearanceRevoked revoked && revoked.gate() == gate) {
      return line(gate, FAILED, "no longer held: " + revoked.reason());
    }
    if (event instanceof ReleaseBlocked blocked && blocked.gate() == gate) {
      return line(gate, FAILED, "blocked: " + blocked.reason());
    }
    if (event instanceof ApprovalDenied denied && gate == RunbookLine.G3) {
      return line(gate, FAILED, "denied by " + denied.by() + ": " + denied.reason());
    }
    if (event instanceof ApprovalExpired && gate == RunbookLine.G3) {
      return line(gate, FAILED, "nobody answered in time");
    }
    return null;
  }

  private static Line passed(GatePassed passed, Findings findings) {
    RunbookLine gate = passed.gate();
    if (findings.first() && (gate == RunbookLine.G2 || gate == RunbookLine.G4)) {
      return line(gate, WAIVED, "first release: " + passed.reason());
    }
    return gate == RunbookLine.G3 && findings.has(ApprovalGranted.class)
        ? line(gate, DONE, approvals(findings))
        : line(gate, DONE, passed.reason());
  }

  private static String approvals(Findings findings) {
    return "approved by "
        + findings
            .all(ApprovalGranted.class)
            .map(granted -> granted.by().toString())
            .distinct()
            .collect(Collectors.joining(", "));
  }

  private static Line unanswered(RunbookLine line, Findings findings, String reason) {
    return findings.started()
        ? line(line, GAP, reason)
        : line(line, NOT_APPLICABLE, "the release ended before: " + reason);
  }
}
