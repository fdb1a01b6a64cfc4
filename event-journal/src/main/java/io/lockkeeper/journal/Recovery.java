package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/// Compares the journal of a starting service with the topic before anything acts. When the topic
/// holds facts of ours that the journal does not know, the database was lost or set back: the
/// journal then adopts everything up to the end of the topic, own facts and foreign ones, without
/// one decision, alarm or effect. After that, and after every start, each open release is asked
/// what follows.
///
/// When the brokers are away, a journal that has facts is opened after a while all the same,
/// because an operator must be able to halt a release without them; nothing is consumed, and no
/// alarm decides anything, until the comparison is made. An empty journal waits.
final class Recovery implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Recovery.class);

  private static final Duration LONGEST_WAIT_FOR_BROKERS = Duration.ofSeconds(10);

  /// How far a start has come.
  enum State {
    COMPARING("comparing the journal with the topic"),
    ADOPTING("adopting facts from the topic"),
    DEFERRED("the brokers are away; working on what the database holds"),
    DONE("done");

    private final String title;

    State(String title) {
      this.title = title;
    }

    /// The state in words.
    String title() {
      return title;
    }
  }

  private final JournalOwner owner;
  private final DataSource dataSource;
  private final TopicReader topic;
  private final Clock clock;
  private final Admission admission;
  private volatile State state = State.COMPARING;
  private volatile CountDownLatch compared = new CountDownLatch(1);
  private volatile boolean closing;
  private volatile Thread thread = new Thread(() -> {}, "not-started");

  /// A recovery that does nothing until [#start].
  Recovery(
      JournalOwner owner,
      DataSource dataSource,
      TopicReader topic,
      Clock clock,
      Admission admission) {
    this.owner = owner;
    this.dataSource = dataSource;
    this.topic = topic;
    this.clock = clock;
    this.admission = admission;
  }

  /// Compares in a thread of its own, and opens the journal when that is done.
  synchronized void start() {
    if (thread.isAlive() || closing) {
      return;
    }
    state = State.COMPARING;
    compared = new CountDownLatch(1);
    thread = new Thread(this::run, "journal-recovery");
    thread.setDaemon(true);
    thread.start();
  }

  /// How far it has come.
  State state() {
    return state;
  }

  /// Waits until the comparison is made, at most so long.
  ///
  /// @return whether it is made
  boolean awaitCompared(Duration longest) throws InterruptedException {
    return compared.await(longest.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public synchronized void close() {
    closing = true;
    thread.interrupt();
  }

  private void run() {
    Instant begun = clock.instant();
    Rebuilding rebuilding = new Rebuilding(clock, LOG::info);
    for (int attempt = 1; !closing; attempt++) {
      try {
        recover(rebuilding);
        askOpenReleases();
        rebuilding.end();
        state = State.DONE;
        compared.countDown();
        admission.open();
        return;
      } catch (SQLException | RuntimeException e) {
        LOG.warnf("recovery is tried again: %s", e);
        if (e instanceof KafkaException
            && Duration.between(begun, clock.instant()).compareTo(LONGEST_WAIT_FOR_BROKERS) > 0) {
          openWithoutBrokers();
        }
      }
      try {
        Thread.sleep(Backoff.afterTrouble(attempt));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void recover(Rebuilding rebuilding) throws SQLException {
    try (Connection guard = dataSource.getConnection()) {
      guard.setAutoCommit(false);
      try {
        lock(guard);
        try (TopicReader.Section section = topic.open(this::nextOffset)) {
          if (section.anyMatch(this::anyUnknown)) {
            LOG.warn("the topic holds facts of ours that the journal does not know: adopting them");
            admission.close();
            state = State.ADOPTING;
            rebuilding.begin(section.size());
            section.forEach(records -> rebuilding.read(records.count(), adopt(records)));
          }
        }
      } finally {
        guard.rollback();
        guard.setAutoCommit(true);
      }
    }
  }

  private long nextOffset(int partition) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return JournalTables.nextOffset(connection, partition).orElse(0);
    }
  }

  private boolean anyUnknown(Iterable<ConsumerRecord<String, byte[]>> records) throws SQLException {
    Adoption.Ids own = Adoption.ownIds(owner, records);
    if (own.ids().isEmpty()) {
      return false;
    }
    try (Connection connection = dataSource.getConnection()) {
      return !JournalTables.unknown(connection, own.ids(), own.releases()).isEmpty();
    }
  }

  private List<ReleaseId> adopt(Iterable<ConsumerRecord<String, byte[]>> records)
      throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = dataSource.getConnection()) {
        connection.setAutoCommit(false);
        try {
          List<ReleaseId> read = new Adoption(connection, owner, clock.instant()).adopt(records);
          connection.commit();
          return read;
        } catch (SQLException | RuntimeException e) {
          connection.rollback();
          if (Failure.of(e) != Failure.CONFLICT) {
            throw e;
          }
        } finally {
          connection.setAutoCommit(true);
        }
      }
      Backoff.jitter(attempt);
    }
  }

  // What follows may have changed with the software, and a reconciler must learn its goals.
  private void askOpenReleases() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement waiting =
            connection.prepareStatement("update alarm set due_at = ? where due_at > ?");
        PreparedStatement stuck =
            connection.prepareStatement(
                "insert into alarm (release_id, due_at) select release_id, ? from stuck"
                    + " on conflict do nothing")) {
      waiting.setObject(1, JournalTables.at(clock.instant()));
      waiting.setObject(2, JournalTables.at(clock.instant()));
      waiting.executeUpdate();
      stuck.setObject(1, JournalTables.at(clock.instant()));
      stuck.executeUpdate();
    }
  }

  private void openWithoutBrokers() {
    try (Connection connection = dataSource.getConnection()) {
      if (state == State.COMPARING && !JournalTables.isEmpty(connection)) {
        askOpenReleases();
        state = State.DEFERRED;
        admission.openWithoutAlarms();
        LOG.warn("the brokers are away; working on what the database holds");
      }
    } catch (SQLException e) {
      LOG.debug("the database is away too", e);
    }
  }

  private static void lock(Connection connection) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement(
            "select pg_advisory_xact_lock(hashtext('lockkeeper recovery'))")) {
      lock.execute();
    }
  }
}
