package io.lockkeeper.journal;

import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;

/// The journal in PostgreSQL keeps the promises of every journal.
@DisplayName("The journal in PostgreSQL")
final class PostgresJournalContractTest extends JournalContract {

  private static final String DATABASE = Replica.newDatabase();

  private final List<Replica> opened = new ArrayList<>();

  @Override
  protected EventJournal open(JournalOwner owner, InstantSource clock) {
    Replica replica =
        Replica.on(DATABASE, owner, clock.withZone(ZoneOffset.UTC), Deliveries.TOPIC).opened();
    opened.add(replica);
    return replica.journal();
  }

  @AfterEach
  void close() {
    opened.forEach(Replica::kill);
  }
}
