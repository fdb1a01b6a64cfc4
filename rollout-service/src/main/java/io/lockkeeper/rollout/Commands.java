package io.lockkeeper.rollout;

import static java.util.Objects.requireNonNull;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.events.RolloutEvent.Trigger;
import io.lockkeeper.rollout.Rollout.Cause;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.rollout.Rollout.Question;
import io.lockkeeper.rollout.RolloutCommand.Abort;
import io.lockkeeper.rollout.RolloutCommand.Decide;
import io.lockkeeper.rollout.RolloutCommand.OfPerson;
import io.lockkeeper.rollout.RolloutCommand.Pause;
import io.lockkeeper.rollout.RolloutCommand.ReportDone;
import io.lockkeeper.rollout.RolloutCommand.ReportFailed;
import io.lockkeeper.rollout.RolloutCommand.ReportReadBack;
import io.lockkeeper.rollout.RolloutCommand.ReportShare;
import io.lockkeeper.rollout.RolloutCommand.Resume;
import io.lockkeeper.rollout.RolloutCommand.TakeOver;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a command leads to. A person's valid command that a rule turns down is recorded as refused;
/// one that is repeated, and a report about a change that is no longer asked for, change nothing.
final class Commands {

  private Commands() {}

  static List<RolloutEvent> answer(Rollout rollout, RolloutCommand command, Instant now) {
    if (rollout.accepted() == null) {
      return List.of();
    }
    return switch (command) {
      case OfPerson it when isOnRecord(rollout, it) -> List.of();
      case OfPerson it ->
          objection(rollout, it)
              .map(against -> refused(rollout, it, against.reason(), now))
              .orElseGet(() -> obeyed(rollout, it, now));
      case ReportDone it -> done(rollout, it, now);
      case ReportFailed it -> failed(rollout, it, now);
      case ReportShare it -> share(rollout, it);
      case ReportReadBack it ->
          rollout.phase() instanceof Phase.TakenOver taken
              ? List.of(TakingOver.settled(taken.how(), it.observed()))
              : List.of();
    };
  }

  /// What stands against this command; empty when nothing does, or when it was obeyed before.
  static Optional<Objection> objection(Rollout rollout, OfPerson command) {
    if (isOnRecord(rollout, command)) {
      return Optional.empty();
    }
    if (rollout.phase() instanceof Phase.Settled it) {
      return Optional.of(new Objection(Objection.Code.ENDED, "the release ended: " + it.outcome()));
    }
    return Optional.ofNullable(
            switch (command) {
              case Abort _ -> null;
              case Pause _ -> mayAdvance(rollout.phase()) ? null : "nothing advances any more";
              case Resume _ ->
                  RolloutDecider.isPausedBy(rollout, Hold.OPERATOR)
                      ? null
                      : "no operator paused the release";
              case Decide it -> refusal(rollout.question(), it);
              case TakeOver _ -> TakingOver.refusal(rollout);
            })
        .map(Objection::outOfPlace);
  }

  /// Whether exactly this was asked for before, by the same person for the same reason, and obeyed.
  /// A pause is not recognised by its words: after a resume, the same words mean another pause.
  private static boolean isOnRecord(Rollout rollout, OfPerson command) {
    return switch (command) {
      case Abort it -> isOnRecord(rollout.halted(), rollout.settled(), it);
      case Pause _ -> false;
      case Resume it ->
          !(rollout.phase() instanceof Phase.Settled)
              && new StageResumed(it.by(), it.reason()).equals(rollout.resumed());
      case Decide it -> rollout.decisions().contains(taken(it));
      case TakeOver it -> {
        TakenOver before = rollout.takenOver();
        yield before != null
            && before.by().equals(it.by())
            && before.reason().equals(it.reason())
            && before.outcome() == it.outcome();
      }
    };
  }

  private static boolean isOnRecord(
      @Nullable RolloutHalted halted, @Nullable RolloutSettled settled, Abort abort) {
    return halted != null
            && halted.trigger() == Trigger.ABORTED
            && halted.by().equals(abort.by())
            && halted.reason().equals(abort.reason())
        || settled != null
            && settled.outcome() == Outcome.NOT_STARTED
            && settled.by().equals(abort.by())
            && settled.reason().equals(abort.reason());
  }

  private static List<RolloutEvent> obeyed(Rollout rollout, OfPerson command, Instant now) {
    return switch (command) {
      case Abort it -> abort(rollout, it, now);
      case Pause it -> pause(rollout, it, now);
      case Resume it -> List.of(new StageResumed(it.by(), it.reason()));
      case Decide it -> List.of(taken(it));
      case TakeOver it -> TakingOver.begin(rollout, it, now);
    };
  }

  private static DecisionTaken taken(Decide decide) {
    return new DecisionTaken(decide.question(), decide.choice(), decide.by(), decide.reason());
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
      case Phase.Halted _,
          Phase.GoingBack _,
          Phase.TakenOver _,
          Phase.RolledBack _,
          Phase.Settled _ ->
          false;
    };
  }

  private static List<RolloutEvent> abort(Rollout rollout, Abort abort, Instant now) {
    return switch (rollout.phase()) {
      case Phase.Waiting _ ->
          List.of(new RolloutSettled(Outcome.NOT_STARTED, abort.reason(), abort.by()));
      case Phase.Between _, Phase.Applying _, Phase.Baking _, Phase.Observing _ ->
          Halting.halt(
              rollout, new Cause(Trigger.ABORTED, abort.reason(), abort.by(), null, now), now);
      case Phase.Halted _,
          Phase.GoingBack _,
          Phase.TakenOver _,
          Phase.RolledBack _,
          Phase.Settled _ ->
          List.of();
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
    // Once a person has taken over, what the target shows is told and no more.
    boolean lowered = report.observed() > asked && rollout.takenOver() == null;
    return canDrift(rollout.phase()) && report.observed() != rollout.shownShare()
        ? List.of(new DriftFound(asked, report.observed(), lowered ? rollout.effects() + 1 : null))
        : List.of();
  }

  private static boolean canDrift(Phase phase) {
    return switch (phase) {
      case Phase.Between _, Phase.Baking _, Phase.Observing _, Phase.RolledBack _ -> true;
      case Phase.Settled it -> it.outcome() == Outcome.ROLLED_BACK;
      case Phase.Waiting _,
          Phase.Applying _,
          Phase.Halted _,
          Phase.GoingBack _,
          Phase.TakenOver _ ->
          false;
    };
  }

  private static List<RolloutEvent> refused(
      Rollout rollout, OfPerson command, String reason, Instant now) {
    CommandRefused refusal = new CommandRefused(name(command), command.by(), reason);
    return rollout.refusedSince(refusal, now.minus(RolloutDecider.REFUSAL_MEMORY))
        ? List.of()
        : List.of(refusal);
  }

  private static String name(OfPerson command) {
    return switch (command) {
      case Abort _ -> "abort";
      case Pause _ -> "pause";
      case Resume _ -> "resume";
      case Decide _ -> "decide";
      case TakeOver _ -> "take-over";
    };
  }
}
