package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.JournalUnavailable;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Sends looks to `release-telemetry`, of each release in order, at least once.
///
/// The table is the queue: what is sent is read from there and marked when the topic has
/// acknowledged it, so nothing is lost with the process and nothing piles up in memory while Kafka
/// is away. After a failed send nothing further goes out; the producer is closed and sending starts
/// again at the oldest look.
///
/// **Before a fact.** A fact rests on its look, so the look is to be on the topic first, and
/// whoever appends the fact waits for [#isAcknowledged]. For a verdict or a baseline the wait
/// decides: without an acknowledgement there is no fact, and the next look says the same again. For
/// a breach it does not: Kafka's absence must never delay a halt, so after at most 2 s
/// `BudgetBreached` is appended all the same. Its look is in the table by then, is named in the
/// fact by id and digest, and follows as soon as Kafka is back, in order; only a reader who asks
/// for it in between has to wait.
@ApplicationScoped
public class LookFeed {

  private static final Logger LOG = Logger.getLogger(LookFeed.class);

  private static final int BATCH = 100;
  private static final Duration DELIVERY = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
  private static final int LARGEST_REQUEST = 8 * 1024 * 1024;

  private final LookBook book;
  private final Map<String, Object> broker;
  private final String topic;
  private final LinkedBlockingQueue<ReleaseId> dirty = new LinkedBlockingQueue<>();
  private final Map<UUID, CompletableFuture<Void>> awaited = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::run, "look-feed");
  private volatile boolean closing;
  private @Nullable Producer<String, byte[]> producer;

  /// A feed of these looks.
  ///
  /// @param broker how to reach the brokers
  public LookFeed(
      LookBook book,
      @Identifier("default-kafka-broker") Map<String, Object> broker,
      TelemetrySettings settings) {
    this.book = book;
    this.broker = Map.copyOf(broker);
    this.topic = settings.topic();
    thread.setDaemon(true);
  }

  /// Starts sending.
  void start(@Observes StartupEvent event) {
    thread.start();
  }

  /// Stops; what was not sent is sent after the next start.
  void stop(@Observes ShutdownEvent event) {
    closing = true;
    thread.interrupt();
    try {
      thread.join(DELIVERY.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Says that this release has looks to send.
  public void send(ReleaseId release) {
    if (!dirty.contains(release)) {
      dirty.add(release);
    }
  }

  /// Sends this release's looks and waits, at most so long, until the topic has acknowledged this
  /// one.
  public boolean isAcknowledged(ReleaseId release, UUID look, Duration atMost) {
    CompletableFuture<Void> acknowledged =
        awaited.computeIfAbsent(look, id -> new CompletableFuture<>());
    try {
      send(release);
      acknowledged.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      // Somebody else may have sent it.
      return book.find(look).map(LookBook.Kept::published).orElse(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      return false;
    } finally {
      awaited.remove(look);
    }
  }

  private void run() {
    Duration pause = SHORTEST_PAUSE;
    Optional<ReleaseId> again = Optional.empty();
    while (!closing) {
      try {
        ReleaseId release = again.isPresent() ? again.get() : dirty.take();
        again = Optional.of(release);
        drain(release);
        again = Optional.empty();
        pause = SHORTEST_PAUSE;
      } catch (InterruptedException e) {
        break;
      } catch (ExecutionException | JournalUnavailable | KafkaException e) {
        if (closing) {
          break;
        }
        LOG.warnf("looks are sent again: %s", e.getCause() == null ? e : e.getCause());
        dropProducer();
        pause = pause(pause);
      } catch (RuntimeException e) {
        LOG.error("looks are sent again", e);
        dropProducer();
        pause = pause(pause);
      }
    }
    dropProducer();
  }

  private void drain(ReleaseId release) throws InterruptedException, ExecutionException {
    List<LookBook.Row> looks;
    do {
      looks = book.unsent(release, BATCH);
      if (!looks.isEmpty()) {
        send(release, looks);
        book.sent(looks);
        looks.forEach(this::acknowledged);
      }
    } while (looks.size() == BATCH);
  }

  private void acknowledged(LookBook.Row look) {
    CompletableFuture<Void> waiting = awaited.get(look.id());
    if (waiting != null) {
      waiting.complete(null);
    }
  }

  private void send(ReleaseId release, List<LookBook.Row> looks)
      throws InterruptedException, ExecutionException {
    Producer<String, byte[]> sender = producer();
    List<Future<?>> sent = new ArrayList<>();
    for (LookBook.Row look : looks) {
      sent.add(
          sender.send(
              record(release, look),
              (_, failure) -> {
                if (failure != null && !(failure instanceof RecordTooLargeException)) {
                  // Here, in the sender's own thread, so that nothing behind it can still go out.
                  sender.close(Duration.ZERO);
                }
              }));
    }
    for (int i = 0; i < sent.size(); i++) {
      try {
        sent.get(i).get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RecordTooLargeException)) {
          throw e;
        }
        LOG.errorf(
            "look %s of release %s has %d bytes; the topic does not take it, the table keeps it",
            looks.get(i).id(), release, looks.get(i).record().length);
      }
    }
  }

  private ProducerRecord<String, byte[]> record(ReleaseId release, LookBook.Row look) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(topic, release.value(), look.record());
    header(record, "ce_specversion", "1.0");
    header(record, "ce_id", look.id().toString());
    header(record, "ce_source", Writer.MONITOR.source());
    header(record, "ce_type", "io.lockkeeper.look.v1");
    header(record, "ce_subject", release.value());
    header(record, "digest", look.digest().value());
    header(record, "content-type", "application/json");
    return record;
  }

  private static void header(ProducerRecord<?, ?> record, String name, String value) {
    record.headers().add(name, value.getBytes(UTF_8));
  }

  private Producer<String, byte[]> producer() {
    Producer<String, byte[]> open = producer;
    if (open == null) {
      Map<String, Object> config = new HashMap<>(broker);
      config.put(ProducerConfig.ACKS_CONFIG, "all");
      config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
      config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
      config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
      config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) DELIVERY.toMillis());
      config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY.toMillis());
      config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, DELIVERY.toMillis());
      config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
      config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
      open = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
      producer = open;
    }
    return open;
  }

  private void dropProducer() {
    Producer<String, byte[]> failed = producer;
    producer = null;
    if (failed != null) {
      try {
        failed.close(Duration.ZERO);
      } catch (KafkaException e) {
        LOG.debug("a producer that failed could not be closed either", e);
      }
    }
  }

  private Duration pause(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Duration longer = pause.multipliedBy(2);
    return longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
  }
}
