package io.lockkeeper.simulation.platform;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One service's database: what a crash leaves behind, what an old dump brings back. Changed by
/// [Transaction]s,
/// which commit whole or not at all; leases are short transactions of their own.
public final class Database {

  /// A row of the journal.
  ///
  /// @param position of the identity column: its order is not the order of commits
  /// @param delivery where it was consumed; null for a fact that this service wrote itself
  record Entry(long position, Fact fact, long seen, Topic.@Nullable Delivery delivery) {}

  /// When a release next needs attention, and until when somebody is giving it.
  record Alarm(Instant due, @Nullable Instant leasedUntil) {}

  /// Why a release cannot be decided on.
  ///
  /// @param stays whether only a person can end it
  record Stuck(String reason, boolean stays) {}

  /// A row of a table of the service itself, with its version.
  record Row(Object value, long version) {}

  private record Lease(Object holder, Instant until) {}

  final Map<ReleaseId, List<Entry>> journal = new LinkedHashMap<>();
  final Map<EventId, Entry> inbox = new HashMap<>();
  final TreeMap<Long, Entry> unpublished = new TreeMap<>();
  final Map<ReleaseId, Alarm> alarms = new LinkedHashMap<>();
  final Map<ReleaseId, Stuck> stuck = new LinkedHashMap<>();
  final Map<Object, Row> rows = new LinkedHashMap<>();
  final Map<Integer, Long> positions = new HashMap<>();
  private final Map<Object, Lease> leases = new HashMap<>();
  long entered;
  long relayed;
  private boolean away;
  private boolean gone;

  /// A dump as of now.
  public Database copy() {
    Database copy = new Database();
    journal.forEach((release, entries) -> copy.journal.put(release, new ArrayList<>(entries)));
    copy.inbox.putAll(inbox);
    copy.unpublished.putAll(unpublished);
    copy.alarms.putAll(alarms);
    copy.stuck.putAll(stuck);
    copy.rows.putAll(rows);
    copy.positions.putAll(positions);
    copy.leases.putAll(leases);
    copy.entered = entered;
    copy.relayed = relayed;
    return copy;
  }

  /// Whether no connection can be had.
  public boolean isAway() {
    return away || gone;
  }

  /// Takes the server away, or brings it back.
  public void setAway(boolean away) {
    this.away = away;
  }

  /// Ends every connection for good: another database takes its place.
  public void drop() {
    gone = true;
  }

  /// All releases this database knows.
  public List<ReleaseId> releases() {
    return List.copyOf(journal.keySet());
  }

  /// The facts of a release in the order of revisions.
  public List<Fact> history(ReleaseId release) {
    List<Entry> entries = journal.getOrDefault(release, List.of());
    List<Fact> facts = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      facts.add(entry.fact);
    }
    return facts;
  }

  /// Whether this fact is in the journal.
  public boolean knows(EventId id) {
    return inbox.containsKey(id);
  }

  /// Why a release cannot be decided on; empty normally.
  public Optional<String> stuckReason(ReleaseId release) {
    return Optional.ofNullable(stuck.get(release)).map(Stuck::reason);
  }

  /// The releases that cannot be decided on.
  public List<ReleaseId> stuck() {
    return List.copyOf(stuck.keySet());
  }

  /// How many facts wait to be published.
  public int unpublishedCount() {
    return unpublished.size();
  }

  /// The offset of the first record of this partition that this database has not taken in.
  public long position(int partition) {
    return positions.getOrDefault(partition, 0L);
  }

  /// The earliest time at which an alarm can be taken; empty when none is set.
  public Optional<Instant> nextAlarm() {
    Instant next = null;
    for (Alarm alarm : alarms.values()) {
      Instant ready =
          alarm.leasedUntil == null || alarm.leasedUntil.isBefore(alarm.due)
              ? alarm.due
              : alarm.leasedUntil;
      if (next == null || ready.isBefore(next)) {
        next = ready;
      }
    }
    return Optional.ofNullable(next);
  }

  /// Takes the lease of this name until then; false while somebody else holds it.
  public boolean lease(Object name, Object holder, Instant now, Instant until) {
    Lease lease = leases.get(name);
    if (lease != null && !lease.holder.equals(holder) && now.isBefore(lease.until)) {
      return false;
    }
    leases.put(name, new Lease(holder, until));
    return true;
  }

  /// Gives the lease back.
  public void release(Object name, Object holder) {
    Lease lease = leases.get(name);
    if (lease != null && lease.holder.equals(holder)) {
      leases.remove(name);
    }
  }

  /// The committed value of a row; null when there is none.
  public @Nullable Object row(Object key) {
    Row row = rows.get(key);
    return row == null ? null : row.value;
  }

  /// The keys of the service's own rows.
  public List<Object> rowKeys() {
    return List.copyOf(rows.keySet());
  }
}
