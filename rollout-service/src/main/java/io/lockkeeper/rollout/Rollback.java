package io.lockkeeper.rollout;

import static java.util.Objects.requireNonNull;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RollbackFailed;
import io.lockkeeper.events.RolloutEvent.RollbackStarted;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.RolloutEvent.RollbackStep.Kind;
import io.lockkeeper.events.RolloutEvent.RollbackStepCompleted;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.Stage;
import io.lockkeeper.rollout.Rollout.Answer;
import io.lockkeeper.rollout.Rollout.Phase.GoingBack;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// R2/R3: the way back, step by step, until it succeeds or a named person takes over. It looks at
/// no lease, no
/// freeze, no approval and no announcement.
final class Rollback {

  private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
  private static final Duration LAST_RETRY = Duration.ofMinutes(5);
  private static final Duration LAST_RETRY_OF_TRAFFIC = Duration.ofSeconds(30);

  private Rollback() {}

  /// Why it went back and what serves now: what everybody reads who looks at the end alone.
  static String reason(Rollout rollout) {
    RolloutHalted halted = rollout.halted();
    String now = "the stable version serves all traffic";
    if (halted == null) {
      return now;
    }
    String why =
        switch (halted.trigger()) {
          case BREACH -> "";
          case REVOKED -> "clearance revoked: ";
          case WITHDRAWN -> "withdrawn by " + halted.by() + ": ";
          case ABORTED -> "aborted by " + halted.by() + ": ";
          case DECIDED -> "decided by " + halted.by() + ": ";
        };
    return why + halted.reason() + "; " + now;
  }

  static RollbackStarted start(Rollout rollout, Instant now) {
    return new RollbackStarted(
        steps(rollout),
        rollout.effects() + 1,
        now.plus(runbook(rollout).rollback().attemptWithin()));
  }

  /// Traffic first, since it stops the harm; then the script; then infrastructure in reverse; and
  /// where a step
  /// cannot be undone, its data is restored behind closed traffic and validated before traffic
  /// reopens.
  static List<RollbackStep> steps(Rollout rollout) {
    List<RollbackStep> steps = new ArrayList<>();
    steps.add(new RollbackStep(Kind.SHIFT, null));
    Runbook.Rollback plan = runbook(rollout).rollback();
    if (plan.method() == Runbook.Rollback.Method.SCRIPT) {
      steps.add(new RollbackStep(Kind.SCRIPT, plan.script()));
    }
    List<Stage> infrastructure =
        rollout.startedStages().stream()
            .filter(Stage::isInfrastructure)
            .distinct()
            .toList()
            .reversed();
    for (Stage stage : infrastructure) {
      if (stage.reversible()) {
        steps.add(new RollbackStep(Kind.REVERT, stage.step()));
      }
    }
    if (!infrastructure.stream().allMatch(Stage::reversible)) {
      steps.add(new RollbackStep(Kind.CLOSE, null));
      for (String backup : requireNonNull(rollout.accepted()).request().backout().backups()) {
        steps.add(new RollbackStep(Kind.RESTORE, backup));
      }
      steps.add(new RollbackStep(Kind.VALIDATE, null));
      steps.add(new RollbackStep(Kind.REOPEN, null));
    }
    return steps;
  }

  static List<RolloutEvent> next(Rollout rollout, GoingBack back, Instant now) {
    if (back.steps().isEmpty()) {
      return List.of(new RolledBack());
    }
    Answer answer = rollout.answer();
    if (answer != null && answer.choice() == Choice.TAKE_OVER) {
      return List.of(new RolloutSettled(Outcome.ROLLBACK_FAILED, answer.reason(), answer.by()));
    }
    if (!now.isBefore(back.deadline())) {
      return List.of(failed(rollout, back, "the target did not show it in time", now));
    }
    if (back.attempt() > 1 && rollout.question() == null && answer == null) {
      return List.of(question(rollout, back, now));
    }
    return List.of();
  }

  private static DecisionRequested question(Rollout rollout, GoingBack back, Instant now) {
    return new DecisionRequested(
        Hold.ROLLBACK_FAILING,
        "Going back fails at: "
            + back.steps().getFirst().title()
            + ". Attempts go on. Who takes over?",
        Holds.choices(rollout, Hold.ROLLBACK_FAILING),
        now.plus(runbook(rollout).monitoring().answer()),
        Choice.RETRY);
  }

  static RollbackStepCompleted completed(Rollout rollout, GoingBack back, Instant now) {
    return new RollbackStepCompleted(
        back.steps().getFirst(),
        back.effect(),
        now.plus(runbook(rollout).rollback().attemptWithin()));
  }

  static RollbackFailed failed(Rollout rollout, GoingBack back, String reason, Instant now) {
    Instant retryAt = now.plus(pause(back.steps().getFirst().kind(), back.attempt()));
    return new RollbackFailed(
        back.steps().getFirst(),
        back.attempt(),
        reason,
        back.effect() + 1,
        retryAt,
        retryAt.plus(runbook(rollout).rollback().attemptWithin()));
  }

  /// Longer from attempt to attempt; but while the candidate still has traffic, nobody is made to
  /// wait for a
  /// target that works again.
  private static Duration pause(Kind kind, int attempt) {
    Duration longest = kind == Kind.SHIFT ? LAST_RETRY_OF_TRAFFIC : LAST_RETRY;
    Duration pause = FIRST_RETRY.multipliedBy(1L << Math.min(attempt - 1, 10));
    return pause.compareTo(longest) > 0 ? longest : pause;
  }

  private static Runbook runbook(Rollout rollout) {
    return requireNonNull(rollout.accepted()).runbook();
  }
}
