package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/// Rings the alarms of releases: asks what follows when a release's time has come.
///
/// An alarm is taken by a lease in a short transaction of its own, so that replicas share the work
/// and one that dies loses nothing; what follows commits with the next alarm. The nearest alarm has
/// a timer in memory; a poll every second finds those that another replica set.
final class Alarms implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Alarms.class);

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration LONGEST_WAIT_AT_CLOSE = Duration.ofSeconds(5);
  private static final int BATCH = 20;

  private final DataSource dataSource;
  private final PostgresJournal journal;
  private final Clock clock;
  private final Admission admission;
  private final UUID replica = UUID.randomUUID();
  private final AtomicReference<Instant> nearest = new AtomicReference<>(Instant.MIN);
  private final Thread thread = new Thread(this::run, "release-alarms");
  private volatile boolean closing;

  /// An alarm that is to be rung.
  private record Taken(ReleaseId release, Instant due) {}

  /// Alarms that are not rung until [#start].
  Alarms(DataSource dataSource, PostgresJournal journal, Clock clock, Admission admission) {
    this.dataSource = dataSource;
    this.journal = journal;
    this.clock = clock;
    this.admission = admission;
    thread.setDaemon(true);
  }

  /// Starts ringing.
  void start() {
    thread.start();
  }

  /// Sets the timer, when this is nearer than what it is set to.
  void arm(Instant due) {
    Instant before = nearest.getAndUpdate(set -> due.isBefore(set) ? due : set);
    if (due.isBefore(before)) {
      LockSupport.unpark(thread);
    }
  }

  /// Finishes the alarm under way and stops.
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(LONGEST_WAIT_AT_CLOSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    int failures = 0;
    while (!closing) {
      try {
        if (admission.await(POLL)) {
          // Set anew before the table is read: whatever is armed from here on is not overlooked.
          nearest.set(clock.instant().plus(POLL));
          ringDue();
          next().ifPresent(due -> nearest.updateAndGet(set -> due.isBefore(set) ? due : set));
          sleep();
        }
        failures = 0;
      } catch (SQLException | RuntimeException e) {
        failures++;
        LOG.warnf("alarms are tried again: %s", e);
        LockSupport.parkNanos(Duration.ofMillis(Backoff.afterTrouble(failures)).toNanos());
      }
    }
  }

  private void ringDue() throws SQLException {
    List<Taken> taken = take();
    while (!taken.isEmpty() && !closing) {
      for (Taken alarm : taken) {
        ring(alarm);
      }
      taken = take();
    }
  }

  private void ring(Taken alarm) {
    try {
      journal.ring(alarm.release(), alarm.due());
    } catch (RuntimeException e) {
      // Its lease ends soon, and then it is rung again.
      LOG.warnf("the alarm of release %s is tried again: %s", alarm.release(), e);
    }
  }

  // Until the nearest alarm, but no longer than to the next poll; waking early costs a query.
  private void sleep() {
    Duration left = Duration.between(clock.instant(), nearest.get());
    if (!closing && left.isPositive()) {
      LockSupport.parkNanos(this, (left.compareTo(POLL) < 0 ? left : POLL).toNanos());
    }
  }

  private List<Taken> take() throws SQLException {
    String sql =
        """
        update alarm set leased_by = ?, leased_until = clock_timestamp() + ? * interval '1 millisecond'
        where release_id in (
          select release_id from alarm
          where due_at <= ? and (leased_until is null or leased_until <= clock_timestamp())
          order by due_at limit ? for update skip locked)
        returning release_id, due_at""";
    try (Connection connection = dataSource.getConnection();
        PreparedStatement update = connection.prepareStatement(sql)) {
      update.setObject(1, replica);
      update.setLong(2, LEASE.toMillis());
      update.setObject(3, JournalTables.at(clock.instant()));
      update.setInt(4, BATCH);
      try (ResultSet rows = update.executeQuery()) {
        List<Taken> taken = new ArrayList<>();
        while (rows.next()) {
          taken.add(
              new Taken(
                  new ReleaseId(rows.getString(1)),
                  rows.getObject(2, OffsetDateTime.class).toInstant()));
        }
        return taken;
      }
    }
  }

  private Optional<Instant> next() throws SQLException {
    String sql =
        "select min(due_at) from alarm where leased_until is null or leased_until <= clock_timestamp()";
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return Optional.ofNullable(row.getObject(1, OffsetDateTime.class))
          .map(OffsetDateTime::toInstant);
    }
  }
}
