package io.lockkeeper.notification.adapter;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.Leases;
import io.lockkeeper.journal.LogContext;
import io.lockkeeper.notification.Announcements;
import io.lockkeeper.notification.Bulletin;
import io.lockkeeper.notification.NotificationCommand;
import io.lockkeeper.notification.NotificationCommand.ReportDelivered;
import io.lockkeeper.notification.NotificationCommand.ReportUndeliverable;
import io.lockkeeper.notification.NotificationDecider;
import io.lockkeeper.notification.adapter.Channel.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Delivers one release's messages, in order within each channel, until none is outstanding. A
/// channel that fails is tried again after a second, then ever later up to half a minute; the
/// others go on.
final class Errand implements Runnable {

  private static final Logger LOG = Logger.getLogger(Errand.class);
  private static final Duration LEASE = Duration.ofSeconds(20);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final ReleaseId release;
  private final EventJournal journal;
  private final Leases leases;
  private final Channels channels;
  private final Semaphore looks;
  private final Semaphore woken = new Semaphore(0);
  private boolean isHeld;

  /// By channel: when it is tried again, and how long the pause after that is.
  private final Map<Target, Pause> pauses = new HashMap<>();

  /// A channel and a tracker may have the same name and be two receivers.
  private record Target(boolean tracker, String name) {

    static Target of(Bulletin bulletin) {
      return new Target(bulletin.kind() == Bulletin.Kind.INCIDENT, bulletin.channel());
    }
  }

  /// When the next attempt is made; null while none is waited for.
  private volatile @Nullable Instant next;

  private record Pause(long untilNanos, Duration next) {}

  Errand(
      ReleaseId release, EventJournal journal, Leases leases, Channels channels, Semaphore looks) {
    this.release = release;
    this.journal = journal;
    this.leases = leases;
    this.channels = channels;
    this.looks = looks;
  }

  ReleaseId release() {
    return release;
  }

  /// When the next attempt is made; null while one is, or while another replica makes them.
  @Nullable Instant next() {
    return next;
  }

  void wake() {
    woken.release();
  }

  boolean isWoken() {
    return woken.availablePermits() > 0;
  }

  @Override
  public void run() {
    try (LogContext _ = LogContext.of(release)) {
      boolean owing = true;
      while (owing) {
        try {
          owing = step();
        } catch (RuntimeException e) {
          LOG.warnf("the messages of %s are looked at again soon: %s", release, e.toString());
          rest(FIRST_PAUSE);
        }
      }
    } catch (InterruptedException e) {
      // The service stops; what is outstanding is found again at the next start.
      LOG.debugf("the messages of %s wait for the next start", release);
    }
  }

  /// One look at what is outstanding; false when nothing is.
  private boolean step() throws InterruptedException {
    woken.drainPermits();
    List<Bulletin> outstanding = outstanding();
    if (outstanding.isEmpty()) {
      if (isHeld) {
        boolean ignored = leases.free(name());
      }
      return false;
    }
    Map<Target, Bulletin> heads = new LinkedHashMap<>();
    outstanding.forEach(bulletin -> heads.putIfAbsent(Target.of(bulletin), bulletin));
    boolean advanced = false;
    for (Map.Entry<Target, Bulletin> head : heads.entrySet()) {
      if (isDue(head.getKey())) {
        isHeld = leases.hold(name(), LEASE);
        if (!isHeld) {
          rest(FIRST_PAUSE);
          return true;
        }
        advanced |= deliver(head.getKey(), head.getValue());
      }
    }
    if (!advanced) {
      Duration pause = untilNext(heads.keySet());
      next = Instant.now().plus(pause);
      rest(pause);
      next = null;
    }
    return true;
  }

  private List<Bulletin> outstanding() throws InterruptedException {
    looks.acquire();
    try {
      return Announcements.outstanding(journal.history(release));
    } finally {
      looks.release();
    }
  }

  private boolean deliver(Target target, Bulletin bulletin) throws InterruptedException {
    Delivery delivery = channels.deliver(bulletin);
    switch (delivery) {
      case Delivery.Taken taken -> {
        pauses.remove(target);
        report(new ReportDelivered(bulletin.key(), taken.channel(), taken.receipt()));
        return true;
      }
      case Delivery.Failed failed -> {
        Duration pause = pauses.getOrDefault(target, new Pause(0, FIRST_PAUSE)).next();
        Duration twice = pause.multipliedBy(2);
        pauses.put(
            target,
            new Pause(
                System.nanoTime() + pause.toNanos(),
                twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE));
        LOG.warnf("%s is tried again in %s: %s", bulletin.key(), pause, failed.reason());
        report(new ReportUndeliverable(bulletin.key(), failed.reason()));
        return false;
      }
    }
  }

  /// Puts on record what became of an attempt; until that is done nothing else is delivered, so
  /// that a database that is away costs at most one repeat.
  private void report(NotificationCommand command) throws InterruptedException {
    while (true) {
      try {
        journal.record(
            release,
            (history, now) -> NotificationDecider.answer(Announcements.of(history), command, now));
        return;
      } catch (RuntimeException e) {
        LOG.warnf("what became of a message of %s is reported again: %s", release, e.toString());
        Thread.sleep(FIRST_PAUSE);
      }
    }
  }

  private boolean isDue(Target target) {
    Pause pause = pauses.get(target);
    return pause == null || System.nanoTime() - pause.untilNanos() >= 0;
  }

  private Duration untilNext(Iterable<Target> targets) {
    long now = System.nanoTime();
    long least = LONGEST_PAUSE.toNanos();
    for (Target target : targets) {
      Pause pause = pauses.get(target);
      least = pause == null ? 0 : Math.min(least, pause.untilNanos() - now);
    }
    return Duration.ofNanos(Math.max(least, 1_000_000));
  }

  private void rest(Duration atMost) throws InterruptedException {
    boolean ignored = woken.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  private String name() {
    return "announce/" + release;
  }
}
