package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Envelope;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.lockkeeper.quickstart.platform.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// The topics as the other services see them: says what gate and rollout say, hears what monitoring
/// says.
final class Topic implements AutoCloseable {

  private final KafkaProducer<String, byte[]> producer =
      new KafkaProducer<>(
          Map.of("bootstrap.servers", EmbeddedPlatform.shared().bootstrapServers()),
          new StringSerializer(),
          new ByteArraySerializer());
  private final KafkaConsumer<String, byte[]> consumer =
      new KafkaConsumer<>(
          Map.of("bootstrap.servers", EmbeddedPlatform.shared().bootstrapServers()),
          new StringDeserializer(),
          new ByteArrayDeserializer());
  private final Map<String, Integer> sequences = new ConcurrentHashMap<>();
  private final List<ConsumerRecord<String, byte[]>> read = new ArrayList<>();

  Topic() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : List.of(Topics.EVENTS, Topics.TELEMETRY)) {
      for (int i = 0; i < Topics.PARTITIONS; i++) {
        partitions.add(new TopicPartition(topic, i));
      }
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /// Says something in the name of gate-service or rollout-service.
  EventId say(ReleaseId release, ReleaseEvent event) {
    Writer writer = event instanceof RolloutEvent ? Writer.ROLLOUT : Writer.GATE;
    int sequence = sequences.merge(writer + " " + release, 1, Integer::sum);
    EventId id = new EventId(UUID.randomUUID());
    Envelope envelope =
        new Envelope(
            id.value(),
            writer,
            release,
            sequence,
            Instant.now(),
            null,
            null,
            EventTypes.nameOf(event));
    try {
      producer.send(envelope.toRecord(Topics.EVENTS, EventJson.write(event))).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return id;
  }

  /// What monitoring has said of this release so far.
  List<MonitorEvent> heard(ReleaseId release) {
    return facts(release).stream().map(fact -> (MonitorEvent) fact.event()).toList();
  }

  /// What monitoring has said of this release so far, of this kind.
  <T extends MonitorEvent> List<T> heard(ReleaseId release, Class<T> kind) {
    return heard(release).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  List<Fact> facts(ReleaseId release) {
    poll();
    return read.stream()
        .filter(record -> record.topic().equals(Topics.EVENTS))
        .filter(record -> release.value().equals(record.key()))
        .map(
            record ->
                Envelope.of(record)
                    .orElseThrow()
                    .fact(EventJson.read(Envelope.of(record).orElseThrow().type(), record.value())))
        .filter(fact -> fact.writer() == Writer.MONITOR)
        .toList();
  }

  /// The looks of this release on the topic, as they are.
  List<ConsumerRecord<String, byte[]>> looks(ReleaseId release) {
    poll();
    return read.stream()
        .filter(record -> record.topic().equals(Topics.TELEMETRY))
        .filter(record -> release.value().equals(record.key()))
        .toList();
  }

  static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  private void poll() {
    consumer.poll(Duration.ofMillis(100)).forEach(read::add);
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }
}
