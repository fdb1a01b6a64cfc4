package io.lockkeeper.events;

/// What happened to a release. One group per writer, so that a service can name, one by one, every
/// event of
/// the groups it listens to and wave the other groups through by their interface:
///
/// | service | listens to |
/// |---|---|
/// | gate-service | rollout, monitor |
/// | rollout-service | gate, monitor, notification |
/// | monitor-service | gate, rollout |
/// | audit-service, notification-service | all |
///
/// Every event has one name on the wire, in [EventTypes].
public sealed interface ReleaseEvent
    permits GateEvent, RolloutEvent, MonitorEvent, AuditEvent, NotificationEvent, Unrecognised {}
