package io.lockkeeper.simulation.platform;

import io.lockkeeper.simulation.platform.Database.Entry;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Sends what is unpublished, lowest position first, and forgets a row only when the topic has
/// acknowledged it.
/// One replica at a time, by a lock that a frozen holder keeps and a dead one does not. After a
/// failed send
/// nothing further is sent: the drain starts again from the lowest.
final class Relay {

  private static final Duration POLL = Duration.ofSeconds(4);

  private final Replica replica;
  private boolean wanted;
  private boolean draining;
  private long skipped;

  Relay(Replica replica) {
    this.replica = replica;
  }

  void wake() {
    wanted = true;
    if (!draining) {
      draining = true;
      replica.after(replica.timeline().millis(0, 2), this::acquire);
    }
  }

  /// The safety net for rows whose replica died before it sent them.
  void poll() {
    if (!draining && replica.service().database().unpublishedCount() > 0) {
      wake();
    }
    replica.after(POLL, this::poll);
  }

  private void acquire() {
    if (!replica.service().lockRelay(replica)) {
      replica.after(replica.timeline().millis(5, 50), this::acquire);
      return;
    }
    wanted = false;
    skipped = 0;
    drain();
  }

  private void drain() {
    Service service = replica.service();
    if (service.database().isAway() || service.isCutOff()) {
      replica.after(replica.timeline().millis(200, 1_000), this::drain);
      return;
    }
    Entry entry = lowest(service.database());
    if (entry == null) {
      service.unlockRelay(replica);
      draining = false;
      if (wanted) {
        wake();
      }
      return;
    }
    replica.riskily(replica.timeline().millis(0, 3), () -> send(entry));
  }

  private @Nullable Entry lowest(Database database) {
    long after =
        replica.service().mutation() == Mutation.RELAY_FROM_LAST_POSITION
            ? database.relayed
            : skipped;
    Map.Entry<Long, Entry> row = database.unpublished.higherEntry(after);
    return row == null ? null : row.getValue();
  }

  private void send(Entry entry) {
    Service service = replica.service();
    if (service.isCutOff()) {
      drain(); // the send is pending; nothing is lost by trying it again
      return;
    }
    int luck = service.unreliable() ? service.timeline().random().nextInt(1_000) : 1_000;
    if (luck < 10) {
      failed(entry); // the broker refused it
      return;
    }
    service.topic().publish(entry.fact(), entry.seen());
    if (luck < 20) {
      failed(entry); // the broker has it, but its acknowledgement is lost
      return;
    }
    replica.riskily(replica.timeline().millis(0, 3), () -> acknowledged(entry));
  }

  private void failed(Entry entry) {
    if (replica.service().mutation() == Mutation.RELAY_GOES_ON) {
      skipped = entry.position();
      drain();
      return;
    }
    replica.after(replica.timeline().millis(50, 500), this::drain);
  }

  private void acknowledged(Entry entry) {
    Database database = replica.service().database();
    if (database.isAway()) {
      replica.after(replica.timeline().millis(100, 500), () -> acknowledged(entry));
      return;
    }
    database.unpublished.remove(entry.position());
    database.relayed = Math.max(database.relayed, entry.position());
    drain();
  }
}
