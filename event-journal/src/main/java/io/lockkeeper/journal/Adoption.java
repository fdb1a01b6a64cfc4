package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// One transaction of a recovery: facts from the topic enter the journal as they are, with no
/// consequence but an alarm for now, which rings when the recovery is over.
final class Adoption {

  private final Connection connection;
  private final JournalOwner owner;
  private final Instant now;
  private final Map<ReleaseId, JournalPage> pages = new HashMap<>();

  Adoption(Connection connection, JournalOwner owner, Instant now) {
    this.connection = connection;
    this.owner = owner;
    this.now = now;
  }

  /// Ids of facts, and the release of each, at the same index.
  record Ids(List<UUID> ids, List<String> releases) {}

  /// The facts among these records that are in our name.
  static Ids ownIds(JournalOwner owner, Iterable<ConsumerRecord<String, byte[]>> records) {
    Ids own = new Ids(new ArrayList<>(), new ArrayList<>());
    for (ConsumerRecord<String, byte[]> record : records) {
      Envelope.of(record)
          .filter(envelope -> envelope.writer() == owner.writer())
          .ifPresent(
              envelope -> {
                own.ids().add(envelope.id());
                own.releases().add(envelope.release().value());
              });
    }
    return own;
  }

  /// Adopts these records and notes that they were taken in.
  ///
  /// @return the release of each fact among them
  List<ReleaseId> adopt(Iterable<ConsumerRecord<String, byte[]>> records) throws SQLException {
    List<ReleaseId> releases = new ArrayList<>();
    Map<Integer, Long> next = new HashMap<>();
    for (ConsumerRecord<String, byte[]> record : records) {
      Optional<Envelope> envelope = Envelope.of(record).filter(read -> owner.keeps(read.writer()));
      if (envelope.isPresent()) {
        adopt(envelope.get(), record);
        releases.add(envelope.get().release());
      }
      next.merge(record.partition(), record.offset() + 1, Math::max);
    }
    for (Map.Entry<Integer, Long> partition : next.entrySet()) {
      JournalTables.advance(connection, partition.getKey(), partition.getValue());
    }
    return releases;
  }

  private void adopt(Envelope envelope, ConsumerRecord<String, byte[]> record) throws SQLException {
    ReleaseId release = envelope.release();
    JournalPage page = pages.get(release);
    if (page == null) {
      if (JournalTables.margin(connection, release).forgotten()) {
        return;
      }
      page = JournalPage.open(connection, owner, release);
      pages.put(release, page);
      JournalTables.setAlarm(connection, release, Optional.of(now));
      JournalTables.clearStuck(connection, release);
    }
    page.append(envelope, record);
  }
}
