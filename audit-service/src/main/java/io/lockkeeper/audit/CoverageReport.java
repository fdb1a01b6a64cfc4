package io.lockkeeper.audit;

import static io.lockkeeper.events.AuditEvent.Coverage.DONE;
import static io.lockkeeper.events.AuditEvent.Coverage.GAP;
import static io.lockkeeper.events.AuditEvent.Coverage.NOT_APPLICABLE;

import io.lockkeeper.events.AuditEvent.Coverage;
import io.lockkeeper.events.AuditEvent.Line;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.RunbookLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What became of each runbook line of a settled release, in the runbook's order. What this
/// version does not carry out is a gap and says so.
public final class CoverageReport {

  /// What a line says that nothing here carries out yet.
  static final String NOT_EXECUTED = "not executed by this version";

  private CoverageReport() {}

  /// The report by these facts.
  public static List<Line> of(List<Fact> facts) {
    Findings findings = new Findings(facts);
    return Arrays.stream(RunbookLine.values()).map(line -> line(line, findings)).toList();
  }

  private static Line line(RunbookLine line, Findings findings) {
    return switch (line) {
      case PRE1, PRE2, PRE3, PRE4 -> GateCoverage.precondition(line, findings);
      case G1, G2, G3, G4 -> GateCoverage.gate(line, findings);
      case D1 -> MessageCoverage.announced(findings);
      case D2 -> RolloutCoverage.infrastructure(findings);
      case D3 -> RolloutCoverage.progressive(findings);
      case D4 -> RolloutCoverage.paused(findings);
      case D5 -> recorded(findings);
      case M1 -> RolloutCoverage.observed(findings);
      case M2 -> RolloutCoverage.compared(findings);
      case M3 -> ObservabilityCoverage.confirmed(findings);
      case M4 ->
          findings.started()
              ? line(line, GAP, NOT_EXECUTED)
              : line(line, NOT_APPLICABLE, "production was not touched");
      case R1 -> RollbackCoverage.halted(findings);
      case R2 -> RollbackCoverage.returned(findings);
      case R3 -> RollbackCoverage.restored(findings);
      case R4 -> MessageCoverage.returnTold(findings);
      case R5 -> MessageCoverage.incident(findings);
      case C1 -> MessageCoverage.channel(findings);
      case C2 -> MessageCoverage.updates(findings);
      case C3 -> MessageCoverage.summary(findings);
      case P1 -> line(line, GAP, NOT_EXECUTED);
      case P2, P3 ->
          findings.started()
              ? line(line, GAP, NOT_EXECUTED)
              : line(line, NOT_APPLICABLE, "production was not touched");
      case P4 ->
          RolloutCoverage.infrastructureChanged(findings)
              ? line(line, GAP, NOT_EXECUTED + ", and infrastructure changed")
              : line(line, NOT_APPLICABLE, "no infrastructure changed");
    };
  }

  /// D5: by the log itself, unless a writer's sequence has a hole.
  private static Line recorded(Findings findings) {
    List<String> missing = new ArrayList<>();
    for (Writer writer : Writer.values()) {
      int expected = 1;
      for (Fact fact : findings.facts()) {
        if (fact.writer() == writer && fact.sequence() > 0) {
          if (fact.sequence() != expected) {
            missing.add(writer.source().substring(1) + " " + expected);
          }
          expected = fact.sequence() + 1;
        }
      }
    }
    long unreadable = findings.facts().stream().filter(fact -> fact.sequence() < 1).count();
    if (unreadable > 0) {
      missing.add(Words.count(unreadable, "fact") + " that nobody can read");
    }
    return missing.isEmpty()
        ? line(
            RunbookLine.D5,
            DONE,
            Words.count(findings.facts().size(), "fact") + ", each with its time")
        : line(RunbookLine.D5, GAP, "missing: " + String.join(", ", missing));
  }

  static Line line(RunbookLine line, Coverage coverage, String reason) {
    return new Line(line, coverage, Words.foreign(reason));
  }
}
