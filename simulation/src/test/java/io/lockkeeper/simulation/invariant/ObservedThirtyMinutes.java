package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.Verdict;
import java.time.Duration;
import java.time.Instant;

/// Order.
final class ObservedThirtyMinutes extends Invariant {

  /// The clocks of two replicas that took looks in turn.
  private static final Duration SKEW = Duration.ofSeconds(25);

  ObservedThirtyMinutes(Truth truth) {
    super(truth, "M1: at least 30 observed minutes between RolloutCompleted and ReleaseVerified");
  }

  @Override
  public void written(Fact fact) {
    if (!(fact.event() instanceof ReleaseVerified verified)
        || verified.verdict() != Verdict.PASSED) {
      return;
    }
    Course course = truth.course(fact.release());
    Duration least = course.accepted().runbook().monitoring().validation();
    require(
        verified.observed().compareTo(least) >= 0,
        "%s is verified after %s of %s",
        fact.release(),
        verified.observed(),
        least);
    Instant completed = course.lastAt(RolloutCompleted.class).orElse(truth.now());
    Duration truly = Duration.between(completed, truth.now());
    require(
        truly.plus(SKEW).compareTo(least) >= 0,
        "%s is verified %s after it was at full traffic, not %s",
        fact.release(),
        truly,
        least);
  }
}
