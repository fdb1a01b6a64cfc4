package io.lockkeeper.events;

import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Written by rollout-service. Runbook D2–D4 (the way forward) and R1–R3 (the way back).
///
/// `effect` is the second half of a fence: the number of the change that the target is asked for.
/// With the
/// lane's token it names the change for good, so the same change asked twice acts once, and a late
/// one is refused.
public sealed interface RolloutEvent extends ReleaseEvent {

  /// The release begins to touch production; from here on it ends in [RolloutSettled] and nothing
  /// else.
  record DeploymentStarted(
      Lane lane, long token, List<Stage> stages, Artifact candidate, @Nullable Artifact stable)
      implements RolloutEvent {
    public DeploymentStarted {
      stages = List.copyOf(stages);
    }
  }

  /// D2/D3: the stage is to be applied to the target no later than `deadline`. Arms the watch.
  record StageStarted(Stage stage, int attempt, int effect, Instant deadline)
      implements RolloutEvent {}

  /// D3: the target shows the stage (read back). Monitoring owes a verdict by `verdictDue`; a stage
  /// without a
  /// bake (infrastructure, say) bears none, and it is null.
  record StageApplied(Stage stage, int attempt, int effect, @Nullable Instant verdictDue)
      implements RolloutEvent {}

  /// D4: applied, and where it bakes, baked and verified; the next may start.
  record StageCompleted(Stage stage, int attempt) implements RolloutEvent {}

  /// D4: nothing advances. At `until` a person is asked, unless the reason has gone.
  record StagePaused(Hold hold, String reason, Instant until) implements RolloutEvent {}

  /// D4: nothing holds any more.
  ///
  /// @param by     who ended an operator's pause; null when the reason to hold has gone by itself
  /// @param reason why that person did
  record StageResumed(@Nullable Actor by, @Nullable String reason) implements RolloutEvent {

    /// The reason to hold has gone by itself.
    public StageResumed() {
      this(null, null);
    }
  }

  /// A person decides; at `due` the runbook's `otherwise` does. Answers carry this fact's id.
  record DecisionRequested(
      Hold hold, String question, List<Choice> choices, Instant due, Choice otherwise)
      implements RolloutEvent {
    public DecisionRequested {
      choices = List.copyOf(choices);
    }
  }

  /// What was decided, and by whom; `by` is the runbook when nobody answered.
  record DecisionTaken(EventId question, Choice choice, Actor by, String reason)
      implements RolloutEvent {}

  /// D3: the candidate serves all traffic. Monitoring owes a verdict by `verdictDue` (M1).
  record RolloutCompleted(Instant verdictDue) implements RolloutEvent {}

  /// R1: nothing further rises.
  ///
  /// @param cause   the fact that led here; null for a command
  /// @param latency from the time of that fact to this decision
  record RolloutHalted(
      Trigger trigger, String reason, Actor by, @Nullable EventId cause, Duration latency)
      implements RolloutEvent {}

  /// R2/R3: the way back begins. Steps are taken in this order, numbered on from `effect`.
  record RollbackStarted(List<RollbackStep> steps, int effect, Instant deadline)
      implements RolloutEvent {
    public RollbackStarted {
      steps = List.copyOf(steps);
    }
  }

  /// R2/R3: the target shows this step of the way back (read back).
  record RollbackStepCompleted(RollbackStep step, int effect, Instant deadline)
      implements RolloutEvent {}

  /// R2/R3: one attempt of a step failed; the goal stays. The next attempt has `effect` and begins
  /// at `retryAt`.
  record RollbackFailed(
      RollbackStep step, int attempt, String reason, int effect, Instant retryAt, Instant deadline)
      implements RolloutEvent {}

  /// R2: the candidate serves nothing and every step of the way back is done.
  record RolledBack() implements RolloutEvent {}

  /// R2: a person has gone back by hand, or does, and nothing more is asked of the target. It is
  /// read back, and the release settles by what it shows; at `due`, as `ROLLBACK_FAILED`.
  ///
  /// @param outcome what the person says it has come to, `ROLLED_BACK` or `ROLLBACK_FAILED`; the
  ///                target can only make it worse
  record TakenOver(Actor by, String reason, Outcome outcome, Instant due) implements RolloutEvent {}

  /// The target did not show what it was asked for. More than asked is lowered at once with
  /// `effect`; less is held, because an engineer's hand may be on it, and `effect` is null, as it
  /// is for whatever is found after a person took over; equal again ends the drift.
  record DriftFound(int asked, int observed, @Nullable Integer effect) implements RolloutEvent {}

  /// The final status, once for every accepted release.
  record RolloutSettled(Outcome outcome, String reason, Actor by) implements RolloutEvent {}

  /// A person asked for something that a rule turned down.
  record CommandRefused(String command, Actor by, String reason) implements RolloutEvent {}

  /// Why nothing advances.
  enum Hold {
    /// D1: the window is not announced.
    NOT_ANNOUNCED,
    /// The clearance ended or was revoked.
    NOT_CLEARED,
    /// The target did not show the stage in time.
    NOT_APPLIED,
    /// Monitoring owes a verdict.
    NO_VERDICT,
    /// The traffic was too thin to judge.
    INCONCLUSIVE,
    /// The stage could not be measured, or an error budget cannot pay for what follows.
    NOT_MEASURED,
    /// Telemetry is gone.
    TELEMETRY_LOST,
    /// The target shows less than it was asked for.
    DRIFT,
    /// A fact of an unknown type came from gate or monitor.
    UNRECOGNISED,
    /// An operator said so.
    OPERATOR,
    /// The way back does not succeed.
    ROLLBACK_FAILING
  }

  /// What made a rollout turn back.
  enum Trigger {
    /// R1: a signal exceeded its budget or baseline.
    BREACH,
    /// Who asked for the release took it back.
    WITHDRAWN,
    /// An operator said so.
    ABORTED,
    /// A question was answered so, by a person or by the runbook.
    DECIDED,
    /// The clearance was revoked and the runbook says to go back.
    REVOKED
  }

  /// One step of the way back.
  ///
  /// @param subject the infrastructure step, script or backup; null for traffic
  record RollbackStep(Kind kind, @Nullable String subject) {

    /// What the step does.
    public enum Kind {
      /// R2: the last stable artifact takes all traffic.
      SHIFT,
      /// R2: an infrastructure step is undone.
      REVERT,
      /// R2: the documented rollback script runs.
      SCRIPT,
      /// R3: traffic is closed before a restore.
      CLOSE,
      /// R3: a backup is restored.
      RESTORE,
      /// R3: integrity is validated.
      VALIDATE,
      /// R3: traffic reopens.
      REOPEN
    }

    /// The step in words.
    public String title() {
      String verb =
          switch (kind) {
            case SHIFT -> "all traffic to the stable version";
            case REVERT -> "undo";
            case SCRIPT -> "run";
            case CLOSE -> "close traffic";
            case RESTORE -> "restore";
            case VALIDATE -> "validate integrity";
            case REOPEN -> "reopen traffic";
          };
      return subject == null ? verb : verb + " " + subject;
    }
  }
}
