package io.lockkeeper.audit;

import static io.lockkeeper.audit.CoverageReport.line;
import static io.lockkeeper.events.AuditEvent.Coverage.DONE;
import static io.lockkeeper.events.AuditEvent.Coverage.FAILED;
import static io.lockkeeper.events.AuditEvent.Coverage.GAP;
import static io.lockkeeper.events.AuditEvent.Coverage.NOT_APPLICABLE;
import static io.lockkeeper.events.AuditEvent.Coverage.WAIVED;

import io.lockkeeper.events.AuditEvent.Line;
import io.lockkeeper.events.MonitorEvent.BaselineCaptured;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.Stage;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// D2–D4, M1 and M2: what became of the way forward.
final class RolloutCoverage {

  private static final String UNTOUCHED = "production was not touched";

  private RolloutCoverage() {}

  /// D2: every infrastructure step was completed before any traffic.
  static Line infrastructure(Findings findings) {
    if (!findings.started()) {
      return line(RunbookLine.D2, NOT_APPLICABLE, UNTOUCHED);
    }
    List<Stage> steps = stages(findings).filter(Stage::isInfrastructure).toList();
    if (steps.isEmpty()) {
      return line(RunbookLine.D2, NOT_APPLICABLE, "the release has no infrastructure steps");
    }
    List<Integer> done =
        findings.all(StageCompleted.class).map(completed -> completed.stage().index()).toList();
    String open =
        steps.stream()
            .filter(step -> !done.contains(step.index()))
            .map(Stage::title)
            .collect(Collectors.joining(", "));
    return open.isEmpty()
        ? line(
            RunbookLine.D2,
            DONE,
            steps.stream().map(Stage::title).collect(Collectors.joining(", then ")))
        : line(RunbookLine.D2, FAILED, "not completed: " + open);
  }

  /// D3: traffic rose stage by stage, each verified, as far as it went.
  static Line progressive(Findings findings) {
    if (!findings.started()) {
      return line(RunbookLine.D3, NOT_APPLICABLE, UNTOUCHED);
    }
    String stages =
        findings
            .all(StageApplied.class)
            .map(StageApplied::stage)
            .filter(stage -> !stage.isInfrastructure())
            .map(Stage::title)
            .distinct()
            .collect(Collectors.joining(", then "));
    if (stages.isEmpty()) {
      return line(RunbookLine.D3, NOT_APPLICABLE, "it ended before any traffic");
    }
    return line(RunbookLine.D3, DONE, findings.halted() ? "as far as it went: " + stages : stages);
  }

  /// D4: every completed stage of traffic was found within its budgets before the next one
  /// started.
  static Line paused(Findings findings) {
    if (!findings.started()) {
      return line(RunbookLine.D4, NOT_APPLICABLE, UNTOUCHED);
    }
    Optional<String> breach = breach(findings);
    if (breach.isPresent()) {
      return line(RunbookLine.D4, FAILED, breach.get());
    }
    List<StageCompleted> completed =
        findings.all(StageCompleted.class).filter(stage -> !stage.stage().bake().isZero()).toList();
    if (completed.isEmpty()) {
      return line(RunbookLine.D4, NOT_APPLICABLE, "no stage that bakes was completed");
    }
    List<String> unproven =
        completed.stream()
            .filter(stage -> !verdict(findings, stage).equals(Optional.of(Verdict.PASSED)))
            .map(stage -> stage.stage().title())
            .toList();
    if (unproven.isEmpty()) {
      return line(
          RunbookLine.D4, DONE, Words.count(completed.size(), "stage") + " within the budgets");
    }
    String thin = "no verdict of passed for " + String.join(", ", unproven);
    return findings
        .all(DecisionTaken.class)
        .filter(taken -> taken.choice() == Choice.ADVANCE)
        .findFirst()
        .map(taken -> line(RunbookLine.D4, WAIVED, thin + "; advanced by " + taken.by()))
        .orElseGet(() -> line(RunbookLine.D4, GAP, thin));
  }

  /// M1: observed at full traffic for at least 30 minutes.
  static Line observed(Findings findings) {
    if (!findings.has(RolloutCompleted.class)) {
      return line(RunbookLine.M1, NOT_APPLICABLE, "it never had all traffic");
    }
    Optional<ReleaseVerified> verified = findings.last(ReleaseVerified.class);
    if (verified.isEmpty()) {
      return findings.halted()
          ? line(RunbookLine.M1, FAILED, "halted during the observation")
          : line(RunbookLine.M1, GAP, "no verdict after full rollout");
    }
    String observed = "observed for " + Words.length(verified.get().observed());
    if (verified.get().verdict() != Verdict.PASSED) {
      return line(RunbookLine.M1, FAILED, observed + ", " + verified.get().verdict());
    }
    if (verified.get().observed().compareTo(Runbook.MINIMUM_VALIDATION) >= 0) {
      return line(RunbookLine.M1, DONE, observed);
    }
    return findings
        .relaxed()
        .map(reason -> line(RunbookLine.M1, WAIVED, observed + " only: " + reason))
        .orElseGet(() -> line(RunbookLine.M1, GAP, observed + " only"));
  }

  /// M2: compared with the baseline, and no worse.
  static Line compared(Findings findings) {
    if (!findings.started()) {
      return line(RunbookLine.M2, NOT_APPLICABLE, UNTOUCHED);
    }
    if (findings.first()) {
      return line(RunbookLine.M2, WAIVED, "first release: nothing to compare with");
    }
    if (!findings.has(BaselineCaptured.class)) {
      return line(RunbookLine.M2, GAP, "there is no baseline");
    }
    Optional<String> breach = breach(findings);
    if (breach.isPresent()) {
      return line(RunbookLine.M2, FAILED, breach.get());
    }
    return findings
        .last(ReleaseVerified.class)
        .map(
            verified ->
                line(
                    RunbookLine.M2,
                    verified.verdict() == Verdict.PASSED ? DONE : FAILED,
                    Words.measures(verified.measures())))
        .orElseGet(
            () ->
                findings.has(RolloutCompleted.class)
                    ? line(RunbookLine.M2, GAP, "no verdict after full rollout")
                    : line(RunbookLine.M2, NOT_APPLICABLE, "it never had all traffic"));
  }

  /// P4: whether an infrastructure step was carried out.
  static boolean infrastructureChanged(Findings findings) {
    return findings.all(StageApplied.class).anyMatch(applied -> applied.stage().isInfrastructure());
  }

  private static Optional<String> breach(Findings findings) {
    return findings
        .last(BudgetBreached.class)
        .map(breached -> "breach: " + Words.measure(breached.measure()));
  }

  private static Stream<Stage> stages(Findings findings) {
    return findings.last(DeploymentStarted.class).stream()
        .flatMap(started -> started.stages().stream());
  }

  private static Optional<Verdict> verdict(Findings findings, StageCompleted completed) {
    return findings
        .all(StageVerified.class)
        .filter(
            verified ->
                verified.stage() == completed.stage().index()
                    && verified.attempt() == completed.attempt())
        .map(StageVerified::verdict)
        .reduce((earlier, later) -> later);
  }
}
