package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.Writer;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.lockkeeper.quickstart.platform.PostgresServer;
import io.lockkeeper.runbook.RunbookLine;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The journal when its database goes away between any two steps.
final class CrashTest {

  private static final String DATABASE = Replica.newDatabase();
  private static final Instant FAR = Instant.parse("2099-01-01T00:00:00Z");
  private static final JournalOwner OWNER =
      new JournalOwner(
          Writer.ROLLOUT,
          Set.of(Writer.GATE),
          new Reaction(CrashTest::answerOnce, _ -> Optional.of(FAR), (_, _) -> {}),
          _ -> {});

  private final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());

  private static List<? extends ReleaseEvent> answerOnce(List<Fact> history, Instant now) {
    return history.getLast().event() instanceof GateFailed
        ? List.of(new StageResumed())
        : List.of();
  }

  private static Replica replica(UnaryOperator<DataSource> between) {
    return Replica.on(DATABASE, OWNER, Clock.systemUTC(), Deliveries.TOPIC, between).opened();
  }

  private ConsumerRecord<String, byte[]> delivery() {
    return Deliveries.of(
        Writer.GATE, release, 1, Instant.now(), new GateFailed(RunbookLine.G1, "red"));
  }

  private static Decision say(String what) {
    return (_, _) -> List.of(new CommandRefused(what, Actor.RUNBOOK, "because"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exists (select 1 from forgotten",
        "from release_event where release_id",
        "on conflict (id) do nothing",
        "into topic_position",
        "insert into unpublished",
        "insert into alarm"
      })
  @DisplayName("A delivery that is cut off at any statement is taken in again, whole and once")
  void consumeCutAt(String statement) {
    Saboteur saboteur = new Saboteur();
    try (Replica replica = replica(saboteur::watch)) {
      saboteur.cutBefore(statement);
      replica.journal().consume(delivery());
      assertThat(saboteur.hasStruck()).isTrue();
      assertThat(replica.journal().history(release))
          .extracting(fact -> fact.event().getClass().getSimpleName())
          .containsExactly("GateFailed", "StageResumed");
      assertThat(replica.journal().stuck(release)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from release_event where release_id",
        "insert into unpublished",
        "insert into alarm"
      })
  @DisplayName(
      "A command that is cut off before its commit is the caller's trouble and leaves nothing")
  void recordCutAt(String statement) {
    Saboteur saboteur = new Saboteur();
    try (Replica replica = replica(saboteur::watch)) {
      saboteur.cutBefore(statement);
      assertThatThrownBy(() -> replica.journal().record(release, say("one")))
          .isInstanceOf(JournalUnavailable.class);
      assertThat(replica.journal().history(release)).isEmpty();
      assertThat(replica.journal().record(release, say("one"))).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName(
      "Around the commit: a delivery is there once, a command's fate is left to its caller")
  void cutAroundTheCommit(boolean isCommitted) {
    try (Replica replica = replica(UnaryOperator.identity())) {
      replica.losingACommit(OWNER, isCommitted).consume(delivery());
      assertThat(replica.journal().history(release)).hasSize(2);
      assertThat(replica.journal().stuck(release)).isEmpty();

      PostgresJournal losing = replica.losingACommit(OWNER, isCommitted);
      assertThatThrownBy(() -> losing.record(release, say("one")))
          .isInstanceOf(JournalUnavailable.class);
      assertThat(replica.journal().history(release)).hasSize(isCommitted ? 3 : 2);
    }
  }

  @Test
  @DisplayName("A reaction that meets a dead database is not the reaction's fault")
  void cutInsideTheReaction() {
    Saboteur saboteur = new Saboteur();
    Replica[] self = new Replica[1];
    JournalOwner owner =
        new JournalOwner(
            Writer.ROLLOUT,
            Set.of(Writer.GATE),
            new Reaction(
                CrashTest::answerOnce,
                _ -> Optional.empty(),
                (which, _) -> execute(self[0].watched(), "select 'rows of " + which + "'")),
            _ -> {});
    try (Replica replica =
        Replica.on(DATABASE, owner, Clock.systemUTC(), Deliveries.TOPIC, saboteur::watch)
            .opened()) {
      self[0] = replica;
      saboteur.cutBefore("select 'rows of");
      replica.journal().consume(delivery());
      assertThat(saboteur.hasStruck()).isTrue();
      assertThat(replica.journal().history(release)).hasSize(2);
      assertThat(replica.journal().stuck(release)).isEmpty();
    }
  }

  private static void execute(DataSource dataSource, String sql) {
    try (Connection connection = dataSource.getConnection()) {
      connection.prepareStatement(sql).execute();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("What the reaction writes besides stands or falls with its facts")
  void oneTransaction() throws SQLException {
    try (Replica setup = replica(UnaryOperator.identity());
        Connection connection = setup.pool().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists view_row (release_id text primary key)");
    }
    Replica[] self = new Replica[1];
    JournalOwner owner =
        new JournalOwner(
            Writer.ROLLOUT,
            Set.of(Writer.GATE),
            new Reaction(
                CrashTest::answerOnce,
                _ -> Optional.empty(),
                // Not repeatable, as a view must be: the second time it fails.
                (which, _) ->
                    execute(self[0].pool(), "insert into view_row values ('" + which + "')")),
            _ -> {});
    try (Replica replica =
        Replica.on(DATABASE, owner, Clock.systemUTC(), Deliveries.TOPIC).opened()) {
      self[0] = replica;
      replica.journal().consume(delivery());
      assertThat(replica.journal().history(release)).hasSize(2);
      assertThat(replica.journal().stuck(release)).isEmpty();

      assertThat(replica.journal().record(release, say("one"))).hasSize(1);
      assertThat(replica.journal().history(release)).hasSize(3);
      assertThat(replica.journal().stuck(release))
          .hasValueSatisfying(why -> assertThat(why).contains("view_row"));
    }
  }

  @Test
  @DisplayName("A fact, once there, can neither be changed nor deleted")
  void appendOnly() throws SQLException {
    try (Replica replica = replica(UnaryOperator.identity())) {
      replica.journal().record(release, say("one"));
      for (String sql :
          List.of(
              "update release_event set type = 'x'",
              "delete from release_event",
              "truncate release_event cascade")) {
        try (Connection connection = replica.pool().getConnection();
            Statement statement = connection.createStatement()) {
          assertThatThrownBy(() -> statement.execute(sql)).hasMessageContaining("append-only");
        }
      }
      assertThat(replica.journal().history(release)).hasSize(1);
    }
  }

  @Test
  @DisplayName("A delivery outlasts a restart of the database")
  void databaseRestart() throws IOException, SQLException, InterruptedException {
    PostgresServer server = EmbeddedPlatform.shared().postgres().orElseThrow();
    try (Replica replica = replica(UnaryOperator.identity())) {
      replica.journal().record(release, say("one"));
      server.stop();
      Thread consumer = Thread.ofPlatform().start(() -> replica.journal().consume(delivery()));
      try {
        await().until(() -> consumer.getState() == Thread.State.TIMED_WAITING);
        assertThatThrownBy(() -> replica.journal().record(release, say("two")))
            .isInstanceOf(JournalUnavailable.class);
      } finally {
        server.start();
      }
      assertThat(consumer.join(Duration.ofSeconds(30))).isTrue();
      assertThat(replica.journal().history(release)).hasSize(3);
    }
  }
}
