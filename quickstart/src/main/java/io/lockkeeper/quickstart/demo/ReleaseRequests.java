package io.lockkeeper.quickstart.demo;

import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.ReleaseId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/// Asks for releases as CI does: a `release.requested` CloudEvent in binary mode on
/// `release-requests`.
public final class ReleaseRequests implements AutoCloseable {

  /// The CloudEvents source of the demo's CI.
  public static final String SOURCE = "https://ci.example/demo/shop";

  private static final String TOPIC = "release-requests";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Producer<String, byte[]> producer;

  /// Requests through this Kafka.
  public ReleaseRequests(String bootstrapServers) {
    this(
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.ACKS_CONFIG,
                "all"),
            new StringSerializer(),
            new ByteArraySerializer()));
  }

  /// Requests through this producer, which is closed with them.
  public ReleaseRequests(Producer<String, byte[]> producer) {
    this.producer = producer;
  }

  /// Asks for a release of `candidate` in the place of `stable`; returns when Kafka has it.
  ///
  /// @param id the id of the CloudEvent; the same one twice is one release
  public ReleaseId request(String id, Version candidate, Version stable)
      throws IOException, InterruptedException {
    return send(id, body(candidate, stable).getBytes(StandardCharsets.UTF_8));
  }

  /// Sends this value as a request of the demo's CI, whatever it is.
  public ReleaseId send(String id, byte[] value) throws IOException, InterruptedException {
    send(SOURCE, id, value);
    return ReleaseId.of(SOURCE, id);
  }

  /// Sends this value as a request, whatever it is; returns where Kafka has it.
  public RecordMetadata send(String source, String id, byte[] value)
      throws IOException, InterruptedException {
    ProducerRecord<String, byte[]> event = new ProducerRecord<>(TOPIC, "demo/shop", value);
    header(event, "ce_specversion", "1.0");
    header(event, "ce_id", id);
    header(event, "ce_source", source);
    header(event, "ce_type", EventTypes.RELEASE_REQUESTED);
    header(event, "content-type", "application/json");
    try {
      return producer.send(event).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("Kafka did not take the request: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException(
          "Kafka has not taken the request within %d s; is it up? Sent again with the same key it is the same release"
              .formatted(PATIENCE.toSeconds()),
          e);
    }
  }

  /// The JSON of a request for a release of `candidate` in the place of `stable`.
  public static String body(Version candidate, Version stable) throws IOException {
    try (@Nullable InputStream template =
        ReleaseRequests.class.getResourceAsStream("/release-request.json")) {
      if (template == null) {
        throw new IOException("release-request.json is missing in the quickstart's jar");
      }
      return new String(template.readAllBytes(), StandardCharsets.UTF_8)
          .replace("${version}", candidate.name())
          .replace("${digest}", candidate.digest().value())
          .replace("${stableVersion}", stable.name())
          .replace("${stableDigest}", stable.digest().value());
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }

  private static void header(ProducerRecord<String, byte[]> event, String name, String value) {
    event.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
