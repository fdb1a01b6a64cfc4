package io.lockkeeper.gate.adapter;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Reads a stretch of `release-requests` once more, beside the channel.
@ApplicationScoped
public class RequestTopic {

  private static final Duration POLL = Duration.ofSeconds(1);
  // Polls in a row that may bring nothing: brokers that are away are the caller's trouble.
  private static final int MOST_EMPTY_POLLS = 30;

  private final Map<String, Object> broker;
  private final String topic;

  RequestTopic(
      @Identifier("default-kafka-broker") Map<String, Object> broker,
      @ConfigProperty(name = "mp.messaging.incoming.release-requests.topic") String topic) {
    this.broker = broker;
    this.topic = topic;
  }

  /// Gives every record of the partition from one offset up to, and without, another, in order.
  ///
  /// @throws KafkaException when the brokers do not give them
  void forEach(
      int partition, long from, long until, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Map<String, Object> config = new HashMap<>();
    broker.forEach((name, value) -> config.put(name, value.toString()));
    config.put(ConsumerConfig.CLIENT_ID_CONFIG, "gate-service-requests-again");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    TopicPartition place = new TopicPartition(topic, partition);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(place));
      consumer.seek(place, from);
      int empty = 0;
      while (consumer.position(place) < until) {
        List<ConsumerRecord<byte[], byte[]>> records = consumer.poll(POLL).records(place);
        empty = records.isEmpty() ? empty + 1 : 0;
        if (empty > MOST_EMPTY_POLLS) {
          throw new KafkaException("no records of " + place + " from " + from);
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
          if (record.offset() < until) {
            each.accept(record);
          }
        }
      }
    }
  }
}
