package io.lockkeeper.monitor;

import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.Stage;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a watched release waits for, until when, and who can end it.
///
/// @param until by when it ends as far as the facts can tell, without gaps in the telemetry; null
///              when they cannot, or when only the named party can end it
public record Waiting(String what, String who, @Nullable Instant until) {

  private static final String GATE = "gate-service";
  private static final String ROLLOUT = "rollout-service";
  private static final String LOOKS =
      "monitor-service, or an operator, by POST …/abort of rollout-service";
  private static final String SOURCE =
      "the source of the telemetry, or an operator, by POST …/abort of rollout-service";
  private static final String OPERATOR = "an operator, by POST …/resume of rollout-service";
  private static final String EVIDENCE =
      "monitor-service, or a person, by POST …/decisions of rollout-service";

  /// What this watch waits for; null when it is over, or the release not accepted.
  public static @Nullable Waiting of(Watch watch) {
    Monitoring monitoring = watch.monitoring();
    if (monitoring == null || watch.ended()) {
      return null;
    }
    if (watch.halted()) {
      return watch.exposed()
          ? new Waiting("the candidate to serve nothing any more", ROLLOUT, null)
          : new Waiting("the final status", ROLLOUT, null);
    }
    if (watch.lost() != null) {
      return new Waiting("telemetry, lost since " + watch.lost().since(), SOURCE, null);
    }
    if (watch.breached()) {
      return new Waiting("the rollout to turn back: a breach was told", ROLLOUT, null);
    }
    RolloutEvent.StagePaused held = watch.held();
    if (held != null && held.hold() == Hold.OPERATOR) {
      return new Waiting("the end of a hold: " + held.reason(), OPERATOR, held.until());
    }
    return switch (watch.question()) {
      case Question.OfRelease _ -> ofRelease(watch.validation(), monitoring.validation());
      case Question.OfStage _ -> ofStage(watch.stage());
      case null -> withoutQuestion(watch);
    };
  }

  private static @Nullable Waiting ofRelease(
      Watch.@Nullable Validation validation, Duration length) {
    return validation == null
        ? null
        : verdict(
            "the release at full traffic",
            length + " of observed time",
            validation.said(),
            validation.verdictDue());
  }

  private static @Nullable Waiting ofStage(Watch.@Nullable StageWatch owed) {
    if (owed == null) {
      return null;
    }
    Stage stage = owed.stage();
    boolean longer = stage.maxBake().compareTo(stage.bake()) > 0;
    return verdict(
        stage.title(),
        stage.bake()
            + " of observed time"
            + (longer ? ", at most " + stage.maxBake() + " when traffic is thin" : ""),
        owed.said(),
        owed.verdictDue());
  }

  private static Waiting verdict(
      String subject, String observed, @Nullable Verdict said, @Nullable Instant due) {
    return switch (said) {
      case null -> new Waiting("a verdict on " + subject + " after " + observed, LOOKS, due);
      case PASSED -> new Waiting("the rollout to go on: " + subject + " passed", ROLLOUT, null);
      case INCONCLUSIVE, ERRORED, FAILED ->
          new Waiting(
              "enough evidence on " + subject + ", which was " + said + " so far", EVIDENCE, null);
    };
  }

  private static Waiting withoutQuestion(Watch watch) {
    Watch.BaselineWanted wanted = watch.baseline();
    if (wanted != null) {
      return new Waiting(
          "a health baseline over " + wanted.window(),
          "monitor-service",
          wanted.asked().plus(wanted.window()));
    }
    return watch.stage() == null
        ? new Waiting("the gates to ask for a baseline, or to open", GATE, null)
        : new Waiting("the rollout's next step", ROLLOUT, null);
  }
}
