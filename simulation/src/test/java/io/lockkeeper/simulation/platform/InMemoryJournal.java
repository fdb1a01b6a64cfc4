package io.lockkeeper.simulation.platform;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Decision;
import io.lockkeeper.journal.JournalLimits;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.journal.TooManyFacts;
import io.lockkeeper.simulation.platform.Database.Stuck;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The journal of event-journal without PostgreSQL: the same meaning, held to it by the same
/// contract test, but
/// each transaction in two halves, so that a crash or another replica may come between reading and
/// committing.
public final class InMemoryJournal {

  /// How a transaction begins; the fact that others follow from, inside, and empty when it is over
  /// already.
  @FunctionalInterface
  private interface Opening {
    Optional<Cause> begin(Transaction transaction);
  }

  private record Cause(@Nullable EventId fact) {}

  private final JournalOwner owner;
  private final Database database;
  private final Supplier<Instant> clock;
  private final Supplier<EventId> ids;
  private final Consumer<ReleaseEvent> limits;
  private final Mutation mutation;
  private @Nullable Transaction open;

  /// The journal of one replica on its service's database.
  ///
  /// @param clock  what this replica takes for the time
  /// @param ids    gives each new fact its id
  /// @param limits throws when an event is too large to be written
  public InMemoryJournal(
      JournalOwner owner,
      Database database,
      Supplier<Instant> clock,
      Supplier<EventId> ids,
      Consumer<ReleaseEvent> limits,
      Mutation mutation) {
    this.owner = owner;
    this.database = database;
    this.clock = clock;
    this.ids = ids;
    this.limits = limits;
    this.mutation = mutation;
  }

  /// Begins to take in one delivery.
  public Transaction consuming(Topic.Delivery delivery) {
    return turn(
        delivery.fact().release(), clock.get(), transaction -> deliver(transaction, delivery));
  }

  private Optional<Cause> deliver(Transaction transaction, Topic.Delivery delivery) {
    Fact fact = delivery.fact();
    if (!keeps(fact)) {
      return Optional.empty();
    }
    transaction.advance(delivery);
    boolean known = database.knows(fact.id());
    if (fact.writer() == owner.writer()) {
      if (!known) {
        String reason =
            "somebody else writes as " + owner.writer().source() + ": fact " + fact.id();
        transaction.setStuck(Optional.of(new Stuck(reason, true)));
      }
      return Optional.empty();
    }
    if (known && mutation != Mutation.NO_INBOX) {
      return Optional.empty();
    }
    transaction.take(delivery);
    return Optional.of(new Cause(fact.id()));
  }

  /// Begins to take in one delivery during recovery: the fact alone, and nothing that would follow
  /// but an alarm
  /// for now, which rings when the recovery is over.
  public Transaction adopting(Topic.Delivery delivery) {
    Fact fact = delivery.fact();
    if (mutation == Mutation.REACTION_DURING_RECOVERY && fact.writer() != owner.writer()) {
      return consuming(delivery);
    }
    Transaction transaction = begin(fact.release(), clock.get());
    if (keeps(fact)) {
      transaction.advance(delivery);
      if (!database.knows(fact.id())) {
        transaction.take(delivery);
        transaction.setAlarm(Optional.of(transaction.now()));
        transaction.setStuck(Optional.empty());
      }
    }
    return transaction;
  }

  /// Begins a command or a report. A decision that throws changes nothing, and its exception is the
  /// caller's.
  public Transaction recording(ReleaseId release, Decision decision) {
    return turn(
        release,
        clock.get(),
        transaction -> {
          List<? extends ReleaseEvent> events = decide(transaction, decision);
          if (!events.stream().allMatch(event -> mayWrite(transaction, event))) {
            throw new TooManyFacts(release);
          }
          return Optional.of(new Cause(write(transaction, events, null)));
        });
  }

  /// Begins what an alarm asks for; the time is never before the alarm.
  public Transaction ringing(ReleaseId release, Instant due) {
    Instant now = clock.get();
    return turn(
        release,
        now.isBefore(due) ? due : now,
        transaction -> {
          if (transaction.history().isEmpty()) {
            transaction.setAlarm(Optional.empty());
            return Optional.empty();
          }
          return Optional.of(new Cause(null));
        });
  }

  private Transaction begin(ReleaseId release, Instant now) {
    Transaction transaction = new Transaction(database, release, owner.writer(), now);
    if (mutation == Mutation.LANE_WITHOUT_LOCK) {
      transaction.withoutLocks();
    }
    return transaction;
  }

  /// A whole transaction; when what follows cannot be decided, the opening alone, and the release
  /// is stuck.
  private Transaction turn(ReleaseId release, Instant now, Opening opening) {
    Transaction transaction = begin(release, now);
    Optional<Cause> begun = opening.begin(transaction);
    if (begun.isEmpty()) {
      return transaction;
    }
    try {
      follow(transaction, begun.get().fact());
      if (!transaction.history().isEmpty()) {
        conclude(transaction);
      }
      noteStuck(transaction, null);
    } catch (RuntimeException e) {
      transaction = begin(release, now);
      opening.begin(transaction);
      noteStuck(transaction, "what follows cannot be decided: " + e);
    }
    transaction.touch();
    return transaction;
  }

  private void follow(Transaction transaction, @Nullable EventId opening) {
    EventId cause = opening;
    for (int round = 0; round < Reaction.ROUNDS; round++) {
      List<? extends ReleaseEvent> events =
          decide(transaction, owner.reaction().next()).stream()
              .filter(event -> mayWrite(transaction, event))
              .toList();
      if (events.isEmpty()) {
        return;
      }
      cause = write(transaction, events, cause);
    }
    throw new IllegalStateException("no end after " + Reaction.ROUNDS + " rounds");
  }

  private void conclude(Transaction transaction) {
    open = transaction;
    try {
      transaction.setAlarm(owner.reaction().due().due(transaction.history()));
      owner.reaction().views().write(transaction.release(), transaction.history());
    } finally {
      open = null;
    }
  }

  private @Nullable EventId write(
      Transaction transaction, List<? extends ReleaseEvent> events, @Nullable EventId cause) {
    EventId last = null;
    for (ReleaseEvent event : events) {
      if (groupOf(event) != owner.writer()) {
        throw new IllegalArgumentException(
            owner.writer() + " does not write " + EventTypes.nameOf(event));
      }
      limits.accept(event);
      last = transaction.write(ids.get(), cause, event).id();
    }
    return last;
  }

  private boolean mayWrite(Transaction transaction, ReleaseEvent event) {
    return transaction.history().size() < JournalLimits.FACTS || owner.beyondLimit().test(event);
  }

  private void noteStuck(Transaction transaction, @Nullable String failure) {
    Stuck before = database.stuck.get(transaction.release());
    String reason = failure == null ? transaction.unreadable() : failure;
    if (reason == null && transaction.history().size() >= JournalLimits.FACTS) {
      reason = "it has " + JournalLimits.FACTS + " facts or more";
    }
    if (reason != null) {
      transaction.setStuck(Optional.of(new Stuck(reason, before != null && before.stays())));
    } else if (before != null && !before.stays()) {
      transaction.setStuck(Optional.empty());
    }
  }

  private boolean keeps(Fact fact) {
    return fact.writer() == owner.writer() || owner.listensTo().contains(fact.writer());
  }

  private List<? extends ReleaseEvent> decide(Transaction transaction, Decision decision) {
    open = transaction;
    try {
      return decision.decide(transaction.history(), transaction.now());
    } finally {
      open = null;
    }
  }

  /// The transaction in which a decision runs now: where it reads the rows that releases share.
  public Transaction open() {
    if (open == null) {
      throw new IllegalStateException("no transaction is open");
    }
    return open;
  }

  /// Ends a transaction; false when another was quicker and it must begin again.
  public boolean commit(Transaction transaction) {
    if (transaction.conflicts()) {
      return false;
    }
    transaction.commit();
    return true;
  }

  /// Tells who waits for the release, after the commit; what goes wrong there harms nothing.
  public void tell(Transaction transaction) {
    if (!transaction.isTouched()) {
      return;
    }
    try {
      owner.committed().accept(transaction.release());
    } catch (RuntimeException e) {
      return; // who waits looks again by itself
    }
  }

  /// Everything known of a release.
  public List<Fact> history(ReleaseId release) {
    return database.history(release);
  }

  /// Why a release cannot be decided on.
  public Optional<String> stuck(ReleaseId release) {
    return database.stuckReason(release);
  }

  private static @Nullable Writer groupOf(ReleaseEvent event) {
    return switch (event) {
      case GateEvent _ -> Writer.GATE;
      case RolloutEvent _ -> Writer.ROLLOUT;
      case MonitorEvent _ -> Writer.MONITOR;
      case AuditEvent _ -> Writer.AUDIT;
      case NotificationEvent _ -> Writer.NOTIFICATION;
      case Unrecognised _ -> null;
    };
  }
}
