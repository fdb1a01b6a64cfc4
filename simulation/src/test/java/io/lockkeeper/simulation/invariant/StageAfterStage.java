package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Verdict;

/// Order.
final class StageAfterStage extends Invariant {

  StageAfterStage(Truth truth) {
    super(truth, "D4: a stage starts only after the previous one completed");
  }

  @Override
  public void written(Fact fact) {
    Course course = truth.course(fact.release());
    switch (fact.event()) {
      case StageStarted started -> startedInOrder(course, started.stage());
      case StageCompleted completed -> completedOnItsOwn(course, completed);
      default -> {}
    }
  }

  private void startedInOrder(Course course, Stage stage) {
    require(
        stage.index() == 0
            || course
                .all(StageCompleted.class)
                .anyMatch(completed -> completed.stage().index() == stage.index() - 1),
        "%s: %s starts before the stage before it has completed",
        course.release(),
        stage.title());
  }

  /// Completed means applied and, for traffic that bakes, verified: this attempt and no other.
  private void completedOnItsOwn(Course course, StageCompleted completed) {
    Stage stage = completed.stage();
    require(
        course
            .all(StageApplied.class)
            .anyMatch(
                applied ->
                    applied.stage().equals(stage) && applied.attempt() == completed.attempt()),
        "%s: %s completed and was never applied",
        course.release(),
        stage.title());
    if (stage.bake().isZero()) {
      return;
    }
    boolean thin = course.accepted().runbook().monitoring().thin() == Choice.ADVANCE;
    boolean verified =
        truth.service(Writer.ROLLOUT).database().history(course.release()).stream()
            .anyMatch(
                known ->
                    known.event() instanceof StageVerified it
                        && it.stage() == stage.index()
                        && it.attempt() == completed.attempt()
                        && (it.verdict() == Verdict.PASSED
                            || thin && it.verdict() == Verdict.INCONCLUSIVE));
    boolean advanced =
        course.last(DecisionTaken.class).filter(it -> it.choice() == Choice.ADVANCE).isPresent();
    require(
        verified || advanced,
        "%s: attempt %s of %s completed without a verdict on it",
        course.release(),
        completed.attempt(),
        stage.title());
  }
}
