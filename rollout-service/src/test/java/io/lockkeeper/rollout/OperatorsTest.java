package io.lockkeeper.rollout;

import static io.lockkeeper.rollout.RolloutScenario.ALICE;
import static io.lockkeeper.rollout.RolloutScenario.accepted;
import static io.lockkeeper.rollout.RolloutScenario.announced;
import static io.lockkeeper.rollout.RolloutScenario.baking;
import static io.lockkeeper.rollout.RolloutScenario.breach;
import static io.lockkeeper.rollout.RolloutScenario.runbook;
import static io.lockkeeper.rollout.RolloutScenario.started;
import static io.lockkeeper.rollout.RolloutScenario.verified;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.events.RolloutEvent.Trigger;
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
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OperatorsTest {

  private static final Actor BOB = Actor.person("bob");
  private static final TakeOver BY_HAND = new TakeOver(ALICE, "drained", Outcome.ROLLED_BACK);

  @Nested
  @DisplayName("Repeating an action")
  class Repeating {

    @Test
    @DisplayName("R1: exactly the abort that ended a release is no objection; any other is")
    void anAbortThatEndedIt() {
      var release = baking();
      release.when(new Abort(ALICE, "looks bad"));
      release.when(new ReportDone(2));
      assertThat(objection(release, new Abort(ALICE, "looks bad"))).isNull();
      assertThat(release.when(new Abort(ALICE, "looks bad"))).isEmpty();
      assertThat(objection(release, new Abort(ALICE, "still bad"))).isEqualTo(Objection.Code.ENDED);
      assertThat(types(release.when(new Abort(BOB, "looks bad"))))
          .containsExactly(CommandRefused.class);
    }

    @Test
    @DisplayName("R1: an abort before the start settles as not started, and may be repeated")
    void anAbortBeforeTheStart() {
      var release = accepted(runbook(10, 100));
      assertThat(release.when(new Abort(ALICE, "not today")))
          .containsExactly(new RolloutSettled(Outcome.NOT_STARTED, "not today", ALICE));
      assertThat(objection(release, new Abort(ALICE, "not today"))).isNull();
      assertThat(objection(release, new Abort(BOB, "not today"))).isEqualTo(Objection.Code.ENDED);
    }

    @Test
    @DisplayName("R1: an abort of what goes back already changes nothing")
    void anAbortOfWhatGoesBack() {
      var release = baking();
      release.when(breach());
      assertThat(objection(release, new Abort(ALICE, "looks bad"))).isNull();
      assertThat(release.when(new Abort(ALICE, "looks bad"))).isEmpty();
    }

    @Test
    @DisplayName("D4: a pause and a resume are recorded with who and why, and may be repeated")
    void pauseAndResume() {
      var release = baking();
      release.when(new Pause(ALICE, "lunch"));
      assertThat(release.when(new Pause(BOB, "lunch"))).isEmpty();
      assertThat(release.when(new Resume(BOB, "back")))
          .containsExactly(new StageResumed(BOB, "back"));
      assertThat(objection(release, new Resume(BOB, "back"))).isNull();
      assertThat(release.when(new Resume(BOB, "back"))).isEmpty();
    }

    @Test
    @DisplayName("D4: the same words after another pause are another resume")
    void anotherResume() {
      var release = baking();
      for (int round = 0; round < 2; round++) {
        assertThat(types(release.when(new Pause(ALICE, "lunch"))))
            .containsExactly(StagePaused.class);
        assertThat(types(release.when(new Resume(ALICE, "back"))))
            .containsExactly(StageResumed.class);
      }
    }

    @Test
    @DisplayName("D4: a decision may be repeated; another answer to the same question may not")
    void decisions() {
      var release = baking();
      release.when(new TelemetryLost(release.now(), "refused"));
      release.after(Duration.ofMinutes(10));
      var question = release.state().question().id();
      Decide decision = new Decide(question, Choice.WAIT, ALICE, "a moment");
      release.when(decision);
      assertThat(objection(release, decision)).isNull();
      assertThat(release.when(decision)).isEmpty();
      assertThat(objection(release, new Decide(question, Choice.GO_BACK, ALICE, "a moment")))
          .isEqualTo(Objection.Code.OUT_OF_PLACE);
    }

    @Test
    @DisplayName("A release that has ended takes no action any more")
    void ended() {
      var release = baking();
      release.when(new Pause(ALICE, "lunch"));
      release.when(new Resume(ALICE, "back"));
      release.when(breach());
      release.when(new ReportDone(2));
      for (OfPerson command :
          List.of(
              new Abort(ALICE, "x"),
              new Pause(ALICE, "lunch"),
              new Resume(ALICE, "back"),
              BY_HAND)) {
        assertThat(objection(release, command)).isEqualTo(Objection.Code.ENDED);
      }
    }
  }

  @Nested
  @DisplayName("Stopping")
  class StoppingReleases {

    @Test
    @DisplayName("D4: a cleared release that has not started does not start until it is resumed")
    void aClearedReleaseIsHeld() {
      var release = accepted(runbook(10, 100));
      release.when(release.cleared(Duration.ofHours(1)));
      assertThat(Stopping.of(release.state())).isEqualTo(Stopping.HELD);
      release.when(new Pause(ALICE, "incident"));
      assertThat(Stopping.of(release.state())).isEqualTo(Stopping.HELD_ALREADY);
      assertThat(release.when(announced())).isEmpty();
      assertThat(types(release.when(new Resume(ALICE, "over"))))
          .containsExactly(StageResumed.class, DeploymentStarted.class, StageStarted.class);
    }

    @Test
    @DisplayName("D4: a release that waits for its gates does not start when they open")
    void aWaitingReleaseIsHeld() {
      var release = accepted(runbook(10, 100));
      release.when(announced());
      release.when(new Pause(ALICE, "incident"));
      assertThat(release.when(release.cleared(Duration.ofHours(1)))).isEmpty();
      assertThat(types(release.after(Duration.ofMinutes(10))))
          .containsExactly(DecisionRequested.class);
      assertThat(release.after(Duration.ofMinutes(30)))
          .last()
          .isEqualTo(new RolloutSettled(Outcome.NOT_STARTED, "nobody answered", Actor.RUNBOOK));
    }

    @Test
    @DisplayName("D4: a release under way is held; one that holds for another reason, too")
    void underWay() {
      var release = baking();
      assertThat(Stopping.of(release.state())).isEqualTo(Stopping.HELD);
      release.when(new TelemetryLost(release.now(), "refused"));
      assertThat(Stopping.of(release.state())).isEqualTo(Stopping.HELD);
      release.when(new Pause(ALICE, "incident"));
      assertThat(Stopping.of(release.state())).isEqualTo(Stopping.HELD_ALREADY);
    }

    @Test
    @DisplayName("R2: what goes back is not stopped, by itself or by hand; what ended has ended")
    void onTheWayBack() {
      var release = baking();
      release.when(breach());
      assertThat(Stopping.of(release.state())).isEqualTo(Stopping.GOING_BACK);
      release.when(BY_HAND);
      assertThat(Stopping.of(release.state())).isEqualTo(Stopping.GOING_BACK);
      release.when(new ReportReadBack(0));
      assertThat(Stopping.of(release.state())).isEqualTo(Stopping.ENDED);
    }
  }

  @Nested
  @DisplayName("Taking over")
  class Taking {

    @Test
    @DisplayName("R2: a failing way back done by hand is read back and settled in that name")
    void aFailingWayBack() {
      var release = baking();
      release.when(breach());
      release.when(new ReportFailed(2, "no"));
      assertThat(release.when(BY_HAND))
          .containsExactly(
              new TakenOver(
                  ALICE,
                  "drained",
                  Outcome.ROLLED_BACK,
                  release.now().plus(Duration.ofMinutes(5))));
      assertThat(release.state().question()).isNull();
      assertThat(PlatformGoal.of(release.state())).isEqualTo(new PlatformGoal.ReadBack());
      assertThat(release.when(new ReportReadBack(0)))
          .containsExactly(
              new RolloutSettled(
                  Outcome.ROLLED_BACK, "by hand: drained; the target shows 0 % of traffic", ALICE));
      assertThat(release.state().share()).isZero();
    }

    @Test
    @DisplayName("R2: when the target still shows traffic, the person has it, not the service")
    void theTargetSaysOtherwise() {
      var release = baking();
      release.when(breach());
      release.when(BY_HAND);
      assertThat(release.when(new ReportReadBack(10)))
          .containsExactly(
              new RolloutSettled(
                  Outcome.ROLLBACK_FAILED,
                  "by hand: drained; the target shows 10 % of traffic",
                  ALICE));
      assertThat(PlatformGoal.of(release.state())).isEqualTo(new PlatformGoal.Nothing());
    }

    @Test
    @DisplayName("R3: whoever knows that more than traffic is broken says so, and is believed")
    void thePersonKnowsWorse() {
      var release = started(runbook(10, 100), new InfrastructureStep("V42", false));
      release.when(new ReportDone(1));
      release.when(breach());
      release.when(new TakeOver(ALICE, "V42 stays", Outcome.ROLLBACK_FAILED));
      assertThat(release.when(new ReportReadBack(0)))
          .extracting("outcome")
          .containsExactly(Outcome.ROLLBACK_FAILED);
    }

    @Test
    @DisplayName("R2: a target that nobody can read is the person's own when the time is up")
    void nobodyCanReadIt() {
      var release = baking();
      release.when(breach());
      release.when(BY_HAND);
      assertThat(RolloutDecider.due(release.state()))
          .contains(release.now().plus(Duration.ofMinutes(5)));
      assertThat(release.after(Duration.ofMinutes(5)))
          .containsExactly(
              new RolloutSettled(
                  Outcome.ROLLBACK_FAILED,
                  "by hand: drained; the target could not be read back at rest",
                  ALICE));
      assertThat(release.when(new ReportReadBack(0))).isEmpty();
    }

    @Test
    @DisplayName("R1, R5: a held release is halted first, since it goes no further")
    void aHeldRelease() {
      var release = baking();
      release.when(new Pause(ALICE, "let me look"));
      assertThat(release.when(BY_HAND))
          .satisfiesExactly(
              it ->
                  assertThat(it)
                      .isEqualTo(
                          new RolloutHalted(
                              Trigger.ABORTED, "drained", ALICE, null, Duration.ZERO)),
              it -> assertThat(it).isInstanceOf(TakenOver.class));
      assertThat(release.state().pause()).isNull();
    }

    @Test
    @DisplayName("R2: what was under way or is seen late is neither asked for nor counted any more")
    void nothingIsAskedAnyMore() {
      var release = started(runbook(10, 100));
      release.when(new ReportFailed(1, "no"));
      release.when(BY_HAND);
      assertThat(release.when(new ReportDone(1))).isEmpty();
      assertThat(release.when(new ReportFailed(1, "no"))).isEmpty();
      assertThat(release.when(new ReportShare(10))).isEmpty();
      assertThat(release.when(breach())).isEmpty();
      assertThat(release.when(verified(0, 1, Verdict.PASSED))).isEmpty();
      release.when(new ReportReadBack(0));
      assertThat(release.when(new ReportShare(10)))
          .as("traffic that comes back is told, and left to the person")
          .containsExactly(new DriftFound(0, 10, null));
      assertThat(PlatformGoal.of(release.state())).isEqualTo(new PlatformGoal.Nothing());
    }

    @Test
    @DisplayName("R2: nobody takes over what is not deployed, goes forward, or is taken over")
    void outOfPlace() {
      assertThat(objection(accepted(runbook(10, 100)), BY_HAND))
          .isEqualTo(Objection.Code.OUT_OF_PLACE);
      var release = baking();
      assertThat(objection(release, BY_HAND)).isEqualTo(Objection.Code.OUT_OF_PLACE);
      assertThat(release.when(BY_HAND))
          .containsExactly(
              new CommandRefused(
                  "take-over", ALICE, "the release goes forward; pause or abort it first"));
      release.when(breach());
      release.when(BY_HAND);
      assertThat(objection(release, new TakeOver(BOB, "me too", Outcome.ROLLED_BACK)))
          .isEqualTo(Objection.Code.OUT_OF_PLACE);
    }

    @Test
    @DisplayName("R2: a take-over may be repeated, before and after it settled")
    void repeated() {
      var release = baking();
      release.when(breach());
      release.when(BY_HAND);
      assertThat(release.when(BY_HAND)).isEmpty();
      release.when(new ReportReadBack(0));
      assertThat(objection(release, BY_HAND)).isNull();
      assertThat(release.when(BY_HAND)).isEmpty();
    }
  }

  private static Objection.Code objection(RolloutScenario release, OfPerson command) {
    return RolloutDecider.objection(release.state(), command).map(Objection::code).orElse(null);
  }

  private static List<Class<?>> types(List<RolloutEvent> facts) {
    return facts.stream().<Class<?>>map(Object::getClass).toList();
  }
}
