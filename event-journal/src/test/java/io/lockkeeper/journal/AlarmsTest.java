package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.Writer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Time as a reason to decide.
final class AlarmsTest {

  private static final TestTopic TOPIC = new TestTopic();
  private static final Instant BEGIN = Instant.parse("2026-11-23T10:00:00Z");

  private final String database = Replica.newDatabase();
  private final AtomicReference<Instant> time = new AtomicReference<>(BEGIN);
  private final Clock clock = ((InstantSource) time::get).withZone(ZoneOffset.UTC);
  private final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
  private final Set<ReleaseId> broken = ConcurrentHashMap.newKeySet();
  private final List<Replica> replicas = new ArrayList<>();

  // A release goes back at the time that its first fact names.
  private List<? extends ReleaseEvent> next(List<Fact> history, Instant now) {
    if (broken.contains(history.getFirst().release())) {
      throw new IllegalStateException("a bug");
    }
    return due(history).filter(due -> !now.isBefore(due)).isPresent()
        ? List.of(new RolledBack())
        : List.of();
  }

  private Optional<Instant> due(List<Fact> history) {
    return history.getLast().event() instanceof RolledBack
        ? Optional.empty()
        : history.stream()
            .map(Fact::event)
            .filter(CommandRefused.class::isInstance)
            .map(event -> Instant.parse(((CommandRefused) event).command()))
            .reduce((_, last) -> last);
  }

  private Replica replica() {
    Replica replica =
        Replica.on(
            database,
            new JournalOwner(
                Writer.ROLLOUT,
                Set.of(),
                new Reaction(this::next, this::due, (_, _) -> {}),
                _ -> {}),
            clock,
            TOPIC.name());
    replicas.add(replica);
    return replica.opened();
  }

  private Replica ringing() {
    Replica replica = replica();
    replica.parts().alarms().start();
    return replica;
  }

  @AfterEach
  void end() {
    replicas.forEach(Replica::kill);
  }

  private static Decision at(Instant due) {
    return (_, _) -> List.of(new CommandRefused(due.toString(), Actor.RUNBOOK, "due"));
  }

  private static void awaitEnd(Replica replica, ReleaseId which) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> replica.journal().history(which).getLast().event() instanceof RolledBack);
  }

  private List<ReleaseId> alarms(Replica replica) throws SQLException {
    try (Connection connection = replica.pool().getConnection();
        PreparedStatement select = connection.prepareStatement("select release_id from alarm");
        ResultSet rows = select.executeQuery()) {
      List<ReleaseId> releases = new ArrayList<>();
      while (rows.next()) {
        releases.add(new ReleaseId(rows.getString(1)));
      }
      return releases;
    }
  }

  private static void execute(Replica replica, String sql) throws SQLException {
    try (Connection connection = replica.pool().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  @DisplayName("An alarm rings when its time has come, and not before")
  void rings() throws SQLException {
    Replica replica = ringing();
    replica.journal().record(release, at(BEGIN.plusSeconds(60)));
    ReleaseId later = new ReleaseId(UUID.randomUUID().toString());
    replica.journal().record(later, at(BEGIN.plusSeconds(3600)));
    assertThat(alarms(replica)).containsExactlyInAnyOrder(release, later);

    time.set(BEGIN.plusSeconds(61));
    awaitEnd(replica, release);
    assertThat(replica.journal().history(later)).hasSize(1);
    assertThat(alarms(replica)).containsExactly(later);
  }

  @Test
  @DisplayName(
      "A decision made by an alarm is never earlier than the alarm, whatever the clock says")
  void clockBehind() {
    Replica replica = replica();
    Instant due = BEGIN.plusSeconds(60).plusNanos(1_234);
    replica.journal().record(release, at(due));
    replica.journal().ring(release, due);
    assertThat(replica.journal().history(release).getLast().event()).isEqualTo(new RolledBack());
  }

  @Test
  @DisplayName("Whoever took an alarm and died loses nothing: after its lease another rings it")
  void takenAndDied() throws SQLException {
    Replica first = replica();
    first.journal().record(release, at(BEGIN.minusSeconds(1)));
    // A due decision follows at once; one that was not yet due when recorded has an alarm.
    ReleaseId waiting = new ReleaseId(UUID.randomUUID().toString());
    first.journal().record(waiting, at(BEGIN.plusSeconds(5)));
    time.set(BEGIN.plusSeconds(6));
    execute(
        first,
        "update alarm set leased_by = '"
            + UUID.randomUUID()
            + "', leased_until = clock_timestamp() + interval '2 s'");
    Replica second = ringing();
    awaitEnd(second, waiting);
    assertThat(second.journal().history(release)).hasSize(2);
  }

  @Test
  @DisplayName(
      "Two replicas share the alarms; each rings once, one release that fails delays no other")
  void twoReplicas() throws SQLException {
    List<ReleaseId> releases =
        IntStream.range(0, 40).mapToObj(_ -> new ReleaseId(UUID.randomUUID().toString())).toList();
    Replica one = replica();
    Replica two = replica();
    for (int i = 0; i < releases.size(); i++) {
      one.journal().record(releases.get(i), at(BEGIN.plusSeconds(1 + i)));
    }
    broken.add(releases.getFirst());
    time.set(BEGIN.plusSeconds(100));
    one.parts().alarms().start();
    two.parts().alarms().start();
    for (ReleaseId which : releases.subList(1, releases.size())) {
      awaitEnd(one, which);
      assertThat(one.journal().history(which)).hasSize(2);
    }
    assertThat(one.journal().stuck(releases.getFirst())).isPresent();
    assertThat(alarms(one)).containsExactly(releases.getFirst());

    broken.clear();
    execute(one, "update alarm set leased_until = clock_timestamp()");
    awaitEnd(one, releases.getFirst());
    assertThat(one.journal().stuck(releases.getFirst())).isEmpty();
  }

  @Test
  @DisplayName("A release that could never be decided on is tried again by itself")
  void triedAgain() {
    Replica replica = ringing();
    broken.add(release);
    replica.journal().record(release, at(BEGIN));
    assertThat(replica.journal().stuck(release)).isPresent();
    broken.clear();
    time.set(BEGIN.plusSeconds(11));
    awaitEnd(replica, release);
    assertThat(replica.journal().stuck(release)).isEmpty();
  }

  @Test
  @DisplayName("A lease is one replica's until it ends or is given back")
  void leases() throws SQLException {
    Replica replica = replica();
    Leases one = new Leases(replica.pool());
    Leases other = new Leases(replica.pool());
    Duration minute = Duration.ofMinutes(1);
    assertThat(one.hold("effect", minute)).isTrue();
    assertThat(one.hold("effect", minute)).isTrue();
    assertThat(other.hold("effect", minute)).isFalse();
    assertThat(other.hold("another", minute)).isTrue();
    assertThat(other.free("effect")).isFalse();
    execute(replica, "update lease set held_until = clock_timestamp() where name = 'effect'");
    assertThat(other.hold("effect", minute)).isTrue();
    assertThat(one.hold("effect", minute)).isFalse();
    assertThat(other.free("effect")).isTrue();
    assertThat(one.hold("effect", minute)).isTrue();
    replica.pool().close();
    assertThat(one.hold("effect", minute)).isFalse();
    assertThat(one.free("effect")).isFalse();
  }
}
