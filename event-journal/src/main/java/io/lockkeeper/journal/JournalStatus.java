package io.lockkeeper.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/// What operators watch of a journal; asked of the database at most once a second.
final class JournalStatus {

  /// The numbers of one moment.
  ///
  /// @param unpublished own facts that the topic has not acknowledged
  /// @param oldest how long the oldest of them has waited
  /// @param stuck releases that cannot be decided on
  /// @param alarms releases that are open
  record Numbers(long unpublished, Duration oldest, long stuck, long alarms) {}

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
    String sql =
        """
        select (select count(*) from unpublished),
               coalesce((select (extract(epoch from clock_timestamp() - e.time) * 1000)::bigint
                         from unpublished join release_event e using (position)
                         order by position limit 1), 0),
               (select count(*) from stuck),
               (select count(*) from alarm)""";
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      Duration oldest = Duration.ofMillis(Math.max(0, row.getLong(2)));
      return new Numbers(row.getLong(1), oldest, row.getLong(3), row.getLong(4));
    }
  }
}
