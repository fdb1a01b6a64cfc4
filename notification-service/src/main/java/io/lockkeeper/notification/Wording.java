package io.lockkeeper.notification;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ApprovalRequested;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.Trigger;
import io.lockkeeper.events.Stage;
import io.lockkeeper.notification.Bulletin.Kind;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.ReleaseRequest.Window;
import io.lockkeeper.runbook.RunbookLine;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the messages of a release say. Runbook D1, C2, R4, R5.
final class Wording {

  private Wording() {}

  /// D1: the window, with links to artifacts, runbook and owners.
  static Bulletin cleared(Letterhead head, ReleaseCleared cleared) {
    ReleaseRequest request = head.accepted().request();
    Window window = request.window();
    return head.announcement(
        "window",
        "Deployment window: " + head.name(),
        String.join(
            "\n",
            "What: " + orNone(request.description()),
            "When: "
                + (window == null
                    ? "now"
                    : Words.time(window.start()) + " to " + Words.time(window.end()))
                + "; every gate holds until "
                + Words.time(cleared.validUntil()),
            "Artifact: " + artifact(request.artifact()),
            "Way back: "
                + (cleared.stable() == null
                    ? "remove it, this is the first release"
                    : artifact(cleared.stable())),
            "Runbook: "
                + Words.foreign(head.accepted().runbook().name())
                + ", digest of request and runbook "
                + head.accepted().digest(),
            "Owners: " + list(request.owners()),
            "For: " + list(head.accepted().runbook().communication().audiences()),
            "Requested by: " + Words.foreign(head.accepted().requester().toString())));
  }

  /// G3: somebody has to say yes.
  static Bulletin approvalRequested(Letterhead head, ApprovalRequested requested, Fact fact) {
    return update(
        head,
        RunbookLine.C2,
        "approval-" + fact.sequence(),
        "Approval needed: " + head.name(),
        Words.foreign(requested.reason())
            + "\nApprovals needed: "
            + requested.quorum()
            + ", until "
            + Words.time(requested.due())
            + ".\nFor exactly "
            + requested.digest()
            + " (request "
            + fact.id()
            + ").");
  }

  /// C2: the start.
  static Bulletin started(Letterhead head, DeploymentStarted started) {
    return update(
        head,
        RunbookLine.C2,
        "started",
        "Started: " + head.name(),
        "Stages: "
            + started.stages().stream()
                .map(stage -> Words.foreign(stage.title()))
                .collect(Collectors.joining(", then "))
            + ".");
  }

  /// C2: a checkpoint.
  static Bulletin stageCompleted(Letterhead head, StageCompleted completed, List<Fact> facts) {
    Stage stage = completed.stage();
    String verdict =
        last(facts, StageVerified.class)
            .filter(seen -> seen.stage() == stage.index() && seen.attempt() == completed.attempt())
            .map(
                seen ->
                    seen.verdict()
                        + ": "
                        + Words.foreign(seen.reason())
                        + "\n"
                        + Words.measures(seen.measures()))
            .orElse("Applied and read back.");
    return update(
        head,
        RunbookLine.C2,
        "stage-" + stage.index() + "-" + completed.attempt() + ":completed",
        "Stage "
            + (stage.index() + 1)
            + last(facts, DeploymentStarted.class)
                .map(started -> " of " + started.stages().size())
                .orElse("")
            + " done: "
            + Words.foreign(stage.title())
            + ", "
            + head.name(),
        verdict);
  }

  /// C2: nothing advances.
  static Bulletin paused(Letterhead head, StagePaused paused, Fact fact, List<Fact> facts) {
    return update(
        head,
        lineOf(facts),
        "hold-" + fact.sequence(),
        "On hold: " + head.name(),
        reason(paused.hold())
            + ": "
            + Words.foreign(paused.reason())
            + "\nUnless that goes away, a person is asked at "
            + Words.time(paused.until())
            + ".");
  }

  /// C2: a person is asked.
  static Bulletin decisionRequested(
      Letterhead head, DecisionRequested requested, Fact fact, List<Fact> facts) {
    return update(
        head,
        lineOf(facts),
        "question-" + fact.sequence(),
        "Decision needed: " + head.name(),
        Words.foreign(requested.question())
            + "\nChoices: "
            + requested.choices().stream().map(Choice::name).collect(Collectors.joining(", "))
            + ".\nAt "
            + Words.time(requested.due())
            + " the runbook chooses "
            + requested.otherwise()
            + ".\nQuestion "
            + fact.id()
            + ".");
  }

  /// C2: the candidate serves all traffic.
  static Bulletin completed(Letterhead head, RolloutCompleted completed) {
    return update(
        head,
        RunbookLine.C2,
        "completed",
        "All traffic: " + head.name(),
        "The candidate serves all traffic and is observed. A verdict is due by "
            + Words.time(completed.verdictDue())
            + ".");
  }

  /// C2: completion.
  static Bulletin verified(Letterhead head, ReleaseVerified verified) {
    return update(
        head,
        RunbookLine.C2,
        "verified",
        "Verified: " + head.name(),
        "Observed for "
            + Words.length(verified.observed())
            + " at full traffic: "
            + Words.foreign(verified.reason())
            + "\n"
            + Words.measures(verified.measures()));
  }

  /// R4: it goes back, and what comes next.
  static Bulletin halted(Letterhead head, RolloutHalted halted) {
    return update(
        head,
        RunbookLine.R4,
        "halted",
        "Halted, going back: " + head.name(),
        why(halted)
            + "\n"
            + "Next: the last stable version takes all traffic; this channel is told when it"
            + " does.");
  }

  /// R4: it went back, and what comes next.
  static Bulletin rolledBack(Letterhead head) {
    return update(
        head,
        RunbookLine.R4,
        "rolled-back",
        "Rolled back: " + head.name(),
        "The candidate serves nothing; the last stable version serves all traffic.\n"
            + "Next: find the cause in the incident, then release a corrected version.");
  }

  /// C2, R4: an end that no other message tells.
  static Bulletin settled(Letterhead head, RolloutSettled settled) {
    String by = " (" + Words.foreign(settled.by().toString()) + ")";
    return switch (settled.outcome()) {
      case NOT_STARTED ->
          update(
              head,
              RunbookLine.C2,
              "not-started",
              "Not started: " + head.name(),
              Words.foreign(settled.reason()) + by + "\nProduction was not touched.");
      case ROLLBACK_FAILED ->
          update(
              head,
              RunbookLine.R4,
              "rollback-failed",
              "Going back failed: " + head.name(),
              Words.foreign(settled.reason())
                  + "\nNext: "
                  + Words.foreign(settled.by().toString())
                  + " finishes by hand.");
      case SUPERSEDED ->
          update(
              head,
              RunbookLine.C2,
              "superseded",
              "Superseded: " + head.name(),
              Words.foreign(settled.reason()) + by);
      case VERIFIED ->
          update(
              head, RunbookLine.C2, "verified", "Verified: " + head.name(), settled.reason() + by);
      case ROLLED_BACK ->
          update(
              head,
              RunbookLine.R4,
              "rolled-back",
              "Rolled back by hand: " + head.name(),
              Words.foreign(settled.reason())
                  + by
                  + "\nNext: find the cause in the incident, then release a corrected version.");
    };
  }

  /// R5: the incident, linked to release and change.
  static Bulletin incident(Letterhead head, RolloutHalted halted, List<Fact> facts) {
    ReleaseRequest request = head.accepted().request();
    String breach =
        last(facts, BudgetBreached.class)
            .map(
                seen ->
                    "\nMeasured: "
                        + Words.measure(seen.measure())
                        + "\nEvidence: "
                        + Words.foreign(seen.evidence())
                        + " (look "
                        + Words.foreign(seen.look().id())
                        + ")")
            .orElse("");
    return head.incident(
        "incident",
        "Release halted: " + head.name(),
        why(halted)
            + breach
            + "\nRelease: "
            + head.release()
            + "\nChange: "
            + Words.foreign(request.source().repository() + "@" + request.source().commit())
            + "\nArtifact: "
            + artifact(request.artifact())
            + "\nOwners: "
            + list(request.owners()));
  }

  /// Why it was halted, with who or what led to it.
  static String why(RolloutHalted halted) {
    return trigger(halted.trigger())
        + ": "
        + Words.foreign(halted.reason())
        + "\nHalted by "
        + Words.foreign(halted.by().toString())
        + ", "
        + Words.length(halted.latency())
        + " after its cause.";
  }

  private static String trigger(Trigger trigger) {
    return switch (trigger) {
      case BREACH -> "A signal is worse than its budget or baseline allows";
      case WITHDRAWN -> "The release was withdrawn";
      case ABORTED -> "An operator aborted";
      case DECIDED -> "A question was answered so";
      case REVOKED -> "The clearance was revoked";
    };
  }

  private static String reason(Hold hold) {
    return switch (hold) {
      case NOT_ANNOUNCED -> "The window is not announced";
      case NOT_CLEARED -> "The clearance ended";
      case NOT_APPLIED -> "The target does not show the stage";
      case NO_VERDICT -> "Monitoring owes a verdict";
      case INCONCLUSIVE -> "Too little traffic to judge";
      case NOT_MEASURED -> "Monitoring cannot give a verdict";
      case TELEMETRY_LOST -> "Telemetry is gone";
      case DRIFT -> "The target shows less than it was asked for";
      case UNRECOGNISED -> "A fact of an unknown type came";
      case OPERATOR -> "An operator said so";
      case ROLLBACK_FAILING -> "Going back does not succeed";
    };
  }

  private static Bulletin update(
      Letterhead head, RunbookLine line, String what, String title, String text) {
    return head.message(Kind.UPDATE, line, "update:" + what, title, text);
  }

  private static RunbookLine lineOf(List<Fact> facts) {
    return last(facts, RolloutHalted.class).isPresent() ? RunbookLine.R4 : RunbookLine.C2;
  }

  /// The newest event of this class.
  static <T> Optional<T> last(List<Fact> facts, Class<T> type) {
    return facts.reversed().stream()
        .map(Fact::event)
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }

  private static String artifact(@Nullable Artifact artifact) {
    return artifact == null
        ? "none"
        : Words.foreign(artifact.version() + ", " + artifact.purl()) + ", " + artifact.digest();
  }

  private static String list(List<String> words) {
    return words.isEmpty() ? "nobody named" : Words.foreign(String.join(", ", words));
  }

  private static String orNone(String text) {
    return text.isBlank() ? "no description" : Words.foreign(text);
  }
}
