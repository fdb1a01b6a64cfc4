package io.lockkeeper.gate.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Keeps what could not be read where people can look at it. A dead letter names the record it came
/// from; the same one twice does no harm.
@ApplicationScoped
public class DeadLetters {

  /// So much of a value or key is kept, in bytes, and so many of its headers: a dead letter must
  /// always fit into a record. The whole stands on `release-requests`, at the place the letter
  /// names.
  private static final int MOST_VALUE_BYTES = 512 * 1024;

  private static final int MOST_KEY_BYTES = 16 * 1024;
  private static final int MOST_HEADER_BYTES = 64 * 1024;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<String, Object> broker;
  private final String topic;
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  DeadLetters(
      @Identifier("default-kafka-broker") Map<String, Object> broker,
      @ConfigProperty(name = "lockkeeper.requests.dead-letters") String topic) {
    this.broker = broker;
    this.topic = topic;
  }

  /// The dead letter could not be written; nothing is known of it.
  static final class NotWritten extends RuntimeException {
    NotWritten(Throwable cause) {
      super("the dead letter could not be written", cause);
    }
  }

  /// Writes a dead letter; returns when the topic has it.
  ///
  /// @throws NotWritten when that is not known
  void write(RequestDelivery delivery, String code, String reason) {
    try {
      producer().send(letter(delivery, code, reason)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      throw new NotWritten(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotWritten(e);
    }
  }

  private ProducerRecord<byte[], byte[]> letter(
      RequestDelivery delivery, String code, String reason) {
    ConsumerRecord<byte[], byte[]> record = delivery.record();
    byte @Nullable [] key = record.key();
    byte @Nullable [] value = record.value();
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(
            topic,
            null,
            key == null || key.length > MOST_KEY_BYTES ? null : key,
            value == null || value.length <= MOST_VALUE_BYTES
                ? value
                : Arrays.copyOf(value, MOST_VALUE_BYTES));
    Headers headers = letter.headers();
    int room = MOST_HEADER_BYTES;
    for (Header header : record.headers()) {
      room -= header.key().length() * 3 + (header.value() == null ? 0 : header.value().length) + 16;
      if (room > 0) {
        headers.add(header);
      }
    }
    put(headers, "dead-letter-reason", PlainText.of(reason));
    put(headers, "dead-letter-cause", code);
    put(headers, "dead-letter-topic", delivery.topic());
    put(headers, "dead-letter-partition", Integer.toString(delivery.partition()));
    put(headers, "dead-letter-offset", Long.toString(delivery.offset()));
    if (value != null && value.length > MOST_VALUE_BYTES) {
      put(headers, "dead-letter-value-bytes", Integer.toString(value.length));
    }
    return letter;
  }

  private static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(UTF_8));
  }

  private synchronized KafkaProducer<byte[], byte[]> producer() {
    if (producer == null) {
      Map<String, Object> config = new HashMap<>();
      broker.forEach((name, value) -> config.put(name, value.toString()));
      config.put(ProducerConfig.CLIENT_ID_CONFIG, "gate-service-dead-letters");
      config.put(ProducerConfig.ACKS_CONFIG, "all");
      config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) PATIENCE.toMillis());
      config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
      config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
      config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
      producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }
    return producer;
  }

  @PreDestroy
  synchronized void close() {
    if (producer != null) {
      producer.close(Duration.ofSeconds(5));
    }
  }
}
