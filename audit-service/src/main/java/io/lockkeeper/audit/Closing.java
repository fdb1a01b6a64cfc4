package io.lockkeeper.audit;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.Runbook.PostDeployment;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How near the log of one release is to its end: a fold over its facts.
///
/// @param facts       everything the other four services wrote, as it came
/// @param closeWithin how long after settlement the log waits for what is owed
/// @param settlement  null until the release is settled
/// @param halted      whether it turned back, so that R4 and R5 are owed
/// @param returnTold  R4: whether the way back was told
/// @param filed       R5: whether an incident is filed
/// @param summarized  C3: whether the outcome is summarized
/// @param closings    how often the log was closed
/// @param closedWith  how many facts it had when it was closed last
public record Closing(
    List<Fact> facts,
    Duration closeWithin,
    @Nullable Settlement settlement,
    boolean halted,
    boolean returnTold,
    boolean filed,
    boolean summarized,
    int closings,
    int closedWith) {

  private static final Closing NOTHING =
      new Closing(
          List.of(), PostDeployment.STANDARD.closeWithin(), null, false, false, false, false, 0, 0);

  public Closing {
    facts = List.copyOf(facts);
  }

  /// The final status and since when it is known.
  public record Settlement(Outcome outcome, Instant at) {}

  /// The fold over the facts of one release, in the order in which they came.
  public static Closing of(List<Fact> history) {
    Closing closing = NOTHING;
    for (Fact fact : history) {
      closing = closing.evolve(fact);
    }
    return closing;
  }

  /// Whether everything that is owed after the settlement is there.
  public boolean complete() {
    return settlement != null && summarized && (!halted || returnTold && filed);
  }

  /// Whether facts came after the log was closed last.
  public boolean late() {
    return closings > 0 && facts.size() > closedWith;
  }

  /// This closing after one more fact. Audit's own facts are no part of what they close.
  public Closing evolve(Fact fact) {
    return switch (fact.event()) {
      case AuditEvent event ->
          switch (event) {
            case ReleaseClosed closed -> closed(closed);
          };
      case GateEvent event -> with(fact).gate(event);
      case RolloutEvent event -> with(fact).rollout(event, fact);
      case NotificationEvent event -> with(fact).notification(event);
      case MonitorEvent event ->
          switch (event) {
            case MonitorEvent.BaselineCaptured _,
                MonitorEvent.BaselineRefused _,
                MonitorEvent.StageVerified _,
                MonitorEvent.BudgetBreached _,
                MonitorEvent.TelemetryLost _,
                MonitorEvent.TelemetryRecovered _,
                MonitorEvent.TelemetryDegraded _,
                MonitorEvent.TelemetryRestored _,
                MonitorEvent.ObservationStarted _,
                MonitorEvent.ObservabilityConfirmed _,
                MonitorEvent.ObservabilityUnconfirmed _,
                MonitorEvent.ReleaseVerified _ ->
                with(fact);
          };
      case Unrecognised _ -> with(fact);
    };
  }

  private Closing gate(GateEvent event) {
    return switch (event) {
      case GateEvent.ReleaseAccepted accepted ->
          new Closing(
              facts,
              accepted.runbook().postDeployment().closeWithin(),
              settlement,
              halted,
              returnTold,
              filed,
              summarized,
              closings,
              closedWith);
      case GateEvent.ReleaseRefused _,
          GateEvent.RequestRefused _,
          GateEvent.PreconditionChecked _,
          GateEvent.GatePassed _,
          GateEvent.GateFailed _,
          GateEvent.ApprovalRequested _,
          GateEvent.ApprovalGranted _,
          GateEvent.ApprovalDenied _,
          GateEvent.ApprovalExpired _,
          GateEvent.BaselineRequested _,
          GateEvent.ReleaseQueued _,
          GateEvent.ReleaseCleared _,
          GateEvent.ClearanceRenewed _,
          GateEvent.ClearanceRevoked _,
          GateEvent.ReleaseBlocked _,
          GateEvent.ReleaseWithdrawn _,
          GateEvent.ArtifactQuarantined _,
          GateEvent.QuarantineLifted _ ->
          this;
    };
  }

  private Closing rollout(RolloutEvent event, Fact fact) {
    return switch (event) {
      case RolloutEvent.RolloutHalted _ ->
          new Closing(
              facts,
              closeWithin,
              settlement,
              true,
              returnTold,
              filed,
              summarized,
              closings,
              closedWith);
      case RolloutEvent.RolloutSettled settled ->
          new Closing(
              facts,
              closeWithin,
              settlement == null ? new Settlement(settled.outcome(), fact.time()) : settlement,
              halted,
              returnTold,
              filed,
              summarized,
              closings,
              closedWith);
      case RolloutEvent.DeploymentStarted _,
          RolloutEvent.StageStarted _,
          RolloutEvent.StageApplied _,
          RolloutEvent.StageCompleted _,
          RolloutEvent.StagePaused _,
          RolloutEvent.StageResumed _,
          RolloutEvent.DecisionRequested _,
          RolloutEvent.DecisionTaken _,
          RolloutEvent.RolloutCompleted _,
          RolloutEvent.RollbackStarted _,
          RolloutEvent.RollbackStepCompleted _,
          RolloutEvent.RollbackFailed _,
          RolloutEvent.RolledBack _,
          RolloutEvent.TakenOver _,
          RolloutEvent.DriftFound _,
          RolloutEvent.CommandRefused _ ->
          this;
    };
  }

  private Closing notification(NotificationEvent event) {
    return switch (event) {
      case NotificationEvent.UpdatePosted posted ->
          posted.line() == RunbookLine.R4 ? told(true, filed, summarized) : this;
      case NotificationEvent.IncidentFiled _ -> told(returnTold, true, summarized);
      case NotificationEvent.ReleaseSummarized _ -> told(returnTold, filed, true);
      case NotificationEvent.WindowAnnounced _, NotificationEvent.UpdateFailed _ -> this;
    };
  }

  private Closing told(boolean nowTold, boolean nowFiled, boolean nowSummarized) {
    return new Closing(
        facts,
        closeWithin,
        settlement,
        halted,
        nowTold,
        nowFiled,
        nowSummarized,
        closings,
        closedWith);
  }

  private Closing closed(ReleaseClosed closed) {
    return new Closing(
        facts,
        closeWithin,
        settlement,
        halted,
        returnTold,
        filed,
        summarized,
        closings + 1,
        closed.facts());
  }

  private Closing with(Fact fact) {
    return new Closing(
        Stream.concat(facts.stream(), Stream.of(fact)).toList(),
        closeWithin,
        settlement,
        halted,
        returnTold,
        filed,
        summarized,
        closings,
        closedWith);
  }
}
