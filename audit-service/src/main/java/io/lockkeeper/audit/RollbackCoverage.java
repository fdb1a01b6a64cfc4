package io.lockkeeper.audit;

import static io.lockkeeper.audit.CoverageReport.line;
import static io.lockkeeper.events.AuditEvent.Coverage.DONE;
import static io.lockkeeper.events.AuditEvent.Coverage.FAILED;
import static io.lockkeeper.events.AuditEvent.Coverage.GAP;
import static io.lockkeeper.events.AuditEvent.Coverage.NOT_APPLICABLE;

import io.lockkeeper.events.AuditEvent.Line;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent.RollbackFailed;
import io.lockkeeper.events.RolloutEvent.RollbackStarted;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.RolloutEvent.RollbackStepCompleted;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.runbook.RunbookLine;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// R1–R3: what became of the way back.
final class RollbackCoverage {

  private RollbackCoverage() {}

  /// R1: a breach halted the rollout.
  static Line halted(Findings findings) {
    return findings
        .last(RolloutHalted.class)
        .map(
            halted ->
                line(
                    RunbookLine.R1,
                    DONE,
                    "halted (" + halted.trigger() + ") in " + Words.length(halted.latency())))
        .orElseGet(
            () ->
                findings.started() && findings.has(BudgetBreached.class)
                    ? line(RunbookLine.R1, GAP, "a breach and no halt")
                    : line(RunbookLine.R1, NOT_APPLICABLE, "nothing asked for a halt"));
  }

  /// R2: every step of the way back was done, or a person says so and the target shows no traffic.
  static Line returned(Findings findings) {
    if (!findings.halted()) {
      return line(RunbookLine.R2, NOT_APPLICABLE, "nothing went back");
    }
    if (findings.has(RolledBack.class)) {
      return line(
          RunbookLine.R2,
          DONE,
          titles(
              findings.all(RollbackStepCompleted.class).map(RollbackStepCompleted::step).toList()));
    }
    boolean back =
        findings.settled().filter(end -> end.outcome() == Outcome.ROLLED_BACK).isPresent();
    Optional<TakenOver> byHand = findings.last(TakenOver.class);
    if (back && byHand.isPresent()) {
      return line(
          RunbookLine.R2,
          DONE,
          "by hand, by " + byHand.get().by() + ": " + Words.foreign(byHand.get().reason()));
    }
    return findings
        .last(RollbackFailed.class)
        .map(failed -> line(RunbookLine.R2, FAILED, failed.step().title() + ": " + failed.reason()))
        .orElseGet(() -> line(RunbookLine.R2, GAP, "halted and not back"));
  }

  /// R3: data was restored, and its integrity validated before traffic reopened.
  static Line restored(Findings findings) {
    List<RollbackStep> asked =
        findings.last(RollbackStarted.class).stream()
            .flatMap(started -> started.steps().stream())
            .filter(RollbackCoverage::isRestore)
            .toList();
    if (asked.isEmpty()) {
      return line(RunbookLine.R3, NOT_APPLICABLE, "no data was to be restored");
    }
    List<RollbackStep> done =
        findings.all(RollbackStepCompleted.class).map(RollbackStepCompleted::step).toList();
    List<RollbackStep> open = asked.stream().filter(step -> !done.contains(step)).toList();
    return open.isEmpty()
        ? line(RunbookLine.R3, DONE, titles(asked))
        : line(RunbookLine.R3, FAILED, "not done: " + titles(open));
  }

  private static boolean isRestore(RollbackStep step) {
    return switch (step.kind()) {
      case CLOSE, RESTORE, VALIDATE, REOPEN -> true;
      case SHIFT, REVERT, SCRIPT -> false;
    };
  }

  private static String titles(List<RollbackStep> steps) {
    return steps.stream().map(RollbackStep::title).collect(Collectors.joining(", then "));
  }
}
