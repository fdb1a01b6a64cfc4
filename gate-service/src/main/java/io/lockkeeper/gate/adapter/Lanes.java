package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.Occupancy;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.runbook.Lane;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/// The lanes and their queues, one locked row each. A row is made of facts: when the journal
/// adopted facts from the topic, because its database was lost or set back, the rows of those
/// releases are made again before anything is decided on them.
@ApplicationScoped
public class Lanes {

  private static final Logger LOG = Logger.getLogger(Lanes.class);

  private static final int BATCH = 200;

  private final EntityManager entities;

  // The journal needs its owner, and so these lanes, before it exists.
  private final Instance<EventJournal> journal;

  Lanes(EntityManager entities, Instance<EventJournal> journal) {
    this.entities = entities;
    this.journal = journal;
  }

  /// The lane, locked for this transaction.
  Occupancy locked(Lane lane) {
    rebuild();
    return LaneRow.locked(lane).occupancy();
  }

  /// The lane as it is now, without a lock; empty when no release was ever for it.
  Optional<Occupancy> seen(Lane lane) {
    return LaneRow.seen(lane);
  }

  /// Makes the release's lane say what its board says, and wakes who is next.
  void write(GateBoard board) {
    board.lane().ifPresent(lane -> write(lane, board));
  }

  private void write(Lane lane, GateBoard board) {
    LaneRow row = LaneRow.locked(lane);
    Occupancy before = row.occupancy();
    Occupancy after = before.evolve(board);
    if (!after.equals(before)) {
      row.say(after);
    }
    after.next().filter(next -> !next.equals(board.release())).ifPresent(this::wake);
  }

  /// Sets the alarm of a release in a queue to now. It has one: whoever waits for a lane waits
  /// until its time to start has passed.
  private void wake(ReleaseId release) {
    entities
        .createNativeQuery(
            """
            update alarm set due_at = clock_timestamp(), leased_by = null, leased_until = null
            where release_id = ?1 and due_at > clock_timestamp()""")
        .setParameter(1, release.value())
        .executeUpdate();
  }

  /// Own facts that stand on the topic's offsets were adopted: normally they enter the journal
  /// first.
  private void rebuild() {
    for (List<Object[]> batch = adopted(); !batch.isEmpty(); batch = adopted()) {
      LOG.infof("making the lanes of %d adopted releases again", batch.size());
      for (Object[] adopted : batch) {
        ReleaseId release = new ReleaseId((String) adopted[0]);
        GateBoard board = GateBoard.of(journal.get().history(release));
        QuarkusTransaction.requiringNew().run(() -> write(board));
      }
      long last = ((Number) batch.getLast()[1]).longValue();
      QuarkusTransaction.requiringNew().run(() -> rebuilt(last));
    }
  }

  @SuppressWarnings("unchecked")
  private List<Object[]> adopted() {
    return entities
        .createNativeQuery(
            """
            select release_id, max(position) from release_event
            where source = '/gate-service' and topic_partition is not null
              and position > (select position from lane_rebuilt)
            group by release_id order by max(position) limit ?1""")
        .setParameter(1, BATCH)
        .getResultList();
  }

  private void rebuilt(long position) {
    entities
        .createNativeQuery("update lane_rebuilt set position = ?1 where position < ?1")
        .setParameter(1, position)
        .executeUpdate();
  }
}
