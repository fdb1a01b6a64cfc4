package io.lockkeeper.simulation.platform;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.Reaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One service: a database, the replicas that share it, and the partitions divided among them.
public final class Service {

  private static final Duration SESSION = Duration.ofSeconds(10);
  private static final int CRASHES = 15;
  private static final Duration WAIT_FOR_BROKERS = Duration.ofSeconds(10);

  /// What makes this service the one it is.
  ///
  /// @param reaction of one replica, since it may read that replica's open transaction
  /// @param work     of one incarnation of a replica
  public record Role(
      Writer writer,
      Set<Writer> listensTo,
      Function<Replica, Reaction> reaction,
      Function<Replica, Work> work) {}

  private final Role role;
  private final Timeline timeline;
  private final Topic topic;
  private final Witness witness;
  private final Mutation mutation;
  private final List<Replica> replicas = new ArrayList<>();
  private final Map<Integer, Integer> generations = new HashMap<>();
  private final Map<Integer, Replica> assignments = new HashMap<>();
  private final Map<Integer, Long> offsets = new HashMap<>();
  private Database database = new Database();
  private @Nullable Replica relaying;
  private @Nullable Replica recovering;
  private boolean unreliable = true;
  private Instant cutOffUntil = Timeline.START;
  private Instant laggingUntil = Timeline.START;

  /// A service that is not started.
  ///
  /// @param skews how far the clock of each replica is off; one replica each
  public Service(
      Role role,
      Timeline timeline,
      Topic topic,
      Witness witness,
      Mutation mutation,
      List<Duration> skews) {
    this.role = role;
    this.timeline = timeline;
    this.topic = topic;
    this.witness = witness;
    this.mutation = mutation;
    for (Duration skew : skews) {
      replicas.add(new Replica(this, replicas.size(), skew));
    }
  }

  /// In whose name it writes.
  public Writer writer() {
    return role.writer();
  }

  /// The one clock that is right.
  public Timeline timeline() {
    return timeline;
  }

  /// The topic.
  public Topic topic() {
    return topic;
  }

  /// The bug planted in this run.
  public Mutation mutation() {
    return mutation;
  }

  /// The present database.
  public Database database() {
    return database;
  }

  /// All replicas, up or down.
  public List<Replica> replicas() {
    return replicas;
  }

  /// A replica that answers people; empty when none does.
  public Optional<Replica> anyReady() {
    List<Replica> ready = replicas.stream().filter(Replica::isReady).toList();
    return ready.isEmpty() || database.isAway()
        ? Optional.empty()
        : Optional.of(ready.get(timeline.random().nextInt(ready.size())));
  }

  /// Whether this service cannot reach the brokers.
  public boolean isCutOff() {
    return topic.isAway() || timeline.now().isBefore(cutOffUntil);
  }

  /// Keeps this service, and no other, from the brokers.
  public void cutOff(Duration length) {
    cutOffUntil = timeline.now().plus(length);
  }

  /// Lets this service take in nothing for a while, although it is well.
  public void lag(Duration length) {
    laggingUntil = timeline.now().plus(length);
  }

  boolean isLagging() {
    return timeline.now().isBefore(laggingUntil);
  }

  /// Whether the process dies before its next step, at so many times the usual odds.
  boolean isUnlucky(int odds) {
    return unreliable && timeline.random().nextInt(10_000) < CRASHES * odds;
  }

  /// How long a transaction stays open: now and then it waits for a lock, a disk, a collector.
  Duration commitDelay() {
    return unreliable && timeline.chance(20) ? timeline.millis(20, 1_500) : timeline.millis(1, 6);
  }

  /// Whether sends fail now and then.
  boolean unreliable() {
    return unreliable;
  }

  /// From now on every send succeeds while the brokers answer.
  public void makeReliable() {
    unreliable = false;
    cutOffUntil = Timeline.START;
    laggingUntil = Timeline.START;
  }

  /// Stops every replica and puts another database in place of this one: an older dump, or an empty
  /// one.
  public void replaceDatabase(Database other) {
    replicas.forEach(Replica::crash);
    List<Fact> lost = new ArrayList<>();
    for (Database.Entry entry : database.unpublished.values()) {
      if (!other.knows(entry.fact().id())) {
        lost.add(entry.fact());
      }
    }
    database.drop();
    database = other;
    witness.lost(writer(), lost);
  }

  InMemoryJournal journalFor(Replica replica) {
    JournalOwner owner =
        new JournalOwner(
            role.writer(),
            role.listensTo(),
            role.reaction().apply(replica),
            release -> replica.work().committed(release));
    return new InMemoryJournal(owner, database, replica::clock, this::nextId, _ -> {}, mutation);
  }

  Work workFor(Replica replica) {
    return role.work().apply(replica);
  }

  private EventId nextId() {
    long millis = timeline.now().toEpochMilli();
    long most = millis << 16 | 0x7000 | timeline.random().nextInt(0x1000);
    long least = 0x8000_0000_0000_0000L | timeline.random().nextLong() >>> 2;
    return new EventId(new UUID(most, least));
  }

  void committed(Transaction transaction, boolean recovery) {
    boolean own = false;
    for (Fact fact : transaction.appended()) {
      witness.committed(writer(), fact, recovery);
      own |= fact.writer() == writer();
    }
    for (Replica replica : replicas) {
      if (replica.isUp() && !recovery) {
        replica.armAlarm();
      }
    }
    if (own && !recovery) {
      replicas.stream().filter(Replica::isReady).findFirst().ifPresent(Replica::wakeRelay);
    }
  }

  boolean lockRelay(Replica replica) {
    if (relaying == null || relaying == replica) {
      relaying = replica;
      return true;
    }
    return false;
  }

  void unlockRelay(Replica replica) {
    if (relaying == replica) {
      relaying = null;
    }
  }

  void left(Replica replica) {
    unlockRelay(replica);
    if (recovering == replica) {
      recovering = null;
    }
    for (int partition = 0; partition < topic.partitions(); partition++) {
      if (assignments.remove(partition, replica)) {
        generations.merge(partition, 1, Integer::sum);
      }
    }
    timeline.after(timeline.millis(100, 3_000), this::rebalance);
  }

  void froze(Duration length) {
    if (length.compareTo(SESSION) > 0) {
      timeline.after(SESSION, this::rebalance);
      timeline.after(length.plusMillis(200), this::rebalance);
    }
  }

  /// Divides the partitions among the replicas that answer. A partition that changes hands is read
  /// again from
  /// where the database stands, or a little before.
  void rebalance() {
    List<Replica> members = replicas.stream().filter(Replica::isConsuming).toList();
    for (int partition = 0; partition < topic.partitions(); partition++) {
      Replica now = assignments.get(partition);
      Replica next = members.isEmpty() ? null : members.get(partition % members.size());
      if (next == now) {
        continue;
      }
      int generation = generations.merge(partition, 1, Integer::sum);
      assignments.remove(partition);
      if (next != null) {
        assignments.put(partition, next);
        Consumption consumption = new Consumption(next, partition, generation, from(partition));
        next.after(timeline.millis(1, 300), consumption::poll);
      }
    }
  }

  private long from(int partition) {
    if (mutation == Mutation.OFFSET_BEFORE_TRANSACTION) {
      return offsets.getOrDefault(partition, 0L);
    }
    long again = unreliable ? timeline.random().nextInt(4) : 0;
    return Math.max(0, database.position(partition) - again);
  }

  boolean isAssigned(int partition, int generation) {
    return generations.getOrDefault(partition, 0) == generation;
  }

  void commitOffset(int partition, long offset) {
    offsets.merge(partition, offset, Math::max);
  }

  /// What a starting replica does first: adopt what the topic knows of this service and its
  /// database does not.
  /// While the brokers are away nothing can be compared; a database that has facts is then opened
  /// all the same,
  /// because a person must be able to halt a release without them, and nothing is consumed until it
  /// is compared.
  void recover(Replica replica) {
    recover(replica, timeline.now().plus(WAIT_FOR_BROKERS));
  }

  private void recover(Replica replica, Instant patience) {
    boolean busy = recovering != null && recovering != replica && recovering.isUp();
    if (database.isAway() || isCutOff() || busy) {
      boolean impatient = isCutOff() && !timeline.now().isBefore(patience);
      if (impatient && !database.isAway() && !database.releases().isEmpty() && !busy) {
        replica.becomeReady();
      }
      replica.after(timeline.millis(200, 1_000), () -> recover(replica, patience));
      return;
    }
    if (!isMissingOwnFacts()) {
      replica.becomeCompared();
      return;
    }
    recovering = replica;
    List<Topic.Delivery> all = new ArrayList<>();
    for (int partition = 0; partition < topic.partitions(); partition++) {
      List<Topic.Delivery> records = topic.records(partition);
      all.addAll(records.subList((int) database.position(partition), records.size()));
    }
    adopt(replica, all.iterator());
  }

  private boolean isMissingOwnFacts() {
    for (int partition = 0; partition < topic.partitions(); partition++) {
      List<Topic.Delivery> records = topic.records(partition);
      for (int i = (int) database.position(partition); i < records.size(); i++) {
        Fact fact = records.get(i).fact();
        if (fact.writer() == writer() && !database.knows(fact.id())) {
          return true;
        }
      }
    }
    return false;
  }

  private void adopt(Replica replica, Iterator<Topic.Delivery> rest) {
    if (database.isAway()) {
      replica.after(timeline.millis(100, 1_000), () -> adopt(replica, rest));
      return;
    }
    for (int batch = 16; rest.hasNext() && batch > 0; batch--) {
      Transaction transaction = replica.journal().adopting(rest.next());
      transaction.commit();
      committed(transaction, true);
    }
    replica.after(
        timeline.millis(1, 10),
        () -> {
          if (rest.hasNext()) {
            adopt(replica, rest);
          } else {
            adopted(replica);
          }
        });
  }

  private void adopted(Replica replica) {
    for (ReleaseId release : database.releases()) {
      Transaction transaction = new Transaction(database, release, writer(), replica.clock());
      replica.work().rebuild(transaction);
      transaction.commit();
    }
    recovering = null;
    replica.becomeCompared();
  }

  void askOpenReleases(Instant now) {
    database.alarms.replaceAll(
        (_, alarm) -> alarm.due().isAfter(now) ? new Database.Alarm(now, null) : alarm);
    for (ReleaseId release : database.stuck.keySet()) {
      database.alarms.putIfAbsent(release, new Database.Alarm(now, null));
    }
  }
}
