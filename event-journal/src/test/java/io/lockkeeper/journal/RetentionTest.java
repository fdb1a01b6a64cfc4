package io.lockkeeper.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.RunbookLine;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What a journal forgets, and from where it reads on.
final class RetentionTest {

  private static final Instant BEGIN = Instant.parse("2026-11-23T10:00:00Z");

  private final AtomicReference<Instant> time = new AtomicReference<>(BEGIN);
  private final Clock clock = ((InstantSource) time::get).withZone(ZoneOffset.UTC);

  private final Map<ReleaseId, Integer> rows = new ConcurrentHashMap<>();

  // A release that anybody calls open has an alarm.
  private static Optional<Instant> due(List<Fact> history) {
    return history.stream()
            .anyMatch(
                fact ->
                    fact.event() instanceof CommandRefused said && said.command().equals("open"))
        ? Optional.of(Instant.parse("2099-01-01T00:00:00Z"))
        : Optional.empty();
  }

  private Replica replica() {
    return replica(RetentionTest::due);
  }

  private Replica replica(Reaction.Due due) {
    JournalOwner owner =
        new JournalOwner(
            Writer.ROLLOUT,
            Set.of(Writer.GATE),
            new Reaction(
                (_, _) -> List.of(), due, (release, history) -> rows.put(release, history.size())),
            _ -> {});
    return Replica.on(Replica.newDatabase(), owner, clock, Deliveries.TOPIC).opened();
  }

  private static ReleaseId release() {
    return new ReleaseId(UUID.randomUUID().toString());
  }

  private static Decision say(String what) {
    return (_, _) -> List.of(new CommandRefused(what, Actor.RUNBOOK, "because"));
  }

  @Test
  @DisplayName("A release is forgotten 30 days after its end, and late facts about it are dropped")
  void forget() throws SQLException {
    try (Replica replica = replica()) {
      ReleaseId ended = release();
      ReleaseId open = release();
      ReleaseId unsent = release();
      ReleaseId young = release();
      replica.journal().record(ended, say("ended"));
      replica.journal().record(open, say("open"));
      try (Connection connection = replica.pool().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("delete from unpublished");
      }
      replica.journal().record(unsent, say("unsent"));
      time.set(BEGIN.plus(Duration.ofDays(29)));
      replica.journal().record(young, say("young"));
      assertThat(replica.parts().retention().forget()).isZero();

      time.set(BEGIN.plus(Duration.ofDays(31)));
      assertThat(replica.parts().retention().forget()).isEqualTo(1);
      assertThat(replica.journal().history(ended)).isEmpty();
      assertThat(rows).containsEntry(ended, 0);
      for (ReleaseId kept : List.of(open, unsent, young)) {
        assertThat(replica.journal().history(kept)).hasSize(1);
        assertThat(rows).containsEntry(kept, 1);
      }

      replica
          .journal()
          .consume(
              Deliveries.of(Writer.GATE, ended, 1, BEGIN, new GateFailed(RunbookLine.G1, "late")));
      assertThat(replica.journal().record(ended, say("again"))).isEmpty();
      assertThat(replica.journal().history(ended)).isEmpty();
      assertThat(replica.journal().record(open, say("more"))).hasSize(1);
    }
  }

  @Test
  @DisplayName("A release that waits for facts alone is kept until it is settled, however long")
  void unsettled() throws SQLException {
    try (Replica replica = replica(Reaction.Due.whileOpen(Fact::isOpen, _ -> Optional.empty()))) {
      ReleaseId waiting = release();
      ReleaseId settled = release();
      ReleaseEvent accepted =
          EventJson.read(
              EventTypes.nameOf(ReleaseAccepted.class),
              Golden.text(EventTypes.nameOf(ReleaseAccepted.class)).getBytes(UTF_8));
      for (ReleaseId release : List.of(waiting, settled)) {
        replica.journal().consume(Deliveries.of(Writer.GATE, release, 1, BEGIN, accepted));
      }
      Decision settle =
          (_, _) -> List.of(new RolloutSettled(Outcome.NOT_STARTED, "late", Actor.RUNBOOK));
      replica.journal().record(settled, settle);
      replica.journal().record(release(), say("the newest position stays"));
      try (Connection connection = replica.pool().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("delete from unpublished");
      }

      time.set(BEGIN.plus(Duration.ofDays(400)));
      assertThat(replica.parts().retention().forget()).isEqualTo(1);
      assertThat(replica.journal().history(settled)).isEmpty();
      assertThat(replica.journal().history(waiting)).hasSize(1);
    }
  }

  @Test
  @DisplayName("Consumption begins where the database stands, whatever the group has committed")
  void positions() throws SQLException {
    try (Replica replica = replica()) {
      ConsumerRecord<String, byte[]> delivery =
          Deliveries.of(Writer.GATE, release(), 1, BEGIN, new GateFailed(RunbookLine.G1, "red"));
      replica.journal().consume(delivery);
      replica.parts().recovery().start();

      TopicPartition known = new TopicPartition(Deliveries.TOPIC, 0);
      TopicPartition unknown = new TopicPartition(Deliveries.TOPIC, 1);
      try (MockConsumer<String, byte[]> consumer = new MockConsumer<>("none")) {
        consumer.assign(List.of(known, unknown));
        consumer.updateBeginningOffsets(Map.of(known, 0L, unknown, 3L));
        new ConsumerPositions(replica.pool(), replica.parts())
            .onPartitionsAssigned(consumer, List.of(known, unknown));
        assertThat(consumer.position(known)).isEqualTo(delivery.offset() + 1);
        assertThat(consumer.position(unknown)).isEqualTo(3);
      }
    }
  }
}
