package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.LogContext;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchCommand;
import io.lockkeeper.monitor.WatchDecider;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.monitor.observability.Transition;
import io.lockkeeper.monitor.observability.adapter.ObservabilityProbe;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// M3: confirms that a release can be observed, in a thread of its own, so that no slow Grafana
/// delays the look that sees a breach. Tries again, ever more slowly, until everything is confirmed
/// or nothing is to be confirmed any more; once in any case when its time is over. Used by one
/// [WatchLoop] at a time.
final class Confirming {

  private static final Logger LOG = Logger.getLogger(Confirming.class);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration SHORTLY_AFTER = Duration.ofMillis(50);

  private final ReleaseId release;
  private final EventJournal journal;
  private final ObservabilityProbe probe;
  private final Clock clock;
  private @Nullable Pursuit current;

  Confirming(ReleaseId release, EventJournal journal, ObservabilityProbe probe, Clock clock) {
    this.release = release;
    this.journal = journal;
    this.probe = probe;
    this.clock = clock;
  }

  /// Makes sure that this goal, and no other, is pursued; returns at once.
  ///
  /// @param held whether this replica is the one that looks
  void pursue(WatchGoal.@Nullable Confirmation goal, List<Fact> history, BooleanSupplier held) {
    if (goal == null) {
      stop();
    } else if (current == null || !current.goal.equals(goal)) {
      stop();
      current = new Pursuit(goal, Transition.of(release, history), held);
      Thread.ofVirtual().name("confirm " + release).start(current);
    }
  }

  /// Begins nothing more; a call under way ends by itself.
  void stop() {
    if (current != null) {
      current.stopped.countDown();
      current = null;
    }
  }

  /// The way to one goal.
  private final class Pursuit implements Runnable {

    private final WatchGoal.Confirmation goal;
    private final Transition transition;
    private final BooleanSupplier held;
    private final CountDownLatch stopped = new CountDownLatch(1);

    Pursuit(WatchGoal.Confirmation goal, Transition transition, BooleanSupplier held) {
      this.goal = goal;
      this.transition = transition;
      this.held = held;
    }

    @Override
    public void run() {
      try (LogContext _ = LogContext.of(release)) {
        Duration pause = FIRST_PAUSE;
        while (mayGoOn() && !attempt() && !stopped.await(toNext(pause), TimeUnit.MILLISECONDS)) {
          Duration longer = pause.multipliedBy(2);
          pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /// Not beyond the time when it is told that it is not confirmed: the observation may end soon
    /// after.
    private long toNext(Duration pause) {
      Duration left = Duration.between(clock.instant(), goal.by()).plus(SHORTLY_AFTER);
      return (left.isPositive() && left.compareTo(pause) < 0 ? left : pause).toMillis();
    }

    /// @return whether everything is confirmed, and recorded
    private boolean attempt() throws InterruptedException {
      try {
        List<ObservabilityCheck> checks = probe.look(goal.asked(), transition, this::mayGoOn);
        if (!mayGoOn()) {
          return false; // what was not looked at because of that is no finding
        }
        WatchCommand command = new WatchCommand.ObservabilityChecked(goal.observation(), checks);
        journal.record(
            release, (history, now) -> WatchDecider.answer(Watch.of(history), command, now));
        return checks.stream().allMatch(ObservabilityCheck::confirmed);
      } catch (RuntimeException e) {
        LOG.warnf("observability of release %s is confirmed again soon: %s", release, e);
        return false;
      }
    }

    private boolean mayGoOn() {
      return stopped.getCount() > 0 && held.getAsBoolean();
    }
  }
}
