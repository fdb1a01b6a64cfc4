package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.JournalUnavailable;
import io.lockkeeper.runbook.Digest;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiPredicate;
import javax.sql.DataSource;

/// The table of looks. Each call is a transaction of its own, apart from those of the journal: a
/// look is not a fact, and one without a fact harms nobody. Trouble with the database is
/// [JournalUnavailable].
@ApplicationScoped
public class LookBook {

  private static final int MOST_LOOKS_READ = 20_000;
  private static final int PAGE = 200;

  private final DataSource dataSource;

  /// The book in this database.
  public LookBook(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /// A look as it is kept.
  ///
  /// @param record its bytes on the topic
  public record Kept(UUID id, Digest digest, boolean published, byte[] record) {}

  /// A look and its place in the table.
  record Row(long position, UUID id, Digest digest, byte[] record) {}

  /// Keeps a look; one that is here already stays as it is.
  ///
  /// @return how facts name it
  public MonitorEvent.Look append(LookRecord look) {
    return append(look, look.toJson(), false);
  }

  /// Keeps a look that was read back from the topic.
  void restore(LookRecord look, byte[] record) {
    append(look, record, true);
  }

  private MonitorEvent.Look append(LookRecord look, byte[] record, boolean published) {
    String sql =
        """
        insert into look (id, release_id, kind, request, at, digest, published, record)
        values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing""";
    Digest digest = Digest.of(record);
    EventId request = look.request();
    return in(
        sql,
        insert -> {
          insert.setObject(1, look.id());
          insert.setString(2, look.release().value());
          insert.setString(3, look.kind().name());
          insert.setObject(4, request == null ? null : request.value());
          insert.setObject(5, utc(look.at()));
          insert.setString(6, digest.value());
          insert.setBoolean(7, published);
          insert.setBytes(8, record);
          insert.executeUpdate();
          return new MonitorEvent.Look(look.id().toString(), digest);
        });
  }

  /// The looks at the candidate of this release, oldest first; the newest 20,000 when there are
  /// more.
  public List<LookRecord> candidateLooks(ReleaseId release) {
    String sql =
        """
        select record from look where release_id = ? and kind = 'CANDIDATE'
        order by position desc limit ?""";
    return in(
        sql,
        select -> {
          select.setString(1, release.value());
          select.setInt(2, MOST_LOOKS_READ);
          return records(select);
        });
  }

  /// The looks at the stable version for this baseline, oldest first.
  public List<LookRecord> baselineLooks(ReleaseId release, EventId request) {
    String sql =
        """
        select record from look where release_id = ? and kind = 'BASELINE_LOOK' and request = ?
        order by position desc limit ?""";
    return in(
        sql,
        select -> {
          select.setString(1, release.value());
          select.setObject(2, request.value());
          select.setInt(3, MOST_LOOKS_READ);
          return records(select);
        });
  }

  /// Reads what a verdict on the candidate of this release rests on, oldest first: what its
  /// baselines came to, and the looks at it. Some hundred at a time, so that a long watch takes no
  /// more memory than a short one.
  ///
  /// @param reader takes a look and its bytes, and says whether it wants more
  public void read(ReleaseId release, BiPredicate<LookRecord, byte[]> reader) {
    long after = 0;
    List<Row> page;
    do {
      page = page(release, after);
      for (Row look : page) {
        if (!reader.test(LookRecord.read(look.record()), look.record())) {
          return;
        }
        after = look.position();
      }
    } while (!page.isEmpty());
  }

  private List<Row> page(ReleaseId release, long after) {
    String sql =
        """
        select position, id, digest, record from look
        where release_id = ? and kind in ('BASELINE', 'CANDIDATE') and position > ?
        order by position limit ?""";
    return in(
        sql,
        select -> {
          select.setString(1, release.value());
          select.setLong(2, after);
          select.setInt(3, PAGE);
          return rows(select);
        });
  }

  /// The look of this id.
  public Optional<Kept> find(UUID id) {
    return in(
        "select id, digest, published, record from look where id = ?",
        select -> {
          select.setObject(1, id);
          return kept(select);
        });
  }

  /// The newest look for this release, of whatever kind.
  public Optional<Kept> newest(ReleaseId release) {
    return in(
        """
        select id, digest, published, record from look where release_id = ?
        order by position desc limit 1""",
        select -> {
          select.setString(1, release.value());
          return kept(select);
        });
  }

  /// What the topic has not acknowledged of this release, oldest first.
  List<Row> unsent(ReleaseId release, int most) {
    return in(
        """
        select position, id, digest, record from look where release_id = ? and not published
        order by position limit ?""",
        select -> {
          select.setString(1, release.value());
          select.setInt(2, most);
          return rows(select);
        });
  }

  /// Notes that the topic acknowledged these looks.
  void sent(List<Row> looks) {
    in(
        "update look set published = true where position = any (?)",
        update -> {
          Array positions =
              update
                  .getConnection()
                  .createArrayOf("bigint", looks.stream().map(Row::position).toArray());
          update.setArray(1, positions);
          return update.executeUpdate();
        });
  }

  /// The releases with looks older than `before` that the topic has not acknowledged.
  List<ReleaseId> waiting(Instant before, int most) {
    return in(
        "select distinct release_id from look where not published and at < ? limit ?",
        select -> {
          select.setObject(1, utc(before));
          select.setInt(2, most);
          try (ResultSet rows = select.executeQuery()) {
            List<ReleaseId> releases = new ArrayList<>();
            while (rows.next()) {
              releases.add(new ReleaseId(rows.getString(1)));
            }
            return releases;
          }
        });
  }

  /// Deletes looks older than `before` that the topic has acknowledged, at most so many.
  ///
  /// @return how many went
  int forget(Instant before, int most) {
    return in(
        """
        delete from look where position in
        (select position from look where at < ? and published order by at limit ?)""",
        delete -> {
          delete.setObject(1, utc(before));
          delete.setInt(2, most);
          return delete.executeUpdate();
        });
  }

  @FunctionalInterface
  private interface Work<T> {
    T with(PreparedStatement statement) throws SQLException;
  }

  private <T> T in(String sql, Work<T> work) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      return work.with(statement);
    } catch (SQLException e) {
      throw new JournalUnavailable("the looks cannot be reached", e);
    }
  }

  private static List<Row> rows(PreparedStatement select) throws SQLException {
    try (ResultSet rows = select.executeQuery()) {
      List<Row> looks = new ArrayList<>();
      while (rows.next()) {
        looks.add(
            new Row(
                rows.getLong(1),
                rows.getObject(2, UUID.class),
                new Digest(rows.getString(3)),
                rows.getBytes(4)));
      }
      return looks;
    }
  }

  private static List<LookRecord> records(PreparedStatement newestFirst) throws SQLException {
    try (ResultSet rows = newestFirst.executeQuery()) {
      List<LookRecord> looks = new ArrayList<>();
      while (rows.next()) {
        looks.add(LookRecord.read(rows.getBytes(1)));
      }
      Collections.reverse(looks);
      return looks;
    }
  }

  private static Optional<Kept> kept(PreparedStatement select) throws SQLException {
    try (ResultSet rows = select.executeQuery()) {
      return rows.next()
          ? Optional.of(
              new Kept(
                  rows.getObject(1, UUID.class),
                  new Digest(rows.getString(2)),
                  rows.getBoolean(3),
                  rows.getBytes(4)))
          : Optional.empty();
    }
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
