package io.lockkeeper.simulation.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.quickstart.demo.AuditClient.Step;
import io.lockkeeper.quickstart.demo.Version;
import io.lockkeeper.quickstart.local.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReleasesIT {

  /// More on demand: `-Dsystem.mutants=10000`.
  private static final int MUTANTS = Integer.getInteger("system.mutants", 200);

  /// More on demand: `-Dsystem.good=20`.
  private static final int GOOD = Integer.getInteger("system.good", 3);

  /// More on demand: `-Dsystem.bad=20`.
  private static final int BAD = Integer.getInteger("system.bad", 1);

  private final List<ReleaseId> releases = new ArrayList<>();
  private Site site;

  @BeforeAll
  void open() throws Exception {
    site = Site.shared();
  }

  @Test
  @Order(1)
  @DisplayName(
      "D3, M1: good releases are verified one after the other, without a hold or a rollback;"
          + " the first is a bad version whose fault is switched off, and mutated requests between the"
          + " first two are each answered")
  void goodReleases() throws Exception {
    long failed = site.failedOnTheWay();
    for (int i = 0; i < GOOD; i++) {
      if (i == 1) {
        Mutants.send(site, MUTANTS, 1);
      }
      Version version = site.nextGood();
      ReleaseId release = i == 0 ? withoutItsFault(version) : site.release(version);
      releases.add(release);
      if (i == 1) {
        Mutants.checkFates(site);
      }
      assertThat(site.end(release)).as(site.markdown(release)).isEqualTo(Outcome.VERIFIED);
      assertThat(site.steps(release, StagePaused.class)).isEmpty();
      site.shop().promote(version);
    }
    assertThat(site.failedOnTheWay())
        .as("requests that failed because of a shift")
        .isEqualTo(failed);
  }

  /// Starts it as a bad version, and switches that off before it is asked for.
  private ReleaseId withoutItsFault(Version version) throws Exception {
    site.shop().prepare(Version.bad(version.name()));
    site.shop()
        .faults(
            Part.CANDIDATE, Map.of("errorRatio", version.errorRatio(), "slower", version.slower()));
    return site.ask(version);
  }

  @Test
  @Order(2)
  @DisplayName(
      "R1, R2: a bad release is halted within 60 s of its first traffic and gets none afterwards")
  void badReleases() throws Exception {
    List<Duration> delays = new ArrayList<>();
    for (int i = 0; i < BAD; i++) {
      delays.add(HaltDelay.of(site, haltedInTime()));
    }
    System.out.println(HaltDelay.told(delays));
  }

  private ReleaseId haltedInTime() throws Exception {
    long failed = site.failedOnTheWay();
    Version version = site.nextBad();
    ReleaseId release = site.releaseByDemoRunbook(version);
    releases.add(release);
    site.awaitStep(release, RolledBack.class);
    long before = site.answeredBy(version);
    long sent = site.customers().path("sent").asLong();
    await("the next 1,000 requests")
        .atMost(Duration.ofMinutes(1))
        .until(() -> site.customers().path("sent").asLong() >= sent + 1_000);
    assertThat(site.answeredBy(version)).as("answered by the candidate").isEqualTo(before);
    assertThat(site.end(release)).as(site.markdown(release)).isEqualTo(Outcome.ROLLED_BACK);
    Step firstTraffic =
        site.steps(release, StageApplied.class).stream()
            .filter(step -> step.lines().equals("D3"))
            .findFirst()
            .orElseThrow();
    Step halted = site.steps(release, RolloutHalted.class).getFirst();
    assertThat(Duration.between(Instant.parse(firstTraffic.time()), Instant.parse(halted.time())))
        .as(site.markdown(release))
        .isLessThan(Duration.ofSeconds(60));
    assertThat(site.failedOnTheWay())
        .as("requests that failed because of a shift")
        .isEqualTo(failed);
    return release;
  }

  @Test
  @Order(3)
  @DisplayName("D4: 30 s without telemetry in a bake hold the release once, and it is verified")
  void telemetryIsAwayForHalfAMinute() throws Exception {
    Version version = site.nextGood();
    ReleaseId release = site.release(version);
    releases.add(release);
    await("traffic on the candidate")
        .atMost(Site.PATIENCE)
        .until(() -> site.answeredBy(version) > 0);
    site.shop().faults(Part.CANDIDATE, Map.of("metricsDown", 30));
    site.shop().faults(Part.STABLE, Map.of("metricsDown", 30));
    assertThat(site.end(release)).as(site.markdown(release)).isEqualTo(Outcome.VERIFIED);
    assertThat(site.steps(release, TelemetryLost.class)).hasSize(1);
    assertThat(site.steps(release, StagePaused.class)).hasSize(1);
    assertThat(site.steps(release, TelemetryRecovered.class)).hasSize(1);
  }

  @Test
  @Order(4)
  @DisplayName("What the alerts ask of Kafka's clients is among the metrics of every service")
  void metricsOfOthers() throws Exception {
    Path alerts = site.stack().layout().home().resolve("docs/prometheus-alerts.yaml");
    Set<String> asked =
        Pattern.compile("\\bkafka_\\w+")
            .matcher(Files.readString(alerts))
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toSet());
    assertThat(asked).isNotEmpty();
    // A service looks once a minute for what its clients measure.
    for (Part service : Part.SERVICES) {
      await("metrics of " + service.title())
          .atMost(Duration.ofSeconds(90))
          .untilAsserted(
              () ->
                  assertThat(site.get(site.stack().layout().url(service) + "/q/metrics").body())
                      .contains(asked));
    }
  }

  @Test
  @Order(5)
  @DisplayName("D5: databases, log, target, channel and incident tracker agree on every release")
  void everybodyAgrees() throws Exception {
    Agreement.check(site, releases);
  }
}
