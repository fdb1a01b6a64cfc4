package io.lockkeeper.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Runbook.Rollout.OnRevoked;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Throws everything anybody may say at the machine, in any order, from printed seeds.
class RolloutMachineTest {

  private static final int SEEDS = 3_000;
  private static final int STEPS = 60;

  @Test
  @DisplayName(
      "Whatever comes, in whatever order: total, at rest, never further after a halt, settled once")
  void nothingBreaksTheMachine() {
    int settled = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      settled += run(seed) ? 1 : 0;
    }
    assertThat(settled).as("runs that reached an end").isGreaterThan(SEEDS / 10);
  }

  private static boolean run(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    OnRevoked[] rules = OnRevoked.values();
    var runbook =
        RolloutScenario.runbook(
            RolloutScenario.runbook(10, 50, 100).rollout().stages(),
            rules[random.nextInt(rules.length)]);
    var release =
        RolloutScenario.accepted(
            runbook,
            new InfrastructureStep("V1", true),
            new InfrastructureStep("V2", random.nextBoolean()));
    List<RolloutEvent> said = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      said.addAll(disturb(release, random));
      check(release, said, "seed " + seed + " step " + step);
    }
    return said.stream().anyMatch(RolloutSettled.class::isInstance);
  }

  private static List<RolloutEvent> disturb(RolloutScenario release, SplittableRandom random) {
    List<Supplier<List<RolloutEvent>>> moves = new ArrayList<>();
    for (ReleaseEvent event : events(release, random)) {
      moves.add(() -> release.when(event));
    }
    for (RolloutCommand command : commands(release, random)) {
      moves.add(() -> release.when(command));
      moves.add(() -> release.when(command));
    }
    Instant due = RolloutDecider.due(release.state()).orElse(release.now());
    Duration toDue = Duration.between(release.now(), due);
    moves.add(() -> release.after(toDue.isNegative() ? Duration.ZERO : toDue));
    moves.add(() -> release.after(Duration.ofSeconds(random.nextInt(600))));
    return moves.get(random.nextInt(moves.size())).get();
  }

  private static List<ReleaseEvent> events(RolloutScenario release, SplittableRandom random) {
    Verdict[] verdicts = Verdict.values();
    Verdict verdict = random.nextInt(4) > 0 ? Verdict.PASSED : verdicts[random.nextInt(4)];
    List<ReleaseEvent> events =
        new ArrayList<>(
            List.of(
                release.cleared(Duration.ofMinutes(random.nextInt(1, 60))),
                release.cleared(Duration.ofMinutes(random.nextInt(1, 60))),
                RolloutScenario.announced(),
                new GateEvent.ClearanceRenewed(release.now().plusSeconds(random.nextInt(4000))),
                RolloutScenario.verified(random.nextInt(6), random.nextInt(3), verdict),
                RolloutScenario.verified(random.nextInt(6), 1, verdict),
                RolloutScenario.verified(random.nextInt(6), 1, verdict),
                new MonitorEvent.TelemetryLost(release.now(), "refused"),
                new MonitorEvent.TelemetryRecovered(Duration.ofSeconds(random.nextInt(600))),
                new MonitorEvent.ObservabilityUnconfirmed(new EventId(new UUID(7, 7)), List.of()),
                new MonitorEvent.ReleaseVerified(
                    verdict, "said", Duration.ofMinutes(30), List.of(), RolloutScenario.LOOK)));
    if (random.nextInt(8) == 0) {
      events.add(RolloutScenario.breach());
      events.add(new GateEvent.ReleaseBlocked(RunbookLine.G3, "denied"));
      events.add(new GateEvent.ReleaseWithdrawn(RolloutScenario.ALICE, "stop"));
      events.add(new GateEvent.ClearanceRevoked(RunbookLine.G3, "freeze"));
      events.add(new Unrecognised("io.lockkeeper.unheard.of.v1", "{}"));
    }
    return events;
  }

  private static List<RolloutCommand> commands(RolloutScenario release, SplittableRandom random) {
    int effect = Math.max(0, release.state().effects() - random.nextInt(2));
    Rollout.Question question = release.state().question();
    Choice[] choices = Choice.values();
    Choice choice = choices[random.nextInt(choices.length)];
    EventId asked = question == null ? new EventId(new UUID(9, 9)) : question.id();
    Actor alice = RolloutScenario.ALICE;
    List<RolloutCommand> commands =
        new ArrayList<>(
            List.of(
                new RolloutCommand.ReportDone(effect),
                new RolloutCommand.ReportDone(release.state().effects()),
                new RolloutCommand.ReportDone(release.state().effects()),
                new RolloutCommand.ReportReadBack(random.nextInt(2) * random.nextInt(101)),
                new RolloutCommand.Decide(asked, choice, alice, "so"),
                new RolloutCommand.Resume(alice, "go on")));
    if (random.nextInt(6) == 0) {
      commands.add(new RolloutCommand.ReportFailed(effect, "no"));
      commands.add(new RolloutCommand.ReportShare(random.nextInt(101)));
      commands.add(new RolloutCommand.Pause(alice, "wait"));
      commands.add(new RolloutCommand.Abort(alice, "stop"));
      commands.add(
          new RolloutCommand.TakeOver(
              alice,
              "by hand",
              random.nextBoolean() ? Outcome.ROLLED_BACK : Outcome.ROLLBACK_FAILED));
    }
    return commands;
  }

  private static void check(RolloutScenario release, List<RolloutEvent> said, String where) {
    Rollout state = release.state();
    assertThat(said.stream().filter(RolloutSettled.class::isInstance))
        .as(where + ": settled once")
        .hasSizeLessThanOrEqualTo(1);
    int halted = indexOf(said, RolloutHalted.class);
    if (halted >= 0) {
      assertThat(said.subList(halted, said.size()))
          .as(where + ": R1, nothing rises after the halt")
          .noneMatch(StageStarted.class::isInstance);
    }
    if (state.takenOver() != null) {
      assertThat(PlatformGoal.of(state))
          .as(where + ": R2, nothing is asked of the target after a take-over")
          .isNotInstanceOf(PlatformGoal.Change.class);
    }
    assertThat(WayBackByHand.of(new ReleaseId("release-1"), state).isEmpty())
        .as(where + ": R2, the way back by hand is there from the start on, in " + state.phase())
        .isEqualTo(
            state.deployment() == null
                || state.phase() instanceof Rollout.Phase.Settled it
                    && it.outcome() == Outcome.VERIFIED);
    Optional<Instant> due = RolloutDecider.due(state);
    due.ifPresent(
        time ->
            assertThat(time)
                .as(where + ": nothing is left to do that was due, in " + state.phase())
                .isAfter(release.now()));
    boolean isOver = state.phase() instanceof Rollout.Phase.Settled;
    assertThat(isOver || Waiting.of(state) != null)
        .as(where + ": says what it waits for, in " + state.phase())
        .isTrue();
    if (state.phase() instanceof Rollout.Phase.GoingBack) {
      assertThat(PlatformGoal.of(state)).isInstanceOf(PlatformGoal.Change.class);
    }
  }

  private static int indexOf(List<RolloutEvent> said, Class<?> type) {
    for (int i = 0; i < said.size(); i++) {
      if (type.isInstance(said.get(i))) {
        return i;
      }
    }
    return -1;
  }
}
