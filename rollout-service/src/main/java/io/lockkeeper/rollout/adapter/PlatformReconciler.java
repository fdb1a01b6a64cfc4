package io.lockkeeper.rollout.adapter;

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
import org.jboss.logging.Logger;

/// Keeps every target where its rollout's state says it should be. Runbook D2, D3, R2, R3.
///
/// It follows state and not messages: woken by every commit, and by a look at the list of open
/// rollouts at the
/// start and every few seconds, it computes the goal anew and pursues it, one thread per release. A
/// second replica
/// takes over when the lease of the first runs out.
@ApplicationScoped
public class PlatformReconciler {

  private static final Logger LOG = Logger.getLogger(PlatformReconciler.class);
  private static final Duration SWEEP = Duration.ofSeconds(5);

  private final EventJournal journal;
  private final Leases leases;
  private final Platform platform;
  private final Map<ReleaseId, Pursuit> pursuits = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean closed;

  PlatformReconciler(EventJournal journal, Leases leases, Platform platform) {
    this.journal = journal;
    this.leases = leases;
    this.platform = platform;
  }

  void start(@Observes StartupEvent started) {
    threads.execute(this::sweep);
  }

  void stop(@Observes ShutdownEvent stopped) {
    closed = true;
    threads.shutdownNow();
  }

  /// Makes sure that this release's target is being looked after; returns at once.
  void wake(ReleaseId release) {
    if (closed) {
      return;
    }
    pursuits
        .computeIfAbsent(
            release,
            id -> {
              Pursuit pursuit = new Pursuit(id, journal, leases, platform, threads);
              threads.execute(() -> run(pursuit));
              return pursuit;
            })
        .wake();
  }

  private void run(Pursuit pursuit) {
    try {
      pursuit.run();
    } finally {
      pursuits.remove(pursuit.release(), pursuit);
      if (pursuit.isWoken()) {
        wake(pursuit.release());
      }
    }
  }

  private void sweep() {
    while (!closed) {
      try {
        QuarkusTransaction.requiringNew()
            .call(() -> RolloutView.active(Instant.now()))
            .forEach(this::wake);
      } catch (RuntimeException e) {
        LOG.warnf("open rollouts cannot be listed now: %s", e.toString());
      }
      try {
        Thread.sleep(SWEEP);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
