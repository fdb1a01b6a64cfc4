package io.lockkeeper.journal;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/// Reads the topic itself, outside of any consumer group, up to where it ended when reading began.
final class TopicReader {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int POLLS_WITHOUT_PROGRESS = 50;
  private static final int API_TIMEOUT_MILLIS = 5_000;

  private final Map<String, Object> broker;
  private final String topic;

  /// A reader of `topic`.
  ///
  /// @param broker how to reach the brokers
  TopicReader(Map<String, Object> broker, String topic) {
    this.broker = Map.copyOf(broker);
    this.topic = topic;
  }

  /// Where reading of a partition begins.
  @FunctionalInterface
  interface Positions {
    long of(int partition) throws SQLException;
  }

  /// Asks something about some records.
  @FunctionalInterface
  interface Test {
    boolean on(ConsumerRecords<String, byte[]> records) throws SQLException;
  }

  /// Does something with some records.
  @FunctionalInterface
  interface Action {
    void on(ConsumerRecords<String, byte[]> records) throws SQLException;
  }

  /// The part of the topic from these positions to its present end.
  Section open(Positions positions) throws SQLException {
    Map<String, Object> config = new HashMap<>(broker);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, API_TIMEOUT_MILLIS);
    Consumer<String, byte[]> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    try {
      return new Section(consumer, partitions(consumer), positions);
    } catch (SQLException | RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private Collection<TopicPartition> partitions(Consumer<String, byte[]> consumer) {
    List<PartitionInfo> partitions = consumer.partitionsFor(topic);
    if (partitions == null || partitions.isEmpty()) {
      throw new UnknownTopicOrPartitionException("there is no topic " + topic);
    }
    return partitions.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }

  /// A part of the topic; can be read more than once.
  static final class Section implements AutoCloseable {

    private final Consumer<String, byte[]> consumer;
    private final Map<TopicPartition, Long> begin = new HashMap<>();
    private final Map<TopicPartition, Long> end;

    private Section(
        Consumer<String, byte[]> consumer,
        Collection<TopicPartition> partitions,
        Positions positions)
        throws SQLException {
      this.consumer = consumer;
      consumer.assign(partitions);
      this.end = consumer.endOffsets(partitions);
      for (Map.Entry<TopicPartition, Long> first :
          consumer.beginningOffsets(partitions).entrySet()) {
        TopicPartition partition = first.getKey();
        long wanted = positions.of(partition.partition());
        // Beyond the end, the topic is another one than it was.
        boolean isThere = wanted >= first.getValue() && wanted <= end.getOrDefault(partition, 0L);
        begin.put(partition, isThere ? wanted : first.getValue());
      }
    }

    /// How many records there are at most: of a topic that is compacted, or written to in
    /// transactions, some offsets hold none.
    long size() {
      long all = end.values().stream().mapToLong(Long::longValue).sum();
      return all - begin.values().stream().mapToLong(Long::longValue).sum();
    }

    /// Whether this holds for some of the records; stops reading when it does.
    boolean anyMatch(Test test) throws SQLException {
      begin.forEach(consumer::seek);
      int idle = 0;
      while (!atEnd()) {
        ConsumerRecords<String, byte[]> records = poll(idle);
        idle = records.isEmpty() ? idle + 1 : 0;
        if (!records.isEmpty() && test.on(records)) {
          return true;
        }
      }
      return false;
    }

    /// Does this with all records, in the order of each partition.
    void forEach(Action action) throws SQLException {
      anyMatch(
          records -> {
            action.on(records);
            return false;
          });
    }

    private ConsumerRecords<String, byte[]> poll(int idle) {
      if (idle >= POLLS_WITHOUT_PROGRESS) {
        throw new TimeoutException("the brokers have not answered for a while");
      }
      return consumer.poll(POLL);
    }

    private boolean atEnd() {
      return end.entrySet().stream()
          .allMatch(last -> consumer.position(last.getKey()) >= last.getValue());
    }

    @Override
    public void close() {
      consumer.close();
    }
  }
}
