package io.lockkeeper.gate.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.lockkeeper.quickstart.platform.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// The topics of requests as the outside sees them: writes anything, reads dead letters.
final class Outside implements AutoCloseable {

  static final String SOURCE = "https://ci.example/demo";

  private final KafkaProducer<byte[], byte[]> producer =
      new KafkaProducer<>(
          Map.of(
              "bootstrap.servers",
              EmbeddedPlatform.shared().bootstrapServers(),
              "max.request.size",
              4_000_000),
          new ByteArraySerializer(),
          new ByteArraySerializer());
  private final KafkaConsumer<byte[], byte[]> letters =
      new KafkaConsumer<>(
          Map.of("bootstrap.servers", EmbeddedPlatform.shared().bootstrapServers()),
          new ByteArrayDeserializer(),
          new ByteArrayDeserializer());
  private final List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();

  Outside() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo partition : letters.partitionsFor(Topics.DEAD_LETTERS)) {
      partitions.add(new TopicPartition(partition.topic(), partition.partition()));
    }
    letters.assign(partitions);
    letters.seekToBeginning(partitions);
  }

  /// A good request for a lane of its own.
  static ObjectNode request(String service) {
    try (@Nullable InputStream in = Outside.class.getResourceAsStream("/release-request.json")) {
      ObjectNode request = (ObjectNode) EventJson.mapper().readTree(in);
      request.put("service", service);
      return request;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A request for the version after that of [#request].
  static ObjectNode nextRequest(String service) {
    ObjectNode request = request(service);
    request
        .withObject("/artifact")
        .put("version", "1.2.0")
        .put("digest", "sha256:" + "2".repeat(64));
    return request;
  }

  static String freshService() {
    return "demo/shop-" + UUID.randomUUID().toString().substring(0, 8);
  }

  /// Asks for a release in binary mode; the release that it is.
  ReleaseId ask(ObjectNode request) {
    String id = UUID.randomUUID().toString();
    ask(id, request);
    return ReleaseId.of(SOURCE, id);
  }

  RecordMetadata ask(String id, ObjectNode request) {
    return write(request.toString(), headers(id, EventTypes.RELEASE_REQUESTED));
  }

  static Map<String, String> headers(String id, String type) {
    return Map.of(
        "ce_specversion", "1.0",
        "ce_id", id,
        "ce_source", SOURCE,
        "ce_type", type,
        "content-type", "application/json");
  }

  RecordMetadata write(@Nullable String value, Map<String, String> headers) {
    return write(value == null ? null : value.getBytes(UTF_8), headers);
  }

  /// Writes a record, whatever it is, always to the same partition.
  RecordMetadata write(byte @Nullable [] value, Map<String, String> headers) {
    return send(record(value, headers));
  }

  /// Writes a record that has each header twice.
  RecordMetadata writeTwice(String value, Map<String, String> headers) {
    ProducerRecord<byte[], byte[]> record = record(value.getBytes(UTF_8), headers);
    headers.forEach((name, text) -> record.headers().add(name, text.getBytes(UTF_8)));
    return send(record);
  }

  private static ProducerRecord<byte[], byte[]> record(
      byte @Nullable [] value, Map<String, String> headers) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(Topics.REQUESTS, 0, new byte[] {7}, value);
    headers.forEach((name, text) -> record.headers().add(name, text.getBytes(UTF_8)));
    return record;
  }

  private RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The dead letters of this record.
  List<ConsumerRecord<byte[], byte[]>> lettersOf(RecordMetadata place) {
    letters.poll(Duration.ofMillis(100)).forEach(read::add);
    return read.stream()
        .filter(
            letter ->
                text(letter, "dead-letter-offset").equals(Long.toString(place.offset()))
                    && text(letter, "dead-letter-partition")
                        .equals(Integer.toString(place.partition())))
        .toList();
  }

  static String text(ConsumerRecord<byte[], byte[]> record, String header) {
    return new String(record.headers().lastHeader(header).value(), UTF_8);
  }

  @Override
  public void close() {
    producer.close();
    letters.close();
  }
}
