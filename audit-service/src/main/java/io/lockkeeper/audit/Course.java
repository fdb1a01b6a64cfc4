package io.lockkeeper.audit;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.Unrecognised;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far a release has come before its final status, told by what it waits for: a fold over its
/// facts. A question to a person stands before a hold, and a hold before the next step.
final class Course {

  private static final String GATE = "gate-service";
  private static final String ROLLOUT = "rollout-service";
  private static final String MONITOR = "monitor-service";
  private static final String NOTIFICATION = "notification-service";
  private static final String TARGET = "the target";
  private static final Waiting GATES = new Waiting("its gates", GATE, null);
  private static final Waiting END = new Waiting("its final status", ROLLOUT, null);

  private Waiting step = GATES;
  private @Nullable Waiting hold;
  private @Nullable Question question;
  private @Nullable Approvals approvals;
  private boolean started;
  private boolean announced;
  private List<RollbackStep> stepsBack = List.of();

  private record Question(EventId id, DecisionRequested asked) {}

  private record Approvals(GateEvent.ApprovalRequested asked, int missing) {

    Waiting waiting() {
      return missing == 0
          ? GATES
          : new Waiting(
              Words.count(missing, "approval") + " of " + asked.digest(),
              "operators who neither asked for the release nor wrote it",
              asked.due());
    }
  }

  private Course() {}

  /// The course by these facts of one release, in ledger order.
  static Course of(List<Fact> facts) {
    Course course = new Course();
    facts.forEach(course::evolve);
    return course;
  }

  Waiting waitsFor() {
    if (question != null) {
      return new Waiting(
          "an answer: " + question.asked().question() + " " + question.asked().choices(),
          "a person, by POST …/decisions of rollout-service",
          question.asked().due());
    }
    return hold == null ? step : hold;
  }

  private void evolve(Fact fact) {
    switch (fact.event()) {
      case GateEvent event when !started -> gate(event, fact.time());
      case RolloutEvent event -> rollout(event, fact.id());
      case MonitorEvent.TelemetryRecovered recovered -> later(recovered.lost());
      case NotificationEvent.WindowAnnounced _ -> announced();
      case GateEvent _, MonitorEvent _, NotificationEvent _, AuditEvent _, Unrecognised _ -> {}
    }
  }

  private void gate(GateEvent event, Instant time) {
    switch (event) {
      case GateEvent.ApprovalRequested asked -> {
        approvals = new Approvals(asked, asked.quorum());
        step = approvals.waiting();
      }
      case GateEvent.ApprovalGranted _ -> {
        if (approvals != null) {
          approvals = new Approvals(approvals.asked(), Math.max(0, approvals.missing() - 1));
          step = approvals.waiting();
        }
      }
      case GateEvent.BaselineRequested asked ->
          step =
              new Waiting(
                  asked.window().isZero()
                      ? "a word on its error budgets and queries"
                      : "a health baseline over " + Words.length(asked.window()),
                  MONITOR,
                  time.plus(asked.window()));
      case GateEvent.ReleaseQueued queued ->
          step =
              new Waiting(
                  "the lane "
                      + queued.lane()
                      + ", behind "
                      + Words.count(queued.behind().size(), "release"),
                  "the releases before it",
                  null);
      case GateEvent.ReleaseCleared cleared ->
          step =
              announced
                  ? start()
                  : new Waiting(
                      "the announcement of its window", NOTIFICATION, cleared.announceBy());
      case GateEvent.GateFailed failed ->
          step = new Waiting(failed.gate() + " to hold: " + failed.reason(), GATE, null);
      case GateEvent.ClearanceRevoked revoked ->
          step = new Waiting(revoked.gate() + " to hold again: " + revoked.reason(), GATE, null);
      case GateEvent.ApprovalDenied _, GateEvent.ReleaseBlocked _, GateEvent.ReleaseWithdrawn _ ->
          step = END;
      case GateEvent.GatePassed _, GateEvent.ApprovalExpired _ -> step = GATES;
      case GateEvent.ReleaseAccepted _,
          GateEvent.ReleaseRefused _,
          GateEvent.RequestRefused _,
          GateEvent.PreconditionChecked _,
          GateEvent.ClearanceRenewed _,
          GateEvent.ArtifactQuarantined _,
          GateEvent.QuarantineLifted _ -> {}
    }
  }

  private void rollout(RolloutEvent event, EventId id) {
    switch (event) {
      case RolloutEvent.DeploymentStarted _ -> {
        started = true;
        step = new Waiting("its first stage to start", ROLLOUT, null);
      }
      case RolloutEvent.StageStarted it -> {
        step = shows(it.stage().title(), it.deadline());
        goOn();
      }
      case RolloutEvent.StageApplied it ->
          step =
              it.verdictDue() == null
                  ? next()
                  : new Waiting("a verdict on " + it.stage().title(), MONITOR, it.verdictDue());
      case RolloutEvent.StageCompleted _ -> step = next();
      case RolloutEvent.StagePaused it -> {
        hold = new Waiting("the end of a hold: " + it.reason(), holder(it.hold()), it.until());
        if (question != null && question.asked().hold() != it.hold()) {
          question = null;
        }
      }
      case RolloutEvent.StageResumed _ -> goOn();
      case DecisionRequested it -> question = new Question(id, it);
      case RolloutEvent.DecisionTaken it -> {
        if (question != null && question.id().equals(it.question())) {
          question = null;
        }
      }
      case RolloutEvent.RolloutCompleted it ->
          step = new Waiting("a verdict on the release at full traffic", MONITOR, it.verdictDue());
      case RolloutEvent.RolloutHalted _ -> {
        step = new Waiting("the way back to begin", ROLLOUT, null);
        goOn();
      }
      case RolloutEvent.RollbackStarted it -> {
        stepsBack = it.steps();
        step = wayBack(it.deadline());
      }
      case RolloutEvent.RollbackStepCompleted it -> {
        stepsBack = stepsBack.stream().skip(1).toList();
        step = wayBack(it.deadline());
        goOn();
      }
      case RolloutEvent.RollbackFailed it -> step = shows(it.step().title(), it.deadline());
      case RolloutEvent.TakenOver it -> {
        step = new Waiting("the target to be read back", TARGET, it.due());
        goOn();
      }
      case RolloutEvent.RolledBack _, RolloutEvent.RolloutSettled _ -> {
        step = END;
        goOn();
      }
      case RolloutEvent.DriftFound _, RolloutEvent.CommandRefused _ -> {}
    }
  }

  private void goOn() {
    hold = null;
    question = null;
  }

  private void announced() {
    announced = true;
    if (step.who().equals(NOTIFICATION)) {
      step = start();
    }
  }

  // As rollout-service counts it: time in which nothing could be read is no time to judge in.
  private void later(Duration lost) {
    if (started && step.who().equals(MONITOR) && step.until() != null) {
      step = new Waiting(step.what(), MONITOR, step.until().plus(lost));
    }
  }

  private Waiting wayBack(Instant deadline) {
    return stepsBack.isEmpty() ? END : shows(stepsBack.getFirst().title(), deadline);
  }

  private static Waiting shows(String what, Instant deadline) {
    return new Waiting("the target to show " + what, TARGET, deadline);
  }

  private static Waiting start() {
    return new Waiting("its deployment to start", ROLLOUT, null);
  }

  private static Waiting next() {
    return new Waiting("its next stage to start", ROLLOUT, null);
  }

  private static String holder(Hold hold) {
    return switch (hold) {
      case NOT_ANNOUNCED -> NOTIFICATION;
      case NOT_CLEARED -> GATE;
      case NOT_APPLIED, DRIFT, ROLLBACK_FAILING -> TARGET;
      case NO_VERDICT, INCONCLUSIVE, NOT_MEASURED, TELEMETRY_LOST -> MONITOR;
      case UNRECOGNISED -> "an upgrade of rollout-service";
      case OPERATOR -> "an operator, by POST …/resume of rollout-service";
    };
  }
}
