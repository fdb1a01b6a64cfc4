package io.lockkeeper.gate;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What gate-service knows of one release: everything that was said, in whatever phase it came.
///
/// Times in it are those of gate's own facts, so they come from the clock that later measures them.
///
/// @param turnedDown    reasons of further requests that were refused, each once
/// @param preconditions PRE1–PRE4, what was checked
/// @param gates         G1–G4, the last word on each
public record GateBoard(
    @Nullable ReleaseId release,
    @Nullable Admission admission,
    GateEvent.@Nullable ReleaseRefused refusal,
    List<String> turnedDown,
    Map<Check, Verdict> preconditions,
    Map<RunbookLine, Standing> gates,
    @Nullable Approval approval,
    Baseline baseline,
    Position position,
    @Nullable Clearance clearance,
    Course course,
    @Nullable End blocked,
    @Nullable End withdrawn,
    @Nullable Quarantine quarantine) {

  private static final GateBoard EMPTY =
      new GateBoard(
          null,
          null,
          null,
          List.of(),
          Map.of(),
          Map.of(),
          null,
          Baseline.NONE,
          new Outside(),
          null,
          Course.NONE,
          null,
          null,
          null);

  /// What was accepted, and when.
  public record Admission(
      ReleaseRequest request, Runbook runbook, Digest digest, Actor requester, Instant at) {}

  /// One precondition by line and name of its evidence.
  public record Check(RunbookLine line, String name) implements Comparable<Check> {
    @Override
    public int compareTo(Check other) {
      int byLine = line.compareTo(other.line);
      return byLine != 0 ? byLine : name.compareTo(other.name);
    }
  }

  /// The last word on a gate.
  public record Standing(boolean passed, String reason, Instant at) {}

  /// G3: what a person was asked, and who has answered.
  ///
  /// @param at      when they were asked
  /// @param due     until when an answer counts
  /// @param granted different people, in the order of their answers
  public record Approval(
      EventId request,
      Digest digest,
      int quorum,
      Instant at,
      Instant due,
      List<Actor> granted,
      @Nullable End denied,
      boolean expired) {
    public Approval {
      granted = List.copyOf(granted);
    }

    /// Whether enough people said yes and nobody said no.
    public boolean isGiven() {
      return denied == null && granted.size() >= quorum;
    }
  }

  /// G2: the newest baseline that was asked for, and its answer.
  ///
  /// @param attempts how many were asked for
  /// @param request  the newest one; null when it no longer counts
  /// @param refusal  why it was refused; null when it was not
  /// @param until    the end of the telemetry it covers; null until it is captured
  public record Baseline(
      int attempts,
      @Nullable EventId request,
      @Nullable Instant askedAt,
      @Nullable String refusal,
      @Nullable Instant until) {

    /// None was asked for.
    public static final Baseline NONE = new Baseline(0, null, null, null, null);
  }

  /// Where the release says it is on its lane.
  public sealed interface Position {}

  /// Neither in the lane nor in its queue.
  public record Outside() implements Position {}

  /// In the queue.
  ///
  /// @param behind who was before it when it joined
  public record Waiting(Instant since, List<ReleaseId> behind) implements Position {
    public Waiting {
      behind = List.copyOf(behind);
    }
  }

  /// In the lane.
  public record Holding(Instant since) implements Position {}

  /// The newest clearance.
  ///
  /// @param revoked why it ended; null while it holds
  public record Clearance(
      long token, @Nullable Artifact stable, Instant validUntil, @Nullable Revocation revoked) {}

  /// Why a clearance ended.
  public record Revocation(RunbookLine gate, String reason, Instant at) {}

  /// What rollout-service and monitor-service said.
  ///
  /// @param completed  the candidate serves all traffic
  /// @param turnedBack it goes back, or has gone back
  /// @param breached   a budget was exceeded
  /// @param settled    the final status and why; null until it is settled
  public record Course(
      boolean started,
      boolean completed,
      boolean turnedBack,
      boolean breached,
      RolloutEvent.@Nullable RolloutSettled settled) {

    static final Course NONE = new Course(false, false, false, false, null);
  }

  /// Who or what ended it.
  public record End(@Nullable Actor by, String reason) {}

  /// PRE4: this release's artifact must not start again.
  public record Quarantine(Digest artifact, Instant since, String reason, boolean lifted) {}

  public GateBoard {
    turnedDown = List.copyOf(turnedDown);
    preconditions = Map.copyOf(preconditions);
    gates = Map.copyOf(gates);
  }

  /// The board after these facts.
  public static GateBoard of(List<Fact> history) {
    GateBoard board = EMPTY;
    for (Fact fact : history) {
      board = board.evolve(fact);
    }
    return board;
  }

  /// The lane that the release is for; empty until it is accepted.
  public Optional<Lane> lane() {
    return admission == null ? Optional.empty() : Optional.of(Lane.of(admission.request()));
  }

  /// Where the release stands.
  public GatePhase phase() {
    RolloutEvent.RolloutSettled settled = course.settled();
    if (settled != null) {
      return new GatePhase.Settled(settled.outcome(), settled.reason());
    }
    if (admission == null) {
      return refusal == null ? new GatePhase.Unknown() : new GatePhase.Refused(refusal.code());
    }
    if (withdrawn != null) {
      return new GatePhase.Ending("withdrawn by " + withdrawn.by() + ": " + withdrawn.reason());
    }
    // Started on a clearance before it was blocked: then it goes on, and so does its clearance.
    if (blocked != null && (clearance == null || !course.started())) {
      return new GatePhase.Ending("blocked: " + blocked.reason());
    }
    if (course.turnedBack()) {
      return new GatePhase.Uncontrolled("it goes back");
    }
    if (course.completed()) {
      return new GatePhase.Uncontrolled("it serves all traffic and is observed");
    }
    if (clearance != null) {
      Revocation revoked = clearance.revoked();
      return revoked == null
          ? new GatePhase.Cleared(clearance.validUntil())
          : new GatePhase.Revoked(revoked.gate(), revoked.reason(), revoked.at());
    }
    if (!isReviewed()) {
      return new GatePhase.Reviewing();
    }
    if (!holds(RunbookLine.G3)) {
      return new GatePhase.Approving();
    }
    return switch (position) {
      case Outside _ -> new GatePhase.Ready();
      case Waiting(Instant since, var behind) -> new GatePhase.Queued(since, behind);
      case Holding(Instant since) -> new GatePhase.InLane(since);
    };
  }

  /// Whether the last word on this gate is that it holds.
  public boolean holds(RunbookLine gate) {
    Standing standing = gates.get(gate);
    return standing != null && standing.passed();
  }

  /// What the release waits for, for whom, and how long; empty when nothing is awaited any more.
  public Optional<Wait> waitsFor() {
    return Waits.of(this);
  }

  /// The board after one more fact. Facts that say nothing about gates change nothing.
  public GateBoard evolve(Fact fact) {
    GateBoard named = new BoardDraft(this).release(fact.release()).board();
    return switch (fact.event()) {
      case GateEvent own -> named.evolve(own, fact);
      case RolloutEvent said -> new BoardDraft(named).course(named.course(said)).board();
      case MonitorEvent saw -> named.evolve(saw);
      case AuditEvent _, NotificationEvent _, Unrecognised _ -> named;
    };
  }

  private GateBoard evolve(GateEvent own, Fact fact) {
    BoardDraft draft = new BoardDraft(this);
    switch (own) {
      case GateEvent.ReleaseAccepted(var request, var runbook, var digest, var requester) ->
          draft.admission(new Admission(request, runbook, digest, requester, fact.time()));
      case GateEvent.ReleaseRefused refused -> draft.refusal(refused);
      case GateEvent.RequestRefused(_, var reason) -> draft.turnedDown(reason);
      case GateEvent.PreconditionChecked(var line, var check, var verdict, _) ->
          draft.checked(new Check(line, check), verdict);
      case GateEvent.GatePassed(var gate, var reason) -> passed(draft, gate, reason, fact);
      case GateEvent.GateFailed(var gate, var reason) -> {
        draft.standing(gate, new Standing(false, reason, fact.time()));
        if (gate == RunbookLine.G3 && clearance == null) {
          // G3 can wait outside, so the release lets go of its lane and comes back with a new
          // baseline.
          draft.position(new Outside()).fromAnew();
        }
      }
      case GateEvent.ApprovalRequested(var digest, var quorum, var due, _) ->
          draft.approval(
              new Approval(fact.id(), digest, quorum, fact.time(), due, List.of(), null, false));
      case GateEvent.ApprovalGranted(var request, _, var by, _) -> granted(draft, request, by);
      case GateEvent.ApprovalDenied(var request, var by, var reason) -> {
        if (approval != null && approval.request().equals(request)) {
          draft.approval(approval.granted(), new End(by, reason), approval.expired());
        }
      }
      case GateEvent.ApprovalExpired(var request) -> {
        if (approval != null && approval.request().equals(request)) {
          draft.approval(approval.granted(), approval.denied(), true);
        }
      }
      case GateEvent.BaselineRequested(var attempt, _) ->
          draft
              .baseline(new Baseline(attempt, fact.id(), fact.time(), null, null))
              .held(fact.time());
      case GateEvent.ReleaseQueued(_, var behind) ->
          draft.position(new Waiting(fact.time(), behind)).fromAnew();
      case GateEvent.ReleaseCleared(_, var token, var stable, var validUntil, _) ->
          draft.clearance(new Clearance(token, stable, validUntil, null)).held(fact.time());
      case GateEvent.ClearanceRenewed(var validUntil) -> {
        if (clearance != null) {
          draft.clearance(
              new Clearance(
                  clearance.token(), clearance.stable(), validUntil, clearance.revoked()));
        }
      }
      case GateEvent.ClearanceRevoked(var gate, var reason) -> {
        if (clearance != null) {
          draft.clearance(
              new Clearance(
                  clearance.token(),
                  clearance.stable(),
                  clearance.validUntil(),
                  new Revocation(gate, reason, fact.time())));
        }
      }
      case GateEvent.ReleaseBlocked(_, var reason) ->
          draft.blocked(new End(null, reason)).unqueued();
      case GateEvent.ReleaseWithdrawn(var by, var reason) ->
          draft.withdrawn(new End(by, reason)).unqueued();
      case GateEvent.ArtifactQuarantined(_, var artifact, var reason) ->
          draft.quarantine(new Quarantine(artifact, fact.time(), reason, false));
      case GateEvent.QuarantineLifted(_, var artifact, _, _) -> {
        if (quarantine != null && quarantine.artifact().equals(artifact)) {
          draft.quarantine(new Quarantine(artifact, quarantine.since(), quarantine.reason(), true));
        }
      }
    }
    return draft.board();
  }

  private void passed(BoardDraft draft, RunbookLine gate, String reason, Fact fact) {
    draft.standing(gate, new Standing(true, reason, fact.time()));
    if (gate == RunbookLine.G3 && approval != null && !approval.isGiven()) {
      // The gate holds without it; should it fail again, people are asked again.
      draft.approval(null);
    }
    if (gate == RunbookLine.G2) {
      draft.held(fact.time());
    }
  }

  private void granted(BoardDraft draft, EventId request, Actor by) {
    if (approval != null
        && approval.request().equals(request)
        && !approval.granted().contains(by)) {
      List<Actor> granted = new ArrayList<>(approval.granted());
      granted.add(by);
      draft.approval(granted, approval.denied(), approval.expired());
    }
  }

  private Course course(RolloutEvent said) {
    return switch (said) {
      case RolloutEvent.DeploymentStarted _ ->
          new Course(true, course.completed, course.turnedBack, course.breached, course.settled);
      case RolloutEvent.RolloutCompleted _ ->
          new Course(course.started, true, course.turnedBack, course.breached, course.settled);
      case RolloutEvent.RolloutHalted halted ->
          new Course(
              course.started,
              course.completed,
              true,
              course.breached || halted.trigger() == RolloutEvent.Trigger.BREACH,
              course.settled);
      case RolloutEvent.RollbackStarted _, RolloutEvent.RolledBack _, RolloutEvent.TakenOver _ ->
          new Course(course.started, course.completed, true, course.breached, course.settled);
      case RolloutEvent.RolloutSettled settled ->
          new Course(
              course.started,
              course.completed,
              course.turnedBack,
              course.breached,
              // It is settled once: the first word counts.
              course.settled == null ? settled : course.settled);
      case RolloutEvent.StageStarted _,
          RolloutEvent.StageApplied _,
          RolloutEvent.StageCompleted _,
          RolloutEvent.StagePaused _,
          RolloutEvent.StageResumed _,
          RolloutEvent.DecisionRequested _,
          RolloutEvent.DecisionTaken _,
          RolloutEvent.RollbackStepCompleted _,
          RolloutEvent.RollbackFailed _,
          RolloutEvent.DriftFound _,
          RolloutEvent.CommandRefused _ ->
          course;
    };
  }

  private GateBoard evolve(MonitorEvent saw) {
    BoardDraft draft = new BoardDraft(this);
    switch (saw) {
      case MonitorEvent.BaselineCaptured captured -> {
        if (captured.request().equals(baseline.request())) {
          draft.baseline(
              new Baseline(
                  baseline.attempts(),
                  baseline.request(),
                  baseline.askedAt(),
                  null,
                  captured.until()));
        }
      }
      case MonitorEvent.BaselineRefused(var request, var reason) -> {
        if (request.equals(baseline.request()) && baseline.until() == null) {
          draft.baseline(
              new Baseline(baseline.attempts(), request, baseline.askedAt(), reason, null));
        }
      }
      case MonitorEvent.BudgetBreached _ ->
          draft.course(
              new Course(
                  course.started, course.completed, course.turnedBack, true, course.settled));
      case MonitorEvent.StageVerified _,
          MonitorEvent.TelemetryLost _,
          MonitorEvent.TelemetryRecovered _,
          MonitorEvent.TelemetryDegraded _,
          MonitorEvent.TelemetryRestored _,
          MonitorEvent.ObservationStarted _,
          MonitorEvent.ObservabilityConfirmed _,
          MonitorEvent.ObservabilityUnconfirmed _,
          MonitorEvent.ReleaseVerified _ -> {}
    }
    return draft.board();
  }

  private boolean isReviewed() {
    return admission != null
        && admission.runbook().preconditions().stream()
            .allMatch(
                asked ->
                    preconditions.get(new Check(asked.line(), asked.check())) == Verdict.PASSED)
        && holds(RunbookLine.G1);
  }
}
