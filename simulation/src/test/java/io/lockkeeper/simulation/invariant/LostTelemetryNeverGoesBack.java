package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook.Monitoring;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Telemetry.
final class LostTelemetryNeverGoesBack extends Invariant {

  private static final Duration SKEW = Duration.ofSeconds(25);

  LostTelemetryNeverGoesBack(Truth truth) {
    super(
        truth,
        "lost telemetry, within its bounds, never goes back: verdictDue moves by the time lost");
  }

  @Override
  public void written(Fact fact) {
    Course course = truth.course(fact.release());
    if (fact.event() instanceof StagePaused paused && paused.hold() == Hold.NO_VERDICT) {
      heldTooEarly(course, fact);
    }
    if (fact.event() instanceof DecisionTaken taken
        && taken.choice() == Choice.GO_BACK
        && taken.by().equals(Actor.RUNBOOK)) {
      backTooEarly(course);
    }
  }

  /// A verdict is overdue only when the time without telemetry is not counted.
  private void heldTooEarly(Course course, Fact held) {
    @Nullable Instant due = null;
    Duration lost = Duration.ZERO;
    for (Fact known : truth.service(Writer.ROLLOUT).database().history(course.release())) {
      switch (known.event()) {
        case StageApplied applied -> {
          due = applied.verdictDue();
          lost = Duration.ZERO;
        }
        case RolloutCompleted completed -> {
          due = completed.verdictDue();
          lost = Duration.ZERO;
        }
        case TelemetryRecovered recovered -> lost = lost.plus(recovered.lost());
        default -> {}
      }
    }
    require(
        due == null || !held.time().isBefore(due.plus(lost)),
        "%s holds for a verdict that is due only at %s, with %s lost",
        course.release(),
        due,
        lost);
  }

  private void backTooEarly(Course course) {
    DecisionRequested asked = course.last(DecisionRequested.class).orElse(null);
    Instant heldAt = course.lastAt(StagePaused.class).orElse(null);
    if (asked == null || heldAt == null || asked.hold() != Hold.TELEMETRY_LOST) {
      return;
    }
    Monitoring monitoring = course.accepted().runbook().monitoring();
    Duration bounds = monitoring.hold().plus(monitoring.answer());
    require(
        Duration.between(heldAt, truth.now()).plus(SKEW).compareTo(bounds) >= 0,
        "%s goes back within the bounds of lost telemetry",
        course.release());
  }
}
