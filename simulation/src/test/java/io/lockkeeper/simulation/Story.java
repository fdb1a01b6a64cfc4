package io.lockkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.StagePlan;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import io.lockkeeper.simulation.platform.Mutation;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.platform.Topic;
import io.lockkeeper.simulation.platform.Witness;
import io.lockkeeper.simulation.world.Candidate;
import io.lockkeeper.simulation.world.TrafficTarget;
import io.lockkeeper.simulation.world.WorldWitness;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// One release, told as *given*, *when*, *then*: the real deciders of all five services on the
/// virtual clock, and
/// nothing goes wrong but what the story is about.
///
/// [#when] lets time pass, [#then] names the facts that were written meanwhile, in order. Posts to
/// the channel
/// are left out of it, since there is one for nearly every fact.
final class Story implements Witness, WorldWitness {

  private static final Lane LANE = new Lane("demo/shop", "production");
  private static final Artifact STABLE = artifact("1.0");

  private final Timeline timeline = new Timeline(1);
  private final List<Fact> meanwhile = new ArrayList<>();
  private final Candidate candidate;
  private final Installation installation;
  private final ReleaseId release = ReleaseId.of("/ci", "build-11");
  private String moment = "at the beginning";

  private Story(Candidate candidate) {
    this.candidate = candidate;
    this.installation =
        new Installation(
            timeline,
            List.of(new Scenario.Site(LANE, TrafficTarget.Kind.REFUSING)),
            List.of(candidate),
            Duration.ZERO,
            Mutation.NONE,
            this);
    installation.makeReliable();
    installation.start();
    pass(Duration.ofSeconds(10));
  }

  /// Given: 1.0 serves all traffic of the lane, and 1.1 is as good.
  static Story givenGoodCandidate() {
    return new Story(candidate(false));
  }

  /// Given: 1.0 serves all traffic of the lane, and of the requests to 1.1 ten times as many fail.
  static Story givenBadCandidate() {
    return new Story(candidate(true));
  }

  private static Candidate candidate(boolean bad) {
    Duration enough = Duration.ofSeconds(30);
    return new Candidate(artifact("1.1"), bad, 1, Duration.ZERO, enough, enough);
  }

  /// When CI asks for a release of 1.1, by a runbook of 10 % for two minutes, then 100 %.
  Story whenCiAsks() {
    moment = "when CI asks";
    meanwhile.clear();
    installation
        .office()
        .ask(
            release,
            new GateCommand.Request(
                request(), runbook(), Digest.of(new byte[] {1}), Actor.claimed("rita")));
    pass(Duration.ofSeconds(1));
    return this;
  }

  /// When this much time has passed, in which this happens.
  Story when(String what, Duration time) {
    moment = "when " + what;
    meanwhile.clear();
    pass(time);
    return this;
  }

  /// When nothing can be read of either version for this much time.
  Story whenTelemetryIsAway(Duration time) {
    installation.surroundings().telemetry().setAway(true);
    when("telemetry is away for " + time, time);
    installation.surroundings().telemetry().setAway(false);
    return this;
  }

  /// When one of several sources cannot be asked for this much time.
  Story whenASourceIsAway(Duration time) {
    installation.surroundings().telemetry().setPartial(true);
    when("a source is away for " + time, time);
    installation.surroundings().telemetry().setPartial(false);
    return this;
  }

  /// When one of several sources comes and goes: away for this much time and there for as long, so
  /// often.
  Story whenASourceFlaps(Duration time, int times) {
    when("a source is away for " + time + ", " + times + " times", Duration.ZERO);
    for (int i = 0; i < times; i++) {
      installation.surroundings().telemetry().setPartial(true);
      pass(time);
      installation.surroundings().telemetry().setPartial(false);
      pass(time);
    }
    return this;
  }

  /// Then these facts were written since the last *when*, in this order, and no others.
  Story then(String what, Class<?>... facts) {
    assertThat(meanwhile)
        .as(moment + ", then " + what)
        .extracting(fact -> fact.event().getClass().getSimpleName())
        .containsExactly(Stream.of(facts).map(Class::getSimpleName).toArray(String[]::new));
    return this;
  }

  /// Then this share of the traffic really goes to 1.1.
  Story andTheCandidateServes(int percent) {
    assertThat(target().share(candidate.artifact().digest()))
        .as(moment + ", the candidate's share")
        .isEqualTo(percent);
    return this;
  }

  private TrafficTarget target() {
    return installation.surroundings().targets().values().iterator().next();
  }

  private void pass(Duration time) {
    Instant until = timeline.now().plus(time);
    boolean[] over = {false};
    timeline.at(until, () -> over[0] = true);
    while (!over[0]) {
      assertThat(timeline.step()).as("there is always a next step").isTrue();
    }
  }

  @Override
  public void committed(Writer service, Fact fact, boolean recovering) {
    if (fact.writer() == service && !(fact.event() instanceof UpdatePosted)) {
      meanwhile.add(fact);
    }
  }

  @Override
  public void published(Topic.Delivery delivery) {}

  @Override
  public void lost(Writer service, List<Fact> unpublished) {}

  @Override
  public void shifted(TrafficTarget target, Digest artifact, int from, int to) {}

  @Override
  public void acted(TrafficTarget target, TrafficTarget.Effect effect) {}

  @Override
  public void opened(TrafficTarget target, boolean open) {}

  @Override
  public void touched(TrafficTarget target, Digest artifact, int to) {}

  private static Artifact artifact(String version) {
    String purl = "pkg:oci/shop@" + version;
    return new Artifact(purl, Digest.of(purl.getBytes(StandardCharsets.UTF_8)), version);
  }

  private ReleaseRequest request() {
    return new ReleaseRequest(
        LANE.service(),
        LANE.environment(),
        "1.1",
        "canary",
        candidate.artifact(),
        STABLE,
        "rita",
        "instalments",
        List.of("team-shop"),
        false,
        false,
        null,
        new ReleaseRequest.Source("https://example.org/shop", "c11", "main", List.of("ada")),
        List.of(new ReleaseRequest.Evidence("build", Verdict.PASSED, null, null)),
        ReleaseRequest.Scope.NOTHING,
        ReleaseRequest.Backout.NOTHING,
        List.of());
  }

  private static Runbook runbook() {
    Duration bake = Duration.ofMinutes(2);
    return new Runbook(
        "canary",
        List.of(new Runbook.Precondition(RunbookLine.PRE1, "build")),
        new Runbook.Gates(
            null,
            new Runbook.Baseline(Duration.ofSeconds(30), null, null, null),
            null,
            List.of(),
            Duration.ofHours(1),
            null),
        new Runbook.Rollout(
            List.of(),
            Runbook.Rollout.Strategy.CANARY,
            List.of(
                new StagePlan(10, bake, bake.multipliedBy(3)),
                new StagePlan(100, Duration.ZERO, Duration.ZERO)),
            new Runbook.Target("webhook", URI.create("http://127.0.0.1/")),
            null,
            null,
            null),
        new Runbook.Monitoring(
            Duration.ofSeconds(10), List.of(), List.of(), null, null, null, null, null, null),
        Runbook.Rollback.STANDARD,
        Runbook.Communication.STANDARD,
        Runbook.PostDeployment.STANDARD,
        null);
  }
}
