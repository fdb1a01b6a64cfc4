package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseId;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/// Forgets releases long after their end, so that a journal does not grow for ever; the topic and
/// audit-service keep everything. A release has ended when it has no alarm. Its rows in the
/// service's views go with its facts. One line of it stays, so that a late fact about it is dropped
/// and counted.
final class Retention {

  private static final Logger LOG = Logger.getLogger(Retention.class);

  private static final Duration BETWEEN = Duration.ofHours(1);
  private static final int BATCH = 100;

  private final JournalOwner owner;
  private final DataSource dataSource;
  private final Transactions transactions;
  private final Clock clock;
  private final Optional<Duration> keep;

  /// Forgets nothing until [#start].
  ///
  /// @param keep how long facts are kept after the last one of their release; empty for ever
  Retention(
      JournalOwner owner,
      DataSource dataSource,
      TransactionManager transactionManager,
      Clock clock,
      Optional<Duration> keep) {
    this.owner = owner;
    this.dataSource = dataSource;
    this.transactions = new Transactions(transactionManager, dataSource);
    this.clock = clock;
    this.keep = keep;
  }

  /// Starts forgetting, every hour.
  void start(ScheduledExecutorService timer) {
    if (keep.isPresent()) {
      timer.scheduleWithFixedDelay(
          this::forgetQuietly, BETWEEN.toSeconds(), BETWEEN.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /// Forgets what is old enough now.
  ///
  /// @return how many releases
  int forget() throws SQLException {
    int forgotten = 0;
    for (ReleaseId release : ended()) {
      forget(release);
      forgotten++;
    }
    return forgotten;
  }

  private void forgetQuietly() {
    try {
      int forgotten = forget();
      if (forgotten > 0) {
        LOG.infof("the facts of %d releases were deleted", forgotten);
      }
    } catch (SQLException | RuntimeException e) {
      LOG.warnf("forgetting is tried again later: %s", e);
    }
  }

  private List<ReleaseId> ended() throws SQLException {
    if (keep.isEmpty()) {
      return List.of();
    }
    // The last position stays, since a journal that knows of a later one takes itself for set back.
    String sql =
        """
        select release_id from release_event e
        where not exists (select 1 from alarm a where a.release_id = e.release_id)
          and not exists (select 1 from stuck s where s.release_id = e.release_id)
        group by release_id
        having max(time) < ?
          and max(position) < (select max(position) from release_event)
          and not exists (
            select 1 from unpublished u join release_event o using (position)
            where o.release_id = e.release_id)
        limit ?""";
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(sql)) {
      select.setObject(1, JournalTables.at(clock.instant().minus(keep.get())));
      select.setInt(2, BATCH);
      try (ResultSet rows = select.executeQuery()) {
        List<ReleaseId> releases = new ArrayList<>();
        while (rows.next()) {
          releases.add(new ReleaseId(rows.getString(1)));
        }
        return releases;
      }
    }
  }

  private void forget(ReleaseId release) {
    transactions.call(
        connection -> {
          execute(connection, "select set_config('lockkeeper.forgetting', ?, true)", release);
          execute(
              connection,
              """
              insert into forgotten (release_id, facts, last_time)
              select release_id, count(*), max(time) from release_event
              where release_id = ? group by release_id
              on conflict (release_id) do nothing""",
              release);
          execute(connection, "delete from release_event where release_id = ?", release);
          owner.reaction().views().write(release, List.of());
          return release;
        });
  }

  private static void execute(Connection connection, String sql, ReleaseId release)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, release.value());
      statement.execute();
    }
  }
}
