package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/// A topic of one test's own on the embedded broker.
final class TestTopic {

  private static final int PARTITIONS = 3;

  private final String name = "events-" + UUID.randomUUID();
  private final Map<String, Object> broker =
      Map.of("bootstrap.servers", EmbeddedPlatform.shared().bootstrapServers());

  /// A new, empty topic.
  TestTopic() {
    try (Admin admin = Admin.create(broker)) {
      admin.createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1))).all().get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Its name.
  String name() {
    return name;
  }

  /// The partitions of a topic of this kind.
  static List<TopicPartition> partitions(String topic) {
    return IntStream.range(0, PARTITIONS)
        .mapToObj(partition -> new TopicPartition(topic, partition))
        .toList();
  }

  /// A fact of another service.
  void send(Writer writer, ReleaseId release, int sequence, ReleaseEvent event) {
    ProducerRecord<String, byte[]> fact =
        Deliveries.sent(writer, release, sequence, Instant.now(), event);
    try (Producer<String, byte[]> producer = Relay.producer(broker)) {
      producer
          .send(new ProducerRecord<>(name, null, null, fact.key(), fact.value(), fact.headers()))
          .get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Everything on it now, in the order of each partition.
  List<ConsumerRecord<String, byte[]>> records() {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicReader.Section section = new TopicReader(broker, name).open(_ -> 0)) {
      section.forEach(some -> some.forEach(records::add));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return records;
  }

  /// The facts of a release in the order in which a reader first sees each.
  List<Envelope> firstSeen(ReleaseId release) {
    Map<UUID, Envelope> seen = new LinkedHashMap<>();
    for (ConsumerRecord<String, byte[]> record : records()) {
      Envelope.of(record)
          .filter(envelope -> envelope.release().equals(release))
          .ifPresent(envelope -> seen.putIfAbsent(envelope.id(), envelope));
    }
    return List.copyOf(seen.values());
  }
}
