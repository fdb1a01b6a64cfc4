package io.lockkeeper.simulation.platform;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.simulation.platform.Database.Alarm;
import io.lockkeeper.simulation.platform.Database.Entry;
import io.lockkeeper.simulation.platform.Database.Row;
import io.lockkeeper.simulation.platform.Database.Stuck;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One transaction on one release: it reads when it begins, writes when it commits, and between the
/// two another
/// may have been quicker. Then nothing is written, and it must begin again, exactly as after a
/// conflict on
/// `(release_id, revision)` or a row that was locked.
public final class Transaction {

  private static final Duration SKEW = Duration.ofSeconds(5);

  private final Database database;
  private final ReleaseId release;
  private final Writer writer;
  private final Instant now;
  private final int revision;
  private final List<Fact> history;
  private final List<Entry> appended = new ArrayList<>();
  private final Map<Object, Long> rowsRead = new LinkedHashMap<>();
  private final Map<Object, Object> rowsWritten = new LinkedHashMap<>();
  private final Set<ReleaseId> woken = new LinkedHashSet<>();
  private final Map<Integer, Long> positions = new LinkedHashMap<>();
  private long seen = -1;
  private int sequence;
  private @Nullable Instant newest;
  private @Nullable Instant newestForeign;
  private @Nullable String unreadable;
  private @Nullable Optional<Instant> alarm;
  private @Nullable Optional<Stuck> stuck;
  private boolean changed;
  private boolean locking = true;

  Transaction(Database database, ReleaseId release, Writer writer, Instant now) {
    this.database = database;
    this.release = release;
    this.writer = writer;
    this.now = now.truncatedTo(ChronoUnit.MICROS);
    List<Entry> entries = database.journal.getOrDefault(release, List.of());
    this.revision = entries.size();
    this.history = new ArrayList<>(entries.size() + 4);
    entries.forEach(this::look);
  }

  private void look(Entry entry) {
    Fact fact = entry.fact();
    history.add(fact);
    Topic.Delivery delivery = entry.delivery();
    if (delivery != null) {
      seen = Math.max(seen, delivery.offset());
      unreadable = delivery.unreadable() == null ? unreadable : delivery.unreadable();
    }
    if (fact.writer() == writer) {
      sequence = Math.max(sequence, fact.sequence());
      newest = later(newest, fact.time());
    } else {
      newestForeign = later(newestForeign, fact.time());
    }
  }

  private static Instant later(@Nullable Instant one, Instant other) {
    return one == null || other.isAfter(one) ? other : one;
  }

  /// The release it is about.
  public ReleaseId release() {
    return release;
  }

  /// What the service knows, with what this transaction appended.
  public List<Fact> history() {
    return Collections.unmodifiableList(history);
  }

  /// The service's time in this transaction.
  public Instant now() {
    return now;
  }

  /// What this transaction appended, in order.
  public List<Fact> appended() {
    return appended.stream().map(Entry::fact).toList();
  }

  /// What of the history cannot be read; null normally.
  @Nullable String unreadable() {
    return unreadable;
  }

  /// Takes in a fact from the topic.
  void take(Topic.Delivery delivery) {
    append(new Entry(++database.entered, delivery.fact(), delivery.seen(), delivery));
  }

  /// Notes that everything of the partition up to this record was taken in.
  void advance(Topic.Delivery delivery) {
    positions.put(delivery.partition(), delivery.offset() + 1);
  }

  /// Appends a fact of the service itself. Its time agrees with cause, but a foreign clock that is
  /// far ahead is
  /// not followed.
  Fact write(EventId id, @Nullable EventId cause, ReleaseEvent event) {
    Instant time = now;
    if (newestForeign != null && !newestForeign.isAfter(now.plus(SKEW))) {
      time = later(time, newestForeign.plus(1, ChronoUnit.MICROS));
    }
    if (newest != null) {
      time = later(time, newest.plus(1, ChronoUnit.MICROS));
    }
    Fact fact = new Fact(id, writer, release, sequence + 1, time, cause, event);
    append(new Entry(++database.entered, fact, seen, null));
    return fact;
  }

  private void append(Entry entry) {
    appended.add(entry);
    look(entry);
  }

  /// Reads a row of the service's own tables and locks it until the end of the transaction.
  public @Nullable Object row(Object key) {
    if (rowsWritten.containsKey(key)) {
      return rowsWritten.get(key);
    }
    Row row = database.rows.get(key);
    rowsRead.put(key, row == null ? 0L : row.version());
    return row == null ? null : row.value();
  }

  /// Writes a row that was read.
  public void write(Object key, Object value) {
    rowsWritten.put(key, value);
  }

  /// Sets the alarm of another release, which waits, to now.
  public void wake(ReleaseId other) {
    woken.add(other);
  }

  /// Something about the release changed: others are told after the commit.
  void touch() {
    changed = true;
  }

  boolean isTouched() {
    return changed;
  }

  void setAlarm(Optional<Instant> due) {
    alarm = due;
  }

  void setStuck(Optional<Stuck> stuck) {
    this.stuck = stuck;
  }

  /// Reads rows without locking them: a planted bug.
  void withoutLocks() {
    locking = false;
  }

  /// Whether another transaction was quicker, so that this one must begin again.
  boolean conflicts() {
    if (database.journal.getOrDefault(release, List.of()).size() != revision) {
      return true;
    }
    if (locking) {
      for (Map.Entry<Object, Long> read : rowsRead.entrySet()) {
        Row row = database.rows.get(read.getKey());
        if ((row == null ? 0L : row.version()) != read.getValue()) {
          return true;
        }
      }
    }
    return false;
  }

  /// Writes everything at once.
  void commit() {
    if (!appended.isEmpty()) {
      List<Entry> entries = database.journal.computeIfAbsent(release, _ -> new ArrayList<>());
      for (Entry entry : appended) {
        entries.add(entry);
        database.inbox.put(entry.fact().id(), entry);
        if (entry.delivery() == null) {
          database.unpublished.put(entry.position(), entry);
        }
      }
    }
    positions.forEach((partition, next) -> database.positions.merge(partition, next, Math::max));
    rowsWritten.forEach(this::commitRow);
    if (alarm != null) {
      commitAlarm(alarm);
    }
    for (ReleaseId other : woken) {
      database.alarms.computeIfPresent(
          other, (_, set) -> set.due().isAfter(now) ? new Alarm(now, null) : set);
    }
    if (stuck != null) {
      if (stuck.isPresent()) {
        database.stuck.put(release, stuck.get());
      } else {
        database.stuck.remove(release);
      }
    }
  }

  private void commitRow(Object key, Object value) {
    Row row = database.rows.get(key);
    if (row == null || !row.value().equals(value)) {
      database.rows.put(key, new Row(value, row == null ? 1 : row.version() + 1));
    }
  }

  /// An alarm that does not change keeps its lease, so that it does not ring again at once.
  private void commitAlarm(Optional<Instant> due) {
    Alarm set = database.alarms.get(release);
    if (due.isEmpty()) {
      database.alarms.remove(release);
    } else if (set == null || !set.due().equals(due.get())) {
      database.alarms.put(release, new Alarm(due.get(), null));
    }
  }
}
