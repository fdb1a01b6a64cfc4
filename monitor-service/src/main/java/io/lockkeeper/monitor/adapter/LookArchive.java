package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.ReleaseId;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.jboss.logging.Logger;

/// Reads the looks of a release back from `release-telemetry`, for a database that lost them. What
/// is not on the topic either stays lost: the watch then begins anew, which takes longer and lets
/// nothing pass.
@ApplicationScoped
public class LookArchive {

  private static final Logger LOG = Logger.getLogger(LookArchive.class);

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final int API_TIMEOUT_MILLIS = 5_000;

  private final LookBook book;
  private final Map<String, Object> broker;
  private final String topic;

  /// The archive behind this book.
  ///
  /// @param broker how to reach the brokers
  public LookArchive(
      LookBook book,
      @Identifier("default-kafka-broker") Map<String, Object> broker,
      TelemetrySettings settings) {
    this.book = book;
    this.broker = Map.copyOf(broker);
    this.topic = settings.topic();
  }

  /// Puts the looks of this release since `since` back into the book. Takes at most 30 s.
  ///
  /// @return how many were found; fewer when the brokers are away
  public int restore(ReleaseId release, Instant since) {
    Map<String, Object> config = new HashMap<>(broker);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, API_TIMEOUT_MILLIS);
    try (Consumer<String, byte[]> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      int found = restore(consumer, release, since.minus(SKEW));
      LOG.infof("%d looks of release %s were read back from %s", found, release, topic);
      return found;
    } catch (KafkaException e) {
      LOG.warnf("looks of release %s cannot be read back: %s", release, e);
      return 0;
    }
  }

  private int restore(Consumer<String, byte[]> consumer, ReleaseId release, Instant since) {
    List<PartitionInfo> all = consumer.partitionsFor(topic);
    if (all == null || all.isEmpty()) {
      throw new UnknownTopicOrPartitionException("there is no topic " + topic);
    }
    // Where a producer puts this key: all looks of a release are on one partition.
    int partition = Utils.toPositive(Utils.murmur2(release.value().getBytes(UTF_8))) % all.size();
    List<TopicPartition> partitions = List.of(new TopicPartition(topic, partition));
    consumer.assign(partitions);
    Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(one -> times.put(one, since.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> begin = consumer.offsetsForTimes(times);
    for (TopicPartition one : partitions) {
      OffsetAndTimestamp from = begin.get(one);
      consumer.seek(one, from == null ? end.getOrDefault(one, 0L) : from.offset());
    }
    int found = 0;
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (System.nanoTime() - deadline < 0 && !isAtEnd(consumer, end)) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        found += release.value().equals(record.key()) && isRestored(release, record) ? 1 : 0;
      }
    }
    return found;
  }

  private boolean isRestored(ReleaseId release, ConsumerRecord<String, byte[]> record) {
    try {
      LookRecord look = LookRecord.read(record.value());
      if (!look.release().equals(release)) {
        return false;
      }
      book.restore(look, record.value());
      return true;
    } catch (UncheckedIOException e) {
      LOG.warnf("%s/%d@%d is no look", record.topic(), record.partition(), record.offset());
      return false;
    }
  }

  private static boolean isAtEnd(Consumer<String, byte[]> consumer, Map<TopicPartition, Long> end) {
    return end.entrySet().stream()
        .allMatch(last -> consumer.position(last.getKey()) >= last.getValue());
  }
}
