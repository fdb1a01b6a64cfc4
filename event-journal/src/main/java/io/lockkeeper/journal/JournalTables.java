package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The statements on the journal's tables; each runs in its caller's transaction.
final class JournalTables {

  private static final String COLUMNS =
      "id, release_id, revision, source, sequence, type, time, causation_id, seen, data";

  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private JournalTables() {}

  /// A fact as it stands in the table.
  ///
  /// @param offset where it was consumed; null for own facts
  record Entry(long position, Envelope envelope, @Nullable Long offset, byte[] data) {}

  /// What stands beside the facts of a release when a transaction begins.
  ///
  /// @param highest the last position in the journal, over all releases
  record Margin(long highest, boolean forgotten, @Nullable String stuck, boolean stays) {}

  static Margin margin(Connection connection, ReleaseId release) throws SQLException {
    String sql =
        """
        select (select coalesce(max(position), 0) from release_event),
               exists (select 1 from forgotten where release_id = r.id),
               stuck.reason, coalesce(stuck.stays, false)
        from (values (?)) as r (id) left join stuck on stuck.release_id = r.id""";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, release.value());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new Margin(row.getLong(1), row.getBoolean(2), row.getString(3), row.getBoolean(4));
      }
    }
  }

  /// The facts of a release from this revision on, in their order.
  static List<Entry> entries(Connection connection, ReleaseId release, int from)
      throws SQLException {
    String sql =
        "select position, topic_offset, "
            + COLUMNS
            + " from release_event where release_id = ? and revision >= ? order by revision";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, release.value());
      select.setInt(2, from);
      return entries(select);
    }
  }

  /// The unpublished facts of the lowest positions.
  static List<Entry> unpublished(Connection connection, int limit) throws SQLException {
    String sql =
        "select position, topic_offset, "
            + COLUMNS
            + " from unpublished join release_event using (position) order by position limit ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(1, limit);
      return entries(select);
    }
  }

  static void deleteUnpublished(Connection connection, List<Long> positions) throws SQLException {
    String sql = "delete from unpublished where position = any (?)";
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      delete.setArray(1, connection.createArrayOf("bigint", positions.toArray()));
      delete.executeUpdate();
    }
  }

  /// Appends a fact of our own and notes that it is to be published.
  static long appendOwn(Connection connection, Envelope envelope, int revision, byte[] data)
      throws SQLException {
    String sql =
        "with appended as (insert into release_event ("
            + COLUMNS
            + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning position)"
            + " insert into unpublished select position from appended returning position";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      bind(insert, envelope, revision, data);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /// Appends a consumed fact; empty when a fact of its id is here already.
  static OptionalLong appendConsumed(
      Connection connection,
      Envelope envelope,
      int revision,
      int partition,
      long offset,
      byte[] data)
      throws SQLException {
    String sql =
        "insert into release_event ("
            + COLUMNS
            + ", topic_partition, topic_offset) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " on conflict (id) do nothing returning position";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      int last = bind(insert, envelope, revision, data);
      insert.setInt(last + 1, partition);
      insert.setLong(last + 2, offset);
      try (ResultSet row = insert.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    }
  }

  /// Which of these ids are not in the journal and not of a forgotten release.
  static List<UUID> unknown(Connection connection, List<UUID> ids, List<String> releases)
      throws SQLException {
    String sql =
        """
        select g.id from unnest(?, ?) as g (id, release_id)
        where not exists (select 1 from release_event e where e.id = g.id)
          and not exists (select 1 from forgotten f where f.release_id = g.release_id)""";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
      select.setArray(2, connection.createArrayOf("text", releases.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        List<UUID> unknown = new ArrayList<>();
        while (rows.next()) {
          unknown.add(rows.getObject(1, UUID.class));
        }
        return unknown;
      }
    }
  }

  static boolean isEmpty(Connection connection) throws SQLException {
    return !exists(connection, "select exists (select 1 from release_event)");
  }

  static boolean hasUnpublished(Connection connection) throws SQLException {
    return exists(connection, "select exists (select 1 from unpublished)");
  }

  /// The offset after the last one of this partition that was taken in; empty when none was.
  static OptionalLong nextOffset(Connection connection, int partition) throws SQLException {
    String sql = "select next_offset from topic_position where topic_partition = ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(1, partition);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    }
  }

  /// Notes that everything of this partition before `next` was taken in; never goes back.
  static void advance(Connection connection, int partition, long next) throws SQLException {
    String sql =
        """
        insert into topic_position values (?, ?) on conflict (topic_partition)
        do update set next_offset = excluded.next_offset
        where topic_position.next_offset < excluded.next_offset""";
    try (PreparedStatement upsert = connection.prepareStatement(sql)) {
      upsert.setInt(1, partition);
      upsert.setLong(2, next);
      upsert.executeUpdate();
    }
  }

  /// Sets the release's alarm; one that does not change keeps its lease.
  static void setAlarm(Connection connection, ReleaseId release, Optional<Instant> due)
      throws SQLException {
    String sql =
        due.isEmpty()
            ? "delete from alarm where release_id = ?"
            : """
            insert into alarm values (?, ?) on conflict (release_id)
            do update set due_at = excluded.due_at, leased_by = null, leased_until = null
            where alarm.due_at <> excluded.due_at""";
    try (PreparedStatement set = connection.prepareStatement(sql)) {
      set.setString(1, release.value());
      if (due.isPresent()) {
        set.setObject(2, at(due.get()));
      }
      set.executeUpdate();
    }
  }

  /// Sets the release's alarm where it has none.
  static void setFirstAlarm(Connection connection, ReleaseId release, Instant due)
      throws SQLException {
    String sql = "insert into alarm values (?, ?) on conflict (release_id) do nothing";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setString(1, release.value());
      insert.setObject(2, at(due));
      insert.executeUpdate();
    }
  }

  static void setStuck(Connection connection, ReleaseId release, String reason, boolean stays)
      throws SQLException {
    String sql =
        """
        insert into stuck (release_id, reason, stays) values (?, ?, ?) on conflict (release_id)
        do update set reason = excluded.reason, stays = excluded.stays where not stuck.stays""";
    try (PreparedStatement upsert = connection.prepareStatement(sql)) {
      upsert.setString(1, release.value());
      upsert.setString(2, reason);
      upsert.setBoolean(3, stays);
      upsert.executeUpdate();
    }
  }

  static void clearStuck(Connection connection, ReleaseId release) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from stuck where release_id = ?")) {
      delete.setString(1, release.value());
      delete.executeUpdate();
    }
  }

  /// An instant as the database takes it: in its range, and not earlier by rounding.
  static OffsetDateTime at(Instant instant) {
    if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
      return (instant.isBefore(EARLIEST) ? EARLIEST : LATEST).atOffset(ZoneOffset.UTC);
    }
    Instant micros = instant.truncatedTo(ChronoUnit.MICROS);
    return (micros.equals(instant) ? micros : micros.plus(1, ChronoUnit.MICROS))
        .atOffset(ZoneOffset.UTC);
  }

  private static boolean exists(Connection connection, String sql) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static int bind(PreparedStatement insert, Envelope envelope, int revision, byte[] data)
      throws SQLException {
    insert.setObject(1, envelope.id());
    insert.setString(2, envelope.release().value());
    insert.setInt(3, revision);
    insert.setString(4, envelope.writer().source());
    insert.setInt(5, envelope.sequence());
    insert.setString(6, envelope.type());
    insert.setObject(7, at(envelope.time()));
    insert.setObject(8, envelope.cause(), Types.OTHER);
    insert.setObject(9, envelope.seen(), Types.BIGINT);
    insert.setBytes(10, data);
    return 10;
  }

  private static List<Entry> entries(PreparedStatement select) throws SQLException {
    try (ResultSet row = select.executeQuery()) {
      List<Entry> entries = new ArrayList<>();
      while (row.next()) {
        entries.add(
            new Entry(
                row.getLong("position"),
                envelope(row),
                row.getObject("topic_offset", Long.class),
                row.getBytes("data")));
      }
      return entries;
    }
  }

  private static Envelope envelope(ResultSet row) throws SQLException {
    String source = row.getString("source");
    return new Envelope(
        row.getObject("id", UUID.class),
        Writer.of(source).orElseThrow(() -> new IllegalStateException("no writer is " + source)),
        new ReleaseId(row.getString("release_id")),
        row.getInt("sequence"),
        row.getObject("time", OffsetDateTime.class).toInstant(),
        row.getObject("causation_id", UUID.class),
        row.getObject("seen", Long.class),
        row.getString("type"));
  }
}
