package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.Leases;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.monitor.observability.adapter.ObservabilityProbe;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Looks at every release that there is something to look at: one loop each, in a virtual thread.
/// Runbook G2, D4, M1, M3, R1.
///
/// It follows state and not messages: woken by every commit, and by a look at the list of watches
/// at the start and every few seconds, it computes the goal anew. So a crash costs nothing, and a
/// second replica takes over.
@ApplicationScoped
public class Watching {

  private static final Logger LOG = Logger.getLogger(Watching.class);

  private static final Duration SWEEP = Duration.ofSeconds(5);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);
  private static final Duration HOUSEKEEPING = Duration.ofMinutes(1);
  private static final Duration UNSENT_FOR_LONG = Duration.ofSeconds(30);
  private static final int MOST_UNSENT = 100;
  private static final int MOST_FORGOTTEN = 10_000;

  private final EventJournal journal;
  private final Leases leases;
  private final Telemetry telemetry;
  private final EventCounts counts;
  private final LookBook book;
  private final LookArchive archive;
  private final LookFeed feed;
  private final BaselineRules rules;
  private final ObservabilityProbe probe;
  private final Duration keep;
  private final int atOnce;
  private final Clock clock = Clock.systemUTC();
  private final Set<ReleaseId> wanted = ConcurrentHashMap.newKeySet();
  private final Map<ReleaseId, WatchLoop> loops = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread sweeper = Thread.ofVirtual().name("watch-sweep").unstarted(this::sweep);
  private volatile boolean closed;

  Watching(
      EventJournal journal,
      Leases leases,
      Telemetry telemetry,
      EventCounts counts,
      LookBook book,
      LookArchive archive,
      LookFeed feed,
      ObservabilityProbe probe,
      TelemetrySettings settings) {
    this.journal = journal;
    this.leases = leases;
    this.telemetry = telemetry;
    this.counts = counts;
    this.book = book;
    this.archive = archive;
    this.feed = feed;
    this.probe = probe;
    this.rules = settings.baseline().rules();
    this.keep = settings.keep();
    this.atOnce = settings.releasesAtOnce();
  }

  void start(@Observes StartupEvent started, MeterRegistry registry) {
    Gauge.builder("lockkeeper.monitor.watches", loops, Map::size)
        .description("Releases that this replica looks at or stands by for")
        .register(registry);
    sweeper.start();
  }

  void stop(@Observes ShutdownEvent stopped) {
    closed = true;
    sweeper.interrupt();
    loops.values().forEach(WatchLoop::close);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Notes whether there is something to look at. Only a hint, so that facts that concern nobody
  /// wake nobody: the transaction it comes from may still fail, and the list of watches has the
  /// last word.
  void note(ReleaseId release, WatchGoal goal) {
    if (goal.isAnything()) {
      wanted.add(release);
    } else {
      wanted.remove(release);
    }
  }

  /// Makes sure that this release is being looked at, if there is something to look at; returns at
  /// once.
  void wake(ReleaseId release) {
    if (loops.containsKey(release) || wanted.contains(release)) {
      ensure(release);
    }
  }

  private void ensure(ReleaseId release) {
    WatchLoop running = loops.get(release);
    if (running != null) {
      running.wake();
    } else if (!closed && loops.size() < atOnce) {
      begin(release);
    }
  }

  private void begin(ReleaseId release) {
    WatchLoop loop =
        new WatchLoop(
            release, journal, leases, telemetry, counts, book, archive, feed, rules, probe, clock);
    if (loops.putIfAbsent(release, loop) == null) {
      threads.execute(() -> run(loop));
    } else {
      ensure(release);
    }
  }

  private void run(WatchLoop loop) {
    try {
      loop.run();
    } finally {
      loops.remove(loop.release(), loop);
      if (loop.isWoken()) {
        ensure(loop.release());
      }
    }
  }

  private void sweep() {
    Instant housekeeping = clock.instant();
    while (!closed) {
      try {
        QuarkusTransaction.requiringNew().call(WatchView::open).forEach(this::ensure);
        Instant now = clock.instant();
        if (!now.isBefore(housekeeping)) {
          housekeeping = now.plus(HOUSEKEEPING);
          book.waiting(now.minus(UNSENT_FOR_LONG), MOST_UNSENT).forEach(feed::send);
          int gone = book.forget(now.minus(keep), MOST_FORGOTTEN);
          LOG.debugf("%d old looks were deleted", gone);
        }
      } catch (RuntimeException e) {
        LOG.warnf("watches are listed again soon: %s", e.toString());
      }
      try {
        Thread.sleep(SWEEP);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
