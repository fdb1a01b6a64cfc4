package io.lockkeeper.audit;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;

/// Where a release stands, for people. Decides nothing.
public enum Phase {
  REFUSED("refused"),
  GATES("waiting for its gates"),
  QUEUED("waiting for its lane"),
  APPROVAL("waiting for approval"),
  CLEARED("cleared to start"),
  ROLLING("rolling out"),
  OBSERVED("observed at full traffic"),
  HELD("on hold"),
  HELD_OBSERVED("on hold at full traffic"),
  GOING_BACK("going back"),
  SETTLED("settled"),
  CLOSED("closed");

  private final String words;

  Phase(String words) {
    this.words = words;
  }

  /// The phase as a page shows it.
  public String words() {
    return words;
  }

  /// The phase after this event; what comes late changes nothing.
  Phase after(ReleaseEvent event) {
    return switch (event) {
      case AuditEvent own ->
          switch (own) {
            case AuditEvent.ReleaseClosed _ -> CLOSED;
          };
      case GateEvent gate -> isOver() || isUnderWay() ? this : after(gate);
      case RolloutEvent rollout -> isOver() ? this : after(rollout);
      case MonitorEvent monitor ->
          switch (monitor) {
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
                this;
          };
      case NotificationEvent notification ->
          switch (notification) {
            case NotificationEvent.WindowAnnounced _,
                NotificationEvent.UpdatePosted _,
                NotificationEvent.UpdateFailed _,
                NotificationEvent.IncidentFiled _,
                NotificationEvent.ReleaseSummarized _ ->
                this;
          };
      case Unrecognised _ -> this;
    };
  }

  private Phase after(GateEvent event) {
    return switch (event) {
      case GateEvent.ReleaseRefused _ -> REFUSED;
      case GateEvent.ApprovalRequested _ -> APPROVAL;
      case GateEvent.ReleaseQueued _ -> QUEUED;
      case GateEvent.ReleaseCleared _ -> CLEARED;
      case GateEvent.ReleaseAccepted _,
          GateEvent.ApprovalGranted _,
          GateEvent.ApprovalDenied _,
          GateEvent.ApprovalExpired _,
          GateEvent.BaselineRequested _,
          GateEvent.ClearanceRevoked _ ->
          GATES;
      case GateEvent.RequestRefused _,
          GateEvent.PreconditionChecked _,
          GateEvent.GatePassed _,
          GateEvent.GateFailed _,
          GateEvent.ClearanceRenewed _,
          GateEvent.ReleaseBlocked _,
          GateEvent.ReleaseWithdrawn _,
          GateEvent.ArtifactQuarantined _,
          GateEvent.QuarantineLifted _ ->
          this;
    };
  }

  private Phase after(RolloutEvent event) {
    return switch (event) {
      case RolloutEvent.DeploymentStarted _,
          RolloutEvent.StageStarted _,
          RolloutEvent.StageApplied _,
          RolloutEvent.StageCompleted _ ->
          this == GOING_BACK ? this : ROLLING;
      case RolloutEvent.RolloutCompleted _ -> this == GOING_BACK ? this : OBSERVED;
      case RolloutEvent.StagePaused _ ->
          switch (this) {
            case GOING_BACK, CLEARED -> this;
            case OBSERVED, HELD_OBSERVED -> HELD_OBSERVED;
            case REFUSED, GATES, QUEUED, APPROVAL, ROLLING, HELD, SETTLED, CLOSED -> HELD;
          };
      case RolloutEvent.StageResumed _ ->
          switch (this) {
            case HELD_OBSERVED -> OBSERVED;
            case HELD -> ROLLING;
            case REFUSED,
                GATES,
                QUEUED,
                APPROVAL,
                CLEARED,
                ROLLING,
                OBSERVED,
                GOING_BACK,
                SETTLED,
                CLOSED ->
                this;
          };
      case RolloutEvent.RolloutHalted _, RolloutEvent.RollbackStarted _, RolloutEvent.TakenOver _ ->
          GOING_BACK;
      case RolloutEvent.RolloutSettled _ -> SETTLED;
      case RolloutEvent.DecisionRequested _,
          RolloutEvent.DecisionTaken _,
          RolloutEvent.RollbackStepCompleted _,
          RolloutEvent.RollbackFailed _,
          RolloutEvent.RolledBack _,
          RolloutEvent.DriftFound _,
          RolloutEvent.CommandRefused _ ->
          this;
    };
  }

  private boolean isOver() {
    return this == SETTLED || this == CLOSED;
  }

  private boolean isUnderWay() {
    return switch (this) {
      case ROLLING, OBSERVED, HELD, HELD_OBSERVED, GOING_BACK -> true;
      case REFUSED, GATES, QUEUED, APPROVAL, CLEARED, SETTLED, CLOSED -> false;
    };
  }
}
