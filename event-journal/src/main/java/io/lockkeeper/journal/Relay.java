package io.lockkeeper.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Sends the facts of this service to the topic, in the order in which they were appended, at least
/// once.
///
/// One replica sends at a time: it waits for an advisory lock on a connection of its own, sends
/// what is unpublished from the lowest position on, waits for every acknowledgement, deletes the
/// rows and lets go. For one release the order of positions is the order of commits; across
/// releases it is not, and nothing relies on it. The lock belongs to the sender's transaction, so
/// that it goes with a connection that is lost or given back. When it goes too early two replicas
/// may send the same facts; each begins with the lowest that is not acknowledged, so what a reader
/// sees first of each fact is still in order.
final class Relay implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Relay.class);

  private static final int BATCH = 200;
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration LONGEST_DRAIN_AT_CLOSE = Duration.ofSeconds(5);

  private final DataSource dataSource;
  private final Supplier<Producer<String, byte[]>> producers;
  private final String topic;
  private final Clock clock;
  private final JournalMeters meters;
  private final boolean sampled;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "release-events-relay");
  private volatile boolean closing;
  private volatile @Nullable Producer<String, byte[]> producer;

  /// A relay that does nothing until [#start].
  ///
  /// @param producers makes a producer; asked again after one has failed
  /// @param sampled   whether the facts are said as spans, too
  Relay(
      DataSource dataSource,
      Supplier<Producer<String, byte[]>> producers,
      String topic,
      Clock clock,
      JournalMeters meters,
      boolean sampled) {
    this.dataSource = dataSource;
    this.producers = producers;
    this.topic = topic;
    this.clock = clock;
    this.meters = meters;
    this.sampled = sampled;
    thread.setDaemon(true);
  }

  /// A producer that keeps order and never gives up.
  ///
  /// @param broker how to reach the brokers
  static Producer<String, byte[]> producer(Map<String, Object> broker) {
    Map<String, Object> config = new HashMap<>(broker);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    // One request at a time: when it fails for good, nothing behind it is on the topic already.
    config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
    config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    config.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 1_000);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * 1024 * 1024);
    return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
  }

  /// Starts sending.
  void start() {
    thread.start();
  }

  /// Says that there is something to send.
  void wake() {
    wake.release();
  }

  /// Sends what is there, for at most 5 s, and stops; in trouble it stops at once, since nothing is
  /// lost.
  @Override
  public void close() {
    closing = true;
    wake();
    try {
      thread.join(LONGEST_DRAIN_AT_CLOSE.toMillis());
      thread.interrupt();
      thread.join(LONGEST_DRAIN_AT_CLOSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    dropProducer();
  }

  private void run() {
    int failures = 0;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        drain();
        failures = 0;
        if (closing) {
          return;
        }
        boolean woken = wake.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
        LOG.tracef("woken: %s", woken);
        wake.drainPermits();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (SQLException | ExecutionException | RuntimeException e) {
        dropProducer();
        if (closing || Thread.currentThread().isInterrupted()) {
          return;
        }
        failures++;
        LOG.warnf("sending begins again at the lowest unpublished fact: %s", e);
        pause(failures);
      }
    }
  }

  private void drain() throws SQLException, ExecutionException, InterruptedException {
    boolean more = true;
    while (more) {
      try (Connection connection = dataSource.getConnection()) {
        more = JournalTables.hasUnpublished(connection) && sendBatch(connection);
      }
    }
  }

  private boolean sendBatch(Connection connection)
      throws SQLException, ExecutionException, InterruptedException {
    connection.setAutoCommit(false);
    try {
      try (PreparedStatement lock =
          connection.prepareStatement(
              "select pg_advisory_xact_lock(hashtext('lockkeeper relay'))")) {
        lock.execute();
      }
      List<JournalTables.Entry> entries = JournalTables.unpublished(connection, BATCH);
      send(entries);
      JournalTables.deleteUnpublished(
          connection, entries.stream().map(JournalTables.Entry::position).toList());
      connection.commit();
      return entries.size() == BATCH;
    } catch (SQLException | ExecutionException | InterruptedException | RuntimeException e) {
      rollback(connection, e);
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private void send(List<JournalTables.Entry> entries)
      throws ExecutionException, InterruptedException {
    if (entries.isEmpty()) {
      return;
    }
    Producer<String, byte[]> sender = openProducer();
    List<Future<?>> acknowledgements = new ArrayList<>(entries.size());
    for (JournalTables.Entry entry : entries) {
      acknowledgements.add(
          sender.send(
              entry.envelope().toRecord(topic, entry.data(), sampled),
              (_, failure) -> {
                if (failure != null) {
                  // Here, in the sender's own thread, so that nothing behind it can still go out.
                  sender.close(Duration.ZERO);
                }
              }));
    }
    for (Future<?> acknowledgement : acknowledgements) {
      acknowledgement.get();
    }
    Instant now = clock.instant();
    entries.forEach(entry -> meters.relayed(entry.envelope().time(), now));
  }

  private Producer<String, byte[]> openProducer() {
    Producer<String, byte[]> open = producer;
    if (open == null) {
      open = producers.get();
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

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static void pause(int failures) {
    try {
      Thread.sleep(Backoff.afterTrouble(failures));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
