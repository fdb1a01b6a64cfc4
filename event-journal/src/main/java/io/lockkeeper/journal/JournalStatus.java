package io.lockkeeper.journal;

import io.lockkeeper.journal.Census.Gauge;
import io.micrometer.core.instrument.Tags;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/// What operators watch of a journal; asked of the database at most once a second for health, and
/// by [Sampling] for metrics.
final class JournalStatus {

  /// The numbers of one moment.
  ///
  /// @param unpublished own facts that the topic has not acknowledged
  /// @param oldest how long the oldest of them has waited
  /// @param stuck releases that cannot be decided on
  /// @param alarms releases that are open
  record Numbers(long unpublished, Duration oldest, long stuck, long alarms) {}

  /// Beside the numbers of [Numbers], in their order, the alarms that nobody has answered although
  /// their time has come; a stuck release's is none of them.
  static final Census CENSUS =
      new Census(
          """
          from alarm where due_at < clock_timestamp()
            and not exists (select 1 from stuck where stuck.release_id = alarm.release_id)""",
          List.of(
              Gauge.count(
                  "(select count(*) from unpublished)",
                  "lockkeeper.journal.unpublished",
                  "Own facts on their way"),
              new Gauge(
                  """
                  (select extract(epoch from clock_timestamp() - e.time)
                   from unpublished join release_event e using (position)
                   order by position limit 1)""",
                  "lockkeeper.journal.unpublished.oldest",
                  "seconds",
                  Tags.empty(),
                  "How long the oldest of them has waited"),
              Gauge.count(
                  "(select count(*) from stuck)",
                  "lockkeeper.journal.stuck",
                  "Releases that cannot be decided on"),
              Gauge.count(
                  "(select count(*) from alarm)",
                  "lockkeeper.journal.open",
                  "Releases with an alarm"),
              Gauge.count(
                  "count(*)",
                  "lockkeeper.alarms.overdue",
                  "Alarms whose time has come, unanswered"),
              Gauge.since(
                  "due_at",
                  "lockkeeper.alarms.overdue.longest",
                  "How long ago the time of the oldest of them came")));

  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final DataSource dataSource;
  private Numbers numbers = new Numbers(0, Duration.ZERO, 0, 0);
  private long readAt;
  private boolean isRead;

  JournalStatus(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /// The present numbers.
  ///
  /// @throws SQLException when the database cannot be asked
  synchronized Numbers numbers() throws SQLException {
    if (!isRead || System.nanoTime() - readAt > FRESH_NANOS) {
      isRead = false;
      numbers = read();
      readAt = System.nanoTime();
      isRead = true;
    }
    return numbers;
  }

  private Numbers read() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(CENSUS.sql());
        ResultSet row = select.executeQuery()) {
      row.next();
      Duration oldest = Duration.ofMillis(Math.max(0, Math.round(row.getDouble(2) * 1_000)));
      return new Numbers(row.getLong(1), oldest, row.getLong(3), row.getLong(4));
    }
  }
}
