package io.lockkeeper.audit;

import static io.lockkeeper.audit.LogEntry.Severity.ATTENTION;
import static io.lockkeeper.audit.LogEntry.Severity.MILESTONE;
import static io.lockkeeper.audit.LogEntry.Severity.ROUTINE;
import static io.lockkeeper.audit.LogEntry.Severity.TROUBLE;

import io.lockkeeper.audit.LogEntry.Sentence;
import io.lockkeeper.audit.LogEntry.Severity;
import io.lockkeeper.audit.LogEntry.Who;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.Stage;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What rollout-service's facts say in the log. Runbook D2–D4, R1–R3.
final class RolloutSentences {

  private RolloutSentences() {}

  static Sentence of(RolloutEvent event) {
    return switch (event) {
      case RolloutEvent.DeploymentStarted started ->
          sentence(
              MILESTONE,
              "Deployment of "
                  + started.candidate().version()
                  + " started in "
                  + started.lane()
                  + ": "
                  + started.stages().stream()
                      .map(Stage::title)
                      .collect(Collectors.joining(", then ")),
              null,
              RunbookLine.D2,
              RunbookLine.D3);
      case RolloutEvent.StageStarted started ->
          sentence(
              ROUTINE,
              "Stage "
                  + named(started.stage(), started.attempt())
                  + " started, to be applied by "
                  + Words.time(started.deadline())
                  + " (effect "
                  + started.effect()
                  + ")",
              null,
              line(started.stage()));
      case RolloutEvent.StageApplied applied ->
          sentence(
              ROUTINE,
              "Target shows stage "
                  + named(applied.stage(), applied.attempt())
                  + verdictBy(applied.verdictDue()),
              null,
              line(applied.stage()));
      case RolloutEvent.StageCompleted completed ->
          sentence(
              MILESTONE,
              "Stage " + named(completed.stage(), completed.attempt()) + " completed",
              null,
              completed.stage().isInfrastructure() ? RunbookLine.D2 : RunbookLine.D4);
      case RolloutEvent.StagePaused paused ->
          sentence(
              ATTENTION,
              "On hold ("
                  + paused.hold()
                  + "): "
                  + paused.reason()
                  + "; a person is asked at "
                  + Words.time(paused.until()),
              null,
              line(paused.hold()));
      case RolloutEvent.StageResumed resumed ->
          sentence(
              ROUTINE,
              resumed.by() == null
                  ? "The reason to hold has gone"
                  : "Resumed" + (resumed.reason() == null ? "" : ": " + resumed.reason()),
              resumed.by(),
              RunbookLine.D4);
      case RolloutEvent.DecisionRequested requested ->
          sentence(
              ATTENTION,
              "A person is asked: "
                  + requested.question()
                  + " "
                  + requested.choices().stream().map(Choice::name).collect(Collectors.joining(", "))
                  + "; at "
                  + Words.time(requested.due())
                  + " the runbook chooses "
                  + requested.otherwise(),
              null,
              line(requested.hold()));
      case RolloutEvent.DecisionTaken taken ->
          sentence(ATTENTION, "Decided: " + taken.choice() + ", " + taken.reason(), taken.by());
      case RolloutEvent.RolloutCompleted completed ->
          sentence(
              MILESTONE,
              "The candidate serves all traffic" + verdictBy(completed.verdictDue()),
              null,
              RunbookLine.D3,
              RunbookLine.M1);
      case RolloutEvent.RolloutHalted halted ->
          sentence(
              TROUBLE,
              "Halted ("
                  + halted.trigger()
                  + ") "
                  + Words.length(halted.latency())
                  + " after its cause: "
                  + halted.reason(),
              halted.by(),
              RunbookLine.R1);
      case RolloutEvent.RollbackStarted started ->
          sentence(
              TROUBLE,
              "Going back: "
                  + started.steps().stream()
                      .map(RollbackStep::title)
                      .collect(Collectors.joining(", then ")),
              null,
              RunbookLine.R2);
      case RolloutEvent.RollbackStepCompleted completed ->
          sentence(
              ROUTINE,
              "Step back done: "
                  + completed.step().title()
                  + " (effect "
                  + completed.effect()
                  + ")",
              null,
              line(completed.step()));
      case RolloutEvent.RollbackFailed failed ->
          sentence(
              TROUBLE,
              "Step back failed, attempt "
                  + failed.attempt()
                  + ": "
                  + failed.step().title()
                  + ": "
                  + failed.reason()
                  + "; the next attempt begins at "
                  + Words.time(failed.retryAt()),
              null,
              line(failed.step()));
      case RolloutEvent.RolledBack _ ->
          sentence(
              MILESTONE,
              "Rolled back: the candidate serves nothing and every step of the way back is done",
              null,
              RunbookLine.R2);
      case RolloutEvent.TakenOver taken ->
          sentence(
              TROUBLE,
              "Taken over, to end as "
                  + taken.outcome()
                  + ": "
                  + taken.reason()
                  + "; nothing more is asked of the target, which is read back by "
                  + Words.time(taken.due()),
              taken.by(),
              RunbookLine.R2);
      case RolloutEvent.DriftFound found ->
          sentence(
              ATTENTION,
              "Target shows "
                  + found.observed()
                  + " % instead of "
                  + found.asked()
                  + " %"
                  + (found.effect() == null
                      ? ", held"
                      : ", lowered at once (effect " + found.effect() + ")"),
              null,
              RunbookLine.D3);
      case RolloutEvent.RolloutSettled settled ->
          sentence(
              switch (settled.outcome()) {
                case VERIFIED -> MILESTONE;
                case ROLLED_BACK, ROLLBACK_FAILED -> TROUBLE;
                case SUPERSEDED, NOT_STARTED -> ATTENTION;
              },
              "Settled as " + settled.outcome() + ": " + settled.reason(),
              settled.by());
      case RolloutEvent.CommandRefused refused ->
          sentence(
              ATTENTION, refused.command() + " was refused: " + refused.reason(), refused.by());
    };
  }

  private static String named(Stage stage, int attempt) {
    return (stage.index() + 1)
        + " ("
        + stage.title()
        + ")"
        + (attempt > 1 ? ", attempt " + attempt : "");
  }

  private static String verdictBy(@Nullable Instant due) {
    return due == null ? "" : ", a verdict is due by " + Words.time(due);
  }

  private static RunbookLine line(Stage stage) {
    return stage.isInfrastructure() ? RunbookLine.D2 : RunbookLine.D3;
  }

  private static RunbookLine line(Hold hold) {
    return switch (hold) {
      case NOT_ANNOUNCED -> RunbookLine.D1;
      case NOT_APPLIED, DRIFT -> RunbookLine.D3;
      case ROLLBACK_FAILING -> RunbookLine.R2;
      case NOT_CLEARED,
          NO_VERDICT,
          INCONCLUSIVE,
          NOT_MEASURED,
          TELEMETRY_LOST,
          UNRECOGNISED,
          OPERATOR ->
          RunbookLine.D4;
    };
  }

  private static RunbookLine line(RollbackStep step) {
    return switch (step.kind()) {
      case SHIFT, REVERT, SCRIPT -> RunbookLine.R2;
      case CLOSE, RESTORE, VALIDATE, REOPEN -> RunbookLine.R3;
    };
  }

  private static Sentence sentence(
      Severity severity, String title, @Nullable Actor by, RunbookLine... lines) {
    return new Sentence(severity, Words.foreign(title), List.of(lines), Who.of(by));
  }
}
