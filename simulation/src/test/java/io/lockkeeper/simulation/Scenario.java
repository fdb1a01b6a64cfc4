package io.lockkeeper.simulation;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Runbook.StagePlan;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.world.Candidate;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// What one run is about, drawn from its seed: which releases are asked for, how good they are, how
/// people
/// behave, and how bad the faults are.
///
/// @param theme   what the run dwells on
/// @param gentle  whether every fault stays within its bound and people answer sensibly
/// @param faultsUntil when faults stop: the second half of the run begins
/// @param chatDies when the chat channel breaks for good; null when it does not
record Scenario(
    long seed,
    Theme theme,
    boolean gentle,
    List<Site> sites,
    List<Plan> plans,
    Duration faultsUntil,
    @Nullable Duration chatDies) {

  /// What a run dwells on: most on a bit of everything, some on what seldom comes together by
  /// chance.
  enum Theme {
    MIXED,
    /// Thin traffic, people who are asked about it, and a rollout-service that hears of the
    /// evidence late.
    LATE_EVIDENCE,
    /// Freezes that end clearances, and a channel that takes the announcement late.
    LATE_ANNOUNCEMENT
  }

  /// One lane and what carries its traffic.
  record Site(Lane lane, TrafficTarget.Kind kind) {}

  /// One release that is asked for.
  ///
  /// @param at          when CI asks for it
  /// @param abortedAfter how long after the start somebody aborts it; null when nobody does
  /// @param pausedAfter how long after the start an operator pauses it for a while; null when
  /// nobody does
  /// @param withdrawnAfter how long after the request CI takes it back; null when it does not
  record Plan(
      ReleaseId release,
      Duration at,
      ReleaseRequest request,
      Runbook runbook,
      Candidate candidate,
      @Nullable Duration abortedAfter,
      @Nullable Duration withdrawnAfter,
      @Nullable Duration pausedAfter) {

    /// Whether a freeze may turn it back although it is good.
    boolean mayBeTurnedBack() {
      return runbook.rollout().onRevoked() == Runbook.Rollout.OnRevoked.BACK
          && !runbook.gates().freezes().isEmpty();
    }

    /// Whether it calls itself the first release of a service and another may be verified before
    /// it.
    boolean mayNotBeFirst(List<Plan> plans) {
      return request.first()
          && plans.stream()
              .anyMatch(
                  other -> other != this && Lane.of(other.request()).equals(Lane.of(request)));
    }

    /// What an approval is bound to.
    Digest digest() {
      return Digest.of((release + " " + request.version()).getBytes(StandardCharsets.UTF_8));
    }
  }

  /// The scenario of this seed.
  static Scenario of(long seed) {
    return new Draw(seed).scenario();
  }

  private static final class Draw {
    private static final String SCRIPT = "undo.sh";

    private final long seed;
    private final SplittableRandom random;
    private final Theme theme;

    Draw(long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed * 31 + 7);
      int luck = random.nextInt(100);
      this.theme =
          luck < 7 ? Theme.LATE_EVIDENCE : luck < 16 ? Theme.LATE_ANNOUNCEMENT : Theme.MIXED;
    }

    private boolean chance(int percent) {
      return random.nextInt(100) < percent;
    }

    private Duration seconds(int least, int most) {
      return Duration.ofSeconds(random.nextInt(least, most + 1));
    }

    Scenario scenario() {
      boolean gentle = chance(60);
      List<Site> sites = new ArrayList<>();
      sites.add(new Site(new Lane("demo/shop", "production"), TrafficTarget.Kind.REFUSING));
      if (chance(50)) {
        sites.add(
            new Site(
                new Lane("demo/search", "production"),
                chance(60) ? TrafficTarget.Kind.READABLE : TrafficTarget.Kind.REFUSING));
      }
      Duration faultsUntil = seconds(2_400, 4_200);
      List<Plan> plans = new ArrayList<>();
      int count = 2 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        Site site = sites.get(i == 0 ? 0 : random.nextInt(sites.size()));
        plans.add(plan(plans, site, i, gentle, faultsUntil));
      }
      return new Scenario(
          seed,
          theme,
          gentle,
          List.copyOf(sites),
          List.copyOf(plans),
          faultsUntil,
          chance(15) ? seconds(600, 3_600) : null);
    }

    private Plan plan(
        List<Plan> before, Site site, int index, boolean gentle, Duration faultsUntil) {
      List<Plan> sameLane =
          before.stream().filter(plan -> Lane.of(plan.request()).equals(site.lane())).toList();
      List<Plan> bad = sameLane.stream().filter(plan -> plan.candidate().bad()).toList();
      boolean again = !bad.isEmpty() && chance(45);
      Runbook runbook = runbook(site);
      Candidate candidate = again ? bad.getLast().candidate() : candidate(site, index, runbook);
      boolean atOnce = !sameLane.isEmpty() && !again && chance(35);
      Duration at =
          index == 0
              ? seconds(1, 30)
              : atOnce
                  ? sameLane.getLast().at()
                  : again
                      ? bad.getLast().at().plus(seconds(600, 2_400))
                      : seconds(10, (int) faultsUntil.toSeconds() * 3 / 4);
      boolean first =
          sameLane.isEmpty() ? chance(35) : atOnce && sameLane.getLast().request().first();
      ReleaseRequest request = request(site, index, candidate.artifact(), first);
      return new Plan(
          ReleaseId.of("/ci/" + seed, "build-" + index),
          at,
          request,
          runbook,
          candidate,
          chance(8) ? seconds(1, 1_500) : null,
          chance(6) ? seconds(1, 2_000) : null,
          chance(8) ? seconds(1, 1_500) : null);
    }

    private Candidate candidate(Site site, int index, Runbook runbook) {
      String name = site.lane().service() + "@" + seed + "-" + index;
      return new Candidate(
          artifact(name, "1." + (index + 1)),
          theme != Theme.LATE_EVIDENCE && chance(45),
          chance(60) ? 1 : 50,
          chance(50) ? Duration.ZERO : seconds(20, 900),
          seconds(15, 50),
          theme != Theme.LATE_EVIDENCE && chance(65) ? seconds(30, 70) : asItIsAsked(runbook));
    }

    /// Traffic so thin that the evidence comes in about when a person is asked whether to go on
    /// without.
    private Duration asItIsAsked(Runbook runbook) {
      return runbook
          .rollout()
          .stages()
          .getFirst()
          .maxBake()
          .plus(runbook.monitoring().hold())
          .plus(seconds(0, 120));
    }

    private static Artifact artifact(String name, String version) {
      return new Artifact(
          "pkg:oci/" + name, Digest.of(name.getBytes(StandardCharsets.UTF_8)), version);
    }

    private ReleaseRequest request(Site site, int index, Artifact artifact, boolean first) {
      boolean steps = site.kind() == TrafficTarget.Kind.REFUSING && chance(35);
      List<InfrastructureStep> infrastructure = new ArrayList<>();
      boolean backup = false;
      if (steps) {
        boolean reversible = chance(50);
        infrastructure.add(new InfrastructureStep("V" + index + "__one", reversible));
        if (chance(40)) {
          infrastructure.add(new InfrastructureStep("V" + index + "__two", true));
        }
        backup = !reversible;
      }
      return new ReleaseRequest(
          site.lane().service(),
          site.lane().environment(),
          artifact.version(),
          "canary",
          artifact,
          first ? null : artifact(site.lane().service() + "@0", "1.0"),
          "rita",
          "release " + index,
          List.of("team-shop"),
          chance(30),
          first,
          null,
          new ReleaseRequest.Source(
              "https://example.org/shop", "c" + index, "main", List.of("ada")),
          List.of(new ReleaseRequest.Evidence("build", Verdict.PASSED, null, null)),
          new ReleaseRequest.Scope(List.of("feature"), List.of(), List.of(), infrastructure),
          new ReleaseRequest.Backout(
              List.of(SCRIPT), backup ? List.of("nightly") : List.of(), List.of()),
          List.of());
    }

    private Runbook runbook(Site site) {
      Duration bake = seconds(60, 110);
      List<StagePlan> stages = new ArrayList<>();
      stages.add(new StagePlan(10, bake, bake.multipliedBy(3)));
      if (chance(60)) {
        stages.add(new StagePlan(50, bake, bake.multipliedBy(3)));
      }
      Duration last = chance(60) ? bake : Duration.ZERO;
      stages.add(new StagePlan(100, last, last.multipliedBy(3)));
      return new Runbook(
          "canary",
          List.of(new Runbook.Precondition(RunbookLine.PRE1, "build")),
          new Runbook.Gates(
              Runbook.Readiness.STANDARD,
              new Runbook.Baseline(
                  Duration.ofSeconds(20), Duration.ofHours(1), Duration.ofSeconds(20), null),
              new Runbook.Approval(
                  Runbook.Approval.When.ELEVATED, chance(20) ? 2 : 1, Duration.ofMinutes(40)),
              freezes(),
              lease(),
              Duration.ofHours(7)),
          new Runbook.Rollout(
              List.of(),
              Runbook.Rollout.Strategy.CANARY,
              stages,
              new Runbook.Target("webhook", URI.create("http://127.0.0.1/")),
              seconds(60, 120),
              seconds(120, 240),
              onRevoked()),
          new Runbook.Monitoring(
              seconds(12, 20),
              List.of(),
              List.of(),
              List.of(),
              Runbook.MINIMUM_VALIDATION,
              seconds(120, 240),
              seconds(180, 360),
              chance(80) ? Choice.GO_BACK : Choice.WAIT,
              theme == Theme.LATE_EVIDENCE || chance(85) ? Choice.WAIT : Choice.ADVANCE,
              List.of(),
              budgets(),
              null,
              false),
          rollback(site),
          new Runbook.Communication(
              theme == Theme.LATE_ANNOUNCEMENT || chance(70) ? "chat" : "feed",
              List.of("everybody"),
              theme == Theme.LATE_ANNOUNCEMENT || chance(85),
              chance(50) ? "tracker" : "feed"),
          new Runbook.PostDeployment(Duration.ofMinutes(20)),
          null);
    }

    /// Every other scenario has an objective: then first releases are asked about, too.
    private Runbook.Budgets budgets() {
      return seed % 2 == 0
          ? Runbook.Budgets.NONE
          : new Runbook.Budgets(
              null,
              null,
              List.of(
                  new Runbook.Slo(
                      "availability",
                      "shop",
                      URI.create("http://127.0.0.1/"),
                      Runbook.Slo.Counts.BAD,
                      "bad[{{.window}}]",
                      "total[{{.window}}]",
                      false,
                      0.999,
                      Duration.ofDays(28))));
    }

    private Runbook.Rollback rollback(Site site) {
      boolean script = site.kind() == TrafficTarget.Kind.REFUSING && chance(20);
      return script
          ? new Runbook.Rollback(Runbook.Rollback.Method.SCRIPT, SCRIPT, seconds(60, 120))
          : new Runbook.Rollback(Runbook.Rollback.Method.REDEPLOY, null, seconds(60, 120));
    }

    private Runbook.Rollout.OnRevoked onRevoked() {
      return switch (random.nextInt(6)) {
        case 0, 1 -> Runbook.Rollout.OnRevoked.FINISH_STAGE;
        case 2 -> Runbook.Rollout.OnRevoked.BACK;
        default -> Runbook.Rollout.OnRevoked.HOLD;
      };
    }

    private Duration lease() {
      return switch (theme) {
        case LATE_EVIDENCE -> seconds(600, 900);
        case LATE_ANNOUNCEMENT -> seconds(90, 120);
        case MIXED -> chance(70) ? seconds(90, 300) : seconds(600, 900);
      };
    }

    private List<Runbook.Freeze> freezes() {
      if (theme == Theme.LATE_EVIDENCE || theme == Theme.MIXED && !chance(35)) {
        return List.of();
      }
      List<Runbook.Freeze> freezes = new ArrayList<>();
      Instant from = Timeline.START;
      boolean often = theme == Theme.LATE_ANNOUNCEMENT;
      int most = often ? 250 : 1_500;
      for (int i = random.nextInt(1, often ? 14 : 6); i > 0; i--) {
        from = from.plus(seconds(60, most));
        Instant until = from.plus(seconds(60, 400));
        freezes.add(new Runbook.Freeze(from, until, "stocktaking"));
        from = until;
      }
      return List.copyOf(freezes);
    }
  }
}
