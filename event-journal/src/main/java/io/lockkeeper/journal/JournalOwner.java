package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// The service that keeps a journal; each service produces one as a CDI bean, and gets its
/// [EventJournal], relay, alarms, leases, recovery and health from this library in return.
///
/// @param writer in whose name it writes
/// @param listensTo whose facts it keeps besides its own; the others are left on the topic
/// @param reaction what it does with a release
/// @param committed called after every transaction that changed a release or rang its alarm, in the
///     thread of that transaction and outside of it; must return quickly. Reconcilers wake on it
/// @param beyondLimit which of its facts a release may still get when it has reached
///     [JournalLimits#FACTS]: halting, going back and settling
public record JournalOwner(
    Writer writer,
    Set<Writer> listensTo,
    Reaction reaction,
    Consumer<ReleaseId> committed,
    Predicate<ReleaseEvent> beyondLimit) {

  public JournalOwner {
    listensTo = Set.copyOf(listensTo);
  }

  /// A service whose facts are all let through beyond the limit; the release is reported as stuck
  /// all the same.
  public JournalOwner(
      Writer writer, Set<Writer> listensTo, Reaction reaction, Consumer<ReleaseId> committed) {
    this(writer, listensTo, reaction, committed, event -> true);
  }

  /// Whether this service keeps facts of that writer.
  boolean keeps(Writer other) {
    return other == writer || listensTo.contains(other);
  }
}
