package io.lockkeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WaitingTest {

  private static Waiting of(Story story) {
    return Objects.requireNonNull(Waiting.of(story.watch()));
  }

  @Test
  @DisplayName("G2: a baseline is awaited for as long as its window, by monitor-service")
  void baseline() {
    Story story = Story.accepted();
    assertThat(of(story).who()).isEqualTo("gate-service");

    story.given(new GateEvent.BaselineRequested(1, Duration.ofMinutes(10)));
    assertThat(of(story).what()).isEqualTo("a health baseline over PT10M");
    assertThat(of(story).who()).isEqualTo("monitor-service");
    assertThat(of(story).until())
        .isEqualTo(
            Objects.requireNonNull(story.watch().baseline()).asked().plus(Duration.ofMinutes(10)));
  }

  @Test
  @DisplayName("D4: a stage waits for its verdict until it is due, an operator can end it")
  void stage() {
    Waiting waiting = of(Story.baking());

    assertThat(waiting.what())
        .isEqualTo(
            "a verdict on 10 % of traffic after PT10S of observed time, at most PT30S when traffic is thin");
    assertThat(waiting.who()).startsWith("monitor-service").contains("an operator");
    assertThat(waiting.until()).isEqualTo(Story.START.plusSeconds(120));
  }

  @Test
  @DisplayName("D4: what an operator holds waits for an operator, until it goes on")
  void held() {
    Story story = Story.baking();
    Instant until = Story.START.plusSeconds(600);
    story.given(new RolloutEvent.StagePaused(RolloutEvent.Hold.OPERATOR, "an incident", until));
    assertThat(of(story).what()).isEqualTo("the end of a hold: an incident");
    assertThat(of(story).who()).startsWith("an operator");
    assertThat(of(story).until()).isEqualTo(until);

    story.given(new RolloutEvent.StageResumed(null, null));
    assertThat(of(story).what()).startsWith("a verdict on 10 %");
  }

  @Test
  @DisplayName("D4: a hold that a person's decision ended is over with the next stage")
  void decided() {
    Story story = Story.baking();
    Instant until = Story.START.plusSeconds(600);
    story.given(new RolloutEvent.StagePaused(RolloutEvent.Hold.OPERATOR, "an incident", until));
    Stage next = Stage.traffic(1, 100, Duration.ZERO, Duration.ZERO);
    story.given(new RolloutEvent.StageStarted(next, 1, 2, until));
    assertThat(of(story).who()).isEqualTo("rollout-service");
  }

  @Test
  @DisplayName("D4: a stage that passed waits for the rollout, one that is unclear for evidence")
  void saidAlready() {
    Story passed = Story.baking();
    passed.looks(11, Story.good());
    assertThat(of(passed).who()).isEqualTo("rollout-service");

    Story thin = Story.baking();
    thin.looks(31, Story.thin());
    assertThat(of(thin).what())
        .isEqualTo("enough evidence on 10 % of traffic, which was INCONCLUSIVE so far");
    assertThat(of(thin).who()).contains("a person, by POST …/decisions");
    assertThat(of(thin).until()).isNull();
  }

  @Test
  @DisplayName("D4: while telemetry is lost nobody knows until when; what was lost is added then")
  void telemetryLost() {
    Story story = Story.baking();
    story.given(new MonitorEvent.TelemetryLost(Story.START.plusSeconds(5), "connection refused"));
    assertThat(of(story).what()).isEqualTo("telemetry, lost since 2026-11-23T00:00:05Z");
    assertThat(of(story).until()).isNull();

    story.given(new MonitorEvent.TelemetryRecovered(Duration.ofSeconds(40)));
    assertThat(of(story).until()).isEqualTo(Story.START.plusSeconds(160));
  }

  @Test
  @DisplayName("M1: the release at full traffic waits for its verdict until it is due")
  void observation() {
    Waiting waiting = of(Story.observing());

    assertThat(waiting.what())
        .isEqualTo("a verdict on the release at full traffic after PT30S of observed time");
    assertThat(waiting.until()).isEqualTo(Story.START.plusSeconds(600));
  }

  @Test
  @DisplayName("R1, R2: what turns back waits for rollout-service, until it is settled")
  void turningBack() {
    Story story = Story.baking();
    story.looks(2, Story.bad());
    assertThat(of(story).what()).isEqualTo("the rollout to turn back: a breach was told");
    story.given(Story.halted());
    assertThat(of(story).what()).isEqualTo("the candidate to serve nothing any more");
    story.given(new RolledBack());
    assertThat(of(story).what()).isEqualTo("the final status");
    assertThat(of(story).who()).isEqualTo("rollout-service");
    story.given(new RolloutEvent.RolloutSettled(Outcome.ROLLED_BACK, "done", Actor.RUNBOOK));
    assertThat(Waiting.of(story.watch())).isNull();
  }

  @Test
  @DisplayName("D4: whatever came, an accepted release that has not ended waits for something")
  void always() {
    for (int seed = 0; seed < 200; seed++) {
      AnyRecord any = new AnyRecord(new Random(seed));
      List<Fact> history = new ArrayList<>();
      for (int step = 0; step < 60; step++) {
        history.add(Story.fact(any.event(), step));
        Watch watch = Watch.of(history);
        assertThat(Waiting.of(watch) == null)
            .as("seed %d, step %d", seed, step)
            .isEqualTo(watch.monitoring() == null || watch.ended());
      }
    }
  }
}
