package io.lockkeeper.audit;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.Trigger;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Verdict;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// The facts of one release of `demo/shop`, a minute apart.
public final class Story {

  public static final ReleaseId RELEASE = ReleaseId.of("/ci", "42");
  public static final Instant START = Instant.parse("2026-11-23T09:00:00Z");
  public static final Lane LANE = new Lane("demo/shop", "production");
  public static final Stage SCHEMA = Stage.infrastructure(0, "V42__instalments", false);
  public static final Stage TEN =
      Stage.traffic(1, 10, Duration.ofMinutes(5), Duration.ofMinutes(15));
  public static final Stage ALL = Stage.traffic(2, 100, Duration.ZERO, Duration.ZERO);
  public static final Look LOOK = new Look("look-7", digest('7'));
  public static final Measure ERRORS = new Measure("errors", 0.021, 0.002, "fraction", 1200);

  private Story() {}

  public static Digest digest(char digit) {
    return new Digest("sha256:" + String.valueOf(digit).repeat(64));
  }

  public static Artifact artifact(char digit) {
    return new Artifact("pkg:oci/shop@" + digit, digest(digit), digit + ".0.0");
  }

  public static ReleaseAccepted accepted(String channel) {
    ReleaseRequest request =
        new ReleaseRequest(
            "demo/shop",
            "production",
            "2.0.0",
            "standard-canary",
            artifact('2'),
            artifact('1'),
            "ada",
            "Pay by instalments",
            List.of("grace", "alan"),
            false,
            false,
            null,
            new ReleaseRequest.Source("https://git.example/shop", "abc123", "main", List.of("ada")),
            List.of(),
            ReleaseRequest.Scope.NOTHING,
            ReleaseRequest.Backout.NOTHING,
            List.of(URI.create("https://changes.example/4711")));
    Runbook runbook =
        new Runbook(
            "standard-canary",
            List.of(),
            Runbook.Gates.STANDARD,
            new Runbook.Rollout(
                List.of(),
                Runbook.Rollout.Strategy.CANARY,
                List.of(new Runbook.StagePlan(100, Duration.ZERO, Duration.ZERO)),
                new Runbook.Target("webhook", URI.create("http://127.0.0.1:1/")),
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Runbook.Rollout.OnRevoked.HOLD),
            new Runbook.Monitoring(
                Duration.ofSeconds(15),
                List.of(),
                List.of(),
                Runbook.Signal.RED,
                Duration.ofMinutes(30),
                Duration.ofMinutes(10),
                Duration.ofMinutes(30),
                io.lockkeeper.runbook.Choice.GO_BACK,
                io.lockkeeper.runbook.Choice.WAIT),
            Runbook.Rollback.STANDARD,
            new Runbook.Communication(channel, List.of("support"), true, "tracker"),
            Runbook.PostDeployment.STANDARD,
            null);
    return new ReleaseAccepted(request, runbook, digest('a'), Actor.claimed("ada"));
  }

  /// Cleared one minute after [#START], to be announced within five more.
  public static ReleaseCleared cleared() {
    return new ReleaseCleared(
        LANE,
        7,
        artifact('1'),
        START.plus(Duration.ofMinutes(11)),
        START.plus(Duration.ofMinutes(6)));
  }

  public static DeploymentStarted started() {
    return new DeploymentStarted(LANE, 7, List.of(SCHEMA, TEN, ALL), artifact('2'), artifact('1'));
  }

  public static StageVerified stageVerified(Stage stage) {
    return new StageVerified(stage.index(), 1, Verdict.PASSED, "as before", List.of(ERRORS), LOOK);
  }

  public static ReleaseVerified verified() {
    return new ReleaseVerified(
        Verdict.PASSED, "as before", Duration.ofMinutes(30), List.of(ERRORS), LOOK);
  }

  public static RolloutHalted halted() {
    return new RolloutHalted(
        Trigger.BREACH, "errors 2.1 %", Actor.RUNBOOK, null, Duration.ofMillis(40));
  }

  public static RolloutSettled settled(Outcome outcome) {
    return new RolloutSettled(outcome, "so it ended", Actor.RUNBOOK);
  }

  /// These events as facts of their writers, in order, a minute apart, from [#START].
  public static List<Fact> facts(ReleaseEvent... events) {
    return facts(Arrays.asList(events));
  }

  public static List<Fact> facts(List<? extends ReleaseEvent> events) {
    int[] sequences = new int[Writer.values().length];
    List<Fact> facts = new ArrayList<>();
    for (ReleaseEvent event : events) {
      Writer writer = writer(event);
      facts.add(
          new Fact(
              new EventId(new UUID(7, facts.size())),
              writer,
              RELEASE,
              ++sequences[writer.ordinal()],
              START.plus(Duration.ofMinutes(facts.size())),
              null,
              event));
    }
    return facts;
  }

  private static Writer writer(ReleaseEvent event) {
    return switch (event) {
      case GateEvent _ -> Writer.GATE;
      case RolloutEvent _ -> Writer.ROLLOUT;
      case MonitorEvent _ -> Writer.MONITOR;
      case AuditEvent _ -> Writer.AUDIT;
      case NotificationEvent _ -> Writer.NOTIFICATION;
      case Unrecognised _ -> Writer.GATE;
    };
  }
}
