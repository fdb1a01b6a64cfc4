package io.lockkeeper.journal;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.micrometer.core.instrument.Timer;
import jakarta.transaction.TransactionManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The journal in PostgreSQL. Everything happens in the caller's thread, in one JTA transaction per
/// call, together with whatever the service's lambdas write to the same database.
///
/// Two replicas may work on one release at once: both append at the next revision, one is refused
/// and does it again on the newer history. It is retried without a bound, because every refusal
/// means that somebody else's facts were committed, and a release has few.
public final class PostgresJournal implements EventJournal {

  private static final Logger LOG = Logger.getLogger(PostgresJournal.class);

  private static final Duration LONGEST_WAIT_FOR_RECOVERY = Duration.ofSeconds(15);

  private final JournalOwner owner;
  private final Transactions transactions;
  private final Clock clock;
  private final Admission admission;
  private final JournalMeters meters;
  private final List<Consumer<Committed>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong highest = new AtomicLong();
  private final RecentPages recent = new RecentPages();
  private volatile Runnable onSetBack;

  /// A journal on this database, which has the tables of `db/journal`.
  PostgresJournal(
      JournalOwner owner,
      DataSource dataSource,
      TransactionManager transactionManager,
      Clock clock,
      Admission admission,
      JournalMeters meters) {
    this.owner = owner;
    this.transactions = new Transactions(transactionManager, dataSource);
    this.clock = clock;
    this.admission = admission;
    this.meters = meters;
    this.onSetBack = admission::open;
  }

  /// Tells `listener` after every transaction that changed a release or rang its alarm.
  void onCommitted(Consumer<Committed> listener) {
    listeners.add(listener);
  }

  /// Runs `recovery`, which opens the journal again, when the database turns out to be older than
  /// it was.
  void onSetBack(Runnable recovery) {
    this.onSetBack = recovery;
  }

  @Override
  public void consume(ConsumerRecord<String, byte[]> record) {
    Optional<Envelope> read = Envelope.of(record);
    if (read.isEmpty()) {
      LOG.warnf("%s/%d@%d is no fact of ours", record.topic(), record.partition(), record.offset());
      meters.foreign();
      return;
    }
    Envelope envelope = read.get();
    if (envelope.writer() == owner.writer() && recent.knows(envelope.release(), envelope.id())) {
      // Our own words come back. Where we stand on the topic need not move for them: after a
      // restart they are compared once more.
      return;
    }
    if (owner.keeps(envelope.writer())) {
      Backoff.untilDone(
          "fact " + envelope.id(),
          () -> {
            while (!admission.await(LONGEST_WAIT_FOR_RECOVERY)) {
              LOG.info("a delivery waits for recovery");
            }
            turn(
                    meters.onFact(),
                    envelope.release(),
                    turn -> turn.deliver(envelope, record),
                    Instant.MIN)
                .ifPresent(_ -> meters.reacted(envelope.time(), clock.instant()));
          });
    }
  }

  @Override
  public List<Fact> record(ReleaseId release, Decision decision) {
    if (!Envelope.isPlain(release.value())) {
      throw new IllegalArgumentException("a release id has no control characters");
    }
    return turn(meters.onCommand(), release, turn -> turn.decide(decision), Instant.MIN)
        .map(Committed::own)
        .orElse(List.of());
  }

  /// Asks what follows because the alarm rang that was set to `due`. As long as nobody could
  /// compare
  /// the database with the topic, only those who carry out effects are woken: a way back under way
  /// goes on, and a database that may be too old decides nothing because time has passed.
  void ring(ReleaseId release, Instant due) {
    admit();
    if (admission.letsAlarmsDecide()) {
      turn(meters.onAlarm(), release, Turn::ring, due);
    } else {
      wake(release);
    }
  }

  @Override
  public List<Fact> history(ReleaseId release) {
    if (!Envelope.isPlain(release.value())) {
      return List.of();
    }
    admit();
    return transactions.call(
        connection ->
            List.copyOf(JournalPage.open(connection, owner, release, recent.of(release)).facts()));
  }

  @Override
  public Optional<String> stuck(ReleaseId release) {
    if (!Envelope.isPlain(release.value())) {
      return Optional.empty();
    }
    return transactions.call(
        connection -> Optional.ofNullable(JournalTables.margin(connection, release).stuck()));
  }

  private Optional<Committed> turn(
      Timer timer, ReleaseId release, Turn.Opening opening, Instant notBefore) {
    try (LogContext _ = LogContext.of(release)) {
      return turnUntilCommitted(timer, release, opening, notBefore);
    }
  }

  private Optional<Committed> turnUntilCommitted(
      Timer timer, ReleaseId release, Turn.Opening opening, Instant notBefore) {
    admit();
    long begun = System.nanoTime();
    @Nullable ReactionFailed failure = null;
    for (int attempt = 1; ; attempt++) {
      admit();
      try {
        Optional<Committed> committed = attempt(release, opening, notBefore, failure);
        timer.record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        committed.ifPresent(this::tell);
        return committed;
      } catch (ReactionFailed e) {
        if (failure != null) {
          throw new JournalUnavailable("not even the fact could be committed", e);
        }
        meters.failure();
        failure = e;
      } catch (Transactions.Conflict e) {
        meters.conflict();
        Backoff.jitter(attempt);
      } catch (SetBack e) {
        recover();
      }
    }
  }

  private Optional<Committed> attempt(
      ReleaseId release,
      Turn.Opening opening,
      Instant notBefore,
      @Nullable ReactionFailed failure) {
    Instant clockNow = clock.instant();
    Instant now = clockNow.isBefore(notBefore) ? notBefore : clockNow;
    AtomicReference<Turn> taken = new AtomicReference<>();
    // Read before the transaction begins: what another thread commits meanwhile it need not see.
    long known = highest.get();
    Optional<Committed> committed =
        transactions.call(
            connection -> {
              Turn turn = new Turn(connection, owner, release, now, meters, recent.of(release));
              if (turn.highest() < known) {
                throw new SetBack();
              }
              taken.set(turn);
              return turn.take(opening, failure);
            });
    highest.accumulateAndGet(taken.get().highest(), Math::max);
    recent.keep(release, taken.get().snapshot());
    return committed;
  }

  private void tell(Committed committed) {
    meters.appended(committed.own().size());
    listeners.forEach(listener -> listener.accept(committed));
    wake(committed.release());
  }

  private void wake(ReleaseId release) {
    try {
      owner.committed().accept(release);
    } catch (RuntimeException e) {
      LOG.errorf(e, "nobody was woken for release %s", release);
    }
  }

  private void recover() {
    recent.clear();
    if (highest.getAndSet(0) > 0) {
      LOG.warn("the database is older than it was; comparing it with the topic");
      admission.close();
      onSetBack.run();
    }
  }

  private void admit() {
    if (!admission.await(LONGEST_WAIT_FOR_RECOVERY)) {
      throw new JournalUnavailable(
          "the journal is still recovering",
          new TimeoutException("longer than " + LONGEST_WAIT_FOR_RECOVERY));
    }
  }

  /// The last position known is not in the database any more.
  private static final class SetBack extends RuntimeException {}
}
