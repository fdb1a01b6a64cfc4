package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ClearanceRenewed;
import io.lockkeeper.events.GateEvent.ClearanceRevoked;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Writer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Order.
final class NoStageWithoutLease extends Invariant {

  /// Two clocks, each off by up to 10 s.
  private static final Duration SKEW = Duration.ofSeconds(21);

  NoStageWithoutLease(Truth truth) {
    super(truth, "no StageStarted without a live lease");
  }

  @Override
  public void written(Fact fact) {
    if (!(fact.event() instanceof StageStarted)) {
      return;
    }
    @Nullable Instant until = null;
    for (Fact known : truth.service(Writer.ROLLOUT).database().history(fact.release())) {
      switch (known.event()) {
        case ReleaseCleared cleared -> until = cleared.validUntil();
        case ClearanceRenewed renewed -> until = renewed.validUntil();
        case ClearanceRevoked _ -> until = null;
        default -> {}
      }
    }
    require(until != null, "%s starts a stage and is not cleared", fact.release());
    require(
        until != null && truth.now().isBefore(until.plus(SKEW)),
        "%s starts a stage on a lease that ended at %s",
        fact.release(),
        until);
  }
}
