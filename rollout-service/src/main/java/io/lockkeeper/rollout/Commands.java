package io.lockkeeper.rollout;

import static java.util.Objects.requireNonNull;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.Trigger;
import io.lockkeeper.rollout.Rollout.Cause;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.rollout.Rollout.Question;
import io.lockkeeper.rollout.RolloutCommand.Abort;
import io.lockkeeper.rollout.RolloutCommand.Decide;
import io.lockkeeper.rollout.RolloutCommand.Pause;
import io.lockkeeper.rollout.RolloutCommand.ReportDone;
import io.lockkeeper.rollout.RolloutCommand.ReportFailed;
import io.lockkeeper.rollout.RolloutCommand.ReportShare;
import io.lockkeeper.rollout.RolloutCommand.Resume;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a command leads to. A person's valid command that a rule turns down is recorded as refused;
/// a report
/// about a change that is no longer asked for changes nothing.
final class Commands {

  private Commands() {}

  static List<RolloutEvent> answer(Rollout rollout, RolloutCommand command, Instant now) {
    if (rollout.accepted() == null) {
      return List.of();
    }
    Optional<String> refusal = refusal(rollout, command);
    return switch (command) {
      case Abort it ->
          refusal
              .map(why -> refused(rollout, "abort", it.by(), why, now))
              .orElseGet(() -> abort(rollout, it, now));
      case Pause it ->
          refusal
              .map(why -> refused(rollout, "pause", it.by(), why, now))
              .orElseGet(() -> pause(rollout, it, now));
      case Resume it ->
          refusal
              .map(why -> refused(rollout, "resume", it.by(), why, now))
              .orElseGet(() -> List.of(new StageResumed()));
      case Decide it ->
          refusal
              .map(why -> refused(rollout, "decide", it.by(), why, now))
              .orElseGet(
                  () ->
                      List.of(new DecisionTaken(it.question(), it.choice(), it.by(), it.reason())));
      case ReportDone it -> done(rollout, it, now);
      case ReportFailed it -> failed(rollout, it, now);
      case ReportShare it -> share(rollout, it);
    };
  }

  /// Why a rule turns this command down; empty when none does.
  static Optional<String> refusal(Rollout rollout, RolloutCommand command) {
    return Optional.ofNullable(
        switch (command) {
          case Abort _ ->
              rollout.phase() instanceof Phase.Settled it && it.outcome() == Outcome.VERIFIED
                  ? "the release is verified and settled"
                  : null;
          case Pause _ -> mayAdvance(rollout.phase()) ? null : "nothing advances any more";
          case Resume _ ->
              RolloutDecider.isPausedBy(rollout, Hold.OPERATOR)
                  ? null
                  : "no operator paused the release";
          case Decide it -> refusal(rollout.question(), it);
          case ReportDone _, ReportFailed _, ReportShare _ -> null;
        });
  }

  private static @Nullable String refusal(@Nullable Question question, Decide decide) {
    if (question == null || !question.id().equals(decide.question())) {
      return "the question is not open";
    }
    return question.asked().choices().contains(decide.choice())
        ? null
        : decide.choice() + " is not one of " + question.asked().choices();
  }

  private static boolean mayAdvance(Phase phase) {
    return switch (phase) {
      case Phase.Waiting _, Phase.Between _, Phase.Applying _, Phase.Baking _, Phase.Observing _ ->
          true;
      case Phase.Halted _, Phase.GoingBack _, Phase.RolledBack _, Phase.Settled _ -> false;
    };
  }

  private static List<RolloutEvent> abort(Rollout rollout, Abort abort, Instant now) {
    return switch (rollout.phase()) {
      case Phase.Waiting _ ->
          List.of(new RolloutSettled(Outcome.NOT_STARTED, abort.reason(), abort.by()));
      case Phase.Between _, Phase.Applying _, Phase.Baking _, Phase.Observing _ ->
          Halting.halt(
              rollout, new Cause(Trigger.ABORTED, abort.reason(), abort.by(), null, now), now);
      case Phase.Halted _, Phase.GoingBack _, Phase.RolledBack _, Phase.Settled _ -> List.of();
    };
  }

  private static List<RolloutEvent> pause(Rollout rollout, Pause pause, Instant now) {
    return RolloutDecider.isPausedBy(rollout, Hold.OPERATOR)
        ? List.of()
        : List.of(
            new StagePaused(
                Hold.OPERATOR,
                pause.by() + ": " + pause.reason(),
                now.plus(requireNonNull(rollout.accepted()).runbook().monitoring().hold())));
  }

  private static List<RolloutEvent> done(Rollout rollout, ReportDone report, Instant now) {
    if (rollout.phase() instanceof Phase.Applying it && it.effect() == report.effect()) {
      return List.of(RolloutDecider.applied(rollout, it, now));
    }
    if (rollout.phase() instanceof Phase.GoingBack it
        && it.effect() == report.effect()
        && !it.steps().isEmpty()) {
      return List.of(Rollback.completed(rollout, it, now));
    }
    DriftFound drift = rollout.drift();
    return drift != null && drift.effect() != null && drift.effect() == report.effect()
        ? List.of(new DriftFound(drift.asked(), drift.asked(), null))
        : List.of();
  }

  private static List<RolloutEvent> failed(Rollout rollout, ReportFailed report, Instant now) {
    if (rollout.phase() instanceof Phase.Applying it
        && it.effect() == report.effect()
        && !RolloutDecider.isPausedBy(rollout, Hold.NOT_APPLIED)) {
      return List.of(
          new StagePaused(
              Hold.NOT_APPLIED,
              report.reason(),
              now.plus(requireNonNull(rollout.accepted()).runbook().monitoring().hold())));
    }
    if (rollout.phase() instanceof Phase.GoingBack it
        && it.effect() == report.effect()
        && !it.steps().isEmpty()) {
      return List.of(Rollback.failed(rollout, it, report.reason(), now));
    }
    return List.of();
  }

  private static List<RolloutEvent> share(Rollout rollout, ReportShare report) {
    int asked = rollout.share();
    return canDrift(rollout.phase()) && report.observed() != rollout.shownShare()
        ? List.of(
            new DriftFound(
                asked, report.observed(), report.observed() > asked ? rollout.effects() + 1 : null))
        : List.of();
  }

  private static boolean canDrift(Phase phase) {
    return switch (phase) {
      case Phase.Between _, Phase.Baking _, Phase.Observing _, Phase.RolledBack _ -> true;
      case Phase.Settled it -> it.outcome() == Outcome.ROLLED_BACK;
      case Phase.Waiting _, Phase.Applying _, Phase.Halted _, Phase.GoingBack _ -> false;
    };
  }

  private static List<RolloutEvent> refused(
      Rollout rollout, String command, Actor by, String reason, Instant now) {
    CommandRefused refusal = new CommandRefused(command, by, reason);
    return rollout.refusedSince(refusal, now.minus(RolloutDecider.REFUSAL_MEMORY))
        ? List.of()
        : List.of(refusal);
  }
}
