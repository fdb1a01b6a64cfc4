package io.lockkeeper.simulation.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.quickstart.demo.Version;
import io.lockkeeper.quickstart.local.Child;
import io.lockkeeper.quickstart.local.Part;
import io.lockkeeper.quickstart.platform.Databases;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is tagged `deep` takes minutes more, and runs with `./lockkeeper test --deep` only.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultsIT {

  /// Longer on demand: `-Dsystem.outage=PT2M`.
  private static final Duration OUTAGE =
      Duration.parse(System.getProperty("system.outage", "PT15S"));

  private final List<ReleaseId> releases = new ArrayList<>();
  private Site site;

  @BeforeAll
  void open() throws Exception {
    site = Site.shared();
  }

  @Test
  @Order(1)
  @DisplayName("SIGKILL of every service at a moment of its own changes nothing about the end")
  void everyServiceIsKilledOnce() throws Exception {
    everyServiceIsKilledOnce(1);
  }

  @ParameterizedTest
  @Tag("deep")
  @ValueSource(longs = {2, 3})
  @Order(1)
  @DisplayName("The same at other moments")
  void everyServiceIsKilledOnce(long seed) throws Exception {
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Version version = site.nextGood();
    ReleaseId release = site.release(version);
    releases.add(release);
    site.awaitStep(release, DeploymentStarted.class);
    Instant lastKill = Instant.MIN;
    for (Part service : Part.SERVICES) {
      pause(Duration.ofMillis(random.nextInt(100, 2_000)));
      lastKill = Instant.now();
      site.stack().child(service).kill();
      site.stack().child(service).start();
    }
    verifiedAfter(lastKill, release);
    site.shop().promote(version);
  }

  /// A fault that came after the end would prove nothing.
  private void verifiedAfter(Instant lastFault, ReleaseId release) {
    assertThat(site.end(release)).as(site.markdown(release)).isEqualTo(Outcome.VERIFIED);
    assertThat(Instant.parse(site.steps(release, RolloutSettled.class).getFirst().time()))
        .as("the end came after the last fault")
        .isAfter(lastFault);
  }

  @Test
  @Tag("deep")
  @Order(2)
  @DisplayName("A service that stands still for 30 s changes nothing about the end")
  void rolloutServiceStandsStill() throws Exception {
    Version version = site.nextGood();
    ReleaseId release = site.release(version);
    releases.add(release);
    site.awaitStep(release, DeploymentStarted.class);
    site.stack().child(Part.ROLLOUT).freeze();
    pause(Duration.ofSeconds(30));
    site.stack().child(Part.ROLLOUT).thaw();
    assertThat(site.end(release)).as(site.markdown(release)).isEqualTo(Outcome.VERIFIED);
    site.shop().promote(version);
  }

  @Test
  @Tag("deep")
  @Order(3)
  @DisplayName("R1: rollout-service killed between halt and effect still takes all traffic back")
  void killedBetweenVerdictAndEffect() throws Exception {
    Version version = site.nextBad();
    ReleaseId release = site.releaseByDemoRunbook(version);
    releases.add(release);
    await("traffic on the candidate")
        .atMost(Site.PATIENCE)
        .until(() -> site.answeredBy(version) > 0);
    // Long enough for the kill to come before the target has done what it is asked for next.
    site.shop().faults(Part.TARGET, Map.of("delayMillis", 15_000));
    site.awaitStep(release, RolloutHalted.class);
    site.stack().child(Part.ROLLOUT).kill();
    assertThat(site.targetState()).doesNotContain("\"weight\":0");
    site.shop().faults(Part.TARGET, Map.of("delayMillis", 0));
    site.stack().child(Part.ROLLOUT).start();
    assertThat(site.end(release)).as(site.markdown(release)).isEqualTo(Outcome.ROLLED_BACK);
  }

  @Test
  @Tag("deep")
  @Order(4)
  @DisplayName(
      "R1: without Kafka an abort answers within a second and takes all traffic back; the facts follow")
  void abortWithoutKafka() throws Exception {
    Version version = site.nextGood();
    ReleaseId release = site.release(version);
    releases.add(release);
    await("traffic on the candidate")
        .atMost(Site.PATIENCE)
        .until(() -> site.answeredBy(version) > 0);
    site.stack().child(Part.KAFKA).kill();
    try {
      Instant asked = Instant.now();
      int status =
          site.command(Part.ROLLOUT, "/rollouts/" + release + "/abort", "{\"reason\":\"a test\"}")
              .statusCode();
      assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(1));
      assertThat(status).isEqualTo(200);
      await("the candidate's share to be 0")
          .atMost(Duration.ofSeconds(20))
          .until(() -> site.targetState().contains("\"weight\":0"));
    } finally {
      site.stack().child(Part.KAFKA).start();
    }
    assertThat(site.end(release)).as(site.markdown(release)).isEqualTo(Outcome.ROLLED_BACK);
  }

  @Test
  @Tag("deep")
  @Order(5)
  @DisplayName(
      "Each service's database dropped in mid-release: nothing is done twice, the release ends")
  void everyDatabaseIsDropped() throws Exception {
    Version version = site.nextGood();
    ReleaseId release = site.release(version);
    releases.add(release);
    site.awaitStep(release, DeploymentStarted.class);
    Admin admin = new Admin(site);
    Instant lastKill = Instant.MIN;
    for (Part service : Part.SERVICES) {
      lastKill = Instant.now();
      site.stack().child(service).kill();
      admin.databases().dropDatabase(service.database());
      admin.databases().createDatabase(service.database());
      site.stack().child(service).start();
    }
    verifiedAfter(lastKill, release);
    site.shop().promote(version);
  }

  @Test
  @Tag("deep")
  @Order(6)
  @DisplayName(
      "Each service's database set back in mid-release: nothing is done twice, the release ends")
  void everyDatabaseIsSetBack() throws Exception {
    Version version = site.nextGood();
    ReleaseId release = site.release(version);
    releases.add(release);
    site.awaitStep(release, DeploymentStarted.class);
    Admin admin = new Admin(site);
    List<Databases.Dump> dumps = new ArrayList<>();
    for (Part service : Part.SERVICES) {
      dumps.add(admin.databases().dump(service.database()));
    }
    site.awaitStep(release, StageCompleted.class);
    Instant lastKill = Instant.MIN;
    for (int i = 0; i < dumps.size(); i++) {
      lastKill = Instant.now();
      site.stack().child(Part.SERVICES.get(i)).kill();
      admin.databases().restore(dumps.get(i));
      site.stack().child(Part.SERVICES.get(i)).start();
    }
    verifiedAfter(lastKill, release);
    site.shop().promote(version);
  }

  @Test
  @Tag("deep")
  @Order(7)
  @DisplayName("Kafka away in mid-release for a while changes nothing about the end")
  void kafkaIsAway() throws Exception {
    Version version = site.nextGood();
    ReleaseId release = site.release(version);
    releases.add(release);
    site.awaitStep(release, DeploymentStarted.class);
    site.stack().child(Part.KAFKA).kill();
    pause(OUTAGE);
    Instant back = Instant.now();
    site.stack().child(Part.KAFKA).start();
    verifiedAfter(back, release);
    site.shop().promote(version);
  }

  @Test
  @Tag("deep")
  @Order(8)
  @DisplayName("Two replicas of every service share the work; either may go")
  void twoReplicas() throws Exception {
    List<Child> replicas = new ArrayList<>();
    try {
      for (Part service : Part.SERVICES) {
        replicas.add(site.startReplica(service));
      }
      Version version = site.nextGood();
      ReleaseId release = site.release(version);
      releases.add(release);
      site.awaitStep(release, DeploymentStarted.class);
      Instant lastKill = Instant.now();
      for (int i = 0; i < Part.SERVICES.size(); i++) {
        // Of some services the first replica goes, of the others the second, for good.
        Part service = Part.SERVICES.get(i);
        (i % 2 == 0 && service != Part.AUDIT ? site.stack().child(service) : replicas.get(i))
            .kill();
      }
      verifiedAfter(lastKill, release);
      site.shop().promote(version);
    } finally {
      for (Child replica : replicas) {
        replica.kill();
      }
      for (Part service : Part.SERVICES) {
        site.stack().child(service).start();
      }
    }
  }

  @Test
  @Order(9)
  @DisplayName("D5: after all that, databases, log, target, channel and incident tracker agree")
  void everybodyAgrees() throws Exception {
    Agreement.check(site, releases);
  }

  private static void pause(Duration length) {
    Instant end = Instant.now().plus(length);
    await("a drawn moment").atMost(length.plusSeconds(5)).until(() -> Instant.now().isAfter(end));
  }
}
