package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.rollout.PlatformGoal.Fence;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.simulation.platform.Mutation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bugs planted around rollout-service's decider: it is shown another history than the true one, or
/// what it
/// decides is held back.
final class RolloutBugs {

  private final Mutation mutation;

  RolloutBugs(Mutation mutation) {
    this.mutation = mutation;
  }

  /// The history as the mutated service sees it.
  ///
  /// @param started when this incarnation of the replica began
  List<Fact> shown(List<Fact> history, Instant started) {
    return switch (mutation) {
      case IGNORE_BREACH_WHILE_APPLYING -> withoutBreachWhileApplying(history);
      case VERDICT_OF_ANOTHER_ATTEMPT -> verdictsOfNewestAttempt(history);
      case EARLY_ANNOUNCEMENT_DROPPED -> withoutEarlyAnnouncement(history);
      case HOLD_RESTARTS_AFTER_CRASH -> holdsFrom(history, started);
      case VERDICT_DUE_IGNORES_LOST_TIME -> withoutLostTime(history);
      case PARTLY_IS_LOST -> partlyAsLost(history);
      default -> history;
    };
  }

  /// What of this the mutated service really does.
  List<? extends ReleaseEvent> done(
      List<? extends ReleaseEvent> events, Rollout rollout, Instant now) {
    return mutation == Mutation.ROLLBACK_WAITS_FOR_LEASE
            && !rollout.isCleared(now)
            && events.stream().anyMatch(RolloutEvent.RolloutHalted.class::isInstance)
        ? List.of()
        : events;
  }

  /// The fence that the mutated service sends.
  Fence sent(Fence fence, Rollout rollout) {
    return switch (mutation) {
      case FENCE_PER_RELEASE -> new Fence(1, fence.number());
      case EFFECT_KEY_WITHOUT_ATTEMPT ->
          new Fence(fence.token(), Math.max(1, fence.number() - attempt(rollout) + 1));
      default -> fence;
    };
  }

  private static int attempt(Rollout rollout) {
    return switch (rollout.phase()) {
      case Phase.Applying it -> it.attempt();
      case Phase.GoingBack it -> it.attempt();
      default -> 1;
    };
  }

  private static List<Fact> withoutBreachWhileApplying(List<Fact> history) {
    List<Fact> shown = new ArrayList<>();
    boolean applying = false;
    for (Fact fact : history) {
      if (fact.event() instanceof RolloutEvent.StageStarted) {
        applying = true;
      } else if (fact.event() instanceof RolloutEvent.StageApplied) {
        applying = false;
      }
      if (!(applying && fact.event() instanceof MonitorEvent.BudgetBreached)) {
        shown.add(fact);
      }
    }
    return shown;
  }

  private static List<Fact> verdictsOfNewestAttempt(List<Fact> history) {
    RolloutEvent.@Nullable StageStarted newest = null;
    for (Fact fact : history) {
      if (fact.event() instanceof RolloutEvent.StageStarted started) {
        newest = started;
      }
    }
    if (newest == null) {
      return history;
    }
    int stage = newest.stage().index();
    int attempt = newest.attempt();
    return history.stream()
        .map(
            fact ->
                fact.event() instanceof MonitorEvent.StageVerified it && it.stage() == stage
                    ? with(
                        fact,
                        new MonitorEvent.StageVerified(
                            stage, attempt, it.verdict(), it.reason(), it.measures(), it.look()))
                    : fact)
        .toList();
  }

  private static List<Fact> withoutEarlyAnnouncement(List<Fact> history) {
    List<Fact> shown = new ArrayList<>();
    @Nullable Instant clearedUntil = null;
    for (Fact fact : history) {
      if (fact.event() instanceof GateEvent.ReleaseCleared cleared) {
        clearedUntil = cleared.validUntil();
      } else if (fact.event() instanceof GateEvent.ClearanceRenewed renewed) {
        clearedUntil = renewed.validUntil();
      } else if (fact.event() instanceof GateEvent.ClearanceRevoked) {
        clearedUntil = null;
      }
      boolean awaited = clearedUntil != null && fact.time().isBefore(clearedUntil);
      if (awaited || !(fact.event() instanceof NotificationEvent.WindowAnnounced)) {
        shown.add(fact);
      }
    }
    return shown;
  }

  private static List<Fact> holdsFrom(List<Fact> history, Instant started) {
    return history.stream()
        .map(
            fact ->
                fact.event() instanceof RolloutEvent.StagePaused it && fact.time().isBefore(started)
                    ? with(
                        fact,
                        new RolloutEvent.StagePaused(
                            it.hold(),
                            it.reason(),
                            started.plus(Duration.between(fact.time(), it.until()))))
                    : fact)
        .toList();
  }

  private static List<Fact> withoutLostTime(List<Fact> history) {
    return history.stream()
        .map(
            fact ->
                fact.event() instanceof MonitorEvent.TelemetryRecovered
                    ? with(fact, new MonitorEvent.TelemetryRecovered(Duration.ZERO))
                    : fact)
        .toList();
  }

  private static List<Fact> partlyAsLost(List<Fact> history) {
    return history.stream()
        .map(
            fact ->
                switch (fact.event()) {
                  case MonitorEvent.TelemetryDegraded it ->
                      with(
                          fact, new MonitorEvent.TelemetryLost(it.since(), it.kind(), it.reason()));
                  case MonitorEvent.TelemetryRestored _ ->
                      with(fact, new MonitorEvent.TelemetryRecovered(Duration.ZERO));
                  default -> fact;
                })
        .toList();
  }

  private static Fact with(Fact fact, ReleaseEvent event) {
    return new Fact(
        fact.id(),
        fact.writer(),
        fact.release(),
        fact.sequence(),
        fact.time(),
        fact.cause(),
        event);
  }
}
