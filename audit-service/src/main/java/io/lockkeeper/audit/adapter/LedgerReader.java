package io.lockkeeper.audit.adapter;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Brings the topic into the ledger, in a thread of its own. Runbook D5.
///
/// Where it stands is in the database and nowhere else: when that is empty, lost or set back,
/// even while this runs, reading goes back to where the ledger ends. Trouble is retried in
/// place, for ever.
@ApplicationScoped
public class LedgerReader {

  private static final Logger LOG = Logger.getLogger(LedgerReader.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration COMPARE = Duration.ofSeconds(5);
  private static final Duration SESSION = Duration.ofSeconds(10);

  private final LedgerWriter ledger;
  private final Map<String, Object> broker;
  private final String topic;
  private final String group;
  private final Optional<String> instance;

  /// By partition: the offset that reading went back to last. When the topic leaps over it
  /// again, the topic itself has no such record.
  private final Map<Integer, Long> wentBackTo = new HashMap<>();

  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;
  private volatile @Nullable Consumer<String, byte[]> consumer;
  private volatile Thread thread = new Thread(() -> {}, "not-started");
  private long compared = System.nanoTime();
  private volatile long behind;
  private volatile @Nullable String trouble = "not started";

  LedgerReader(
      LedgerWriter ledger,
      @Identifier("default-kafka-broker") Map<String, Object> broker,
      @ConfigProperty(name = "lockkeeper.journal.topic", defaultValue = "release-events")
          String topic,
      @ConfigProperty(name = "quarkus.application.name") String application,
      @ConfigProperty(name = "lockkeeper.instance") Optional<String> instance,
      MeterRegistry meters) {
    this.ledger = ledger;
    this.broker = Map.copyOf(broker);
    this.topic = topic;
    this.group = application + "-ledger";
    this.instance = instance;
    Gauge.builder("lockkeeper.ledger.behind", this, LedgerReader::behind)
        .description("Records of the topic that this replica has yet to bring into the ledger")
        .register(meters);
    Gauge.builder("lockkeeper.ledger.trouble", this, it -> it.trouble == null ? 0 : 1)
        .description("1 when something keeps the ledger from going on")
        .register(meters);
  }

  void start(@Observes StartupEvent started) {
    thread = Thread.ofPlatform().daemon().name("ledger").start(this::run);
  }

  void stop(@Observes ShutdownEvent stopping) throws InterruptedException {
    closed = true;
    ended.countDown();
    Consumer<String, byte[]> open = consumer;
    if (open != null) {
      open.wakeup();
    }
    thread.join(Duration.ofSeconds(5));
  }

  /// How many records of the topic this replica has yet to bring into the ledger.
  long behind() {
    return behind;
  }

  /// What keeps the ledger from going on; null normally.
  @Nullable String trouble() {
    return trouble;
  }

  private void run() {
    while (!closed) {
      try (Consumer<String, byte[]> open = open()) {
        consumer = open;
        open.subscribe(List.of(topic), new Assignment(open));
        while (!closed) {
          take(open);
        }
      } catch (WakeupException e) {
        // The service stops.
      } catch (SQLException | RuntimeException e) {
        if (!closed) {
          trouble = e.toString();
          LOG.warnf("the ledger goes on soon: %s", e.toString());
          pause();
        }
      } finally {
        consumer = null;
      }
    }
  }

  private Consumer<String, byte[]> open() {
    Map<String, Object> config = new HashMap<>(broker);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.CLIENT_ID_CONFIG, group);
    config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SESSION.toMillis());
    instance.ifPresent(name -> config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name));
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // A position that the topic does not have means another topic: nothing to be passed over
    // silently.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
  }

  private void take(Consumer<String, byte[]> open) throws SQLException {
    ConsumerRecords<String, byte[]> records = open.poll(POLL);
    for (TopicPartition partition : records.partitions()) {
      add(open, partition, records.records(partition));
    }
    if (System.nanoTime() - compared > COMPARE.toNanos()) {
      compare(open);
      compared = System.nanoTime();
    }
    long sum = 0;
    for (TopicPartition partition : open.assignment()) {
      sum += open.currentLag(partition).orElse(0);
    }
    behind = sum;
    trouble = null;
  }

  /// A database that was set back while the service runs lacks what this consumer has already
  /// passed; a partition in which nothing more comes would never tell.
  private void compare(Consumer<String, byte[]> open) throws SQLException {
    for (TopicPartition partition : open.assignment()) {
      long next = ledger.next(partition.partition());
      if (next < open.position(partition)) {
        LOG.warnf("the ledger of %s ends at %d and was further", partition, next);
        seek(open, partition, next);
        wentBackTo.put(partition.partition(), next);
      }
    }
  }

  private void add(
      Consumer<String, byte[]> open,
      TopicPartition partition,
      List<ConsumerRecord<String, byte[]>> records)
      throws SQLException {
    long first = records.getFirst().offset();
    Long before = wentBackTo.get(partition.partition());
    OptionalLong missing =
        ledger.add(records, before == null ? OptionalLong.empty() : OptionalLong.of(before));
    if (missing.isEmpty()) {
      wentBackTo.remove(partition.partition());
      return;
    }
    LOG.warnf(
        "%s begins at %d and the ledger ends before %d", partition, first, missing.getAsLong());
    seek(open, partition, missing.getAsLong());
    wentBackTo.put(partition.partition(), missing.getAsLong());
  }

  /// Goes to where the ledger ends, or to where the topic begins when that is later.
  private static void seek(Consumer<String, byte[]> open, TopicPartition partition, long next) {
    Long begin = open.beginningOffsets(List.of(partition)).get(partition);
    open.seek(partition, begin == null ? next : Math.max(begin, next));
  }

  private void pause() {
    try {
      boolean ignored = ended.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  /// Begins each partition where the ledger ends.
  private final class Assignment implements ConsumerRebalanceListener {

    private final Consumer<String, byte[]> open;

    Assignment(Consumer<String, byte[]> open) {
      this.open = open;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      // Nothing is under way: a poll begins after the last transaction has ended.
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        try {
          long next = ledger.next(partition.partition());
          seek(open, partition, next);
          wentBackTo.put(partition.partition(), next);
        } catch (SQLException e) {
          throw new IllegalStateException("the end of the ledger cannot be read", e);
        }
      }
    }
  }
}
