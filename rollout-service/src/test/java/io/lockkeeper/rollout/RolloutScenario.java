package io.lockkeeper.rollout;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import io.lockkeeper.rollout.PlatformGoal.Change;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Runbook.StagePlan;
import io.lockkeeper.runbook.Verdict;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Tells a rollout as facts: given these, when that, then those. Time moves only when told to.
public final class RolloutScenario {

  public static final Instant START = Instant.parse("2026-11-23T09:00:00Z");
  public static final Lane LANE = new Lane("demo/shop", "production");
  public static final Artifact CANDIDATE = artifact('b', "1.5.0");
  public static final Artifact STABLE = artifact('a', "1.4.2");
  public static final Look LOOK = new Look("look-1", new Digest("sha256:" + "c".repeat(64)));
  static final Actor ALICE = Actor.person("alice");

  private final List<Fact> history = new ArrayList<>();
  private Instant now = START;

  /// A release of this runbook, accepted and nothing more.
  public static RolloutScenario accepted(Runbook runbook, InfrastructureStep... infrastructure) {
    RolloutScenario scenario = new RolloutScenario();
    scenario.given(
        new ReleaseAccepted(
            request(infrastructure), runbook, Digest.of(new byte[0]), Actor.claimed("ci")));
    return scenario;
  }

  /// A release whose first stage has begun.
  static RolloutScenario started(Runbook runbook, InfrastructureStep... infrastructure) {
    RolloutScenario scenario = accepted(runbook, infrastructure);
    scenario.when(scenario.cleared(Duration.ofHours(5)));
    scenario.when(announced());
    return scenario;
  }

  /// A release of two stages, 10 % and 100 %, whose first bakes.
  static RolloutScenario baking() {
    RolloutScenario scenario = started(runbook(10, 100));
    scenario.when(new RolloutCommand.ReportDone(1));
    return scenario;
  }

  static Runbook runbook(int... weights) {
    return runbook(URI.create("http://127.0.0.1:9001"), weights);
  }

  /// A runbook of stages with these weights at this target.
  public static Runbook runbook(URI target, int... weights) {
    List<StagePlan> stages = new ArrayList<>();
    for (int weight : weights) {
      Duration bake = weight == 100 ? Duration.ZERO : Duration.ofMinutes(5);
      stages.add(new StagePlan(weight, bake, bake.multipliedBy(3)));
    }
    return runbook(target, stages, Runbook.Rollout.OnRevoked.HOLD);
  }

  static Runbook runbook(List<StagePlan> stages, Runbook.Rollout.OnRevoked onRevoked) {
    return runbook(URI.create("http://127.0.0.1:9001"), stages, onRevoked);
  }

  private static Runbook runbook(
      URI target, List<StagePlan> stages, Runbook.Rollout.OnRevoked onRevoked) {
    URI metrics = URI.create("http://127.0.0.1:9000/metrics");
    return new Runbook(
        "standard-canary",
        List.of(),
        Runbook.Gates.STANDARD,
        new Runbook.Rollout(
            List.of(),
            Runbook.Rollout.Strategy.CANARY,
            stages,
            new Runbook.Target("webhook", target),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            onRevoked),
        new Runbook.Monitoring(
            Duration.ofSeconds(15),
            List.of(metrics),
            List.of(metrics),
            Runbook.Signal.RED,
            Duration.ofMinutes(30),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            io.lockkeeper.runbook.Choice.GO_BACK,
            io.lockkeeper.runbook.Choice.WAIT),
        Runbook.Rollback.STANDARD,
        Runbook.Communication.STANDARD,
        Runbook.PostDeployment.STANDARD,
        null);
  }

  private static ReleaseRequest request(InfrastructureStep... infrastructure) {
    return new ReleaseRequest(
        LANE.service(),
        LANE.environment(),
        CANDIDATE.version(),
        "standard-canary",
        CANDIDATE,
        STABLE,
        "ci",
        "a release",
        List.of("alice"),
        false,
        false,
        null,
        new ReleaseRequest.Source("https://git.example/shop", "abc", "main", List.of("bob")),
        List.of(),
        new ReleaseRequest.Scope(List.of(), List.of(), List.of(), List.of(infrastructure)),
        new ReleaseRequest.Backout(List.of(), List.of("nightly"), List.of()),
        List.of());
  }

  private static Artifact artifact(char digit, String version) {
    return new Artifact(
        "pkg:oci/shop@" + version,
        new Digest("sha256:" + String.valueOf(digit).repeat(64)),
        version);
  }

  /// A clearance of this moment, for services under test.
  public static ReleaseCleared clearedFromNow() {
    Instant now = Instant.now();
    return new ReleaseCleared(
        LANE, 7, STABLE, now.plus(Duration.ofHours(1)), now.plus(Duration.ofMinutes(5)));
  }

  ReleaseCleared cleared(Duration lease) {
    return new ReleaseCleared(LANE, 7, STABLE, now.plus(lease), now.plus(Duration.ofMinutes(5)));
  }

  public static WindowAnnounced announced() {
    return new WindowAnnounced("feed", "announcement", null);
  }

  public static StageVerified verified(int stage, int attempt, Verdict verdict) {
    return new StageVerified(stage, attempt, verdict, "as measured", List.of(), LOOK);
  }

  public static BudgetBreached breach() {
    return new BudgetBreached(
        new Measure("errors", 0.02, 0.002, "fraction", 1000), "10 times the control", LOOK);
  }

  /// Adds a fact without asking what follows.
  RolloutScenario given(ReleaseEvent event) {
    return given(writer(event), event);
  }

  RolloutScenario given(Writer writer, ReleaseEvent event) {
    int revision = history.size() + 1;
    history.add(
        new Fact(
            new EventId(new UUID(0, revision)),
            writer,
            new ReleaseId("release-1"),
            revision,
            now,
            null,
            event));
    return this;
  }

  /// The facts that follow from this one.
  List<RolloutEvent> when(ReleaseEvent event) {
    given(event);
    return settle(new ArrayList<>());
  }

  List<RolloutEvent> when(Writer writer, ReleaseEvent event) {
    given(writer, event);
    return settle(new ArrayList<>());
  }

  /// The facts that this command leads to, and what follows from them.
  List<RolloutEvent> when(RolloutCommand command) {
    List<RolloutEvent> answered = RolloutDecider.answer(state(), command, now);
    answered.forEach(this::given);
    return settle(new ArrayList<>(answered));
  }

  /// The facts that follow when this much time has gone by.
  List<RolloutEvent> after(Duration time) {
    now = now.plus(time);
    return settle(new ArrayList<>());
  }

  private List<RolloutEvent> settle(List<RolloutEvent> facts) {
    for (int round = 0; round < 16; round++) {
      List<RolloutEvent> next = RolloutDecider.next(state(), now);
      if (next.isEmpty()) {
        return facts;
      }
      next.forEach(this::given);
      facts.addAll(next);
    }
    throw new AssertionError("no fixed point after 16 rounds: " + facts);
  }

  /// The state that the facts so far lead to.
  public Rollout state() {
    return Rollout.of(history);
  }

  Instant now() {
    return now;
  }

  /// The change that the target is asked for now.
  Change goal() {
    return (Change) PlatformGoal.of(state());
  }

  private static Writer writer(ReleaseEvent event) {
    return switch (event) {
      case GateEvent _ -> Writer.GATE;
      case RolloutEvent _ -> Writer.ROLLOUT;
      case MonitorEvent _ -> Writer.MONITOR;
      case AuditEvent _ -> Writer.AUDIT;
      case NotificationEvent _ -> Writer.NOTIFICATION;
      case Unrecognised _ -> Writer.MONITOR;
    };
  }
}
