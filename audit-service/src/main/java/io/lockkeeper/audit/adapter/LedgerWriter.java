package io.lockkeeper.audit.adapter;

import static java.time.ZoneOffset.UTC;

import io.agroal.api.AgroalDataSource;
import io.lockkeeper.audit.Overview;
import io.lockkeeper.audit.Waiting;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.Envelope;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/// Adds to the ledger, in the order of each partition, without a hole. Where it stands is a row
/// beside it, written in the same transaction and locked by whoever adds.
@Singleton
public class LedgerWriter {

  private final AgroalDataSource dataSource;
  private final Ledger ledger;

  LedgerWriter(AgroalDataSource dataSource, Ledger ledger) {
    this.dataSource = dataSource;
    this.ledger = ledger;
  }

  /// The offset that comes next in this partition; 0 in an empty ledger.
  long next(int partition) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return position(connection, partition, false);
    }
  }

  /// Adds deliveries of one partition, in one transaction; those that are here already change
  /// nothing.
  ///
  /// @param records in the order of their offsets
  /// @param hole    where a hole before the first of them may begin, because the topic has no
  ///                such record; it is noted. Empty when there may be none
  /// @return empty when they are added; the offset that should have come first when there is a
  /// hole
  OptionalLong add(List<ConsumerRecord<String, byte[]>> records, OptionalLong hole)
      throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        OptionalLong missing = add(connection, records, hole);
        connection.commit();
        return missing;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  private OptionalLong add(
      Connection connection, List<ConsumerRecord<String, byte[]>> records, OptionalLong hole)
      throws SQLException {
    int partition = records.getFirst().partition();
    long next = position(connection, partition, true);
    if (records.getFirst().offset() > next && !hole.equals(OptionalLong.of(next))) {
      return OptionalLong.of(next);
    }
    Set<ReleaseId> touched = new LinkedHashSet<>();
    for (ConsumerRecord<String, byte[]> record : records) {
      if (record.offset() >= next) {
        add(connection, record, next).ifPresent(touched::add);
        next = record.offset() + 1;
      }
    }
    for (ReleaseId release : touched) {
      view(connection, release);
    }
    advance(connection, partition, next);
    return OptionalLong.empty();
  }

  private static long position(Connection connection, int partition, boolean lock)
      throws SQLException {
    if (lock) {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into ledger_position values (?, 0) on conflict do nothing")) {
        insert.setInt(1, partition);
        insert.executeUpdate();
      }
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            "select next_offset from ledger_position where topic_partition = ?"
                + (lock ? " for update" : ""))) {
      select.setInt(1, partition);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  private static void advance(Connection connection, int partition, long next) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "update ledger_position set next_offset = ? where topic_partition = ?")) {
      update.setLong(1, next);
      update.setInt(2, partition);
      update.executeUpdate();
    }
  }

  /// Adds one delivery; returns the release that it is about.
  private static Optional<ReleaseId> add(
      Connection connection, ConsumerRecord<String, byte[]> record, long expected)
      throws SQLException {
    Envelope envelope = Envelope.of(record).orElse(null);
    Earlier earlier = envelope == null ? null : earlier(connection, envelope);
    String hole =
        record.offset() > expected
            ? "offsets from " + expected + " on are missing before it"
            : null;
    String note =
        join(
            hole,
            envelope == null ? "no fact of ours" : note(connection, envelope, earlier, record));
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into ledger values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setInt(1, record.partition());
      insert.setLong(2, record.offset());
      insert.setString(3, plain(record.key()));
      insert.setBytes(4, Delivery.written(record.headers()));
      insert.setBytes(5, record.value());
      insert.setObject(6, at(Instant.ofEpochMilli(Math.max(0, record.timestamp()))));
      if (envelope == null) {
        for (int column = 7; column <= 13; column++) {
          insert.setNull(column, column == 8 ? Types.OTHER : Types.NULL);
        }
      } else {
        insert.setString(7, envelope.writer().source());
        insert.setObject(8, envelope.id());
        insert.setString(9, envelope.type());
        insert.setString(10, envelope.release().value());
        insert.setInt(11, envelope.sequence());
        insert.setObject(12, at(envelope.time()));
        insert.setObject(13, envelope.seen(), Types.BIGINT);
      }
      insert.setBoolean(14, earlier != null);
      insert.setString(15, note);
      insert.executeUpdate();
    }
    return Optional.ofNullable(envelope).map(Envelope::release);
  }

  /// The delivery that counts for a fact.
  private record Earlier(int partition, long offset, byte @Nullable [] value) {}

  private static @Nullable Earlier earlier(Connection connection, Envelope envelope)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select topic_partition, topic_offset, value from ledger"
                + " where source = ? and id = ? and not repeat limit 1")) {
      select.setString(1, envelope.writer().source());
      select.setObject(2, envelope.id());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? new Earlier(row.getInt(1), row.getLong(2), row.getBytes(3)) : null;
      }
    }
  }

  private static @Nullable String note(
      Connection connection,
      Envelope envelope,
      @Nullable Earlier earlier,
      ConsumerRecord<String, byte[]> record)
      throws SQLException {
    if (earlier != null) {
      String same = Arrays.equals(earlier.value(), record.value()) ? "" : " with another value";
      return "repeats partition %d, offset %d%s"
          .formatted(earlier.partition(), earlier.offset(), same);
    }
    if (envelope.isMalformed()) {
      return "its headers are not those of a fact";
    }
    int expected = lastSequence(connection, envelope) + 1;
    return envelope.sequence() == expected
        ? null
        : "%s has number %d where %d comes next"
            .formatted(envelope.writer().source(), envelope.sequence(), expected);
  }

  private static int lastSequence(Connection connection, Envelope envelope) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select coalesce(max(sequence), 0) from ledger"
                + " where release_id = ? and source = ? and not repeat")) {
      select.setString(1, envelope.release().value());
      select.setString(2, envelope.writer().source());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /// Makes the row of this release say what the ledger says.
  private void view(Connection connection, ReleaseId release) throws SQLException {
    List<Fact> facts = ledger.account(connection, release).facts();
    if (facts.isEmpty()) {
      return;
    }
    Overview overview = Overview.of(facts);
    try (PreparedStatement upsert =
        connection.prepareStatement(
            """
        insert into release_view values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (release_id) do update set
          service = excluded.service, version = excluded.version,
          environment = excluded.environment, phase = excluded.phase,
          outcome = excluded.outcome, requested_at = excluded.requested_at,
          settled_at = excluded.settled_at, reason = excluded.reason,
          waits_for = excluded.waits_for, who = excluded.who, due = excluded.due\
        """)) {
      upsert.setString(1, release.value());
      upsert.setString(2, overview.service());
      upsert.setString(3, overview.version());
      upsert.setString(4, overview.environment());
      upsert.setString(5, overview.phase());
      upsert.setString(6, overview.outcome() == null ? null : overview.outcome().name());
      upsert.setObject(7, at(overview.requested()));
      Instant settled = overview.settled();
      upsert.setObject(8, settled == null ? null : at(settled), Types.TIMESTAMP_WITH_TIMEZONE);
      upsert.setString(9, overview.reason());
      Waiting waiting = overview.waitsFor();
      Instant due = waiting == null ? null : waiting.until();
      upsert.setString(10, waiting == null ? null : waiting.what());
      upsert.setString(11, waiting == null ? null : waiting.who());
      upsert.setObject(12, due == null ? null : at(due), Types.TIMESTAMP_WITH_TIMEZONE);
      upsert.executeUpdate();
    }
  }

  private static Object at(Instant instant) {
    return instant.atOffset(UTC);
  }

  /// Text that PostgreSQL can hold, or nothing.
  private static @Nullable String plain(@Nullable String key) {
    return key == null || key.indexOf('\0') >= 0 ? null : key;
  }

  private static @Nullable String join(@Nullable String one, @Nullable String other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one + "; " + other;
  }
}
