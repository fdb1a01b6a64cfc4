package io.lockkeeper.gate;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.RolloutEvent.Trigger;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook.Approval.When;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// At least one of every event and of every command, for tests that try everything everywhere.
final class Samples {

  private static final Actor GRACE = Actor.person("grace");
  private static final GateEvent.Subject SUBJECT =
      new GateEvent.Subject("demo/shop", null, "2.0.0");
  private static final Look LOOK = new Look("look", Requests.digest(9));

  private Samples() {}

  /// Events of every kind; those that answer a question answer this one.
  static List<ReleaseEvent> events(EventId question, Instant now) {
    Requests asked = Requests.good(3).approval(When.ALWAYS, 1);
    Duration minute = Duration.ofMinutes(1);
    Stage stage = Stage.traffic(1, 10, minute, minute);
    RollbackStep step = new RollbackStep(RollbackStep.Kind.SHIFT, null);
    List<Measure> none = List.of();
    List<ReleaseEvent> all = new ArrayList<>();
    all.add(
        new GateEvent.ReleaseAccepted(
            asked.request(), asked.runbook(), Requests.digest(8), Actor.claimed("ci-bot")));
    all.add(new GateEvent.ReleaseRefused("invalid", List.of(), GRACE, SUBJECT));
    all.add(new GateEvent.RequestRefused("different-content", "another"));
    for (Verdict verdict : Verdict.values()) {
      all.add(new GateEvent.PreconditionChecked(RunbookLine.PRE1, "build", verdict, "said"));
    }
    for (RunbookLine gate : RunbookLine.values()) {
      all.add(new GateEvent.GatePassed(gate, "holds"));
      all.add(new GateEvent.GateFailed(gate, "does not hold"));
    }
    all.add(new GateEvent.ApprovalRequested(Requests.digest(8), 2, now.plus(minute), "asked"));
    all.add(new GateEvent.ApprovalGranted(question, Requests.digest(8), GRACE, null));
    all.add(new GateEvent.ApprovalDenied(question, GRACE, "no"));
    all.add(new GateEvent.ApprovalExpired(question));
    all.add(new GateEvent.BaselineRequested(3, minute));
    all.add(new GateEvent.ReleaseQueued(Scene.LANE, List.of()));
    all.add(
        new GateEvent.ReleaseCleared(
            Scene.LANE, 5, Requests.artifact(1), now.plus(minute), now.plus(minute)));
    all.add(new GateEvent.ClearanceRenewed(now.plus(minute)));
    all.add(new GateEvent.ClearanceRevoked(RunbookLine.G3, "freeze"));
    all.add(new GateEvent.ClearanceRevoked(RunbookLine.G2, "old"));
    all.add(new GateEvent.ReleaseBlocked(RunbookLine.G1, "blocked"));
    all.add(new GateEvent.ReleaseWithdrawn(GRACE, "withdrawn"));
    all.add(new GateEvent.ArtifactQuarantined(Scene.LANE, Requests.digest(3), "breach"));
    all.add(new GateEvent.QuarantineLifted(Scene.LANE, Requests.digest(3), GRACE, "fine"));
    all.add(
        new RolloutEvent.DeploymentStarted(
            Scene.LANE, 5, List.of(stage), Requests.artifact(3), null));
    all.add(new RolloutEvent.StageStarted(stage, 1, 1, now));
    all.add(new RolloutEvent.StageApplied(stage, 1, 1, now));
    all.add(new RolloutEvent.StageCompleted(stage, 1));
    for (Hold hold : Hold.values()) {
      all.add(new RolloutEvent.StagePaused(hold, "held", now));
    }
    all.add(new RolloutEvent.StageResumed());
    all.add(new RolloutEvent.StageResumed(GRACE, "go on"));
    all.add(new RolloutEvent.DecisionRequested(Hold.DRIFT, "?", List.of(), now, Choice.GO_BACK));
    all.add(new RolloutEvent.DecisionTaken(question, Choice.GO_BACK, GRACE, "so"));
    all.add(new RolloutEvent.RolloutCompleted(now));
    for (Trigger trigger : Trigger.values()) {
      all.add(new RolloutEvent.RolloutHalted(trigger, "halt", GRACE, null, minute));
    }
    all.add(new RolloutEvent.RollbackStarted(List.of(step), 2, now));
    all.add(new RolloutEvent.RollbackStepCompleted(step, 2, now));
    all.add(new RolloutEvent.RollbackFailed(step, 1, "failed", 3, now, now));
    all.add(new RolloutEvent.RolledBack());
    all.add(new RolloutEvent.TakenOver(GRACE, "by hand", Outcome.ROLLED_BACK, now));
    all.add(new RolloutEvent.DriftFound(10, 20, null));
    for (Outcome outcome : Outcome.values()) {
      all.add(new RolloutEvent.RolloutSettled(outcome, "the end", GRACE));
    }
    all.add(new RolloutEvent.CommandRefused("abort", GRACE, "too late"));
    all.add(new MonitorEvent.BaselineCaptured(question, now, now, none, LOOK));
    all.add(
        new MonitorEvent.BaselineCaptured(
            question, now, now.minus(Duration.ofDays(1)), none, LOOK));
    all.add(new MonitorEvent.BaselineRefused(question, "no samples"));
    all.add(new MonitorEvent.StageVerified(1, 1, Verdict.PASSED, "good", none, LOOK));
    all.add(
        new MonitorEvent.BudgetBreached(new Measure("errors", 0.1, 0.0, "fraction", 9), "x", LOOK));
    all.add(new MonitorEvent.TelemetryLost(now, "gone"));
    all.add(new MonitorEvent.TelemetryRecovered(minute));
    for (TelemetryFault kind : TelemetryFault.values()) {
      all.add(new MonitorEvent.TelemetryLost(now, kind, "gone"));
      all.add(new MonitorEvent.TelemetryDegraded(now, kind, "partly gone"));
    }
    all.add(new MonitorEvent.TelemetryRestored(minute));
    all.add(new MonitorEvent.ObservationStarted(minute, now));
    all.add(new MonitorEvent.ObservabilityConfirmed(question, List.of()));
    all.add(new MonitorEvent.ObservabilityUnconfirmed(question, List.of()));
    all.add(new MonitorEvent.ReleaseVerified(Verdict.PASSED, "good", minute, none, LOOK));
    all.add(new AuditEvent.ReleaseClosed(Outcome.VERIFIED, List.of(), 9));
    all.add(new NotificationEvent.WindowAnnounced("feed", "key", null));
    all.add(new NotificationEvent.UpdatePosted(RunbookLine.C2, "feed", "key", "text", null));
    all.add(new NotificationEvent.UpdateFailed(RunbookLine.C2, "feed", "key", "down"));
    all.add(new NotificationEvent.IncidentFiled("feed", "key", null));
    all.add(new NotificationEvent.ReleaseSummarized("feed", "key", "text", null));
    all.add(new Unrecognised("io.lockkeeper.something.new.v1", "{}"));
    return all;
  }

  /// Commands of every kind.
  static List<GateCommand> commands() {
    List<GateCommand> all = new ArrayList<>();
    for (int artifact : List.of(2, 3)) {
      Requests asked = Requests.good(artifact);
      all.add(
          new GateCommand.Request(
              asked.request(),
              asked.runbook(),
              Requests.digest(100 + artifact),
              Actor.claimed("ci-bot")));
    }
    all.add(new GateCommand.Refuse("invalid", List.of(), GRACE, SUBJECT, Requests.digest(8)));
    all.add(new GateCommand.Withdraw(Actor.claimed("ci-bot"), false, "wrong"));
    all.add(new GateCommand.Withdraw(Actor.claimed("mallory"), false, "wrong"));
    all.add(new GateCommand.Withdraw(GRACE, true, "wrong"));
    for (int digest : List.of(3, 8, 102)) {
      all.add(new GateCommand.Approve(Requests.digest(digest), GRACE, "fine"));
      all.add(new GateCommand.Deny(Requests.digest(digest), GRACE, "no"));
      all.add(new GateCommand.LiftQuarantine(Requests.digest(digest), GRACE, "fine"));
    }
    return all;
  }

  /// Kinds of events that no sample covers; a new event must find its way here.
  static Set<Class<?>> missing() {
    Set<Class<?>> covered =
        events(new EventId(new UUID(7, 1)), Instant.EPOCH).stream()
            .<Class<?>>map(Object::getClass)
            .collect(Collectors.toSet());
    return EventTypes.all().values().stream()
        .filter(kind -> !covered.contains(kind))
        .collect(Collectors.toSet());
  }
}
