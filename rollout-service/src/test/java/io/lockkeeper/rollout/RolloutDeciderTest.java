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
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ClearanceRevoked;
import io.lockkeeper.events.GateEvent.ReleaseBlocked;
import io.lockkeeper.events.GateEvent.ReleaseWithdrawn;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RollbackFailed;
import io.lockkeeper.events.RolloutEvent.RollbackStarted;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.RolloutEvent.RollbackStep.Kind;
import io.lockkeeper.events.RolloutEvent.RollbackStepCompleted;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.RolloutEvent.Trigger;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.rollout.PlatformGoal.Action;
import io.lockkeeper.rollout.PlatformGoal.Fence;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Runbook.Rollout.OnRevoked;
import io.lockkeeper.runbook.Runbook.StagePlan;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RolloutDeciderTest {

  private static final Duration HOLD = Duration.ofMinutes(10);
  private static final Duration ANSWER = Duration.ofMinutes(30);

  @Nested
  @DisplayName("Before the start")
  class BeforeTheStart {

    @Test
    @DisplayName("D1: a cleared release waits for its announcement")
    void waitsForTheAnnouncement() {
      var release = accepted(runbook(10, 100));
      assertThat(release.when(release.cleared(Duration.ofHours(1)))).isEmpty();
      assertThat(types(release.when(announced())))
          .containsExactly(DeploymentStarted.class, StageStarted.class);
    }

    @Test
    @DisplayName("D1: an announcement that came before the clearance counts")
    void anEarlyAnnouncementCounts() {
      var release = accepted(runbook(10, 100));
      assertThat(release.when(announced())).isEmpty();
      assertThat(types(release.when(release.cleared(Duration.ofHours(1)))))
          .containsExactly(DeploymentStarted.class, StageStarted.class);
    }

    @Test
    @DisplayName("D1: without an announcement a person is asked, and silence cancels")
    void silenceCancels() {
      var release = accepted(runbook(10, 100));
      release.when(release.cleared(Duration.ofHours(5)));
      assertThat(holds(release.after(Duration.ofMinutes(5)))).containsExactly(Hold.NOT_ANNOUNCED);
      assertThat(types(release.after(HOLD))).containsExactly(DecisionRequested.class);
      assertThat(release.after(ANSWER))
          .last()
          .isEqualTo(new RolloutSettled(Outcome.NOT_STARTED, "nobody answered", Actor.RUNBOOK));
    }

    @Test
    @DisplayName("D1: a person may start without an announcement")
    void aPersonMayStart() {
      var release = accepted(runbook(10, 100));
      release.when(release.cleared(Duration.ofHours(5)));
      release.after(Duration.ofMinutes(5));
      release.after(HOLD);
      assertThat(types(release.when(decide(release, Choice.START))))
          .containsExactly(
              DecisionTaken.class, StageResumed.class, DeploymentStarted.class, StageStarted.class);
    }

    @Test
    @DisplayName("G1–G4: a blocked release settles as not started")
    void aBlockedReleaseDoesNotStart() {
      var release = accepted(runbook(10, 100));
      assertThat(release.when(new ReleaseBlocked(RunbookLine.G3, "denied")))
          .containsExactly(new RolloutSettled(Outcome.NOT_STARTED, "G3: denied", Actor.RUNBOOK));
    }

    @Test
    @DisplayName("A withdrawn release that has not started settles as not started, whatever comes")
    void aWithdrawnReleaseDoesNotStart() {
      var release = accepted(runbook(10, 100));
      release.when(new ReleaseWithdrawn(ALICE, "wrong version"));
      assertThat(release.state().phase()).isEqualTo(new Rollout.Phase.Settled(Outcome.NOT_STARTED));
      assertThat(release.when(release.cleared(Duration.ofHours(1)))).isEmpty();
      assertThat(release.when(announced())).isEmpty();
    }

    @Test
    @DisplayName("Nothing starts on a lease that ran out")
    void anOldLeaseStartsNothing() {
      var release = accepted(runbook(10, 100));
      release.when(release.cleared(Duration.ofMinutes(1)));
      release.after(Duration.ofMinutes(1));
      assertThat(release.when(announced())).isEmpty();
      assertThat(
              types(
                  release.when(
                      new GateEvent.ClearanceRenewed(release.now().plus(Duration.ofHours(1))))))
          .containsExactly(DeploymentStarted.class, StageStarted.class);
    }
  }

  @Nested
  @DisplayName("Forward")
  class Forward {

    @Test
    @DisplayName("D2: infrastructure is applied before any traffic, in order")
    void infrastructureFirst() {
      var release =
          started(
              runbook(10, 100),
              new InfrastructureStep("V42", true),
              new InfrastructureStep("V43", true));
      assertThat(release.goal().action()).isEqualTo(Action.RUN);
      assertThat(release.goal().subject()).isEqualTo("V42");
      assertThat(types(release.when(new RolloutCommand.ReportDone(1))))
          .containsExactly(StageApplied.class, StageCompleted.class, StageStarted.class);
      assertThat(release.goal().subject()).isEqualTo("V43");
      release.when(new RolloutCommand.ReportDone(2));
      assertThat(release.goal().action()).isEqualTo(Action.SHIFT);
      assertThat(release.goal().weight()).isEqualTo(10);
      assertThat(release.goal().fence()).isEqualTo(new Fence(7, 3));
    }

    @Test
    @DisplayName("D3, D4, M1: a good release goes through its stages, is observed and verified")
    void aGoodReleaseIsVerified() {
      var release = started(runbook(10, 50, 100));
      assertThat(types(release.when(new RolloutCommand.ReportDone(1))))
          .containsExactly(StageApplied.class);
      assertThat(types(release.when(verified(0, 1, Verdict.PASSED))))
          .containsExactly(StageCompleted.class, StageStarted.class);
      release.when(new RolloutCommand.ReportDone(2));
      release.when(verified(1, 1, Verdict.PASSED));
      assertThat(types(release.when(new RolloutCommand.ReportDone(3))))
          .containsExactly(StageApplied.class, StageCompleted.class, RolloutCompleted.class);
      assertThat(release.when(releaseVerified(Verdict.PASSED)))
          .containsExactly(
              new RolloutSettled(Outcome.VERIFIED, "no worse than the baseline", Actor.RUNBOOK));
      assertThat(PlatformGoal.of(release.state())).isEqualTo(new PlatformGoal.Nothing());
    }

    @Test
    @DisplayName("D4: a verdict on another attempt or stage changes nothing")
    void aVerdictNamesItsAttempt() {
      var release = baking();
      assertThat(release.when(verified(0, 2, Verdict.PASSED))).isEmpty();
      assertThat(release.when(verified(1, 1, Verdict.PASSED))).isEmpty();
    }

    @Test
    @DisplayName("D3: a report about an older change changes nothing")
    void aReportNamesItsChange() {
      var release = started(runbook(10, 100));
      assertThat(release.when(new RolloutCommand.ReportDone(0))).isEmpty();
      assertThat(release.when(new RolloutCommand.ReportDone(2))).isEmpty();
    }

    @Test
    @DisplayName("D4: a stage without a live lease holds until the gates hold again")
    void noStageWithoutALease() {
      var release = accepted(runbook(10, 100));
      release.when(announced());
      release.when(release.cleared(Duration.ofMinutes(6)));
      release.when(new RolloutCommand.ReportDone(1));
      release.after(Duration.ofMinutes(6));
      assertThat(release.when(verified(0, 1, Verdict.PASSED)))
          .satisfiesExactly(
              it -> assertThat(it).isInstanceOf(StageCompleted.class),
              it -> assertThat(it).extracting("hold").isEqualTo(Hold.NOT_CLEARED));
      assertThat(
              types(
                  release.when(
                      new GateEvent.ClearanceRenewed(release.now().plus(Duration.ofHours(1))))))
          .containsExactly(StageResumed.class, StageStarted.class);
    }
  }

  @Nested
  @DisplayName("Holding")
  class Holding {

    @Test
    @DisplayName("D4: lost telemetry holds once, and its time is not counted against the verdict")
    void lostTelemetryHolds() {
      var release = baking();
      var due = ((Rollout.Phase.Baking) release.state().phase()).verdictDue();
      assertThat(holds(release.when(new TelemetryLost(release.now(), "refused"))))
          .containsExactly(Hold.TELEMETRY_LOST);
      assertThat(release.after(Duration.ofSeconds(30))).isEmpty();
      assertThat(types(release.when(new TelemetryRecovered(Duration.ofSeconds(30)))))
          .containsExactly(StageResumed.class);
      assertThat(((Rollout.Phase.Baking) release.state().phase()).verdictDue())
          .isEqualTo(due.plusSeconds(30));
      assertThat(types(release.when(verified(0, 1, Verdict.PASSED))))
          .containsExactly(StageCompleted.class, StageStarted.class);
    }

    @Test
    @DisplayName("D4: a provider away for five minutes is one hold, no question and no way back")
    void fiveMinutesAway() {
      var release = baking();
      List<RolloutEvent> said = new ArrayList<>();
      said.addAll(release.when(new TelemetryLost(release.now(), "refused")));
      for (int minute = 0; minute < 5; minute++) {
        said.addAll(release.after(Duration.ofMinutes(1)));
      }
      said.addAll(release.when(new TelemetryRecovered(Duration.ofMinutes(5))));
      said.addAll(release.when(verified(0, 1, Verdict.PASSED)));
      assertThat(types(said))
          .containsExactly(
              StagePaused.class, StageResumed.class, StageCompleted.class, StageStarted.class);
    }

    @Test
    @DisplayName("D4: a provider away beyond the bound is exactly one question to a person")
    void oneQuestion() {
      var release = baking();
      List<RolloutEvent> said = new ArrayList<>();
      said.addAll(release.when(new TelemetryLost(release.now(), "refused")));
      for (Duration away = Duration.ZERO;
          away.compareTo(HOLD.plus(ANSWER).minusMinutes(1)) < 0;
          away = away.plusMinutes(1)) {
        said.addAll(release.after(Duration.ofMinutes(1)));
      }
      assertThat(types(said)).containsExactly(StagePaused.class, DecisionRequested.class);
      assertThat(types(release.when(new TelemetryRecovered(HOLD.plus(ANSWER)))))
          .containsExactly(StageResumed.class);
    }

    @Test
    @DisplayName("D4: telemetry lost beyond the bound asks a person, and silence goes back")
    void silenceGoesBack() {
      var release = baking();
      release.when(new TelemetryLost(release.now(), "refused"));
      assertThat(types(release.after(HOLD))).containsExactly(DecisionRequested.class);
      assertThat(types(release.after(ANSWER)))
          .containsExactly(DecisionTaken.class, RolloutHalted.class, RollbackStarted.class);
    }

    @Test
    @DisplayName("M1: at full traffic silence holds and asks again, and never goes back")
    void atFullTrafficItAsksAgain() {
      var release = started(runbook(100));
      release.when(new RolloutCommand.ReportDone(1));
      release.when(new TelemetryLost(release.now(), "refused"));
      for (int round = 0; round < 3; round++) {
        assertThat(types(release.after(HOLD))).containsExactly(DecisionRequested.class);
        assertThat(types(release.after(ANSWER)))
            .containsExactly(DecisionTaken.class, StagePaused.class);
      }
      release.when(new TelemetryRecovered(Duration.ofHours(2)));
      release.when(releaseVerified(Verdict.PASSED));
      assertThat(release.state().phase()).isEqualTo(new Rollout.Phase.Settled(Outcome.VERIFIED));
    }

    @Test
    @DisplayName(
        "D4: traffic too thin to judge never goes back by itself before a person was asked")
    void thinTrafficAsks() {
      var release = baking();
      assertThat(holds(release.when(verified(0, 1, Verdict.INCONCLUSIVE))))
          .containsExactly(Hold.INCONCLUSIVE);
      release.after(HOLD);
      assertThat(types(release.when(decide(release, Choice.ADVANCE))))
          .containsExactly(
              DecisionTaken.class, StageCompleted.class, StageResumed.class, StageStarted.class);
    }

    @Test
    @DisplayName(
        "D4: without telemetry nobody's word advances a release, whatever was asked before")
    void nobodyAdvancesBlindly() {
      var release = baking();
      release.after(Duration.ofMinutes(17));
      assertThat(types(release.after(HOLD))).containsExactly(DecisionRequested.class);
      RolloutCommand advance = decide(release, Choice.ADVANCE);
      assertThat(holds(release.when(new TelemetryLost(release.now(), "refused"))))
          .containsExactly(Hold.TELEMETRY_LOST);
      assertThat(types(release.when(advance))).containsExactly(CommandRefused.class);
    }

    @Test
    @DisplayName("D4: without telemetry no further stage starts, whatever the release waited for")
    void noStageStartsBlindly() {
      StagePlan ten = new StagePlan(10, Duration.ofMinutes(5), Duration.ofMinutes(15));
      StagePlan all = new StagePlan(100, Duration.ZERO, Duration.ZERO);
      var release = started(runbook(List.of(ten, all), OnRevoked.FINISH_STAGE));
      release.when(new RolloutCommand.ReportDone(1));
      release.when(new ClearanceRevoked(RunbookLine.G3, "freeze"));
      assertThat(types(release.when(verified(0, 1, Verdict.PASSED))))
          .containsExactly(StageCompleted.class, StagePaused.class);
      release.when(new TelemetryLost(release.now(), "refused"));
      assertThat(types(release.when(release.cleared(Duration.ofHours(1)))))
          .doesNotContain(StageStarted.class);
      assertThat(types(release.when(new TelemetryRecovered(Duration.ofSeconds(30)))))
          .containsExactly(StageResumed.class, StageStarted.class);
    }

    @Test
    @DisplayName(
        "D4: silence decides nothing about a reason that has gone under an operator's pause")
    void silenceAboutWhatHasGone() {
      var release = baking();
      release.when(new TelemetryLost(release.now(), "refused"));
      assertThat(types(release.after(HOLD))).containsExactly(DecisionRequested.class);
      release.when(new RolloutCommand.Pause(ALICE, "let me look"));
      release.when(new TelemetryRecovered(HOLD));
      assertThat(types(release.after(HOLD))).containsExactly(DecisionRequested.class);
      assertThat(release.state().question().asked().hold()).isEqualTo(Hold.OPERATOR);
    }

    @Test
    @DisplayName("D4: another reason to hold has a bound and a question of its own")
    void anotherReason() {
      var release = baking();
      release.when(verified(0, 1, Verdict.INCONCLUSIVE));
      assertThat(types(release.after(HOLD))).containsExactly(DecisionRequested.class);
      release.when(new ClearanceRevoked(RunbookLine.G3, "freeze"));
      assertThat(holds(release.when(verified(0, 1, Verdict.PASSED))))
          .containsExactly(Hold.NOT_CLEARED);
      assertThat(release.state().question()).isNull();
      assertThat(types(release.after(HOLD))).containsExactly(DecisionRequested.class);
      assertThat(release.state().question().asked().hold()).isEqualTo(Hold.NOT_CLEARED);
    }

    @Test
    @DisplayName("D4: a verdict that is owed too long holds")
    void anOverdueVerdictHolds() {
      var release = baking();
      assertThat(holds(release.after(Duration.ofMinutes(17)))).containsExactly(Hold.NO_VERDICT);
      assertThat(types(release.when(verified(0, 1, Verdict.PASSED))))
          .containsExactly(StageResumed.class, StageCompleted.class, StageStarted.class);
    }

    @Test
    @DisplayName("D3: a target that does not show the stage in time holds; a retry is a new change")
    void anUnappliedStageHolds() {
      var release = started(runbook(10, 100));
      assertThat(holds(release.after(Duration.ofMinutes(5)))).containsExactly(Hold.NOT_APPLIED);
      release.after(HOLD);
      release.when(decide(release, Choice.RETRY));
      assertThat(release.goal().fence()).isEqualTo(new Fence(7, 2));
      assertThat(release.when(new RolloutCommand.ReportDone(1))).isEmpty();
      assertThat(types(release.when(new RolloutCommand.ReportDone(2))))
          .containsExactly(StageApplied.class);
    }

    @Test
    @DisplayName(
        "An answer that cannot be acted upon now holds for one more bound, then asks again")
    void anAnswerThatCannotBeActedUpon() {
      var release = accepted(runbook(10, 100));
      release.when(announced());
      release.when(release.cleared(Duration.ofMinutes(1)));
      release.after(Duration.ofMinutes(5));
      release.after(HOLD);
      assertThat(types(release.when(decide(release, Choice.RETRY))))
          .containsExactly(DecisionTaken.class, StagePaused.class);
      assertThat(types(release.after(HOLD))).containsExactly(DecisionRequested.class);
    }

    @Test
    @DisplayName("A fact of an unknown type from monitoring holds the release")
    void anUnknownFactHolds() {
      var release = baking();
      assertThat(holds(release.when(new Unrecognised("io.lockkeeper.budget.breached.v9", "{}"))))
          .containsExactly(Hold.UNRECOGNISED);
      assertThat(release.when(verified(0, 1, Verdict.PASSED))).isEmpty();
      release.after(HOLD);
      assertThat(types(release.when(decide(release, Choice.ADVANCE))))
          .containsExactly(
              DecisionTaken.class, StageResumed.class, StageCompleted.class, StageStarted.class);
    }

    @Test
    @DisplayName("D4: an operator pauses and resumes; a resume of nothing is refused once")
    void anOperatorPauses() {
      var release = baking();
      assertThat(holds(release.when(new RolloutCommand.Pause(ALICE, "lunch"))))
          .containsExactly(Hold.OPERATOR);
      assertThat(release.when(verified(0, 1, Verdict.PASSED))).isEmpty();
      assertThat(types(release.when(new RolloutCommand.Resume(ALICE, "back"))))
          .containsExactly(StageResumed.class, StageCompleted.class, StageStarted.class);
      assertThat(types(release.when(new RolloutCommand.Resume(ALICE, "once more"))))
          .containsExactly(CommandRefused.class);
      assertThat(release.when(new RolloutCommand.Resume(ALICE, "once more"))).isEmpty();
    }

    @Test
    @DisplayName(
        "G3: a revoked clearance holds the stage under way, or goes back where the runbook says so")
    void aRevokedClearance() {
      var release = baking();
      assertThat(holds(release.when(new ClearanceRevoked(RunbookLine.G3, "freeze"))))
          .containsExactly(Hold.NOT_CLEARED);
      var strict = started(runbook(runbook(10, 100).rollout().stages(), OnRevoked.BACK));
      assertThat(types(strict.when(new ClearanceRevoked(RunbookLine.G3, "freeze"))))
          .containsExactly(RolloutHalted.class, RollbackStarted.class);
    }

    @Test
    @DisplayName("Only the open question can be answered, and only with its choices")
    void onlyTheOpenQuestion() {
      var release = baking();
      var unknown =
          new RolloutCommand.Decide(new EventId(new UUID(1, 1)), Choice.GO_BACK, ALICE, "why not");
      assertThat(types(release.when(unknown))).containsExactly(CommandRefused.class);
      release.when(new TelemetryLost(release.now(), "refused"));
      release.after(HOLD);
      assertThat(types(release.when(decide(release, Choice.ADVANCE))))
          .containsExactly(CommandRefused.class);
    }
  }

  @Nested
  @DisplayName("Back")
  class Back {

    @Test
    @DisplayName("R1: a breach halts in every phase, also while a stage is being applied")
    void aBreachHaltsWhileApplying() {
      var release = started(runbook(10, 100));
      assertThat(types(release.when(breach())))
          .containsExactly(RolloutHalted.class, RollbackStarted.class);
      assertThat(release.goal().action()).isEqualTo(Action.SHIFT);
      assertThat(release.goal().weight()).isZero();
      assertThat(release.goal().fence()).isEqualTo(new Fence(7, 2));
    }

    @Test
    @DisplayName("R1: a breach while the release holds halts all the same")
    void aBreachHaltsWhileHolding() {
      var release = baking();
      release.when(new TelemetryLost(release.now(), "refused"));
      release.after(HOLD);
      assertThat(types(release.when(breach())))
          .containsExactly(RolloutHalted.class, RollbackStarted.class);
      assertThat(release.state().question()).isNull();
    }

    @Test
    @DisplayName("R2: rolled back and settled once the target shows it")
    void rolledBack() {
      var release = baking();
      release.when(breach());
      assertThat(types(release.when(new RolloutCommand.ReportDone(2))))
          .containsExactly(RollbackStepCompleted.class, RolledBack.class, RolloutSettled.class);
      assertThat(release.state().settled())
          .isEqualTo(
              new RolloutSettled(
                  Outcome.ROLLED_BACK,
                  breach().evidence() + "; the stable version serves all traffic",
                  Actor.RUNBOOK));
      assertThat(release.when(breach())).isEmpty();
      assertThat(release.when(new RolloutCommand.ReportDone(2))).isEmpty();
    }

    @Test
    @DisplayName(
        "R1: neither a revoked clearance nor a withdrawal nor an open question delays going back")
    void goingBackAsksNobody() {
      var release = baking();
      release.when(new ClearanceRevoked(RunbookLine.G3, "freeze"));
      assertThat(release.when(new ReleaseWithdrawn(ALICE, "stop")))
          .first()
          .extracting("trigger")
          .isEqualTo(Trigger.WITHDRAWN);
    }

    @Test
    @DisplayName("R1: an operator's abort goes back at once; repeated it changes nothing")
    void abort() {
      var release = baking();
      assertThat(types(release.when(new RolloutCommand.Abort(ALICE, "looks bad"))))
          .containsExactly(RolloutHalted.class, RollbackStarted.class);
      assertThat(release.when(new RolloutCommand.Abort(ALICE, "looks bad"))).isEmpty();
      assertThat(release.when(new RolloutCommand.ReportDone(2)))
          .last()
          .extracting("reason")
          .isEqualTo("aborted by alice: looks bad; the stable version serves all traffic");
    }

    @Test
    @DisplayName(
        "R2, R3: infrastructure is undone in reverse; what cannot be undone is restored behind"
            + " closed traffic")
    void infrastructureInReverse() {
      var release =
          started(
              runbook(10, 100),
              new InfrastructureStep("V42", true),
              new InfrastructureStep("V43", false),
              new InfrastructureStep("V44", true));
      release.when(new RolloutCommand.ReportDone(1));
      release.when(new RolloutCommand.ReportDone(2));
      release.when(new RolloutCommand.ReportDone(3));
      RollbackStarted back = (RollbackStarted) release.when(breach()).getLast();
      assertThat(back.steps())
          .containsExactly(
              new RollbackStep(Kind.SHIFT, null),
              new RollbackStep(Kind.REVERT, "V44"),
              new RollbackStep(Kind.REVERT, "V42"),
              new RollbackStep(Kind.CLOSE, null),
              new RollbackStep(Kind.RESTORE, "nightly"),
              new RollbackStep(Kind.VALIDATE, null),
              new RollbackStep(Kind.REOPEN, null));
    }

    @Test
    @DisplayName(
        "R2: a failing way back is tried again with a new change, and a person may take over")
    void aFailingWayBack() {
      var release = baking();
      release.when(breach());
      assertThat(types(release.when(new RolloutCommand.ReportFailed(2, "no"))))
          .containsExactly(RollbackFailed.class, DecisionRequested.class);
      assertThat(release.goal().fence()).isEqualTo(new Fence(7, 3));
      assertThat(release.goal().notBefore()).isEqualTo(release.now().plusSeconds(5));
      assertThat(types(release.after(Duration.ofMinutes(6)))).containsExactly(RollbackFailed.class);
      assertThat(release.when(decide(release, Choice.TAKE_OVER)))
          .last()
          .isEqualTo(new RolloutSettled(Outcome.ROLLBACK_FAILED, "because", ALICE));
    }

    @Test
    @DisplayName("R1: attempts to take the traffic away are never more than 30 s apart")
    void trafficIsTakenAwaySoon() {
      var release = baking();
      release.when(breach());
      for (int attempt = 1; attempt <= 12; attempt++) {
        release.when(new RolloutCommand.ReportFailed(release.goal().fence().number(), "no"));
        assertThat(release.goal().notBefore())
            .isBeforeOrEqualTo(release.now().plus(Duration.ofSeconds(30)));
        release.after(Duration.ofSeconds(30));
      }
    }

    @Test
    @DisplayName("R2: who says that the way back is to be tried once more need not wait for it")
    void retryAtOnce() {
      var release = baking();
      release.when(breach());
      release.when(new RolloutCommand.ReportFailed(2, "no"));
      release.when(decide(release, Choice.RETRY));
      assertThat(release.goal().fence()).isEqualTo(new Fence(7, 3));
      assertThat(release.goal().notBefore()).isNull();
    }

    @Test
    @DisplayName("M1: a verdict of failed at full traffic goes back")
    void aFailedReleaseGoesBack() {
      var release = started(runbook(100));
      release.when(new RolloutCommand.ReportDone(1));
      assertThat(types(release.when(releaseVerified(Verdict.FAILED))))
          .containsExactly(RolloutHalted.class, RollbackStarted.class);
    }
  }

  @Nested
  @DisplayName("Drift")
  class Drift {

    @Test
    @DisplayName("More than asked is lowered at once, and the repair ends the drift")
    void moreIsLowered() {
      var release = baking();
      assertThat(release.when(new RolloutCommand.ReportShare(40)))
          .containsExactly(new DriftFound(10, 40, 2));
      assertThat(release.when(new RolloutCommand.ReportShare(40))).isEmpty();
      assertThat(release.goal().weight()).isEqualTo(10);
      assertThat(release.when(new RolloutCommand.ReportDone(2)))
          .containsExactly(new DriftFound(10, 10, null));
      assertThat(PlatformGoal.of(release.state())).isEqualTo(new PlatformGoal.Nothing());
    }

    @Test
    @DisplayName("Less than asked is never raised by itself: it holds and asks")
    void lessIsHeld() {
      var release = baking();
      assertThat(release.when(new RolloutCommand.ReportShare(0)))
          .satisfiesExactly(
              it -> assertThat(it).isEqualTo(new DriftFound(10, 0, null)),
              it -> assertThat(it).extracting("hold").isEqualTo(Hold.DRIFT));
      assertThat(PlatformGoal.of(release.state())).isEqualTo(new PlatformGoal.Nothing());
      release.after(HOLD);
      release.when(decide(release, Choice.RETRY));
      assertThat(release.goal().weight()).isEqualTo(10);
      assertThat(types(release.when(new RolloutCommand.ReportDone(2))))
          .containsExactly(DriftFound.class, StageResumed.class);
    }
  }

  private static RolloutCommand decide(RolloutScenario release, Choice choice) {
    return new RolloutCommand.Decide(release.state().question().id(), choice, ALICE, "because");
  }

  private static ReleaseVerified releaseVerified(Verdict verdict) {
    return new ReleaseVerified(
        verdict,
        "no worse than the baseline",
        Duration.ofMinutes(30),
        List.of(),
        RolloutScenario.LOOK);
  }

  private static List<Class<?>> types(List<RolloutEvent> facts) {
    return facts.stream().<Class<?>>map(Object::getClass).toList();
  }

  private static List<Hold> holds(List<RolloutEvent> facts) {
    return facts.stream().map(fact -> ((StagePaused) fact).hold()).toList();
  }
}
