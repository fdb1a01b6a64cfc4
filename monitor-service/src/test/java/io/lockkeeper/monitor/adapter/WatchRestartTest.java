package io.lockkeeper.monitor.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.MonitorEvent.TelemetryDegraded;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.MonitorEvent.TelemetryRestored;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.journal.EmbeddedPlatformResource;
import io.lockkeeper.journal.Leases;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchCommand;
import io.lockkeeper.monitor.WatchDecider;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.monitor.observability.adapter.ObservabilityProbe;
import io.lockkeeper.runbook.Digest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(EmbeddedPlatformResource.class)
class WatchRestartTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofSeconds(60);

  @Inject LookBook book;
  @Inject LookArchive archive;
  @Inject LookFeed feed;
  @Inject Leases leases;
  @Inject TelemetrySettings settings;
  @Inject ObservabilityProbe probe;
  @Inject DataSource dataSource;

  private final Rig rig = new Rig().baking(SECOND);
  private Instant now = Rig.START;
  private CandidateWatch watch;

  @Test
  @DisplayName("D4: a process that ends in a bake goes on with the remaining time after its start")
  void remainingTime() {
    open();
    looks(7); // 6 s observed
    assertThat(rig.told(StageVerified.class)).isEmpty();
    now = now.plusSeconds(2); // away for less than telemetry may be
    open();
    looks(1);
    assertThat(rig.told(StageVerified.class)).isEmpty();
    looks(1); // 6 + 3 + 1 s
    assertThat(rig.told(StageVerified.class)).hasSize(1);
    assertThat(rig.told(StageVerified.class).getFirst().reason()).contains("PT10S of PT10S");
  }

  @Test
  @DisplayName("D4: a process that was away too long says so, and does not count what nobody saw")
  void awayTooLong() {
    open();
    looks(7);
    now = now.plusSeconds(300);
    open();
    looks(2);
    assertThat(rig.told(TelemetryLost.class)).hasSize(1);
    assertThat(rig.told(TelemetryRecovered.class)).hasSize(1);
    looks(3);
    assertThat(rig.told(StageVerified.class)).isEmpty();
    looks(1);
    assertThat(rig.told(StageVerified.class)).hasSize(1);
  }

  @Test
  @DisplayName(
      "D4: a loss that was told before a restart is ended once after it, by two good looks")
  void lostOverRestart() {
    open();
    looks(3);
    rig.goesDark(true);
    looks(5);
    assertThat(rig.told(TelemetryLost.class)).hasSize(1);
    open();
    looks(5);
    rig.goesDark(false);
    looks(1);
    assertThat(rig.told(TelemetryRecovered.class)).isEmpty();
    looks(5);
    assertThat(rig.told(TelemetryLost.class)).hasSize(1);
    assertThat(rig.told(TelemetryRecovered.class)).hasSize(1);
  }

  @Test
  @DisplayName("D4: a part that is missing over a restart is told once and ended once")
  void missingOverRestart() {
    open();
    looks(2);
    rig.missesOne(true);
    looks(2);
    open();
    looks(1);
    assertThat(rig.told(TelemetryDegraded.class))
        .containsExactly(
            new TelemetryDegraded(
                Rig.START.plusSeconds(3), TelemetryFault.UNAVAILABLE, "one is away"));
    open();
    looks(5);
    rig.missesOne(false);
    looks(4);
    open();
    looks(1);
    assertThat(rig.told(TelemetryRestored.class)).isEmpty();
    looks(1);
    assertThat(rig.told(TelemetryRestored.class))
        .containsExactly(new TelemetryRestored(Duration.ofSeconds(8)));
    assertThat(rig.told(TelemetryDegraded.class)).hasSize(1);
    assertThat(rig.told(StageVerified.class)).hasSize(1);
  }

  @Test
  @DisplayName("R1: evidence against a candidate survives a restart")
  void evidenceSurvives() {
    rig.fails(0.9);
    open();
    looks(2);
    assertThat(rig.told(BudgetBreached.class)).isEmpty();
    for (int i = 0; i < 30 && rig.told(BudgetBreached.class).isEmpty(); i++) {
      open(); // a new process for every look
      looks(1);
    }
    assertThat(rig.told(BudgetBreached.class)).hasSize(1);
  }

  @Test
  @DisplayName("D4: looks that the database lost come back from release-telemetry, byte for byte")
  void databaseLost() throws SQLException {
    now = Instant.now(); // the topic is searched by the time of its records
    open();
    looks(11);
    assertThat(rig.told(StageVerified.class)).hasSize(1);
    rig.say(new RolloutEvent.StageStarted(Rig.NEXT, 1, 2, now));
    rig.say(new RolloutEvent.StageApplied(Rig.NEXT, 1, 2, now));
    looks(7);
    UUID last = book.newest(rig.release).orElseThrow().id();
    assertThat(feed.isAcknowledged(rig.release, last, SOON)).isTrue();
    List<LookRecord> before = book.candidateLooks(rig.release);
    forget(rig.release);
    assertThat(book.candidateLooks(rig.release)).isEmpty();
    open();
    assertThat(book.candidateLooks(rig.release)).isEqualTo(before);
    assertThat(book.find(last).orElseThrow().digest())
        .isEqualTo(Digest.of(book.find(last).orElseThrow().record()));
    looks(3);
    assertThat(rig.told(StageVerified.class)).hasSize(1);
    looks(1);
    assertThat(rig.told(StageVerified.class)).hasSize(2);
  }

  @Test
  @DisplayName("R1: without Kafka a breach is told all the same, and a verdict is not")
  void withoutKafka() {
    LookFeed nowhere = new LookFeed(book, Map.of("bootstrap.servers", "127.0.0.1:1"), settings);
    nowhere.start(null);
    Rig good = new Rig().baking(Duration.ofMillis(200));
    rig.fails(0.9);
    WatchLoop bad = loop(rig, nowhere);
    WatchLoop fine = loop(good, nowhere);
    List<Thread> threads =
        List.of(Thread.startVirtualThread(bad::run), Thread.startVirtualThread(fine::run));
    try {
      await().atMost(SOON).until(() -> rig.told(BudgetBreached.class).size() == 1);
      UUID look = UUID.fromString(rig.told(BudgetBreached.class).getFirst().look().id());
      assertThat(book.find(look).orElseThrow().published()).isFalse();
      await().atMost(SOON).until(() -> observed(good).compareTo(Duration.ofSeconds(12)) > 0);
      assertThat(good.told(StageVerified.class)).isEmpty();
    } finally {
      bad.close();
      fine.close();
      threads.forEach(WatchRestartTest::join);
      nowhere.stop(null);
    }
    // With Kafka back the looks follow, in order, and the verdict with them.
    WatchLoop back = loop(good, feed);
    Thread thread = Thread.startVirtualThread(back::run);
    try {
      await().atMost(SOON).until(() -> good.told(StageVerified.class).size() == 1);
    } finally {
      back.close();
      join(thread);
    }
    UUID look = UUID.fromString(good.told(StageVerified.class).getFirst().look().id());
    assertThat(book.find(look).orElseThrow().published()).isTrue();
  }

  @Test
  @DisplayName("D4: when the replica that looks stops, another goes on at once where it was")
  void handover() {
    Rig shared = new Rig().baking(Duration.ofMillis(200));
    WatchLoop first = loop(shared, feed);
    Thread running = Thread.startVirtualThread(first::run);
    await().atMost(SOON).until(() -> book.candidateLooks(shared.release).size() > 3);
    first.close();
    join(running);
    Duration before = observed(shared);
    WatchLoop second = loop(shared, feed);
    Thread next = Thread.startVirtualThread(second::run);
    try {
      await().atMost(SOON).until(() -> shared.told(StageVerified.class).size() == 1);
    } finally {
      second.close();
      join(next);
    }
    assertThat(observed(shared)).isGreaterThan(before);
    assertThat(shared.told(TelemetryLost.class)).isEmpty();
  }

  private WatchLoop loop(Rig of, LookFeed to) {
    return new WatchLoop(
        of.release,
        of,
        leases,
        of,
        of,
        book,
        archive,
        to,
        BaselineRules.STANDARD,
        probe,
        Clock.systemUTC());
  }

  private Duration observed(Rig of) {
    List<LookRecord> looks = book.candidateLooks(of.release);
    return looks.isEmpty() ? Duration.ZERO : looks.getLast().clock().observed();
  }

  private void open() {
    watch = CandidateWatch.open(rig.release, rig.facts(), rig, rig, book, archive);
  }

  private void looks(int count) {
    for (int i = 0; i < count; i++) {
      now = now.plus(SECOND);
      Watch before = Watch.of(rig.facts());
      WatchGoal.Candidate goal = WatchGoal.of(before).candidate();
      WatchCommand command = watch.look(goal, before.losses(), now).command();
      List<? extends MonitorEvent> told = WatchDecider.answer(before, command, now);
      told.forEach(rig::say);
    }
  }

  private void forget(ReleaseId release) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement delete =
            connection.prepareStatement("delete from look where release_id = ?")) {
      delete.setString(1, release.value());
      delete.executeUpdate();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(SOON);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
