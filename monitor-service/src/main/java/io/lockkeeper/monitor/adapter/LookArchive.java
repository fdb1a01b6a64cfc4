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
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
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
import org.jspecify.annotations.Nullable;

/// Reads the looks of a release back from `release-telemetry`: for a database that lost them, and
/// for a backtest of a release that the database has forgotten. What is not on the topic either
/// stays lost: the watch then begins anew, which takes longer and lets nothing pass.
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
    AtomicInteger found = new AtomicInteger();
    try {
      read(
          release,
          since,
          null,
          (look, record) -> {
            book.restore(look, record);
            found.incrementAndGet();
            return true;
          });
    } catch (KafkaException | TimeoutException e) {
      LOG.warnf("looks of release %s cannot all be read back: %s", release, e);
    }
    LOG.infof("%d looks of release %s were read back from %s", found.get(), release, topic);
    return found.get();
  }

  /// Reads the looks of this release that were sent between two times, in their order; one that was
  /// sent twice may come twice. Takes at most 30 s.
  ///
  /// @param until the end of what is wanted; null for the newest
  /// @param reader takes a look and its bytes, and says whether it wants more
  /// @throws KafkaException when the brokers cannot be reached
  /// @throws TimeoutException when the time was not enough
  public void read(
      ReleaseId release,
      Instant since,
      @Nullable Instant until,
      BiPredicate<LookRecord, byte[]> reader)
      throws TimeoutException {
    Map<String, Object> config = new HashMap<>(broker);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, API_TIMEOUT_MILLIS);
    try (Consumer<String, byte[]> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      read(consumer, release, since.minus(SKEW), until, reader);
    }
  }

  private void read(
      Consumer<String, byte[]> consumer,
      ReleaseId release,
      Instant since,
      @Nullable Instant until,
      BiPredicate<LookRecord, byte[]> reader)
      throws TimeoutException {
    List<PartitionInfo> all = consumer.partitionsFor(topic);
    if (all == null || all.isEmpty()) {
      throw new UnknownTopicOrPartitionException("there is no topic " + topic);
    }
    // Where a producer puts this key: all looks of a release are on one partition.
    int index = Utils.toPositive(Utils.murmur2(release.value().getBytes(UTF_8))) % all.size();
    TopicPartition partition = new TopicPartition(topic, index);
    consumer.assign(List.of(partition));
    long newest = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    long end = until == null ? newest : offset(consumer, partition, until, newest);
    consumer.seek(partition, offset(consumer, partition, since, newest));
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (consumer.position(partition) < end) {
      if (System.nanoTime() - deadline >= 0) {
        throw new TimeoutException(topic + " was not read to its end within " + LONGEST);
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < end && isEnough(release, record, reader)) {
          return;
        }
      }
    }
  }

  /// The first offset that is not before this time.
  private static long offset(
      Consumer<String, byte[]> consumer, TopicPartition partition, Instant time, long newest) {
    OffsetAndTimestamp found =
        consumer.offsetsForTimes(Map.of(partition, time.toEpochMilli())).get(partition);
    return found == null ? newest : found.offset();
  }

  private static boolean isEnough(
      ReleaseId release,
      ConsumerRecord<String, byte[]> record,
      BiPredicate<LookRecord, byte[]> reader) {
    if (!release.value().equals(record.key())) {
      return false;
    }
    try {
      LookRecord look = LookRecord.read(record.value());
      return look.release().equals(release) && !reader.test(look, record.value());
    } catch (UncheckedIOException e) {
      LOG.warnf("%s/%d@%d is no look", record.topic(), record.partition(), record.offset());
      return false;
    }
  }
}
