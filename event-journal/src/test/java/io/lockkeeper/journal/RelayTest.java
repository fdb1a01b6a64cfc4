package io.lockkeeper.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
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
import io.lockkeeper.quickstart.platform.KafkaBroker;
import io.lockkeeper.runbook.RunbookLine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// From the journal to the topic: everything, in order, at least once.
final class RelayTest {

  private final String database = Replica.newDatabase();
  private final TestTopic topic = new TestTopic();
  private final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());

  private static final JournalOwner OWNER =
      new JournalOwner(
          Writer.ROLLOUT,
          Set.of(Writer.GATE),
          new Reaction((_, _) -> List.of(), _ -> Optional.empty(), (_, _) -> {}),
          _ -> {});

  private static Decision say(int facts) {
    return (history, _) ->
        IntStream.range(history.size(), history.size() + facts).mapToObj(RelayTest::said).toList();
  }

  private static ReleaseEvent said(int number) {
    return new CommandRefused(String.valueOf(number), Actor.RUNBOOK, "because");
  }

  private Replica replica(UnaryOperator<DataSource> between) {
    return Replica.on(database, OWNER, Clock.systemUTC(), topic.name(), between);
  }

  private void awaitAll(Replica replica) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              try (Connection connection = replica.pool().getConnection()) {
                return !JournalTables.hasUnpublished(connection);
              } catch (SQLException e) {
                return false;
              }
            });
  }

  private List<Integer> sequencesOnTopic() {
    return topic.firstSeen(release).stream().map(Envelope::sequence).toList();
  }

  private static List<Integer> upTo(int last) {
    return IntStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  @DisplayName(
      "D5: a fact on the topic is a CloudEvent in binary mode, byte for byte what the journal holds")
  void onTheTopic() {
    try (Replica replica = replica(UnaryOperator.identity()).started()) {
      ConsumerRecord<String, byte[]> heard =
          Deliveries.of(
              Writer.GATE, release, 1, Instant.now(), new GateFailed(RunbookLine.G1, "red"));
      replica.journal().consume(heard);
      List<Fact> facts =
          replica.journal().record(release, (_, _) -> List.of(new StageResumed(), said(1)));
      awaitAll(replica);

      List<ConsumerRecord<String, byte[]>> records = topic.records();
      assertThat(records).hasSize(2);
      ConsumerRecord<String, byte[]> first = records.getFirst();
      Fact fact = facts.getFirst();
      assertThat(first.key()).isEqualTo(release.value());
      assertThat(first.value()).isEqualTo("{}".getBytes(UTF_8));
      assertThat(header(first, "ce_specversion")).isEqualTo("1.0");
      assertThat(header(first, "ce_id")).isEqualTo(fact.id().toString());
      assertThat(header(first, "ce_source")).isEqualTo("/rollout-service");
      assertThat(header(first, "ce_type")).isEqualTo("io.lockkeeper.stage.resumed.v1");
      assertThat(header(first, "ce_subject")).isEqualTo(release.value());
      assertThat(header(first, "ce_time")).isEqualTo(fact.time().toString());
      assertThat(header(first, "ce_sequence")).isEqualTo("1");
      assertThat(header(first, "ce_seen")).isEqualTo(String.valueOf(heard.offset()));
      assertThat(header(first, "content-type")).isEqualTo("application/json");
      assertThat(header(first, "traceparent"))
          .matches("00-" + release.value().replace("-", "") + "-[0-9a-f]{16}-00");
      assertThat(first.headers().lastHeader("ce_causationid")).isNull();
      assertThat(Envelope.of(first).orElseThrow().fact(new StageResumed())).isEqualTo(fact);
      assertThat(header(records.getLast(), "ce_sequence")).isEqualTo("2");
    }
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), UTF_8);
  }

  @Test
  @DisplayName(
      "A crash between acknowledgement and delete sends again, and loses and reorders nothing")
  void cutBeforeDelete() {
    Saboteur saboteur = new Saboteur().cutBefore("delete from unpublished");
    try (Replica replica = replica(saboteur::watch).started()) {
      replica.journal().record(release, say(5));
      replica.journal().record(release, say(5));
      awaitAll(replica);
      assertThat(saboteur.hasStruck()).isTrue();
      assertThat(sequencesOnTopic()).isEqualTo(upTo(10));
      assertThat(topic.records()).hasSizeGreaterThan(10);
    }
  }

  @Test
  @DisplayName("A crash before sending loses nothing")
  void cutBeforeRead() {
    Saboteur saboteur =
        new Saboteur().cutBefore("pg_advisory_xact_lock(hashtext('lockkeeper relay'");
    try (Replica replica = replica(saboteur::watch).started()) {
      replica.journal().record(release, say(5));
      awaitAll(replica);
      assertThat(saboteur.hasStruck()).isTrue();
      assertThat(sequencesOnTopic()).isEqualTo(upTo(5));
    }
  }

  @Test
  @DisplayName("After a failed send nothing behind it goes out before it")
  void failedSend() {
    List<MockProducer<String, byte[]>> producers = new ArrayList<>();
    List<Thread> closers = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger made = new AtomicInteger();
    try (Replica replica = replica(UnaryOperator.identity()).opened()) {
      replica.journal().record(release, say(6));
      Relay relay =
          new Relay(
              replica.pool(),
              () -> {
                MockProducer<String, byte[]> producer =
                    new MockProducer<>(
                        made.get() > 0, null, new StringSerializer(), new ByteArraySerializer()) {
                      @Override
                      public void close(Duration longest) {
                        closers.add(Thread.currentThread());
                        super.close(longest);
                      }
                    };
                made.incrementAndGet();
                synchronized (producers) {
                  producers.add(producer);
                }
                return producer;
              },
              topic.name(),
              Clock.systemUTC(),
              new JournalMeters(new SimpleMeterRegistry()),
              false);
      relay.start();
      await().until(() -> !producers.isEmpty() && producers.getFirst().history().size() == 6);
      producers.getFirst().completeNext();
      producers.getFirst().errorNext(new KafkaException("refused"));
      awaitAll(replica);
      relay.close();
      // By the thread that learnt of the failure, before it could send anything else.
      assertThat(closers.getFirst()).isSameAs(Thread.currentThread());
      assertThat(producers).hasSize(2);
      assertThat(producers.getLast().history())
          .extracting(sent -> new String(sent.headers().lastHeader("ce_sequence").value(), UTF_8))
          .containsExactly("1", "2", "3", "4", "5", "6");
    }
  }

  @Test
  @DisplayName(
      "R1: without the broker commands are still recorded at once; their facts follow when it is back")
  void brokerAwayAndBack() throws IOException {
    KafkaBroker broker = EmbeddedPlatform.shared().kafka().orElseThrow();
    try (Replica replica = replica(UnaryOperator.identity()).started()) {
      replica.journal().record(release, say(2));
      awaitAll(replica);
      broker.stop();
      try {
        for (int i = 0; i < 5; i++) {
          assertThat(replica.journal().record(release, say(2))).hasSize(2);
        }
      } finally {
        broker.start();
      }
      awaitAll(replica);
      assertThat(sequencesOnTopic()).isEqualTo(upTo(12));
    }
  }

  @Test
  @DisplayName("Two replicas on one database send every release's facts in order")
  void twoReplicas() throws Exception {
    List<ReleaseId> releases =
        IntStream.range(0, 6).mapToObj(_ -> new ReleaseId(UUID.randomUUID().toString())).toList();
    try (Replica one = replica(UnaryOperator.identity()).started();
        Replica other = replica(UnaryOperator.identity()).started();
        ExecutorService writers = Executors.newFixedThreadPool(4)) {
      List<Future<?>> writing = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        EventJournal journal = writer % 2 == 0 ? one.journal() : other.journal();
        writing.add(
            writers.submit(
                () -> {
                  for (int i = 0; i < 10; i++) {
                    releases.forEach(which -> journal.record(which, say(1)));
                  }
                }));
      }
      for (Future<?> done : writing) {
        done.get();
      }
      awaitAll(one);
      for (ReleaseId which : releases) {
        assertThat(topic.firstSeen(which))
            .extracting(Envelope::sequence)
            .containsExactlyElementsOf(upTo(40));
      }
    }
  }

  @Test
  @DisplayName("Closing sends what is there")
  void close() {
    try (Replica replica = replica(UnaryOperator.identity()).started()) {
      replica.journal().record(release, say(20));
    }
    assertThat(sequencesOnTopic()).isEqualTo(upTo(20));
  }
}
