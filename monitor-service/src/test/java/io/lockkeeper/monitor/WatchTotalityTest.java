package io.lockkeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.monitor.WatchClock.Extent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class WatchTotalityTest {

  private static final Duration LOOK = Duration.ofSeconds(1);

  @RepeatedTest(300)
  @DisplayName(
      "D4, R1: any facts in any order with any reports: nothing throws, and what is said stays in order")
  void anyHistory(RepetitionInfo repetition) {
    long seed = repetition.getCurrentRepetition();
    Random random = new Random(seed);
    AnyRecord any = new AnyRecord(random);
    List<Fact> history = new ArrayList<>();
    WatchClock clock = WatchClock.of(Watch.of(history));
    Instant now = Story.START;
    for (int step = 0; step < 120; step++) {
      now = now.plus(LOOK.multipliedBy(random.nextInt(8)));
      if (random.nextInt(3) == 0) {
        append(history, any.event());
      }
      settleDown(history, now);
      Watch watch = Watch.of(history);
      WatchGoal.Candidate goal = WatchGoal.of(watch).candidate();
      Extent what = Extent.values()[random.nextInt(Extent.values().length)];
      if (goal != null) {
        clock = clock.after(goal, watch.losses(), what, now);
      }
      List<? extends MonitorEvent> told =
          WatchDecider.answer(watch, command(any, random, clock, what), now);
      check(watch, told, seed);
      told.forEach(event -> append(history, event));
      settleDown(history, now);
    }
  }

  @Test
  @DisplayName("D4: the fold takes every type of fact in every state")
  void everyType() {
    AnyRecord any = new AnyRecord(new Random(7));
    List<Watch> states =
        List.of(
            Watch.of(List.of()),
            Story.accepted().watch(),
            Story.baking().watch(),
            Story.observing().watch(),
            Story.baking().given(Story.halted()).watch());
    for (Watch state : states) {
      for (Class<? extends ReleaseEvent> type : AnyRecord.types()) {
        for (int i = 0; i < 20; i++) {
          Watch after = state.evolve(Story.fact(any.event(type), i));
          assertThat(WatchDecider.due(after)).isEmpty();
          assertThat(after.ended() || !state.ended()).isTrue();
        }
      }
    }
  }

  private static void check(Watch watch, List<? extends MonitorEvent> told, long seed) {
    for (MonitorEvent event : told) {
      assertThat(watch.ended()).as("seed %d: %s after the end", seed, event).isFalse();
      switch (event) {
        case MonitorEvent.BudgetBreached _ -> assertThat(watch.breached()).isFalse();
        case MonitorEvent.TelemetryLost _ -> assertThat(watch.lost()).isNull();
        case MonitorEvent.TelemetryRecovered recovered -> {
          assertThat(watch.lost()).isNotNull();
          assertThat(recovered.lost()).isGreaterThanOrEqualTo(Duration.ZERO);
        }
        case MonitorEvent.TelemetryDegraded _ -> {
          assertThat(watch.degraded()).as("seed %d", seed).isNull();
          assertThat(watch.telemetryOwed()).as("seed %d", seed).isTrue();
        }
        case MonitorEvent.TelemetryRestored restored -> {
          assertThat(watch.degraded()).as("seed %d", seed).isNotNull();
          assertThat(restored.lasted()).isGreaterThanOrEqualTo(Duration.ZERO);
        }
        case MonitorEvent.StageVerified verified -> {
          assertThat(watch.halted() || watch.breached()).as("seed %d", seed).isFalse();
          assertThat(watch.question())
              .isEqualTo(new Question.OfStage(verified.stage(), verified.attempt()));
        }
        case MonitorEvent.ReleaseVerified verified -> {
          assertThat(watch.halted() || watch.breached()).as("seed %d", seed).isFalse();
          assertThat(verified.observed()).isGreaterThanOrEqualTo(watch.monitoring().validation());
        }
        case MonitorEvent.BaselineCaptured captured ->
            assertThat(watch.baseline().request()).isEqualTo(captured.request());
        case MonitorEvent.BaselineRefused refused ->
            assertThat(watch.baseline().request()).isEqualTo(refused.request());
        case MonitorEvent.ObservabilityConfirmed confirmed -> {
          assertThat(watch.halted()).as("seed %d", seed).isFalse();
          assertThat(watch.confirmation().observation()).isEqualTo(confirmed.observation());
          assertThat(confirmed.checks()).allMatch(MonitorEvent.ObservabilityCheck::confirmed);
        }
        case MonitorEvent.ObservabilityUnconfirmed missed -> {
          assertThat(watch.halted()).as("seed %d", seed).isFalse();
          assertThat(watch.confirmation().missed()).as("seed %d", seed).isFalse();
          assertThat(missed.checks()).anyMatch(check -> !check.confirmed());
        }
        case MonitorEvent.ObservationStarted _ ->
            throw new AssertionError("an observation starts by itself, not by a report");
      }
    }
  }

  private static void settleDown(List<Fact> history, Instant now) {
    for (int round = 0; round < 16; round++) {
      List<? extends ReleaseEvent> facts = WatchDecider.next(Watch.of(history), now);
      if (facts.isEmpty()) {
        return;
      }
      facts.forEach(event -> append(history, event));
    }
    throw new AssertionError("no fixed point");
  }

  private static WatchCommand command(AnyRecord any, Random random, WatchClock clock, Extent what) {
    return switch (random.nextInt(8)) {
      case 0 ->
          new WatchCommand.BaselineTaken(
              any.id(), Story.START, Story.START, List.of(), Story.look(), List.of());
      case 1 -> new WatchCommand.BaselineFailed(any.id(), "any");
      case 2 -> new WatchCommand.ObservabilityChecked(any.id(), Story.checks(random.nextBoolean()));
      default ->
          switch (what) {
            case ALL -> new WatchCommand.Looked(Story.look(), clock, assessment(random), null);
            case PART ->
                new WatchCommand.Looked(Story.look(), clock, assessment(random), Story.AWAY);
            case NOTHING -> new WatchCommand.TelemetryFailed(clock, Story.AWAY);
          };
    };
  }

  private static Assessment assessment(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> Story.bad();
      case 1, 2 -> Story.thin();
      case 3 -> Assessment.errored("any");
      default -> Story.good();
    };
  }

  private static void append(List<Fact> history, ReleaseEvent event) {
    // A settled release would end most histories early; three in four are left out.
    if (event instanceof RolloutEvent.RolloutSettled && history.size() % 4 != 0) {
      return;
    }
    history.add(Story.fact(event, history.size()));
  }
}
