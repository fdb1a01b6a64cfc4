package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.RunbookLine;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What a replica remembers of a release saves questions and changes no answer.
final class RecentPagesTest {

  private static final Instant FAR = Instant.parse("2099-01-01T00:00:00Z");
  private static final JournalOwner OWNER =
      new JournalOwner(
          Writer.ROLLOUT,
          Set.of(Writer.GATE),
          new Reaction(
              (history, _) ->
                  history.getLast().event() instanceof GateFailed
                      ? List.of(new StageResumed())
                      : List.of(),
              _ -> Optional.of(FAR),
              (_, _) -> {}),
          _ -> {});

  private final String database = Replica.newDatabase();
  private final List<Replica> replicas = new ArrayList<>();
  private final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
  private final AtomicInteger connections = new AtomicInteger();

  private Replica replica(UnaryOperator<DataSource> between) {
    Replica replica =
        Replica.on(database, OWNER, Clock.systemUTC(), Deliveries.TOPIC, between).opened();
    replicas.add(replica);
    return replica;
  }

  private DataSource counted(DataSource real) {
    return (DataSource)
        Proxy.newProxyInstance(
            RecentPagesTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (_, method, arguments) -> {
              connections.incrementAndGet();
              return method.invoke(real, arguments);
            });
  }

  @AfterEach
  void end() {
    replicas.forEach(Replica::kill);
  }

  private static Decision say(String what) {
    return (_, _) -> List.of(new CommandRefused(what, Actor.RUNBOOK, "because"));
  }

  private ConsumerRecord<String, byte[]> failed(int sequence) {
    return Deliveries.of(
        Writer.GATE, release, sequence, Instant.now(), new GateFailed(RunbookLine.G1, "red"));
  }

  private ConsumerRecord<String, byte[]> delivered(Fact fact) {
    return Deliveries.of(
        new Envelope(
                fact.id().value(),
                fact.writer(),
                release,
                fact.sequence(),
                fact.time(),
                null,
                null,
                EventTypes.nameOf(fact.event()))
            .toRecord(Deliveries.TOPIC, EventJson.write(fact.event())));
  }

  @Test
  @DisplayName("A fact of our own that comes back from the topic asks the database nothing")
  void ownFactComesBack() {
    PostgresJournal journal = replica(this::counted).journal();
    Fact said = journal.record(release, say("one")).getFirst();
    int before = connections.get();
    journal.consume(delivered(said));
    assertThat(connections).hasValue(before);
    assertThat(journal.stuck(release)).isEmpty();
  }

  @Test
  @DisplayName("A fact in our name that nobody of us said makes its release stuck")
  void strangersFact() {
    PostgresJournal journal = replica(this::counted).journal();
    journal.record(release, say("one"));
    journal.consume(
        Deliveries.of(
            Writer.ROLLOUT,
            release,
            2,
            Instant.now(),
            new CommandRefused("two", Actor.RUNBOOK, "")));
    assertThat(journal.stuck(release))
        .hasValueSatisfying(it -> assertThat(it).contains("somebody"));
  }

  @Test
  @DisplayName("Two replicas that take turns decide on all of it, and number it without a gap")
  void otherReplica() {
    PostgresJournal one = replica(UnaryOperator.identity()).journal();
    PostgresJournal other = replica(UnaryOperator.identity()).journal();
    for (int turn = 1; turn <= 5; turn++) {
      one.record(release, say("one " + turn));
      other.consume(failed(turn));
    }
    assertThat(one.history(release)).isEqualTo(other.history(release)).hasSize(15);
    assertThat(one.history(release))
        .filteredOn(fact -> fact.writer() == Writer.ROLLOUT)
        .extracting(Fact::sequence)
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  @DisplayName("When the table has another past, what was remembered counts for nothing")
  void anotherPast() throws SQLException {
    PostgresJournal journal = replica(UnaryOperator.identity()).journal();
    journal.record(release, say("one"));
    journal.record(release, say("two"));
    try (Connection connection = replicas.getFirst().pool().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("alter table release_event disable trigger user");
      statement.execute("update release_event set id = gen_random_uuid() where revision = 2");
    }
    List<Fact> history = journal.history(release);
    assertThat(history).hasSize(2);
    assertThat(history).isEqualTo(replica(UnaryOperator.identity()).journal().history(release));
  }
}
