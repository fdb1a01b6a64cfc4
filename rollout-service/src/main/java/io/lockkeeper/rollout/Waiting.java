package io.lockkeeper.rollout;

import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.rollout.Rollout.Phase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a release waits for, until when, and who can end it: what a person reads first.
///
/// @param until when something else follows by itself; null when only the named party can end it
public record Waiting(String what, String who, @Nullable Instant until) {

  /// What this rollout waits for; null when it is over or not accepted.
  public static @Nullable Waiting of(Rollout rollout) {
    if (rollout.accepted() == null) {
      return null;
    }
    Rollout.Question question = rollout.question();
    if (question != null) {
      return new Waiting(
          "an answer: " + question.asked().question() + " " + question.asked().choices(),
          "a person, by POST …/decisions",
          question.asked().due());
    }
    StagePaused pause = rollout.pause();
    if (pause != null) {
      return new Waiting(
          "the end of a hold: " + pause.reason(), holder(pause.hold()), pause.until());
    }
    Instant due = RolloutDecider.due(rollout).orElse(null);
    return switch (rollout.phase()) {
      case Phase.Waiting _ ->
          rollout.clearance() == null
              ? new Waiting("gates to open", "gate-service", due)
              : new Waiting("the announcement, or a live clearance", "notification-service", due);
      case Phase.Between _ -> new Waiting("a live clearance", "gate-service", due);
      case Phase.Applying it ->
          new Waiting("the target to show " + it.stage().title(), "the target", due);
      case Phase.Baking it ->
          new Waiting("a verdict on " + it.stage().title(), "monitor-service", due);
      case Phase.Observing _ ->
          new Waiting("a verdict on the release at full traffic", "monitor-service", due);
      case Phase.GoingBack it when !it.steps().isEmpty() ->
          new Waiting("the target to show " + it.steps().getFirst().title(), "the target", due);
      case Phase.TakenOver _ -> new Waiting("the target to be read back", "the target", due);
      case Phase.GoingBack _, Phase.Halted _, Phase.RolledBack _, Phase.Settled _ -> null;
    };
  }

  private static String holder(Hold hold) {
    return switch (hold) {
      case NOT_ANNOUNCED -> "notification-service";
      case NOT_CLEARED -> "gate-service";
      case NOT_APPLIED, DRIFT, ROLLBACK_FAILING -> "the target";
      case NO_VERDICT, INCONCLUSIVE, NOT_MEASURED, TELEMETRY_LOST -> "monitor-service";
      case UNRECOGNISED -> "an upgrade of rollout-service";
      case OPERATOR -> "an operator, by POST …/resume";
    };
  }
}
