package io.lockkeeper.simulation.platform;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One process of a service. Everything it does is a step on the timeline; a crash forgets the
/// steps that have
/// not happened, a freeze delays them, and a restart is a new incarnation that knows only its
/// database.
public final class Replica {

  private static final Duration LEASE = Duration.ofSeconds(10);

  private final Service service;
  private final int number;
  private final Duration skew;
  private int incarnation;
  private boolean up;
  private boolean ready;
  private boolean compared;
  private @Nullable Instant frozenUntil;
  private @Nullable InMemoryJournal journal;
  private @Nullable Work work;
  private @Nullable Relay relay;
  private @Nullable Instant armedFor;
  private @Nullable Instant startedAt;

  Replica(Service service, int number, Duration skew) {
    this.service = service;
    this.number = number;
    this.skew = skew;
  }

  /// The service it belongs to.
  public Service service() {
    return service;
  }

  /// The one clock that is right.
  public Timeline timeline() {
    return service.timeline();
  }

  /// What this replica takes for the time.
  public Instant clock() {
    return service.timeline().now().plus(skew);
  }

  /// When this incarnation began, by its own clock.
  public Instant startedAt() {
    return startedAt == null ? clock() : startedAt;
  }

  /// Whether it answers: up, not frozen, and done with recovery.
  public boolean isReady() {
    return up && ready && !isFrozen();
  }

  /// Whether it takes part in consuming: ready, and its database is known to be no older than the
  /// topic.
  boolean isConsuming() {
    return isReady() && compared;
  }

  boolean isUp() {
    return up;
  }

  boolean isFrozen() {
    return frozenUntil != null && timeline().now().isBefore(frozenUntil);
  }

  /// The journal as this replica sees it.
  public InMemoryJournal journal() {
    if (journal == null) {
      throw new IllegalStateException("not started");
    }
    return journal;
  }

  /// A step of this incarnation.
  public void after(Duration delay, Runnable step) {
    int then = incarnation;
    timeline().after(delay, () -> run(then, step));
  }

  /// A step before which the process may die: between read, append, commit, send, acknowledgement,
  /// effect, report.
  public void riskily(Duration delay, Runnable step) {
    riskily(delay, 1, step);
  }

  private void riskily(Duration delay, int odds, Runnable step) {
    after(
        delay,
        () -> {
          if (service.isUnlucky(odds)) {
            crash();
            timeline().after(timeline().millis(200, 15_000), this::start);
          } else {
            step.run();
          }
        });
  }

  private void run(int then, Runnable step) {
    if (!up || incarnation != then) {
      return;
    }
    if (frozenUntil != null && timeline().now().isBefore(frozenUntil)) {
      timeline().at(frozenUntil, () -> run(then, step));
      return;
    }
    step.run();
  }

  /// Starts the process.
  public void start() {
    if (up) {
      return;
    }
    up = true;
    ready = false;
    compared = false;
    incarnation++;
    frozenUntil = null;
    armedFor = null;
    startedAt = clock();
    journal = service.journalFor(this);
    work = service.workFor(this);
    relay = new Relay(this);
    after(timeline().millis(5, 200), () -> service.recover(this));
  }

  /// Kills the process.
  public void crash() {
    up = false;
    ready = false;
    incarnation++;
    service.left(this);
  }

  /// Stops the process without its knowing, as SIGSTOP does, until then.
  public void freeze(Duration length) {
    if (up) {
      frozenUntil = timeline().now().plus(length);
      service.froze(length);
    }
  }

  /// Lets a frozen process run again, soon.
  public void thaw() {
    if (isFrozen()) {
      frozenUntil = timeline().now();
    }
  }

  void becomeCompared() {
    compared = true;
    becomeReady();
    service.rebalance();
  }

  /// The journal is open: every open release is asked what follows, as at every start.
  void becomeReady() {
    if (ready) {
      return;
    }
    ready = true;
    service.askOpenReleases(clock());
    requireRelay().poll();
    armAlarm();
    if (work != null) {
      work.started();
    }
  }

  Work work() {
    return work == null ? Work.NONE : work;
  }

  void wakeRelay() {
    requireRelay().wake();
  }

  private Relay requireRelay() {
    if (relay == null) {
      throw new IllegalStateException("not started");
    }
    return relay;
  }

  /// A transaction in two steps, begun again until it commits: after a conflict, and while the
  /// database is away.
  public void transact(Supplier<Transaction> begin, Consumer<List<Fact>> then) {
    attempt(begin, then, 0);
  }

  private void attempt(Supplier<Transaction> begin, Consumer<List<Fact>> then, int failures) {
    if (service.database().isAway()) {
      after(backOff(failures), () -> attempt(begin, then, failures + 1));
      return;
    }
    Transaction transaction = begin.get();
    riskily(
        service.commitDelay(),
        () -> {
          if (service.database().isAway()) {
            after(backOff(failures), () -> attempt(begin, then, failures + 1));
          } else if (!journal().commit(transaction)) {
            after(timeline().millis(1, 10), () -> attempt(begin, then, 0));
          } else {
            service.committed(transaction, false);
            journal().tell(transaction);
            riskily(timeline().millis(0, 2), () -> then.accept(transaction.appended()));
          }
        });
  }

  private Duration backOff(int failures) {
    return timeline().millis(50, Math.min(5_000, 100 << Math.min(failures, 6)));
  }

  void armAlarm() {
    if (!ready || service.database().isAway()) {
      if (ready) {
        after(timeline().millis(500, 1_500), this::armAlarm);
      }
      return;
    }
    Instant next = service.database().nextAlarm().orElse(null);
    if (next == null || armedFor != null && !next.isBefore(armedFor)) {
      return;
    }
    armedFor = next;
    Duration delay = Duration.between(clock(), next);
    Duration jitter = timeline().millis(5, delay.isNegative() ? 500 : 60);
    Instant mine = next;
    after(delay.isNegative() ? jitter : delay.plus(jitter), () -> ring(mine));
  }

  private void ring(Instant armed) {
    if (!armed.equals(armedFor)) {
      return;
    }
    armedFor = null;
    Database database = service.database();
    if (!database.isAway()) {
      for (ReleaseId release : List.copyOf(database.alarms.keySet())) {
        Database.Alarm alarm = database.alarms.get(release);
        if (alarm != null && !clock().isBefore(alarm.due()) && isFree(alarm)) {
          take(database, release, alarm);
        }
      }
    }
    armAlarm();
  }

  private boolean isFree(Database.Alarm alarm) {
    return alarm.leasedUntil() == null || !timeline().now().isBefore(alarm.leasedUntil());
  }

  private void take(Database database, ReleaseId release, Database.Alarm alarm) {
    if (service.mutation() == Mutation.ALARM_CLEARED_EARLY) {
      database.alarms.remove(release);
    } else {
      database.alarms.put(release, new Database.Alarm(alarm.due(), timeline().now().plus(LEASE)));
    }
    riskily(
        timeline().millis(1, 8),
        8,
        () -> transact(() -> journal().ringing(release, alarm.due()), _ -> {}));
  }

  @Override
  public String toString() {
    return service.writer() + "#" + number + "." + incarnation;
  }
}
