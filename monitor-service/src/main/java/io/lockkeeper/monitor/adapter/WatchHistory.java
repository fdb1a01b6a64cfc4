package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the facts of a release say of its looks. Runbook G2, M2.
public final class WatchHistory {

  private WatchHistory() {}

  /// That the release was accepted, with its runbook.
  ///
  /// @throws IllegalStateException when it was not
  public static GateEvent.ReleaseAccepted accepted(List<Fact> history) {
    return history.stream()
        .map(fact -> fact.event() instanceof GateEvent.ReleaseAccepted it ? it : null)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a release is watched after it is accepted"));
  }

  /// The looks that our facts name, in their order.
  public static Stream<MonitorEvent.Look> looks(List<Fact> history) {
    return history.stream().map(fact -> look(fact.event())).filter(Objects::nonNull);
  }

  /// The look that this fact rests on; null for a fact that names none.
  public static MonitorEvent.@Nullable Look look(ReleaseEvent event) {
    return switch (event) {
      case MonitorEvent.BaselineCaptured captured -> captured.look();
      case MonitorEvent.StageVerified verified -> verified.look();
      case MonitorEvent.BudgetBreached breached -> breached.look();
      case MonitorEvent.ReleaseVerified verified -> verified.look();
      case MonitorEvent.BaselineRefused _,
          MonitorEvent.TelemetryLost _,
          MonitorEvent.TelemetryRecovered _,
          MonitorEvent.TelemetryDegraded _,
          MonitorEvent.TelemetryRestored _,
          MonitorEvent.ObservationStarted _,
          MonitorEvent.ObservabilityConfirmed _,
          MonitorEvent.ObservabilityUnconfirmed _ ->
          null;
      case GateEvent _ -> null;
      case RolloutEvent _ -> null;
      case AuditEvent _ -> null;
      case NotificationEvent _ -> null;
      case Unrecognised _ -> null;
    };
  }

  /// The newest baseline; null when none was captured.
  public static MonitorEvent.@Nullable BaselineCaptured baseline(List<Fact> history) {
    MonitorEvent.BaselineCaptured captured = null;
    for (Fact fact : history) {
      if (fact.event() instanceof MonitorEvent.BaselineCaptured newer) {
        captured = newer;
      }
    }
    return captured;
  }

  /// When the first look was taken, or a little earlier.
  public static Instant since(List<Fact> history) {
    for (Fact fact : history) {
      if (fact.event() instanceof MonitorEvent.BaselineCaptured captured) {
        return captured.from();
      }
      if (fact.event() instanceof RolloutEvent) {
        return fact.time();
      }
    }
    return history.getFirst().time();
  }
}
