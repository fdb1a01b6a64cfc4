package io.lockkeeper.rollout.adapter;

import static java.util.Objects.requireNonNull;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.Leases;
import io.lockkeeper.journal.LogContext;
import io.lockkeeper.rollout.PlatformGoal;
import io.lockkeeper.rollout.PlatformGoal.Change;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.RolloutCommand;
import io.lockkeeper.rollout.RolloutCommand.ReportDone;
import io.lockkeeper.rollout.RolloutCommand.ReportFailed;
import io.lockkeeper.rollout.RolloutCommand.ReportReadBack;
import io.lockkeeper.rollout.RolloutCommand.ReportShare;
import io.lockkeeper.rollout.RolloutDecider;
import io.lockkeeper.rollout.adapter.Platform.Observation;
import io.lockkeeper.rollout.adapter.Platform.Result;
import io.lockkeeper.rollout.adapter.Platform.Target;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Brings one release's target to its goal and keeps looking at it, until the release is over. A
/// goal that changes cancels the call that is under way: a slow target never delays a way back. A
/// change that the target refused is asked for again only after a while, as long as it is the goal.
final class Pursuit implements Runnable {

  private static final Logger LOG = Logger.getLogger(Pursuit.class);
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration RENEWAL = Duration.ofSeconds(3);
  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final ReleaseId release;
  private final EventJournal journal;
  private final Leases leases;
  private final Platform platform;
  private final ExecutorService threads;
  private final Semaphore woken = new Semaphore(0);
  private @Nullable Refused refused;

  /// A change that the target did not make, and when it is asked for again.
  private record Refused(Change change, Instant again) {}

  Pursuit(
      ReleaseId release,
      EventJournal journal,
      Leases leases,
      Platform platform,
      ExecutorService threads) {
    this.release = release;
    this.journal = journal;
    this.leases = leases;
    this.platform = platform;
    this.threads = threads;
  }

  ReleaseId release() {
    return release;
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
      pursue();
    }
  }

  private void pursue() {
    boolean active = true;
    while (active) {
      try {
        active = step();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.warnf("the target of %s is looked after again soon: %s", release, e.toString());
        active = await(PAUSE);
      }
    }
  }

  /// One look at the state and what it asks for; false when the release needs no more looking
  /// after.
  private boolean step() throws InterruptedException {
    woken.drainPermits();
    Rollout rollout = Rollout.of(journal.history(release));
    DeploymentStarted deployment = rollout.deployment();
    Instant until = RolloutView.watchUntil(rollout);
    if (deployment == null) {
      return false;
    }
    if (until != null && !Instant.now().isBefore(until)) {
      boolean ignored = leases.free(name());
      return false;
    }
    if (!leases.hold(name(), LEASE)) {
      return await(PAUSE);
    }
    Target target = target(rollout, deployment);
    return switch (PlatformGoal.of(rollout)) {
      case Change change when raisesWhileStuck(rollout, change) -> await(LOOK);
      case Change change -> pursue(target, change);
      case PlatformGoal.ReadBack goal -> readBack(target, goal);
      case PlatformGoal.Nothing goal -> lookForDrift(rollout, deployment.token(), target, goal);
    };
  }

  /// A release whose facts cannot be decided on may go back, and may not go further.
  private boolean raisesWhileStuck(Rollout rollout, Change change) {
    return change.weight() > rollout.share() && journal.stuck(release).isPresent();
  }

  private boolean pursue(Target target, Change change) throws InterruptedException {
    Instant notBefore = notBefore(change);
    Instant now = Instant.now();
    if (notBefore != null && now.isBefore(notBefore)) {
      Duration left = Duration.between(now, notBefore);
      return await(left.compareTo(RENEWAL) < 0 ? left : RENEWAL);
    }
    try {
      Optional<Result> result = whileAsked(change, () -> platform.bring(target, change));
      if (result.isPresent()) {
        refused =
            result.get() instanceof Result.Failed
                ? new Refused(change, Instant.now().plus(LOOK))
                : null;
        report(command(change, result.get()));
      }
    } catch (ExecutionException e) {
      LOG.warnf(e.getCause(), "%s of %s failed", change.action(), release);
      await(PAUSE);
    }
    return true;
  }

  private @Nullable Instant notBefore(Change change) {
    Refused last = refused;
    return last != null && last.change().equals(change) ? last.again() : change.notBefore();
  }

  private boolean isStillAsked(PlatformGoal goal) {
    return leases.hold(name(), LEASE)
        && PlatformGoal.of(Rollout.of(journal.history(release))).equals(goal);
  }

  private boolean lookForDrift(Rollout rollout, long token, Target target, PlatformGoal goal)
      throws InterruptedException {
    Optional<Observation> seen = observe(target, goal);
    if (seen.isPresent()
        && seen.get().fence().token() == token
        && seen.get().weight() != rollout.shownShare()) {
      report(new ReportShare(seen.get().weight()));
    }
    return await(LOOK);
  }

  /// The call that was under way has been cancelled; what the target had accepted of it is waited
  /// for, so that nothing changes after it was read.
  private boolean readBack(Target target, PlatformGoal goal) throws InterruptedException {
    Optional<Observation> seen = observe(target, goal);
    if (seen.isEmpty() || seen.get().changing()) {
      return await(LOOK);
    }
    report(new ReportReadBack(seen.get().weight()));
    return true;
  }

  /// What the target shows; empty when it does not say, and when there is another goal before it
  /// has said so.
  private Optional<Observation> observe(Target target, PlatformGoal goal)
      throws InterruptedException {
    try {
      return whileAsked(goal, () -> platform.observe(target)).flatMap(seen -> seen);
    } catch (ExecutionException e) {
      LOG.warnf(e.getCause(), "the target of %s cannot be observed", release);
      return Optional.empty();
    }
  }

  /// What a call comes to; empty when there is another goal before it has come to anything. Then it
  /// is cancelled, and whoever waits next goes on at once.
  private <T> Optional<T> whileAsked(PlatformGoal goal, Callable<T> what)
      throws InterruptedException, ExecutionException {
    Future<T> call =
        threads.submit(
            () -> {
              try (LogContext _ = LogContext.of(release)) {
                return what.call();
              } finally {
                wake();
              }
            });
    try {
      while (!call.isDone()) {
        await(RENEWAL);
        if (!call.isDone() && !isStillAsked(goal)) {
          wake();
          return Optional.empty();
        }
      }
      return Optional.of(call.get());
    } finally {
      call.cancel(true);
    }
  }

  private void report(RolloutCommand command) {
    journal.record(
        release, (history, now) -> RolloutDecider.answer(Rollout.of(history), command, now));
  }

  private static RolloutCommand command(Change change, Result result) {
    return switch (result) {
      case Result.Shown _ -> new ReportDone(change.fence().number());
      case Result.Failed failed -> new ReportFailed(change.fence().number(), failed.reason());
    };
  }

  private boolean await(Duration atMost) {
    try {
      boolean ignored = woken.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Target target(Rollout rollout, DeploymentStarted deployment) {
    Artifact stable = deployment.stable();
    return new Target(
        release,
        deployment.lane(),
        requireNonNull(rollout.accepted()).runbook().rollout().target().url(),
        deployment.candidate().digest(),
        stable == null ? null : stable.digest());
  }

  private String name() {
    return "platform/" + release;
  }
}
