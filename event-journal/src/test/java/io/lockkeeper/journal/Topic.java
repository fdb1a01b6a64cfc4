package io.lockkeeper.journal;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.lockkeeper.quickstart.platform.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// The topic of the embedded platform as the other services see it: says what they say, hears what
/// the service
/// under test says.
public final class Topic implements AutoCloseable {

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

  /// The topic from its beginning.
  public Topic() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      partitions.add(new TopicPartition(Topics.EVENTS, partition));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /// Says something in the name of this service; the id it was said under.
  public EventId say(Writer writer, ReleaseId release, ReleaseEvent event) {
    int sequence = sequences.merge(writer + " " + release, 1, Integer::sum);
    ProducerRecord<String, byte[]> record =
        Deliveries.sent(writer, release, sequence, Instant.now(), event);
    try {
      producer.send(record).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    String id = new String(record.headers().lastHeader("ce_id").value());
    return EventId.of(id);
  }

  /// What this service has said of this release so far.
  public List<Fact> facts(Writer writer, ReleaseId release) {
    consumer.poll(Duration.ofMillis(100)).forEach(read::add);
    return read.stream()
        .filter(record -> release.value().equals(record.key()))
        .flatMap(record -> Envelope.of(record).stream().map(it -> fact(it, record)))
        .filter(fact -> fact.writer() == writer)
        .toList();
  }

  /// What this service has said of this release so far, of this kind.
  public <T extends ReleaseEvent> List<T> heard(Writer writer, ReleaseId release, Class<T> kind) {
    return facts(writer, release).stream()
        .map(Fact::event)
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }

  private static Fact fact(Envelope envelope, ConsumerRecord<String, byte[]> record) {
    return envelope.fact(EventJson.read(envelope.type(), record.value()));
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }
}
