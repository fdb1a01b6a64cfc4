package io.lockkeeper.rollout;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.Trigger;
import io.lockkeeper.rollout.Rollout.Answer;
import io.lockkeeper.rollout.Rollout.Cause;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Rollout.OnRevoked;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// R1: why a release under way turns back, and the facts of turning back.
final class Halting {

  private Halting() {}

  /// The reason to go back now; empty when there is none.
  static Optional<Cause> cause(Rollout rollout, Runbook runbook, Instant now) {
    if (rollout.cause() != null) {
      return Optional.of(rollout.cause());
    }
    Answer answer = rollout.answer();
    if (answer != null && answer.choice() == Choice.GO_BACK) {
      return Optional.of(new Cause(Trigger.DECIDED, answer.reason(), answer.by(), null, now));
    }
    String revocation = rollout.revocation();
    if (revocation != null && runbook.rollout().onRevoked() == OnRevoked.BACK) {
      return Optional.of(new Cause(Trigger.REVOKED, revocation, Actor.RUNBOOK, null, now));
    }
    return failedVerdict(rollout)
        .map(reason -> new Cause(Trigger.BREACH, reason, Actor.RUNBOOK, null, now));
  }

  private static Optional<String> failedVerdict(Rollout rollout) {
    if (rollout.phase() instanceof Phase.Baking it) {
      StageVerified verdict = rollout.verdict(it.stage(), it.attempt());
      return verdict != null && verdict.verdict() == Verdict.FAILED
          ? Optional.of(verdict.reason())
          : Optional.empty();
    }
    ReleaseVerified verdict = rollout.releaseVerdict();
    return rollout.phase() instanceof Phase.Observing
            && verdict != null
            && verdict.verdict() == Verdict.FAILED
        ? Optional.of(verdict.reason())
        : Optional.empty();
  }

  /// Halt and begin to go back, in one decision, so that nothing can come between.
  static List<RolloutEvent> halt(Rollout rollout, Cause cause, Instant now) {
    Duration latency = Duration.between(cause.time(), now);
    return List.of(
        new RolloutHalted(
            cause.trigger(),
            cause.reason(),
            cause.by(),
            cause.fact(),
            latency.isNegative() ? Duration.ZERO : latency),
        Rollback.start(rollout, now));
  }
}
