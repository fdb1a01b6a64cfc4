package io.lockkeeper.rollout;

import static java.util.Objects.requireNonNull;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Stage;
import io.lockkeeper.rollout.Rollout.Answer;
import io.lockkeeper.rollout.Rollout.Cause;
import io.lockkeeper.rollout.Rollout.Clearance;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.rollout.Rollout.Question;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All policy of the rollout: what follows from a state, and what a command leads to. Pure.
///
/// Runbook D2–D4 forward, R1–R3 back. Three rules stand above the rest: a reason to go back is
/// acted upon in
/// every phase between start and settlement, before anything else; nothing advances on silence; and
/// going back
/// asks nobody.
public final class RolloutDecider {

  /// How long the same refusal is counted and not recorded again.
  static final Duration REFUSAL_MEMORY = Duration.ofMinutes(10);

  private RolloutDecider() {}

  /// The facts that follow from this state at this time; empty when nothing does. To be called
  /// again with those
  /// facts in the state until it is empty.
  public static List<RolloutEvent> next(Rollout rollout, Instant now) {
    ReleaseAccepted accepted = rollout.accepted();
    if (accepted == null || rollout.phase() instanceof Phase.Settled) {
      return List.of();
    }
    Runbook runbook = accepted.runbook();
    if (mayHalt(rollout)) {
      Optional<Cause> cause = Halting.cause(rollout, runbook, now);
      if (cause.isPresent()) {
        return Halting.halt(rollout, cause.get(), now);
      }
    }
    Question question = rollout.question();
    if (question != null && !now.isBefore(question.asked().due())) {
      return List.of(
          new DecisionTaken(
              question.id(), question.asked().otherwise(), Actor.RUNBOOK, "nobody answered"));
    }
    return switch (rollout.phase()) {
      case Phase.Waiting _ -> beforeTheStart(rollout, runbook, now);
      case Phase.Between _, Phase.Applying _, Phase.Baking _, Phase.Observing _ ->
          underWay(rollout, runbook, now);
      case Phase.Halted _ -> List.of(Rollback.start(rollout, now));
      case Phase.GoingBack it -> Rollback.next(rollout, it, now);
      case Phase.TakenOver it -> TakingOver.next(it.how(), now);
      case Phase.RolledBack _ ->
          List.of(new RolloutSettled(Outcome.ROLLED_BACK, Rollback.reason(rollout), Actor.RUNBOOK));
      case Phase.Settled _ -> List.of();
    };
  }

  /// When [#next] has to be asked although no fact came; empty when only a fact can change
  /// anything.
  public static Optional<Instant> due(Rollout rollout) {
    if (rollout.accepted() == null || rollout.phase() instanceof Phase.Settled) {
      return Optional.empty();
    }
    @Nullable Question question = rollout.question();
    @Nullable StagePaused pause = rollout.pause();
    Stream<@Nullable Instant> bounds =
        Stream.of(
            question == null ? null : question.asked().due(),
            pause == null || question != null ? null : pause.until(),
            pause == null && question == null ? dueOf(rollout) : null,
            rollout.phase() instanceof Phase.GoingBack back ? back.deadline() : null);
    return bounds
        .filter(bound -> bound != null)
        .map(bound -> requireNonNull(bound))
        .min(Instant::compareTo);
  }

  private static @Nullable Instant dueOf(Rollout rollout) {
    return switch (rollout.phase()) {
      case Phase.Waiting _ -> Holds.announceBy(rollout);
      case Phase.Applying it -> it.deadline();
      case Phase.Baking it -> rollout.telemetryLostSince() == null ? it.verdictDue() : null;
      case Phase.Observing it -> rollout.telemetryLostSince() == null ? it.verdictDue() : null;
      case Phase.TakenOver it -> it.how().due();
      case Phase.Between _,
          Phase.Halted _,
          Phase.GoingBack _,
          Phase.RolledBack _,
          Phase.Settled _ ->
          null;
    };
  }

  /// The facts that this command leads to: what was asked for, a refusal, or nothing when it is
  /// already so.
  public static List<RolloutEvent> answer(Rollout rollout, RolloutCommand command, Instant now) {
    return Commands.answer(rollout, command, now);
  }

  /// What stands against this command of a person; empty when nothing does. Exactly what was obeyed
  /// before is not turned down when it is repeated. A refusal of the same words is recorded once in
  /// ten minutes, and answered every time.
  public static Optional<Objection> objection(Rollout rollout, RolloutCommand.OfPerson command) {
    return Commands.objection(rollout, command);
  }

  static boolean mayHalt(Rollout rollout) {
    return switch (rollout.phase()) {
      case Phase.Between _, Phase.Applying _, Phase.Baking _, Phase.Observing _ -> true;
      case Phase.Waiting _,
          Phase.Halted _,
          Phase.GoingBack _,
          Phase.TakenOver _,
          Phase.RolledBack _,
          Phase.Settled _ ->
          false;
    };
  }

  private static List<RolloutEvent> beforeTheStart(Rollout rollout, Runbook runbook, Instant now) {
    if (rollout.refusal() != null) {
      return List.of(
          new RolloutSettled(
              Outcome.NOT_STARTED, rollout.refusal().reason(), rollout.refusal().by()));
    }
    Answer answer = rollout.answer();
    if (answer != null && (answer.choice() == Choice.CANCEL || answer.choice() == Choice.GO_BACK)) {
      return List.of(new RolloutSettled(Outcome.NOT_STARTED, answer.reason(), answer.by()));
    }
    Optional<Hold> hold = Holds.beforeTheStart(rollout, runbook, now);
    if (hold.isPresent() || rollout.pause() != null) {
      return holding(rollout, runbook, hold, now);
    }
    Clearance clearance = rollout.clearance();
    if (clearance == null || !clearance.isLive(now) || Holds.lacksAnnouncement(rollout, runbook)) {
      return List.of();
    }
    return List.of(
        new DeploymentStarted(
            clearance.lane(),
            clearance.token(),
            Stages.of(requireNonNull(rollout.accepted())),
            requireNonNull(rollout.accepted()).request().artifact(),
            clearance.stable()));
  }

  private static List<RolloutEvent> underWay(Rollout rollout, Runbook runbook, Instant now) {
    Answer answer = rollout.answer();
    if (answer != null) {
      List<RolloutEvent> acted = actUpon(answer, rollout, runbook, now);
      if (!acted.isEmpty()) {
        return acted;
      }
    }
    Optional<Hold> hold = Holds.of(rollout, runbook, now);
    if (hold.isPresent() || rollout.pause() != null) {
      return holding(rollout, runbook, hold, now);
    }
    return switch (rollout.phase()) {
      case Phase.Between it -> forward(rollout, runbook, it.next(), now);
      case Phase.Baking it ->
          it.verdictDue() == null || isVerified(rollout, runbook, it)
              ? List.of(new StageCompleted(it.stage(), it.attempt()))
              : List.of();
      case Phase.Observing _ ->
          rollout.releaseVerdict() != null && rollout.releaseVerdict().verdict() == Verdict.PASSED
              ? List.of(
                  new RolloutSettled(
                      Outcome.VERIFIED, rollout.releaseVerdict().reason(), Actor.RUNBOOK))
              : List.of();
      case Phase.Applying _,
          Phase.Waiting _,
          Phase.Halted _,
          Phase.GoingBack _,
          Phase.TakenOver _,
          Phase.RolledBack _,
          Phase.Settled _ ->
          List.of();
    };
  }

  private static List<RolloutEvent> actUpon(
      Answer answer, Rollout rollout, Runbook runbook, Instant now) {
    if (answer.choice() == Choice.RETRY && answer.hold() == Hold.DRIFT && rollout.drift() != null) {
      return List.of(
          new DriftFound(
              rollout.drift().asked(), rollout.drift().observed(), rollout.effects() + 1),
          paused(rollout, runbook, Hold.DRIFT, now));
    }
    if (answer.choice() == Choice.RETRY && rollout.isCleared(now)) {
      return again(rollout, runbook, now);
    }
    if (answer.choice() != Choice.ADVANCE
        || answer.hold() == Hold.UNRECOGNISED
        || rollout.telemetryLostSince() != null) {
      return List.of();
    }
    return switch (rollout.phase()) {
      case Phase.Baking it -> List.of(new StageCompleted(it.stage(), it.attempt()));
      case Phase.Observing _ ->
          List.of(new RolloutSettled(Outcome.VERIFIED, answer.reason(), answer.by()));
      case Phase.Between _,
          Phase.Applying _,
          Phase.Waiting _,
          Phase.Halted _,
          Phase.GoingBack _,
          Phase.TakenOver _,
          Phase.RolledBack _,
          Phase.Settled _ ->
          List.of();
    };
  }

  private static boolean isVerified(Rollout rollout, Runbook runbook, Phase.Baking baking) {
    var verdict = rollout.verdict(baking.stage(), baking.attempt());
    return verdict != null
        && (verdict.verdict() == Verdict.PASSED
            || verdict.verdict() == Verdict.INCONCLUSIVE
                && runbook.monitoring().thin() == Choice.ADVANCE);
  }

  private static List<RolloutEvent> forward(
      Rollout rollout, Runbook runbook, int index, Instant now) {
    List<Stage> stages = requireNonNull(rollout.deployment()).stages();
    if (index >= stages.size()) {
      Duration validation = runbook.monitoring().validation();
      return List.of(
          new RolloutCompleted(
              now.plus(validation).plus(validation.dividedBy(4)).plus(Holds.slack(runbook))));
    }
    return start(rollout, runbook, stages.get(index), 1, now);
  }

  private static List<RolloutEvent> again(Rollout rollout, Runbook runbook, Instant now) {
    return switch (rollout.phase()) {
      case Phase.Applying it -> start(rollout, runbook, it.stage(), it.attempt() + 1, now);
      case Phase.Baking it -> start(rollout, runbook, it.stage(), it.attempt() + 1, now);
      case Phase.Between _,
          Phase.Observing _,
          Phase.Waiting _,
          Phase.Halted _,
          Phase.GoingBack _,
          Phase.TakenOver _,
          Phase.RolledBack _,
          Phase.Settled _ ->
          List.of();
    };
  }

  private static List<RolloutEvent> start(
      Rollout rollout, Runbook runbook, Stage stage, int attempt, Instant now) {
    return List.of(
        new StageStarted(
            stage, attempt, rollout.effects() + 1, now.plus(runbook.rollout().applyWithin())));
  }

  /// Holds, asks, holds on, or goes on: D4. At most one question is open, and a reason that has
  /// gone ends both
  /// the pause and the question about it. An answer that cannot be acted upon now holds for one
  /// more bound.
  private static List<RolloutEvent> holding(
      Rollout rollout, Runbook runbook, Optional<Hold> hold, Instant now) {
    StagePaused pause = rollout.pause();
    if (hold.isEmpty()) {
      return List.of(new StageResumed());
    }
    if (pause == null || rollout.answer() != null || isAnotherReason(pause, hold.get())) {
      return List.of(paused(rollout, runbook, hold.get(), now));
    }
    if (rollout.question() == null && !now.isBefore(pause.until())) {
      return List.of(question(rollout, runbook, pause, hold.get(), now));
    }
    return List.of();
  }

  /// Another reason has a bound and a question of its own. An operator's pause stays, whatever else
  /// there is.
  private static boolean isAnotherReason(StagePaused pause, Hold hold) {
    return pause.hold() != hold && pause.hold() != Hold.OPERATOR;
  }

  private static StagePaused paused(Rollout rollout, Runbook runbook, Hold hold, Instant now) {
    return new StagePaused(
        hold, Holds.reason(rollout, hold), now.plus(runbook.monitoring().hold()));
  }

  private static DecisionRequested question(
      Rollout rollout, Runbook runbook, StagePaused pause, Hold hold, Instant now) {
    boolean atFullTraffic = rollout.phase() instanceof Phase.Observing;
    boolean waiting = rollout.phase() instanceof Phase.Waiting;
    Choice otherwise =
        waiting ? Choice.CANCEL : atFullTraffic ? Choice.WAIT : runbook.monitoring().otherwise();
    return new DecisionRequested(
        hold,
        (pause.hold() == hold ? pause.reason() : Holds.reason(rollout, hold)) + ". What now?",
        Holds.choices(rollout, hold),
        now.plus(runbook.monitoring().answer()),
        otherwise);
  }

  static boolean isPausedBy(Rollout rollout, Hold hold) {
    return rollout.pause() != null && rollout.pause().hold() == hold;
  }

  /// D3: what the target showing a stage leads to.
  static StageApplied applied(Rollout rollout, Phase.Applying applying, Instant now) {
    Stage stage = applying.stage();
    Runbook runbook = requireNonNull(rollout.accepted()).runbook();
    Instant verdictDue =
        stage.bake().isZero() ? null : now.plus(stage.maxBake()).plus(Holds.slack(runbook));
    return new StageApplied(stage, applying.attempt(), applying.effect(), verdictDue);
  }
}
