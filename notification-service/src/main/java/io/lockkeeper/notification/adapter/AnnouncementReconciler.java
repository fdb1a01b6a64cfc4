package io.lockkeeper.notification.adapter;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.Leases;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Makes sure that what people are owed is told. Runbook D1, C1–C3, R4, R5.
///
/// It follows state and not messages: woken by every commit, and by a look at who is owed
/// something at the start and every half minute, it computes anew what is outstanding, one
/// thread per release. A second replica takes over when the lease of the first runs out.
@ApplicationScoped
public class AnnouncementReconciler {

  private static final Logger LOG = Logger.getLogger(AnnouncementReconciler.class);
  private static final Duration SWEEP = Duration.ofSeconds(30);

  /// How many releases one sweep wakes; the next one wakes further ones.
  private static final int AT_ONCE = 1_000;

  /// How many releases are looked at in the database at once, so that enough connections are
  /// left.
  private static final int LOOKS = 4;

  private final EventJournal journal;
  private final Leases leases;
  private final Channels channels;
  private final Semaphore looks = new Semaphore(LOOKS);
  private final Map<ReleaseId, Errand> errands = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean closed;

  AnnouncementReconciler(EventJournal journal, Leases leases, Channels channels) {
    this.journal = journal;
    this.leases = leases;
    this.channels = channels;
  }

  void start(@Observes StartupEvent started) {
    threads.execute(this::sweep);
  }

  void stop(@Observes ShutdownEvent stopped) {
    closed = true;
    threads.shutdownNow();
  }

  /// Makes sure that this release's messages are being delivered; returns at once.
  void wake(ReleaseId release) {
    if (closed) {
      return;
    }
    errands.compute(
        release,
        (id, running) -> {
          Errand errand = running;
          if (errand == null) {
            errand = new Errand(id, journal, leases, channels, looks);
            Errand begun = errand;
            threads.execute(() -> run(begun));
          }
          errand.wake();
          return errand;
        });
  }

  /// When this replica makes its next attempt to deliver a message of this release; null while it
  /// makes one, when another replica does, and when nothing is outstanding.
  @Nullable Instant nextAttempt(ReleaseId release) {
    Errand errand = errands.get(release);
    return errand == null ? null : errand.next();
  }

  private void run(Errand errand) {
    errand.run();
    // Whoever wakes it from here on starts a new one; whoever did before is served by this look.
    errands.remove(errand.release(), errand);
    if (errand.isWoken()) {
      wake(errand.release());
    }
  }

  private void sweep() {
    while (!closed) {
      try {
        QuarkusTransaction.requiringNew().call(() -> NoticeView.owing(AT_ONCE)).forEach(this::wake);
      } catch (RuntimeException e) {
        LOG.warnf("who is owed messages cannot be listed now: %s", e.toString());
      }
      try {
        Thread.sleep(SWEEP);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
