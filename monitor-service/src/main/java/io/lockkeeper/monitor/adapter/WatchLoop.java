package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.JournalUnavailable;
import io.lockkeeper.journal.Leases;
import io.lockkeeper.journal.LogContext;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchCommand;
import io.lockkeeper.monitor.WatchDecider;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.monitor.observability.adapter.ObservabilityProbe;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Looks at one release for as long as there is something to look at. One replica at a time, by a
/// lease; the other stands by and goes on from the looks that are kept. A look that comes twice
/// changes nothing, since what follows is decided from the facts.
final class WatchLoop {

  private static final Logger LOG = Logger.getLogger(WatchLoop.class);

  /// How long a fact may wait until the topic has its look; see [LookFeed].
  static final Duration LONGEST_WAIT_FOR_TOPIC = Duration.ofSeconds(2);

  private static final Duration LEASE = Duration.ofSeconds(5);
  private static final Duration RENEWAL = Duration.ofMillis(1_500);
  private static final Duration AFTER_TROUBLE = Duration.ofSeconds(1);

  private final ReleaseId release;
  private final EventJournal journal;
  private final Leases leases;
  private final Telemetry telemetry;
  private final EventCounts counts;
  private final LookBook book;
  private final LookArchive archive;
  private final LookFeed feed;
  private final BaselineRules rules;
  private final Confirming confirming;
  private final Clock clock;
  private final Semaphore wake = new Semaphore(0);

  private @Nullable CandidateWatch candidate;
  private @Nullable BaselineCapture baseline;
  private @Nullable WatchGoal looked;
  private long nextLook;
  private volatile boolean held;
  private volatile boolean closed;

  WatchLoop(
      ReleaseId release,
      EventJournal journal,
      Leases leases,
      Telemetry telemetry,
      EventCounts counts,
      LookBook book,
      LookArchive archive,
      LookFeed feed,
      BaselineRules rules,
      ObservabilityProbe probe,
      Clock clock) {
    this.release = release;
    this.journal = journal;
    this.leases = leases;
    this.telemetry = telemetry;
    this.counts = counts;
    this.book = book;
    this.archive = archive;
    this.feed = feed;
    this.rules = rules;
    this.confirming = new Confirming(release, journal, probe, clock);
    this.clock = clock;
  }

  ReleaseId release() {
    return release;
  }

  /// Says that the release's facts have changed.
  void wake() {
    wake.release();
  }

  /// Whether somebody called since the loop last looked around.
  boolean isWoken() {
    return wake.availablePermits() > 0;
  }

  void close() {
    closed = true;
    wake();
  }

  /// Runs until there is nothing to look at, or it is closed.
  void run() {
    try (LogContext _ = LogContext.of(release)) {
      while (!closed && round()) {
        pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      confirming.stop();
      if (held) {
        leases.free(lease());
      }
    }
  }

  /// @return whether there is something to look at
  private boolean round() throws InterruptedException {
    try {
      List<Fact> history = journal.history(release);
      Watch watch = Watch.of(history);
      WatchGoal goal = WatchGoal.of(watch);
      if (!goal.isAnything()) {
        return false;
      }
      held = leases.hold(lease(), LEASE);
      if (!held) {
        letGo();
        nextLook = System.nanoTime() + AFTER_TROUBLE.toNanos();
        return true;
      }
      confirming.pursue(goal.confirmation(), history, () -> held);
      long now = System.nanoTime();
      boolean changed = !goal.equals(looked);
      if (changed || now - nextLook >= 0) {
        look(goal, watch, history);
        looked = goal;
        // In step, unless a new question or a slow look began a new one.
        long interval = interval(goal).toNanos();
        boolean inStep = !changed && now - nextLook < interval;
        nextLook = (inStep ? nextLook : now) + interval;
      }
    } catch (JournalUnavailable e) {
      LOG.warnf("release %s is looked at again soon: %s", release, e.getMessage());
      later();
    } catch (RuntimeException e) {
      LOG.errorf(e, "release %s is looked at again soon", release);
      letGo();
      later();
    }
    return true;
  }

  private void look(WatchGoal goal, Watch state, List<Fact> history) {
    if (goal.baseline() != null) {
      lookAtBaseline(goal.baseline(), history);
    }
    if (goal.candidate() != null) {
      lookAtCandidate(goal.candidate(), state, history);
    }
  }

  private void lookAtBaseline(WatchGoal.Baseline goal, List<Fact> history) {
    BaselineCapture capture = baseline;
    if (capture == null || !capture.goal().equals(goal)) {
      capture =
          new BaselineCapture(
              release, goal, WatchHistory.accepted(history), rules, telemetry, counts, book);
      baseline = capture;
    }
    Optional<BaselineCapture.Finished> finished = capture.look(clock.instant());
    feed.send(release);
    if (finished.isPresent()) {
      LookRecord rests = finished.get().look();
      if (rests == null || isOnTopic(rests.id())) {
        report(finished.get().command());
      }
    }
  }

  private void lookAtCandidate(WatchGoal.Candidate goal, Watch state, List<Fact> history) {
    CandidateWatch watch = candidate;
    if (watch == null) {
      watch = CandidateWatch.open(release, history, telemetry, counts, book, archive);
      candidate = watch;
    }
    CandidateWatch.Seen seen = watch.look(goal, state.losses(), clock.instant());
    feed.send(release);
    held = leases.hold(lease(), LEASE);
    if (!held) {
      letGo(); // too slow: somebody else looks now
      return;
    }
    List<? extends MonitorEvent> facts =
        WatchDecider.answer(state, seen.command(), clock.instant());
    if (!facts.isEmpty() && mayBeSaid(facts, seen.look())) {
      report(seen.command());
    }
  }

  /// Whether the topic has the look that these facts rest on, or need not have it: a breach waits,
  /// but not for ever, and lost telemetry has no look.
  private boolean mayBeSaid(List<? extends MonitorEvent> facts, @Nullable UUID look) {
    boolean verdict =
        facts.stream()
            .anyMatch(
                fact ->
                    fact instanceof MonitorEvent.StageVerified
                        || fact instanceof MonitorEvent.ReleaseVerified);
    boolean breach = facts.stream().anyMatch(MonitorEvent.BudgetBreached.class::isInstance);
    if (look == null || !verdict && !breach) {
      return true;
    }
    return isOnTopic(look) || breach;
  }

  private boolean isOnTopic(UUID look) {
    return feed.isAcknowledged(release, look, LONGEST_WAIT_FOR_TOPIC);
  }

  /// What cannot be recorded now is said again by the next look.
  private void report(WatchCommand command) {
    try {
      journal.record(
          release, (history, now) -> WatchDecider.answer(Watch.of(history), command, now));
    } catch (RuntimeException e) {
      LOG.warnf("what was seen of release %s is not recorded: %s", release, e);
    }
  }

  /// Forgets everything that another replica may know better.
  private void letGo() {
    confirming.stop();
    candidate = null;
    baseline = null;
    looked = null;
  }

  private Duration interval(WatchGoal goal) {
    BaselineCapture capture = baseline;
    if (goal.baseline() != null && capture != null) {
      return capture.interval();
    }
    return goal.candidate() == null
        ? AFTER_TROUBLE
        : ReleaseJudge.interval(goal.candidate().monitoring());
  }

  private void later() {
    nextLook = System.nanoTime() + AFTER_TROUBLE.toNanos();
  }

  private void pause() throws InterruptedException {
    long left = Math.clamp(nextLook - System.nanoTime(), 0, RENEWAL.toNanos());
    if (wake.tryAcquire(left, TimeUnit.NANOSECONDS)) {
      wake.drainPermits();
    }
  }

  private String lease() {
    return "watch " + release;
  }
}
