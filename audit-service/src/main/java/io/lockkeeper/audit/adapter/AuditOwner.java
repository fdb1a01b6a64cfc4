package io.lockkeeper.audit.adapter;

import io.lockkeeper.audit.AuditDecider;
import io.lockkeeper.audit.Closing;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.Reaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// Gives the journal what makes it audit-service's: in whose name it writes, whom it listens
/// to, and what follows from what it knows. What people read comes from the ledger, so nothing
/// is written here.
@ApplicationScoped
public class AuditOwner {

  @Produces
  @Singleton
  JournalOwner owner() {
    Reaction reaction =
        new Reaction(
            AuditOwner::next,
            Reaction.Due.whileOpen(Fact::isOpen, history -> AuditDecider.due(Closing.of(history))),
            (release, history) -> {});
    return new JournalOwner(
        Writer.AUDIT,
        Set.of(Writer.GATE, Writer.ROLLOUT, Writer.MONITOR, Writer.NOTIFICATION),
        reaction,
        release -> {});
  }

  private static List<? extends ReleaseEvent> next(List<Fact> history, Instant now) {
    return AuditDecider.next(Closing.of(history), now);
  }
}
