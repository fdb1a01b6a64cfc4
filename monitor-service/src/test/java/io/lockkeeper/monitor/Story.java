package io.lockkeeper.monitor;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Facts for tests: a history that grows, and a looker with a clock of its own.
final class Story {

  static final Instant START = Instant.parse("2026-11-23T00:00:00Z");
  static final Duration INTERVAL = Duration.ofSeconds(1);
  static final Stage TEN = Stage.traffic(0, 10, Duration.ofSeconds(10), Duration.ofSeconds(30));
  static final Stage ALL = Stage.traffic(1, 100, Duration.ZERO, Duration.ZERO);
  static final ReleaseId RELEASE = new ReleaseId("release-1");
  static final MonitorEvent.Measure ERRORS =
      new MonitorEvent.Measure("errors", 0.02, 0.002, "fraction", 1_000);

  /// Why nothing can be read where nothing else is said.
  static final Shortfall AWAY =
      new Shortfall(MonitorEvent.TelemetryFault.UNAVAILABLE, "connection refused");

  private final List<Fact> history = new ArrayList<>();
  private Instant now = START;
  private WatchClock clock = WatchClock.of(Watch.of(List.of()));

  /// What a runbook may ask to confirm.
  static final Observability OBSERVABILITY =
      new Observability(
          null,
          new Observability.Dashboards(URI.create("http://127.0.0.1:9003"), List.of("shop")),
          List.of(),
          null);

  /// A release accepted with an observation of 30 s.
  static Story accepted() {
    return accepted(null);
  }

  private static Story accepted(@Nullable Observability observability) {
    return new Story()
        .given(
            new GateEvent.ReleaseAccepted(
                Requests.ofShop(),
                runbook(Duration.ofSeconds(30), observability),
                digest("accepted"),
                Actor.claimed("ci")));
  }

  /// A release whose first stage, 10 %, is applied.
  static Story baking() {
    return baking(accepted());
  }

  private static Story baking(Story accepted) {
    return accepted.given(deployed()).given(started(TEN, 1)).given(applied(TEN, 1));
  }

  /// A release at full traffic.
  static Story observing() {
    return observing(null);
  }

  /// A release at full traffic, of which this is to be confirmed.
  static Story observing(@Nullable Observability observability) {
    Story story =
        baking(accepted(observability))
            .given(new RolloutEvent.StageCompleted(TEN, 1))
            .given(started(ALL, 1))
            .given(applied(ALL, 1))
            .given(new RolloutEvent.StageCompleted(ALL, 1))
            .given(new RolloutEvent.RolloutCompleted(START.plusSeconds(600)));
    story.settleDown();
    return story;
  }

  Story given(ReleaseEvent event) {
    history.add(fact(event, history.size()));
    return this;
  }

  Watch watch() {
    return Watch.of(history);
  }

  Instant now() {
    return now;
  }

  EventId lastId() {
    return history.getLast().id();
  }

  /// Time passes and nobody looks.
  Story pass(Duration time) {
    now = now.plus(time);
    return this;
  }

  /// The looker is restarted and remembers its last look only.
  Story restart() {
    clock =
        new WatchClock(
            clock.question(),
            clock.observed(),
            clock.seen(),
            0,
            clock.good(),
            clock.lost(),
            clock.completeness());
    return this;
  }

  /// Another replica looks from now on, which has the facts and no look.
  Story handOver() {
    clock = WatchClock.of(watch());
    return this;
  }

  /// So many looks succeed, one each interval; returns what was told.
  List<ReleaseEvent> looks(int count, Assessment assessment) {
    List<ReleaseEvent> told = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      step(WatchClock.Extent.ALL);
      told.addAll(hear(new WatchCommand.Looked(look(), clock, assessment, null)));
    }
    return told;
  }

  /// So many looks succeed and miss something, one each interval; returns what was told.
  List<ReleaseEvent> partly(int count, Assessment assessment, Shortfall missing) {
    List<ReleaseEvent> told = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      step(WatchClock.Extent.PART);
      told.addAll(hear(new WatchCommand.Looked(look(), clock, assessment, missing)));
    }
    return told;
  }

  /// So many looks fail, one each interval; returns what was told.
  List<ReleaseEvent> blind(int count) {
    return blind(count, AWAY);
  }

  /// The same for this reason.
  List<ReleaseEvent> blind(int count, Shortfall missing) {
    List<ReleaseEvent> told = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      step(WatchClock.Extent.NOTHING);
      told.addAll(hear(new WatchCommand.TelemetryFailed(clock, missing)));
    }
    return told;
  }

  /// One report; what is told becomes part of the history.
  List<ReleaseEvent> hear(WatchCommand command) {
    List<ReleaseEvent> told = new ArrayList<>(WatchDecider.answer(watch(), command, now));
    told.forEach(this::given);
    told.addAll(settleDown());
    return told;
  }

  /// `next` until nothing follows.
  List<ReleaseEvent> settleDown() {
    List<ReleaseEvent> told = new ArrayList<>();
    for (int round = 0; round < 16; round++) {
      List<? extends ReleaseEvent> facts = WatchDecider.next(watch(), now);
      if (facts.isEmpty()) {
        return told;
      }
      facts.forEach(this::given);
      told.addAll(facts);
    }
    throw new AssertionError("no fixed point: " + told);
  }

  private void step(WatchClock.Extent what) {
    now = now.plus(INTERVAL);
    WatchGoal.Candidate goal = WatchGoal.of(watch()).candidate();
    if (goal != null) {
      clock = clock.after(goal, watch().losses(), what, now);
    }
  }

  static Assessment good() {
    return Assessment.passed("nothing wrong in 1000 requests", List.of(ERRORS));
  }

  static Assessment thin() {
    return Assessment.inconclusive("3 requests are too few", List.of());
  }

  static Assessment bad() {
    return Assessment.failed(
        "errors are up", List.of(ERRORS), new Assessment.Breach(ERRORS, "2 % against 0.2 %"));
  }

  static RolloutEvent deployed() {
    return new RolloutEvent.DeploymentStarted(
        new Lane("demo/shop", "production"),
        7,
        List.of(TEN, ALL),
        artifact("candidate"),
        artifact("stable"));
  }

  static RolloutEvent started(Stage stage, int attempt) {
    return new RolloutEvent.StageStarted(stage, attempt, 1, START.plusSeconds(60));
  }

  static RolloutEvent applied(Stage stage, int attempt) {
    return new RolloutEvent.StageApplied(
        stage, attempt, 1, stage.isInfrastructure() ? null : START.plusSeconds(120));
  }

  static RolloutEvent halted() {
    return new RolloutEvent.RolloutHalted(
        RolloutEvent.Trigger.ABORTED,
        "an operator said so",
        Actor.person("ada"),
        null,
        Duration.ZERO);
  }

  /// What was looked at for M3.
  static List<MonitorEvent.ObservabilityCheck> checks(boolean confirmed) {
    return List.of(
        new MonitorEvent.ObservabilityCheck(
            MonitorEvent.ObservabilityCheck.Aspect.DASHBOARD, "dashboard shop", confirmed, "any"));
  }

  static MonitorEvent.Look look() {
    return new MonitorEvent.Look("look", digest("look"));
  }

  static Digest digest(String of) {
    return Digest.of(of.getBytes(StandardCharsets.UTF_8));
  }

  static Fact fact(ReleaseEvent event, int number) {
    Writer writer =
        switch (event) {
          case MonitorEvent _ -> Writer.MONITOR;
          case RolloutEvent _ -> Writer.ROLLOUT;
          default -> Writer.GATE;
        };
    EventId id = new EventId(new UUID(0x7000L, number));
    return new Fact(id, writer, RELEASE, number + 1, START.plusSeconds(number), null, event);
  }

  static ReleaseRequest.Artifact artifact(String name) {
    return new ReleaseRequest.Artifact("pkg:oci/shop", digest(name), name);
  }

  static Runbook runbook(Duration validation) {
    return runbook(validation, OBSERVABILITY);
  }

  private static Runbook runbook(Duration validation, @Nullable Observability observability) {
    return new Runbook(
        "standard",
        List.of(),
        Runbook.Gates.STANDARD,
        new Runbook.Rollout(
            List.of(),
            null,
            List.of(
                new Runbook.StagePlan(10, Duration.ofSeconds(10), Duration.ofSeconds(30)),
                new Runbook.StagePlan(100, Duration.ZERO, Duration.ZERO)),
            new Runbook.Target("webhook", URI.create("http://127.0.0.1:9000")),
            null,
            null,
            null),
        new Runbook.Monitoring(
            INTERVAL,
            List.of(URI.create("http://127.0.0.1:9001/metrics")),
            List.of(URI.create("http://127.0.0.1:9002/metrics")),
            Runbook.Signal.RED,
            validation,
            null,
            null,
            null,
            null,
            null,
            null,
            observability,
            null),
        Runbook.Rollback.STANDARD,
        Runbook.Communication.STANDARD,
        Runbook.PostDeployment.STANDARD,
        new Runbook.Relaxed("a test"));
  }
}
