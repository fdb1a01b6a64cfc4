package io.lockkeeper.audit.adapter;

import io.agroal.api.AgroalDataSource;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.journal.Envelope;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.UnreadableEvent;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Reads the ledger. Runbook D5.
@Singleton
public class Ledger {

  /// How many deliveries are in memory at once while many are read.
  private static final int FETCH = 200;

  private static final String COLUMNS =
      "select topic_partition, topic_offset, record_key, headers, value, appended, repeat, note"
          + " from ledger ";

  private static final String AFTER_CURSOR =
      """
      select found.* from ledger_position p
      left join unnest(?::int[], ?::bigint[]) as c(topic_partition, reached) using (topic_partition)
      cross join lateral (
        select topic_partition, topic_offset, record_key, headers, value, appended, repeat, note
        from ledger
        where topic_partition = p.topic_partition and topic_offset > coalesce(c.reached, -1)
        order by topic_offset limit ?) found
      where p.next_offset > coalesce(c.reached, -1) + 1
      order by topic_partition, topic_offset""";

  private final AgroalDataSource dataSource;
  private final String topic;

  Ledger(
      AgroalDataSource dataSource,
      @ConfigProperty(name = "lockkeeper.journal.topic", defaultValue = "release-events")
          String topic) {
    this.dataSource = dataSource;
    this.topic = topic;
  }

  /// What the ledger says of one release: its facts in ledger order, and what is odd about
  /// their deliveries, in words.
  record Account(List<Fact> facts, List<String> notes) {}

  /// The account of this release; without facts when it is unknown.
  Account account(ReleaseId release) {
    try (Connection connection = dataSource.getConnection()) {
      return account(connection, release);
    } catch (SQLException e) {
      throw new IllegalStateException("the ledger cannot be read", e);
    }
  }

  /// The account of this release within a transaction.
  Account account(Connection connection, ReleaseId release) throws SQLException {
    List<Fact> facts = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    each(
        connection,
        "where release_id = ? order by topic_partition, topic_offset",
        select -> select.setString(1, release.value()),
        delivery -> {
          if (!delivery.repeat()) {
            Envelope.of(delivery.record(topic))
                .ifPresent(envelope -> facts.add(envelope.fact(read(envelope, delivery))));
          }
          if (delivery.note() != null) {
            notes.add(
                "partition %d, offset %d: %s"
                    .formatted(delivery.partition(), delivery.offset(), delivery.note()));
          }
        });
    return new Account(facts, notes);
  }

  /// Every delivery about this release, in order.
  void deliveries(ReleaseId release, Consumer<Delivery> consumer) {
    each(
        "where release_id = ? order by topic_partition, topic_offset",
        select -> select.setString(1, release.value()),
        consumer);
  }

  /// Deliveries of this partition after this offset, in order, at most so many.
  void deliveries(int partition, long after, int limit, Consumer<Delivery> consumer) {
    each(
        "where topic_partition = ? and topic_offset > ? order by topic_offset limit ?",
        select -> {
          select.setInt(1, partition);
          select.setLong(2, after);
          select.setInt(3, limit);
        },
        consumer);
  }

  /// Deliveries after this cursor, at most so many of each partition; of one partition in order.
  List<Delivery> after(LedgerCursor cursor, int limit) {
    List<Delivery> found = new ArrayList<>();
    eachOf(
        AFTER_CURSOR,
        select -> {
          Connection connection = select.getConnection();
          select.setArray(1, connection.createArrayOf("int", cursor.reached().keySet().toArray()));
          select.setArray(
              2, connection.createArrayOf("bigint", cursor.reached().values().toArray()));
          select.setInt(3, limit);
        },
        found::add);
    return found;
  }

  /// Deliveries about this release after this cursor, at most so many, in order.
  List<Delivery> after(ReleaseId release, LedgerCursor cursor, int limit) {
    Map.@Nullable Entry<Integer, Long> reached = cursor.reached().lastEntry();
    List<Delivery> found = new ArrayList<>();
    each(
        "where release_id = ? and (topic_partition, topic_offset) > (?, ?)"
            + " order by topic_partition, topic_offset limit ?",
        select -> {
          select.setString(1, release.value());
          select.setInt(2, reached == null ? -1 : reached.getKey());
          select.setLong(3, reached == null ? -1 : reached.getValue());
          select.setInt(4, limit);
        },
        found::add);
    return found;
  }

  /// The cursor of whoever has everything that is here now.
  LedgerCursor end() {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "select topic_partition, next_offset - 1 from ledger_position"
                    + " where next_offset > 0");
        ResultSet rows = select.executeQuery()) {
      SortedMap<Integer, Long> reached = new TreeMap<>();
      while (rows.next()) {
        reached.put(rows.getInt(1), rows.getLong(2));
      }
      return new LedgerCursor(reached);
    } catch (SQLException e) {
      throw new IllegalStateException("the ledger cannot be read", e);
    }
  }

  private static ReleaseEvent read(Envelope envelope, Delivery delivery) {
    byte[] value = delivery.value() == null ? new byte[0] : delivery.value();
    if (!envelope.isMalformed()) {
      try {
        return EventJson.read(envelope.type(), value);
      } catch (UnreadableEvent e) {
        // Shown as what it is: a fact that nobody can read.
      }
    }
    return new Unrecognised(envelope.type(), new String(value, StandardCharsets.UTF_8));
  }

  @FunctionalInterface
  private interface Parameters {
    void set(PreparedStatement select) throws SQLException;
  }

  private void each(String rest, Parameters parameters, Consumer<Delivery> consumer) {
    eachOf(COLUMNS + rest, parameters, consumer);
  }

  private void eachOf(String query, Parameters parameters, Consumer<Delivery> consumer) {
    try (Connection connection = dataSource.getConnection()) {
      // Rows come in portions only outside of auto-commit.
      connection.setAutoCommit(false);
      try {
        eachOf(connection, query, parameters, consumer);
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the ledger cannot be read", e);
    }
  }

  private static void each(
      Connection connection, String rest, Parameters parameters, Consumer<Delivery> consumer)
      throws SQLException {
    eachOf(connection, COLUMNS + rest, parameters, consumer);
  }

  private static void eachOf(
      Connection connection, String query, Parameters parameters, Consumer<Delivery> consumer)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setFetchSize(FETCH);
      parameters.set(select);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          consumer.accept(
              new Delivery(
                  rows.getInt(1),
                  rows.getLong(2),
                  rows.getString(3),
                  rows.getBytes(4),
                  rows.getBytes(5),
                  rows.getObject(6, OffsetDateTime.class).toInstant(),
                  rows.getBoolean(7),
                  rows.getString(8)));
        }
      }
    }
  }
}
