package io.lockkeeper.gate;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.ReleaseRequest.Backout;
import io.lockkeeper.runbook.ReleaseRequest.Evidence;
import io.lockkeeper.runbook.ReleaseRequest.Scope;
import io.lockkeeper.runbook.ReleaseRequest.Source;
import io.lockkeeper.runbook.ReleaseRequest.Toggle;
import io.lockkeeper.runbook.ReleaseRequest.Window;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Approval;
import io.lockkeeper.runbook.Runbook.Approval.When;
import io.lockkeeper.runbook.Runbook.Baseline;
import io.lockkeeper.runbook.Runbook.Budgets;
import io.lockkeeper.runbook.Runbook.Freeze;
import io.lockkeeper.runbook.Runbook.Gates;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Runbook.MetricSource;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Runbook.Precondition;
import io.lockkeeper.runbook.Runbook.Readiness;
import io.lockkeeper.runbook.Runbook.Rollback;
import io.lockkeeper.runbook.Runbook.Rollout;
import io.lockkeeper.runbook.Runbook.Slo;
import io.lockkeeper.runbook.Runbook.StagePlan;
import io.lockkeeper.runbook.Runbook.Target;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One request and its runbook for tests, good unless told otherwise.
final class Requests {

  static final ReleaseId FIRST = new ReleaseId("first");
  static final ReleaseId SECOND = new ReleaseId("second");
  static final ReleaseId THIRD = new ReleaseId("third");

  private static final URI PROMETHEUS = URI.create("http://127.0.0.1:9090");

  private final int artifact;
  private boolean elevated;
  private boolean first;
  private @Nullable Artifact stable = artifact(1);
  private @Nullable Window window;
  private List<Evidence> evidence = passed("build", "review", "tests", "signature", "load-test");
  private Scope scope = Scope.NOTHING;
  private Backout backout = Backout.NOTHING;
  private When when = When.ELEVATED;
  private int quorum = 1;
  private List<Freeze> freezes = List.of();
  private Rollback rollback = Rollback.STANDARD;
  private Duration startWithin = Duration.ofDays(7);
  private List<InfrastructureStep> infrastructure = List.of();
  private Budgets budgets = Budgets.NONE;
  private List<MetricSource> sources = List.of();

  private Requests(int artifact) {
    this.artifact = artifact;
  }

  static Requests good(int artifact) {
    return new Requests(artifact);
  }

  Requests elevated() {
    elevated = true;
    return this;
  }

  Requests firstOfItsService() {
    first = true;
    stable = null;
    return this;
  }

  Requests stable(@Nullable Artifact known) {
    stable = known;
    return this;
  }

  Requests window(Window planned) {
    window = planned;
    return this;
  }

  Requests evidence(List<Evidence> attested) {
    evidence = attested;
    return this;
  }

  Requests scope(Scope declared) {
    scope = declared;
    return this;
  }

  Requests backout(Backout prepared) {
    backout = prepared;
    return this;
  }

  Requests approval(When asked, int people) {
    when = asked;
    quorum = people;
    return this;
  }

  Requests freezes(Freeze... periods) {
    freezes = List.of(periods);
    return this;
  }

  Requests rollback(Rollback way) {
    rollback = way;
    return this;
  }

  Requests startWithin(Duration time) {
    startWithin = time;
    return this;
  }

  Requests infrastructure(InfrastructureStep... steps) {
    infrastructure = List.of(steps);
    return this;
  }

  Requests budget() {
    budgets =
        new Budgets(
            null,
            null,
            List.of(
                new Slo(
                    "availability",
                    "shop",
                    PROMETHEUS,
                    Slo.Counts.BAD,
                    "bad[{{.window}}]",
                    "total[{{.window}}]",
                    false,
                    0.999,
                    Duration.ofDays(28))));
    return this;
  }

  Requests source() {
    sources =
        List.of(
            new MetricSource(
                "main",
                MetricSource.Kind.PROMETHEUS,
                PROMETHEUS,
                "job=\"shop\"",
                null,
                null,
                null));
    return this;
  }

  ReleaseRequest request() {
    return new ReleaseRequest(
        Scene.LANE.service(),
        Scene.LANE.environment(),
        "1." + artifact,
        "standard",
        artifact(artifact),
        stable,
        "ci-bot",
        "a release",
        List.of("team-shop"),
        elevated,
        first,
        window,
        new Source("https://example.org/shop.git", "abc", "main", List.of("Ada <ada@example.org>")),
        evidence,
        scope,
        backout,
        List.of());
  }

  Runbook runbook() {
    return new Runbook(
        "standard",
        List.of(
            new Precondition(RunbookLine.PRE1, "build"),
            new Precondition(RunbookLine.PRE2, "review"),
            new Precondition(RunbookLine.PRE3, "tests"),
            new Precondition(RunbookLine.PRE4, "signature")),
        new Gates(
            new Readiness(List.of("load-test")),
            new Baseline(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofMinutes(1), null),
            new Approval(when, quorum, Duration.ofDays(2)),
            freezes,
            Duration.ofMinutes(10),
            startWithin),
        new Rollout(
            infrastructure,
            Rollout.Strategy.CANARY,
            List.of(
                new StagePlan(10, Duration.ofMinutes(5), Duration.ofMinutes(15)),
                new StagePlan(100, Duration.ZERO, Duration.ZERO)),
            new Target("webhook", URI.create("http://127.0.0.1:9000")),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Rollout.OnRevoked.HOLD),
        new Monitoring(
            Duration.ofSeconds(15),
            List.of(URI.create("http://127.0.0.1:9001/metrics")),
            List.of(URI.create("http://127.0.0.1:9002/metrics")),
            Runbook.Signal.RED,
            Duration.ofMinutes(30),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Choice.GO_BACK,
            Choice.WAIT,
            sources,
            budgets,
            null,
            null),
        rollback,
        Runbook.Communication.STANDARD,
        Runbook.PostDeployment.STANDARD,
        null);
  }

  static Artifact artifact(int number) {
    return new Artifact("pkg:oci/shop", digest(number), "1." + number);
  }

  static Digest digest(int number) {
    return new Digest("sha256:%064x".formatted(number));
  }

  static List<Evidence> passed(String... checks) {
    List<Evidence> evidence = new ArrayList<>();
    for (String check : checks) {
      evidence.add(new Evidence(check, Verdict.PASSED, URI.create("https://ci/" + check), null));
    }
    return evidence;
  }

  static Scope migrations(String name, InfrastructureStep... steps) {
    return new Scope(List.of(), List.of(name), List.of(), List.of(steps));
  }

  static Scope toggles(String key) {
    return new Scope(List.of(), List.of(), List.of(new Toggle(key, true)), List.of());
  }
}
