package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;

/// It ends.
final class GoodIsVerifiedBadGoesBack extends Invariant {

  GoodIsVerifiedBadGoesBack(Truth truth) {
    super(truth, "a good release with bounded faults is VERIFIED, a bad one ROLLED_BACK");
  }

  @Override
  public void written(Fact fact) {
    if (!(fact.event() instanceof RolloutSettled settled)) {
      return;
    }
    Outcome outcome = settled.outcome();
    boolean started = truth.course(fact.release()).has(DeploymentStarted.class);
    switch (truth.expectation(fact.release())) {
      case VERIFIED ->
          require(
              outcome == Outcome.VERIFIED,
              "%s is good and ends as %s: %s",
              fact.release(),
              outcome,
              settled.reason());
      case NOT_VERIFIED ->
          require(
              outcome == (started ? Outcome.ROLLED_BACK : Outcome.NOT_STARTED),
              "%s is bad and ends as %s: %s",
              fact.release(),
              outcome,
              settled.reason());
      case ANY -> {}
    }
    require(
        started || outcome == Outcome.NOT_STARTED,
        "%s never started and ends as %s",
        fact.release(),
        outcome);
    require(
        !started || outcome != Outcome.NOT_STARTED,
        "%s started and ends as %s",
        fact.release(),
        outcome);
  }
}
