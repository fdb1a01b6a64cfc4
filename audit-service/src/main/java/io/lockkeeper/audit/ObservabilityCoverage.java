package io.lockkeeper.audit;

import static io.lockkeeper.audit.CoverageReport.line;
import static io.lockkeeper.events.AuditEvent.Coverage.DONE;
import static io.lockkeeper.events.AuditEvent.Coverage.GAP;
import static io.lockkeeper.events.AuditEvent.Coverage.NOT_APPLICABLE;
import static io.lockkeeper.events.AuditEvent.Coverage.WAIVED;

import io.lockkeeper.events.AuditEvent.Line;
import io.lockkeeper.events.MonitorEvent.ObservabilityConfirmed;
import io.lockkeeper.events.MonitorEvent.ObservabilityUnconfirmed;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.RunbookLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// M3: whether alert routing, dashboards and synthetic checks reflect the deployed version. It
/// holds no release up: what was not confirmed is a gap.
final class ObservabilityCoverage {

  private static final int ASPECTS = 3;

  private ObservabilityCoverage() {}

  static Line confirmed(Findings findings) {
    if (!findings.has(RolloutCompleted.class)) {
      return line(RunbookLine.M3, NOT_APPLICABLE, "it never had all traffic");
    }
    List<String> unasked = unasked(findings);
    if (unasked.size() == ASPECTS) {
      return relaxed(findings, "the runbook does not ask for it");
    }
    Optional<ObservabilityConfirmed> confirmed = findings.last(ObservabilityConfirmed.class);
    if (confirmed.isPresent()) {
      String checks = Words.count(confirmed.get().checks().size(), "check") + " confirmed";
      return unasked.isEmpty()
          ? line(RunbookLine.M3, DONE, checks)
          : relaxed(findings, checks + "; not asked for: " + String.join(", ", unasked));
    }
    return findings
        .last(ObservabilityUnconfirmed.class)
        .map(
            last ->
                line(
                    RunbookLine.M3,
                    GAP,
                    "not confirmed: " + MonitorSentences.checks(last.checks(), false)))
        .orElseGet(() -> unsaid(findings));
  }

  private static Line unsaid(Findings findings) {
    return findings.halted()
        ? line(RunbookLine.M3, NOT_APPLICABLE, "halted before it was confirmed")
        : line(RunbookLine.M3, GAP, "nothing was said of it");
  }

  private static Line relaxed(Findings findings, String what) {
    return findings
        .relaxed()
        .map(reason -> line(RunbookLine.M3, WAIVED, what + ": " + reason))
        .orElseGet(() -> line(RunbookLine.M3, GAP, what));
  }

  private static List<String> unasked(Findings findings) {
    Observability asked =
        findings.runbook().map(book -> book.monitoring().observability()).orElse(null);
    List<String> missing = new ArrayList<>();
    if (asked == null || asked.alerting() == null) {
      missing.add("alert routing");
    }
    if (asked == null || asked.dashboards() == null) {
      missing.add("dashboards");
    }
    if (asked == null || asked.synthetic().isEmpty()) {
      missing.add("synthetic checks");
    }
    return missing;
  }
}
