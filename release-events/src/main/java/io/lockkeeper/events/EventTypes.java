package io.lockkeeper.events;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The names of all events on the wire, written by hand, once. A name is never derived from a
/// class, never
/// reused, and never changes its meaning: an event that changes gets a new record and a `v2` beside
/// its `v1`.
public final class EventTypes {

  private static final String PREFIX = "io.lockkeeper.";

  /// What CI sends on `release-requests` to ask for a release.
  public static final String RELEASE_REQUESTED = PREFIX + "release.requested.v1";

  /// What CI sends on `release-requests` to take a release back.
  public static final String WITHDRAWAL_REQUESTED = PREFIX + "release.withdrawal-requested.v1";

  private static final Map<Class<? extends ReleaseEvent>, String> NAMES =
      Map.ofEntries(
          entry(GateEvent.ReleaseAccepted.class, PREFIX + "release.accepted.v1"),
          entry(GateEvent.ReleaseRefused.class, PREFIX + "release.refused.v1"),
          entry(GateEvent.RequestRefused.class, PREFIX + "request.refused.v1"),
          entry(GateEvent.PreconditionChecked.class, PREFIX + "precondition.checked.v1"),
          entry(GateEvent.GatePassed.class, PREFIX + "gate.passed.v1"),
          entry(GateEvent.GateFailed.class, PREFIX + "gate.failed.v1"),
          entry(GateEvent.ApprovalRequested.class, PREFIX + "approval.requested.v1"),
          entry(GateEvent.ApprovalGranted.class, PREFIX + "approval.granted.v1"),
          entry(GateEvent.ApprovalDenied.class, PREFIX + "approval.denied.v1"),
          entry(GateEvent.ApprovalExpired.class, PREFIX + "approval.expired.v1"),
          entry(GateEvent.BaselineRequested.class, PREFIX + "baseline.requested.v1"),
          entry(GateEvent.ReleaseQueued.class, PREFIX + "release.queued.v1"),
          entry(GateEvent.ReleaseCleared.class, PREFIX + "release.cleared.v1"),
          entry(GateEvent.ClearanceRenewed.class, PREFIX + "clearance.renewed.v1"),
          entry(GateEvent.ClearanceRevoked.class, PREFIX + "clearance.revoked.v1"),
          entry(GateEvent.ReleaseBlocked.class, PREFIX + "release.blocked.v1"),
          entry(GateEvent.ReleaseWithdrawn.class, PREFIX + "release.withdrawn.v1"),
          entry(GateEvent.ArtifactQuarantined.class, PREFIX + "artifact.quarantined.v1"),
          entry(GateEvent.QuarantineLifted.class, PREFIX + "quarantine.lifted.v1"),
          entry(RolloutEvent.DeploymentStarted.class, PREFIX + "deployment.started.v1"),
          entry(RolloutEvent.StageStarted.class, PREFIX + "stage.started.v1"),
          entry(RolloutEvent.StageApplied.class, PREFIX + "stage.applied.v1"),
          entry(RolloutEvent.StageCompleted.class, PREFIX + "stage.completed.v1"),
          entry(RolloutEvent.StagePaused.class, PREFIX + "stage.paused.v1"),
          entry(RolloutEvent.StageResumed.class, PREFIX + "stage.resumed.v1"),
          entry(RolloutEvent.DecisionRequested.class, PREFIX + "decision.requested.v1"),
          entry(RolloutEvent.DecisionTaken.class, PREFIX + "decision.taken.v1"),
          entry(RolloutEvent.RolloutCompleted.class, PREFIX + "rollout.completed.v1"),
          entry(RolloutEvent.RolloutHalted.class, PREFIX + "rollout.halted.v1"),
          entry(RolloutEvent.RollbackStarted.class, PREFIX + "rollback.started.v1"),
          entry(RolloutEvent.RollbackStepCompleted.class, PREFIX + "rollback-step.completed.v1"),
          entry(RolloutEvent.RollbackFailed.class, PREFIX + "rollback.failed.v1"),
          entry(RolloutEvent.RolledBack.class, PREFIX + "rollout.rolled-back.v1"),
          entry(RolloutEvent.TakenOver.class, PREFIX + "rollout.taken-over.v1"),
          entry(RolloutEvent.DriftFound.class, PREFIX + "drift.found.v1"),
          entry(RolloutEvent.RolloutSettled.class, PREFIX + "rollout.settled.v1"),
          entry(RolloutEvent.CommandRefused.class, PREFIX + "command.refused.v1"),
          entry(MonitorEvent.BaselineCaptured.class, PREFIX + "baseline.captured.v1"),
          entry(MonitorEvent.BaselineRefused.class, PREFIX + "baseline.refused.v1"),
          entry(MonitorEvent.StageVerified.class, PREFIX + "stage.verified.v1"),
          entry(MonitorEvent.BudgetBreached.class, PREFIX + "budget.breached.v1"),
          entry(MonitorEvent.TelemetryLost.class, PREFIX + "telemetry.lost.v1"),
          entry(MonitorEvent.TelemetryRecovered.class, PREFIX + "telemetry.recovered.v1"),
          entry(MonitorEvent.TelemetryDegraded.class, PREFIX + "telemetry.degraded.v1"),
          entry(MonitorEvent.TelemetryRestored.class, PREFIX + "telemetry.restored.v1"),
          entry(MonitorEvent.ObservationStarted.class, PREFIX + "observation.started.v1"),
          entry(MonitorEvent.ObservabilityConfirmed.class, PREFIX + "observability.confirmed.v1"),
          entry(
              MonitorEvent.ObservabilityUnconfirmed.class, PREFIX + "observability.unconfirmed.v1"),
          entry(MonitorEvent.ReleaseVerified.class, PREFIX + "release.verified.v1"),
          entry(AuditEvent.ReleaseClosed.class, PREFIX + "release.closed.v1"),
          entry(NotificationEvent.WindowAnnounced.class, PREFIX + "window.announced.v1"),
          entry(NotificationEvent.UpdatePosted.class, PREFIX + "update.posted.v1"),
          entry(NotificationEvent.UpdateFailed.class, PREFIX + "update.failed.v1"),
          entry(NotificationEvent.IncidentFiled.class, PREFIX + "incident.filed.v1"),
          entry(NotificationEvent.ReleaseSummarized.class, PREFIX + "release.summarized.v1"));

  private static final SortedMap<String, Class<? extends ReleaseEvent>> CLASSES =
      NAMES.entrySet().stream()
          .collect(
              Collectors.toMap(
                  Map.Entry::getValue,
                  Map.Entry::getKey,
                  (one, other) -> {
                    throw new IllegalStateException(
                        "two events of one name: " + one + ", " + other);
                  },
                  TreeMap::new));

  private EventTypes() {}

  /// The name of this event on the wire; an unrecognised one keeps the name it came with.
  public static String nameOf(ReleaseEvent event) {
    return event instanceof Unrecognised unrecognised
        ? unrecognised.type()
        : nameOf(event.getClass());
  }

  /// The name of events of this class.
  public static String nameOf(Class<? extends ReleaseEvent> type) {
    String name = NAMES.get(type);
    if (name == null) {
      throw new IllegalArgumentException("no name on the wire: " + type.getName());
    }
    return name;
  }

  /// The class of events with this name; empty for a name that this build does not know.
  public static Optional<Class<? extends ReleaseEvent>> classOf(String name) {
    return Optional.ofNullable(CLASSES.get(name));
  }

  /// Every name and its class, in the order of names.
  public static SortedMap<String, Class<? extends ReleaseEvent>> all() {
    return new TreeMap<>(CLASSES);
  }
}
