package io.lockkeeper.audit;

import static io.lockkeeper.audit.Releases.FILED;
import static io.lockkeeper.audit.Releases.RETURN_TOLD;
import static io.lockkeeper.audit.Releases.SUMMARIZED;
import static io.lockkeeper.audit.Releases.and;
import static io.lockkeeper.audit.Releases.bad;
import static io.lockkeeper.audit.Releases.begun;
import static io.lockkeeper.audit.Releases.good;
import static io.lockkeeper.audit.Story.ALL;
import static io.lockkeeper.audit.Story.LANE;
import static io.lockkeeper.audit.Story.START;
import static io.lockkeeper.audit.Story.TEN;
import static io.lockkeeper.audit.Story.accepted;
import static io.lockkeeper.audit.Story.cleared;
import static io.lockkeeper.audit.Story.digest;
import static io.lockkeeper.audit.Story.halted;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent.ApprovalGranted;
import io.lockkeeper.events.GateEvent.ApprovalRequested;
import io.lockkeeper.events.GateEvent.BaselineRequested;
import io.lockkeeper.events.GateEvent.ReleaseBlocked;
import io.lockkeeper.events.GateEvent.ReleaseQueued;
import io.lockkeeper.events.GateEvent.ReleaseRefused;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RollbackStarted;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WaitingTest {

  private static final Instant LATER = START.plus(Duration.ofHours(3));

  private static @Nullable Waiting of(List<ReleaseEvent> events) {
    return Overview.of(Story.facts(events)).waitsFor();
  }

  private static @Nullable Waiting of(ReleaseEvent... events) {
    return of(List.of(events));
  }

  /// The id that [Story] gives to the nth fact.
  private static EventId id(int place) {
    return new EventId(new UUID(7, place));
  }

  @Test
  @DisplayName("G3: an approval waits for as many people as are missing, until it expires")
  void approval() {
    ApprovalRequested asked = new ApprovalRequested(digest('a'), 2, LATER, "elevated");
    ApprovalGranted granted = new ApprovalGranted(id(1), digest('a'), Actor.person("grace"), null);
    String people = "operators who neither asked for the release nor wrote it";

    assertThat(of(accepted("chat"), asked))
        .isEqualTo(new Waiting("2 approvals of " + digest('a'), people, LATER));
    assertThat(of(accepted("chat"), asked, granted))
        .isEqualTo(new Waiting("1 approval of " + digest('a'), people, LATER));
    assertThat(of(accepted("chat"), asked, granted, granted))
        .isEqualTo(new Waiting("its gates", "gate-service", null));
  }

  @Test
  @DisplayName("G2: before the start it waits for the lane, its baseline, its announcement")
  void beforeTheStart() {
    assertThat(of(accepted("chat"), new ReleaseQueued(LANE, List.of(Story.RELEASE))))
        .isEqualTo(
            new Waiting("the lane " + LANE + ", behind 1 release", "the releases before it", null));
    assertThat(of(accepted("chat"), new BaselineRequested(1, Duration.ofMinutes(10))))
        .isEqualTo(
            new Waiting(
                "a health baseline over 10 min",
                "monitor-service",
                START.plus(Duration.ofMinutes(11))));
    assertThat(of(accepted("chat"), new BaselineRequested(1, Duration.ZERO)).what())
        .isEqualTo("a word on its error budgets and queries");
    assertThat(of(accepted("chat"), cleared()))
        .isEqualTo(
            new Waiting(
                "the announcement of its window", "notification-service", cleared().announceBy()));
    assertThat(of(accepted("chat"), cleared(), new WindowAnnounced("chat", "window", null)))
        .isEqualTo(new Waiting("its deployment to start", "rollout-service", null));
    assertThat(of(accepted("chat"), new ReleaseBlocked(RunbookLine.G4, "no way back")))
        .isEqualTo(new Waiting("its final status", "rollout-service", null));
  }

  @Test
  @DisplayName("D4: a stage waits for its verdict until it is due, lost time added")
  void stage() {
    StageApplied applied = new StageApplied(TEN, 1, 2, LATER);

    assertThat(of(and(begun(), applied)))
        .isEqualTo(new Waiting("a verdict on 10 % of traffic", "monitor-service", LATER));
    assertThat(of(and(begun(), applied, new TelemetryRecovered(Duration.ofMinutes(2)))))
        .extracting(Waiting::until)
        .isEqualTo(LATER.plus(Duration.ofMinutes(2)));
    assertThat(of(and(begun(), new RolloutCompleted(LATER))))
        .isEqualTo(
            new Waiting("a verdict on the release at full traffic", "monitor-service", LATER));
  }

  @Test
  @DisplayName(
      "D4: a hold stands before the stage, a question before the hold, until each has gone")
  void holdAndQuestion() {
    StageApplied applied = new StageApplied(ALL, 1, 3, LATER);
    StagePaused pause = new StagePaused(Hold.OPERATOR, "stocktaking", LATER);
    DecisionRequested question =
        new DecisionRequested(
            Hold.OPERATOR, "What now?", List.of(Choice.WAIT), LATER, Choice.GO_BACK);
    DecisionTaken taken =
        new DecisionTaken(id(begun().size() + 1), Choice.WAIT, Actor.person("grace"), "soon");
    Waiting held =
        new Waiting(
            "the end of a hold: stocktaking",
            "an operator, by POST …/resume of rollout-service",
            LATER);

    assertThat(of(and(begun(), pause, applied))).isEqualTo(held);
    assertThat(of(and(begun(), pause, question)))
        .isEqualTo(
            new Waiting(
                "an answer: What now? [WAIT]",
                "a person, by POST …/decisions of rollout-service",
                LATER));
    assertThat(of(and(begun(), pause, question, taken))).isEqualTo(held);
    assertThat(of(and(begun(), pause, question, applied, new StageResumed())))
        .extracting(Waiting::what)
        .isEqualTo("a verdict on 100 % of traffic");
  }

  @Test
  @DisplayName("R2: the way back waits for the target, step by step")
  void wayBack() {
    RollbackStep shift = new RollbackStep(RollbackStep.Kind.SHIFT, null);

    assertThat(of(and(begun(), halted(), new RollbackStarted(List.of(shift), 3, LATER))))
        .isEqualTo(
            new Waiting(
                "the target to show all traffic to the stable version", "the target", LATER));
  }

  @Test
  @DisplayName("D5: what is settled waits for what its log is owed, until the log closes without")
  void closing() {
    Instant due = Story.facts(good()).getLast().time().plus(Duration.ofDays(1));
    assertThat(of(good()))
        .isEqualTo(new Waiting("its summary (C3), to close its log", "notification-service", due));
    assertThat(of(and(good(), SUMMARIZED)))
        .isEqualTo(new Waiting("its log to be closed", "audit-service", due));
    assertThat(of(and(bad(), SUMMARIZED)))
        .extracting(Waiting::what)
        .isEqualTo("word of the way back (R4), its incident (R5), to close its log");
    assertThat(of(and(bad(), SUMMARIZED, RETURN_TOLD, FILED)))
        .extracting(Waiting::who)
        .isEqualTo("audit-service");
  }

  @Test
  @DisplayName("D5: nothing is awaited of a closed log, nor of a refused request")
  void over() {
    assertThat(of(and(good(), SUMMARIZED, new ReleaseClosed(Outcome.VERIFIED, List.of(), 36))))
        .isNull();
    assertThat(of(new ReleaseRefused("unknown-runbook", List.of(), Actor.claimed("ada"), null)))
        .isNull();
  }

  @Test
  @DisplayName("D5: whatever comes, a release waits for something until its log is closed")
  void always() {
    for (int seed = 0; seed < 200; seed++) {
      Samples samples = new Samples(new SplittableRandom(seed));
      List<ReleaseEvent> events = new ArrayList<>();
      for (int step = 0; step < 40; step++) {
        events.add(samples.event());
        Overview overview = Overview.of(Story.facts(events));
        assertThat(overview.waitsFor() == null)
            .as("seed %d, step %d, %s", seed, step, overview.phase())
            .isEqualTo(
                overview.phase().equals(Phase.CLOSED.words())
                    || overview.phase().equals(Phase.REFUSED.words()));
      }
    }
  }
}
