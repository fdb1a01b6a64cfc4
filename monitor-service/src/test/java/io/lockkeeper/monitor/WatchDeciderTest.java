package io.lockkeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.MonitorEvent.ObservabilityConfirmed;
import io.lockkeeper.events.MonitorEvent.ObservabilityUnconfirmed;
import io.lockkeeper.events.MonitorEvent.ObservationStarted;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.Stage;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class WatchDeciderTest {

  @Test
  @DisplayName("D4: a stage is verified when it has baked for its observed time, not before")
  void verifiesAfterBake() {
    Story story = Story.baking();
    assertThat(story.looks(10, Story.good())).isEmpty(); // the first look starts the count
    assertThat(story.looks(1, Story.good()))
        .singleElement()
        .isInstanceOfSatisfying(
            StageVerified.class,
            verified -> {
              assertThat(verified.stage()).isZero();
              assertThat(verified.attempt()).isEqualTo(1);
              assertThat(verified.verdict()).isEqualTo(Verdict.PASSED);
              assertThat(verified.reason()).contains("PT10S");
              assertThat(verified.measures()).containsExactly(Story.ERRORS);
            });
    assertThat(story.looks(50, Story.good())).isEmpty();
  }

  @Test
  @DisplayName(
      "D4: thin traffic extends the bake to maxBake and is then inconclusive, never passed")
  void thinTraffic() {
    Story story = Story.baking();
    assertThat(story.looks(30, Story.thin())).isEmpty();
    assertThat(verdicts(story.looks(30, Story.thin()))).containsExactly(Verdict.INCONCLUSIVE);
  }

  @Test
  @DisplayName("D4: traffic that comes within maxBake lets the stage pass")
  void thinThenEnough() {
    Story story = Story.baking();
    story.looks(20, Story.thin());
    assertThat(verdicts(story.looks(1, Story.good()))).containsExactly(Verdict.PASSED);
  }

  @Test
  @DisplayName("D4: evidence that comes after an inconclusive verdict is told once")
  void lateEvidence() {
    Story story = Story.baking();
    story.looks(40, Story.thin());
    assertThat(verdicts(story.looks(5, Story.good()))).containsExactly(Verdict.PASSED);
    assertThat(story.looks(5, Story.thin())).isEmpty();
  }

  @Test
  @DisplayName("D4: a stage that could not be measured is errored, never passed")
  void notMeasured() {
    Story story = Story.baking();
    assertThat(verdicts(story.looks(60, Assessment.errored("no such family"))))
        .containsExactly(Verdict.ERRORED);
  }

  @Test
  @DisplayName("D4: a stage without a bake passes at the first look that works and shows no breach")
  void noBake() {
    Story story = Story.accepted().given(Story.deployed()).given(Story.started(Story.ALL, 1));
    assertThat(story.looks(3, Story.thin())).isEmpty();
    story.given(Story.applied(Story.ALL, 1));
    assertThat(verdicts(story.looks(1, Story.thin()))).containsExactly(Verdict.PASSED);
  }

  @Test
  @DisplayName("D2: an infrastructure step needs no verdict")
  void infrastructure() {
    Stage schema = Stage.infrastructure(0, "V42__instalments", true);
    Story story =
        Story.accepted()
            .given(Story.deployed())
            .given(Story.started(schema, 1))
            .given(Story.applied(schema, 1));
    assertThat(WatchGoal.of(story.watch()).candidate()).isNull();
    assertThat(story.looks(60, Story.good())).isEmpty();
    assertThat(story.blind(60)).isEmpty();
  }

  @Test
  @DisplayName("D4: a look at another attempt gives no verdict on this one")
  void otherAttempt() {
    Story story = Story.baking();
    story.looks(9, Story.good());
    WatchClock old =
        new WatchClock(
            new Question.OfStage(0, 1),
            Duration.ofMinutes(5),
            Story.START,
            0,
            5,
            null,
            Completeness.UNKNOWN);
    story.given(Story.started(Story.TEN, 2)).given(Story.applied(Story.TEN, 2));
    assertThat(story.hear(new WatchCommand.Looked(Story.look(), old, Story.good(), null)))
        .isEmpty();
    assertThat(story.looks(10, Story.good())).isEmpty();
    assertThat(story.looks(1, Story.good()))
        .singleElement()
        .isInstanceOfSatisfying(
            StageVerified.class, verified -> assertThat(verified.attempt()).isEqualTo(2));
  }

  @Test
  @DisplayName("D4: an attempt that was read late does not take the place of a newer one")
  void staleStage() {
    Story story = Story.baking().given(Story.started(Story.ALL, 1));
    Watch before = story.watch();
    assertThat(story.given(Story.applied(Story.TEN, 1)).watch()).isEqualTo(before);
  }

  @Test
  @DisplayName(
      "R1: a breach is told with the look that shows it, once, also before the stage is applied")
  void breachWhileApplying() {
    Story story = Story.accepted().given(Story.deployed()).given(Story.started(Story.TEN, 1));
    assertThat(story.looks(1, Story.bad()))
        .containsExactly(new BudgetBreached(Story.ERRORS, "2 % against 0.2 %", Story.look()));
    assertThat(story.looks(5, Story.bad())).isEmpty();
  }

  @Test
  @DisplayName("R1: a breach ends the bake; nothing is verified after it")
  void breachInBake() {
    Story story = Story.baking();
    story.looks(5, Story.good());
    assertThat(story.looks(1, Story.bad())).hasSize(1);
    assertThat(story.looks(60, Story.good())).isEmpty();
  }

  @Test
  @DisplayName("R1: a breach between stages and at full traffic is told too")
  void breachAnywhere() {
    Story between = Story.baking().given(new RolloutEvent.StageCompleted(Story.TEN, 1));
    assertThat(between.looks(1, Story.bad())).hasExactlyElementsOfTypes(BudgetBreached.class);
    Story observing = Story.observing();
    assertThat(observing.looks(1, Story.bad())).hasExactlyElementsOfTypes(BudgetBreached.class);
  }

  @Test
  @DisplayName(
      "R1: after the halt nothing is verified; a breach counts until the candidate has no traffic")
  void afterHalt() {
    Story story = Story.baking();
    story.looks(9, Story.good());
    story.given(Story.halted());
    assertThat(story.looks(60, Story.good())).isEmpty();
    assertThat(story.blind(60)).isEmpty();
    Story shifted =
        Story.baking()
            .given(Story.halted())
            .given(
                new RolloutEvent.RollbackStepCompleted(
                    new RollbackStep(RollbackStep.Kind.SHIFT, null), 3, Story.START));
    assertThat(shifted.looks(1, Story.bad())).isEmpty();
    assertThat(story.looks(1, Story.bad())).hasExactlyElementsOfTypes(BudgetBreached.class);
  }

  @Test
  @DisplayName(
      "D4: telemetry gone for 30 s is one loss and one recovery, and the bake goes on where it was")
  void telemetryGone() {
    Story story = Story.baking();
    assertThat(story.looks(6, Story.good())).isEmpty(); // 5 s observed
    assertThat(story.blind(30))
        .containsExactly(
            new TelemetryLost(
                Story.START.plusSeconds(6), TelemetryFault.UNAVAILABLE, "connection refused"));
    assertThat(story.looks(2, Story.good()))
        .containsExactly(new TelemetryRecovered(Duration.ofSeconds(32)));
    assertThat(story.looks(4, Story.good())).isEmpty(); // 9 s observed
    assertThat(verdicts(story.looks(1, Story.good()))).containsExactly(Verdict.PASSED);
  }

  @Test
  @DisplayName("D4: the third failed look in a row is the loss, after the halt no failed look is")
  void thirdFailure() {
    Story story = Story.baking();
    story.looks(2, Story.good());
    assertThat(story.blind(2)).isEmpty();
    assertThat(story.blind(1)).hasExactlyElementsOfTypes(TelemetryLost.class);
    Story halted = Story.baking().given(Story.halted());
    WatchClock late =
        new WatchClock(null, Duration.ZERO, null, 3, 0, Story.START, Completeness.UNKNOWN);
    assertThat(halted.hear(new WatchCommand.TelemetryFailed(late, Story.AWAY))).isEmpty();
  }

  @Test
  @DisplayName("D4: evidence that comes with the first look after a loss waits for the second")
  void verdictWaitsForRecovery() {
    Story story = Story.baking();
    story.looks(15, Story.thin());
    story.blind(10);
    assertThat(story.looks(1, Story.good())).isEmpty();
    assertThat(story.looks(1, Story.good()))
        .hasExactlyElementsOfTypes(TelemetryRecovered.class, StageVerified.class);
  }

  @Test
  @DisplayName(
      "D4: what cannot be measured in a stage without a bake is errored after a while, not at once")
  void noBakeNotMeasured() {
    Story story = Story.accepted().given(Story.deployed()).given(Story.started(Story.ALL, 1));
    story.given(Story.applied(Story.ALL, 1));
    assertThat(story.looks(5, Assessment.errored("no such family"))).isEmpty();
    assertThat(verdicts(story.looks(5, Assessment.errored("no such family"))))
        .containsExactly(Verdict.ERRORED);
  }

  @Test
  @DisplayName("D4: a verdict on an earlier attempt does not answer for a later one")
  void verdictOnEarlierAttempt() {
    Story story =
        Story.baking().given(Story.started(Story.TEN, 2)).given(Story.applied(Story.TEN, 2));
    story.given(new StageVerified(0, 1, Verdict.PASSED, "earlier", List.of(), Story.look()));
    assertThat(verdicts(story.looks(11, Story.good()))).containsExactly(Verdict.PASSED);
  }

  @Test
  @DisplayName("D4: one good look among failed ones does not end a loss")
  void flickering() {
    Story story = Story.baking();
    story.looks(2, Story.good());
    List<ReleaseEvent> told = new ArrayList<>(story.blind(5));
    for (int i = 0; i < 10; i++) {
      told.addAll(story.looks(1, Story.good()));
      told.addAll(story.blind(1));
    }
    assertThat(told).hasExactlyElementsOfTypes(TelemetryLost.class);
  }

  @Test
  @DisplayName(
      "D4: two failed looks are no loss, and their time counts, since counters go on counting")
  void shortGap() {
    Story story = Story.baking();
    List<ReleaseEvent> told = new ArrayList<>(story.looks(3, Story.good()));
    told.addAll(story.blind(2));
    told.addAll(story.looks(5, Story.good()));
    assertThat(told).isEmpty();
    assertThat(verdicts(story.looks(1, Story.good()))).containsExactly(Verdict.PASSED);
  }

  @Test
  @DisplayName("D3: a candidate that does not answer before its first stage is applied is no loss")
  void notYetThere() {
    Story story = Story.accepted().given(Story.deployed()).given(Story.started(Story.TEN, 1));
    assertThat(story.blind(60)).isEmpty();
    story.given(Story.applied(Story.TEN, 1));
    assertThat(story.blind(2)).isEmpty();
    assertThat(story.blind(60)).hasExactlyElementsOfTypes(TelemetryLost.class);
  }

  @Test
  @DisplayName("D4: a looker that was away too long has lost telemetry, and says so")
  void lookerAway() {
    Story story = Story.baking();
    story.looks(6, Story.good());
    story.pass(Duration.ofSeconds(60)).restart();
    assertThat(story.looks(2, Story.good()))
        .containsExactly(
            new TelemetryLost(
                Story.START.plusSeconds(6),
                TelemetryFault.UNOBSERVED,
                "no look succeeded for too long"),
            new TelemetryRecovered(Duration.ofSeconds(62)));
    assertThat(story.looks(4, Story.good())).isEmpty();
    assertThat(verdicts(story.looks(1, Story.good()))).containsExactly(Verdict.PASSED);
  }

  @Test
  @DisplayName("D4: a restart goes on with the remaining time")
  void restart() {
    Story story = Story.baking();
    story.looks(6, Story.good());
    story.pass(Duration.ofSeconds(2)).restart();
    assertThat(story.looks(2, Story.good())).isEmpty();
    assertThat(verdicts(story.looks(1, Story.good()))).containsExactly(Verdict.PASSED);
  }

  @Test
  @DisplayName("M1: observation begins at full traffic and lasts its observed time")
  void observation() {
    Story story = Story.observing();
    assertThat(story.watch().validation())
        .isEqualTo(new Watch.Validation(true, Story.START.plusSeconds(600), null));
    assertThat(story.looks(30, Story.good())).isEmpty();
    assertThat(story.looks(1, Story.good()))
        .singleElement()
        .isInstanceOfSatisfying(
            ReleaseVerified.class,
            verified -> {
              assertThat(verified.verdict()).isEqualTo(Verdict.PASSED);
              assertThat(verified.observed()).isEqualTo(Duration.ofSeconds(30));
            });
    assertThat(story.looks(30, Story.good())).isEmpty();
  }

  @Test
  @DisplayName("M1: time baked in stages does not count as observation")
  void observationStartsAtFullTraffic() {
    Story story = Story.baking();
    story.looks(300, Story.good());
    story.given(new RolloutEvent.RolloutCompleted(Story.START.plusSeconds(600)));
    assertThat(story.settleDown())
        .containsExactly(new ObservationStarted(Duration.ofSeconds(30), null));
    assertThat(story.looks(30, Story.good())).isEmpty();
    assertThat(story.looks(1, Story.good())).hasExactlyElementsOfTypes(ReleaseVerified.class);
  }

  @Nested
  @DisplayName("M3: that the deployed version can be observed")
  class Observed {

    private final Story story = Story.observing(Story.OBSERVABILITY);

    @Test
    @DisplayName("is asked for by the observation, and told once when everything is confirmed")
    void confirmed() {
      WatchGoal.Confirmation goal = WatchGoal.of(story.watch()).confirmation();
      assertThat(goal)
          .isEqualTo(
              new WatchGoal.Confirmation(
                  story.lastId(), Story.OBSERVABILITY, story.now().plusSeconds(15)));
      assertThat(story.hear(checked(goal, true)))
          .containsExactly(new ObservabilityConfirmed(goal.observation(), Story.checks(true)));
      assertThat(WatchGoal.of(story.watch()).confirmation()).isNull();
      assertThat(story.hear(checked(goal, true))).isEmpty();
    }

    @Test
    @DisplayName(
        "is told as unconfirmed once, at half of a short observation, and holds nothing up")
    void unconfirmed() {
      WatchGoal.Confirmation goal = WatchGoal.of(story.watch()).confirmation();
      assertThat(story.pass(Duration.ofSeconds(14)).hear(checked(goal, false))).isEmpty();
      assertThat(story.pass(Duration.ofSeconds(1)).hear(checked(goal, false)))
          .containsExactly(new ObservabilityUnconfirmed(goal.observation(), Story.checks(false)));
      assertThat(story.pass(Duration.ofMinutes(5)).hear(checked(goal, false))).isEmpty();
      assertThat(story.looks(60, Story.good()))
          .filteredOn(ReleaseVerified.class::isInstance)
          .hasSize(1);
    }

    @Test
    @DisplayName("is told as confirmed when it is repaired while the observation lasts")
    void repaired() {
      WatchGoal.Confirmation goal = WatchGoal.of(story.watch()).confirmation();
      story.pass(Duration.ofMinutes(1)).hear(checked(goal, false));
      assertThat(WatchGoal.of(story.watch()).confirmation()).isEqualTo(goal);
      assertThat(story.hear(checked(goal, true)))
          .hasExactlyElementsOfTypes(ObservabilityConfirmed.class);
    }

    @Test
    @DisplayName("concerns nobody after a halt, at the end, or of another observation")
    void over() {
      WatchGoal.Confirmation goal = WatchGoal.of(story.watch()).confirmation();
      EventId other = new EventId(new UUID(7, 7));
      assertThat(story.hear(new WatchCommand.ObservabilityChecked(other, Story.checks(true))))
          .isEmpty();
      story.given(Story.halted());
      assertThat(WatchGoal.of(story.watch()).confirmation()).isNull();
      assertThat(story.hear(checked(goal, true))).isEmpty();
    }

    @Test
    @DisplayName("is no question when the runbook does not ask for it")
    void unasked() {
      assertThat(WatchGoal.of(Story.observing().watch()).confirmation()).isNull();
    }

    private static WatchCommand checked(WatchGoal.Confirmation goal, boolean confirmed) {
      return new WatchCommand.ObservabilityChecked(goal.observation(), Story.checks(confirmed));
    }
  }

  @Test
  @DisplayName("M1: observation without enough evidence says so and never passes")
  void observationThin() {
    Story story = Story.observing();
    assertThat(story.looks(31, Story.thin()))
        .singleElement()
        .isInstanceOfSatisfying(
            ReleaseVerified.class,
            verified -> assertThat(verified.verdict()).isEqualTo(Verdict.INCONCLUSIVE));
  }

  @Test
  @DisplayName("M1: a lost telemetry source stops the observation and ends with it")
  void observationLost() {
    Story story = Story.observing();
    story.looks(11, Story.good());
    assertThat(story.blind(600)).hasExactlyElementsOfTypes(TelemetryLost.class);
    assertThat(story.looks(2, Story.good())).hasExactlyElementsOfTypes(TelemetryRecovered.class);
    assertThat(story.looks(19, Story.good())).isEmpty();
    assertThat(story.looks(1, Story.good())).hasExactlyElementsOfTypes(ReleaseVerified.class);
  }

  @Test
  @DisplayName("G2: a baseline answers the request that asked for it, once")
  void baseline() {
    Story story =
        Story.accepted().given(new GateEvent.BaselineRequested(1, Duration.ofSeconds(10)));
    EventId request = story.lastId();
    WatchGoal.Baseline goal = WatchGoal.of(story.watch()).baseline();
    assertThat(goal).isNotNull();
    assertThat(goal.request()).isEqualTo(request);
    assertThat(goal.window()).isEqualTo(Duration.ofSeconds(10));
    WatchCommand taken = taken(request);
    assertThat(story.hear(taken))
        .containsExactly(
            new MonitorEvent.BaselineCaptured(
                request,
                Story.START,
                Story.START,
                List.of(Story.ERRORS),
                Story.look(),
                List.of(Story.START.minus(Duration.ofDays(1)))));
    assertThat(story.hear(taken)).isEmpty();
    assertThat(WatchGoal.of(story.watch()).baseline()).isNull();
  }

  @Test
  @DisplayName("G2: a baseline for another request changes nothing; a refused one says why")
  void baselineRefused() {
    Story story =
        Story.accepted().given(new GateEvent.BaselineRequested(1, Duration.ofSeconds(10)));
    EventId first = story.lastId();
    assertThat(story.hear(taken(new EventId(new UUID(1, 1))))).isEmpty();
    story.given(new GateEvent.BaselineRequested(2, Duration.ofSeconds(10)));
    EventId second = story.lastId();
    assertThat(story.hear(new WatchCommand.BaselineFailed(first, "late"))).isEmpty();
    assertThat(story.hear(new WatchCommand.BaselineFailed(second, "unreachable")))
        .containsExactly(new MonitorEvent.BaselineRefused(second, "unreachable"));
  }

  @Test
  @DisplayName("G2: nobody waits for the baseline of a release that does not start")
  void baselineMoot() {
    Story story =
        Story.accepted().given(new GateEvent.BaselineRequested(1, Duration.ofSeconds(10)));
    story.given(new GateEvent.ReleaseWithdrawn(Actor.claimed("ci"), "not needed"));
    assertThat(WatchGoal.of(story.watch()).baseline()).isNull();
  }

  @Test
  @DisplayName("D4: the watch ends when the release is settled")
  void settled() {
    Story story =
        Story.baking()
            .given(
                new RolloutEvent.RolloutSettled(
                    Outcome.ROLLED_BACK, "aborted", Actor.person("ada")));
    assertThat(WatchGoal.of(story.watch())).isEqualTo(new WatchGoal(null, null, null));
    assertThat(story.looks(60, Story.bad())).isEmpty();
    assertThat(story.blind(60)).isEmpty();
  }

  @Test
  @DisplayName(
      "D3: the share that the judge reckons with is what the target was asked for, or less when it shows less")
  void weight() {
    Story story = Story.baking();
    assertThat(story.watch().weight()).isEqualTo(10);
    story.given(new RolloutEvent.DriftFound(10, 4, null));
    assertThat(story.watch().weight()).isEqualTo(4);
    story.given(new RolloutEvent.RolledBack());
    assertThat(story.watch().weight()).isZero();
    assertThat(Story.observing().watch().weight()).isEqualTo(100);
  }

  @Test
  @DisplayName("M1: time in which the target shows less than full traffic is not observed")
  void driftIsNotObserved() {
    Story story = Story.observing();
    story.looks(11, Story.good());
    story.given(new RolloutEvent.DriftFound(100, 0, null));
    assertThat(story.looks(60, Story.good())).isEmpty();
    story.given(new RolloutEvent.DriftFound(100, 100, null));
    assertThat(story.looks(15, Story.good())).isEmpty();
    assertThat(story.looks(10, Story.good())).hasSize(1);
  }

  @Test
  @DisplayName(
      "M1: time in which the target shows less than asked is not observed; after the repair it is")
  void drift() {
    Story story = Story.baking();
    story.looks(6, Story.good()); // 5 s observed
    story.given(new RolloutEvent.DriftFound(10, 4, null));
    assertThat(story.looks(30, Story.good())).isEmpty();
    story.given(new RolloutEvent.DriftFound(10, 10, null));
    assertThat(story.looks(4, Story.good())).isEmpty();
    assertThat(verdicts(story.looks(1, Story.good()))).containsExactly(Verdict.PASSED);
  }

  private static WatchCommand taken(EventId request) {
    return new WatchCommand.BaselineTaken(
        request,
        Story.START,
        Story.START,
        List.of(Story.ERRORS),
        Story.look(),
        List.of(Story.START.minus(Duration.ofDays(1))));
  }

  private static List<Verdict> verdicts(List<ReleaseEvent> told) {
    return told.stream()
        .map(event -> event instanceof StageVerified verified ? verified.verdict() : null)
        .toList();
  }
}
