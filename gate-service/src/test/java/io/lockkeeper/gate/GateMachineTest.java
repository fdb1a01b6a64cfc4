package io.lockkeeper.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.ReleaseRequest.Window;
import io.lockkeeper.runbook.Runbook.Approval.When;
import io.lockkeeper.runbook.Runbook.Freeze;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Everything, everywhere: whatever is said in whatever phase, the machine stays a machine.
class GateMachineTest {

  private static final ReleaseId RELEASE = Requests.FIRST;

  /// A scene per phase, by the phase's name.
  private static Map<String, Scene> scenes() {
    Map<String, Scene> scenes = new TreeMap<>();
    Scene unknown = new Scene();
    scenes.put("Unknown", unknown);
    Scene refused = new Scene();
    refused.command(RELEASE, Samples.commands().get(2));
    scenes.put("Refused", refused);
    scenes.put("Approving", asked(Requests.good(2).elevated()));
    Scene ready = new Scene();
    ready.request(
        RELEASE,
        Requests.good(2)
            .window(new Window(ready.now().plusSeconds(60), ready.now().plusSeconds(3600)))
            .request(),
        Requests.good(2).runbook());
    scenes.put("Ready", ready);
    Scene queued = new Scene();
    queued.request(Requests.SECOND, Requests.good(4).request(), Requests.good(4).runbook());
    queued.request(RELEASE, Requests.good(2).request(), Requests.good(2).runbook());
    scenes.put("Queued", queued);
    scenes.put("InLane", asked(Requests.good(2)));
    scenes.put("Cleared", cleared());
    Scene revoked = new Scene();
    Requests frozen =
        Requests.good(2)
            .freezes(
                new Freeze(
                    revoked.now().plusSeconds(60), revoked.now().plusSeconds(3600), "holidays"));
    revoked.request(RELEASE, frozen.request(), frozen.runbook());
    revoked.capture(RELEASE);
    revoked.start(RELEASE);
    revoked.pass(Duration.ofMinutes(1));
    scenes.put("Revoked", revoked);
    Scene uncontrolled = cleared();
    uncontrolled.start(RELEASE);
    uncontrolled.says(RELEASE, new RolloutEvent.RolloutCompleted(uncontrolled.now()));
    scenes.put("Uncontrolled", uncontrolled);
    scenes.put("Ending", asked(Requests.good(2).evidence(List.of())));
    Scene settled = cleared();
    settled.settle(RELEASE, Outcome.VERIFIED);
    scenes.put("Settled", settled);
    return scenes;
  }

  private static Scene asked(Requests asked) {
    Scene scene = new Scene();
    scene.request(RELEASE, asked.request(), asked.runbook());
    return scene;
  }

  private static Scene cleared() {
    Scene scene = asked(Requests.good(2));
    scene.capture(RELEASE);
    return scene;
  }

  @Test
  @DisplayName(
      "the scenes show every phase that lasts, and the samples every event of the contract")
  void complete() {
    scenes()
        .forEach(
            (name, scene) ->
                assertThat(scene.board(RELEASE).phase().getClass().getSimpleName())
                    .isEqualTo(name));
    Set<String> lasting = new HashSet<>();
    for (Class<?> phase : GatePhase.class.getPermittedSubclasses()) {
      lasting.add(phase.getSimpleName());
    }
    // A review is over within one decision.
    lasting.remove("Reviewing");
    assertThat(scenes().keySet()).isEqualTo(lasting);
    assertThat(Samples.missing()).isEmpty();
  }

  @Test
  @DisplayName(
      "every phase × every event, foreign or its own: no exception, a fixed point, a way on")
  void everyEvent() {
    Map<String, Scene> all = scenes();
    all.put("first InLane", asked(Requests.good(2).firstOfItsService().budget()));
    all.forEach(
        (name, scene) -> {
          for (EventId question : questions(scene)) {
            for (ReleaseEvent event : Samples.events(question, scene.now())) {
              check(name + " × " + event, scene, event);
            }
          }
        });
  }

  @Test
  @DisplayName("every phase × every command: answered or turned down, and the second time nothing")
  void everyCommand() {
    scenes()
        .forEach(
            (name, scene) -> {
              for (GateCommand command : Samples.commands()) {
                GateBoard board = scene.board(RELEASE);
                List<GateEvent> answer = GateDecider.answer(board, command, scene.now());
                boolean objected = GateDecider.objection(board, command, scene.now()).isPresent();
                boolean onlyRefused =
                    answer.stream().allMatch(GateEvent.RequestRefused.class::isInstance);
                assertThat(objected && !onlyRefused).as(name + " × " + command).isFalse();
                GateBoard after = board;
                for (GateEvent event : answer) {
                  after = after.evolve(fact(event, scene, 900));
                }
                assertThat(GateDecider.answer(after, command, scene.now()))
                    .as(name + " × " + command + ", again")
                    .isEmpty();
              }
            });
  }

  @Test
  @DisplayName("a settled release stays settled and out of its lane, whatever is said")
  void terminal() {
    Scene settled = scenes().get("Settled");
    for (EventId question : questions(settled)) {
      for (ReleaseEvent event : Samples.events(question, settled.now())) {
        GateBoard board = settled.board(RELEASE).evolve(fact(event, settled, 900));
        assertThat(board.phase()).as("" + event).isInstanceOf(GatePhase.Settled.class);
        assertThat(settled.lane().evolve(board).holder()).as("" + event).isNull();
      }
    }
  }

  @Test
  @DisplayName(
      "random stories: one release at a time, tokens grow, alarms move, the lane can be rebuilt")
  void stories() {
    for (long seed = 1; seed <= 300; seed++) {
      new Story(seed).tell();
    }
  }

  private static void check(String what, Scene scene, ReleaseEvent event) {
    List<Fact> history = new ArrayList<>(scene.history(RELEASE));
    history.add(fact(event, scene, 900));
    Instant now = scene.now().plusSeconds(1);
    Occupancy lane = scene.lane();
    GateBoard board = GateBoard.of(history);
    int ids = 1000;
    for (List<GateEvent> said = GateDecider.next(board, lane, now);
        !said.isEmpty();
        said = GateDecider.next(board, lane, now)) {
      for (GateEvent own : said) {
        history.add(fact(own, scene, ids++));
      }
      assertThat(ids).as(what + " comes to an end").isLessThan(1100);
      board = GateBoard.of(history);
    }
    GateBoard end = board;
    switch (end.phase()) {
      case GatePhase.Unknown _, GatePhase.Refused _, GatePhase.Settled _ ->
          assertThat(GateDecider.due(end)).as(what).isEmpty();
      case GatePhase.Ending _, GatePhase.Uncontrolled _ ->
          assertThat(end.waitsFor().orElseThrow().who()).as(what).isEqualTo("rollout-service");
      case GatePhase.Reviewing _,
          GatePhase.Approving _,
          GatePhase.Ready _,
          GatePhase.Queued _,
          GatePhase.InLane _,
          GatePhase.Cleared _,
          GatePhase.Revoked _ -> {
        assertThat(end.waitsFor()).as(what).isPresent();
        Instant due = GateDecider.due(end).orElse(Instant.MAX);
        boolean denied = end.approval() != null && end.approval().denied() != null;
        boolean toldPeople = end.course().started() && denied;
        assertThat(due.equals(Instant.MAX) && !toldPeople).as(what + " has no way on").isFalse();
        if (!due.equals(Instant.MAX)) {
          assertThat(due).as(what + ": an alarm that has rung moves on").isAfter(now);
          assertThat(GateDecider.next(end, lane, due)).as(what + " at its alarm").isNotEmpty();
        }
      }
    }
  }

  private static List<EventId> questions(Scene scene) {
    return Stream.concat(
            scene.history(RELEASE).stream()
                .filter(
                    fact ->
                        fact.event() instanceof GateEvent.ApprovalRequested
                            || fact.event() instanceof GateEvent.BaselineRequested)
                .map(Fact::id),
            Stream.of(new EventId(new UUID(7, 77))))
        .toList();
  }

  private static Fact fact(ReleaseEvent event, Scene scene, int number) {
    return new Fact(
        new EventId(new UUID(7, number)),
        event instanceof GateEvent ? Writer.GATE : Writer.ROLLOUT,
        RELEASE,
        number,
        scene.now().plusNanos(1000L * number),
        null,
        event);
  }

  /// One random story: requests, people, telemetry, time, in any order.
  private static final class Story {
    private final long seed;
    private final Random random;
    private final Scene scene = new Scene();
    private final List<ReleaseId> releases = new ArrayList<>();

    Story(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void tell() {
      for (int step = 0; step < 60; step++) {
        act();
        check();
      }
    }

    private void act() {
      if (releases.isEmpty() || random.nextInt(5) == 0) {
        ReleaseId release = new ReleaseId("release-" + releases.size());
        releases.add(release);
        Requests asked = requests();
        scene.request(release, asked.request(), asked.runbook());
        return;
      }
      ReleaseId release = releases.get(random.nextInt(releases.size()));
      GateBoard board = scene.board(release);
      switch (random.nextInt(8)) {
        case 0, 1 -> scene.pass(Duration.ofSeconds(random.nextInt(4000)));
        case 2 -> {
          if (board.baseline().request() != null) {
            scene.capture(release);
          }
        }
        case 3 -> {
          if (board.approval() != null) {
            scene.command(
                release,
                new GateCommand.Approve(
                    board.approval().digest(), Actor.person("p" + random.nextInt(3)), null));
          }
        }
        case 4 -> {
          if (board.clearance() != null && !board.course().started()) {
            scene.start(release);
          }
        }
        case 5 -> end(release, board);
        case 6 ->
            scene.command(
                release, Samples.commands().get(random.nextInt(Samples.commands().size())));
        default -> {
          // What the others say, early, late or twice; but the end only when it is due.
          List<ReleaseEvent> foreign =
              Samples.events(new EventId(new UUID(7, random.nextInt(200))), scene.now()).stream()
                  .filter(event -> !(event instanceof GateEvent))
                  .filter(event -> !(event instanceof RolloutEvent.RolloutSettled))
                  .toList();
          scene.says(release, foreign.get(random.nextInt(foreign.size())));
        }
      }
    }

    private void end(ReleaseId release, GateBoard board) {
      if (board.phase() instanceof GatePhase.Ending || board.course().started()) {
        scene.settle(
            release,
            board.course().started()
                ? Outcome.values()[random.nextInt(Outcome.values().length)]
                : Outcome.NOT_STARTED);
      }
    }

    private Requests requests() {
      Requests asked = Requests.good(2 + random.nextInt(3)).startWithin(Duration.ofHours(6));
      if (random.nextInt(4) == 0) {
        asked.elevated();
      }
      if (random.nextInt(4) == 0) {
        asked.firstOfItsService().budget();
      }
      if (random.nextInt(3) == 0) {
        asked.approval(When.values()[random.nextInt(3)], 1 + random.nextInt(2));
      }
      if (random.nextInt(3) == 0) {
        Instant from = scene.now().plusSeconds(random.nextInt(3000));
        asked.freezes(
            new Freeze(from, from.plusSeconds(1 + random.nextInt(3000)), "one"),
            new Freeze(from.plusSeconds(900), from.plusSeconds(2000), "another"));
      }
      return asked;
    }

    private void check() {
      List<GateBoard> boards = releases.stream().map(scene::board).toList();
      String story = "seed " + seed;
      assertThat(
              boards.stream()
                  .filter(board -> board.course().settled() == null && board.clearance() != null)
                  .count())
          .as(story + ": at most one release is cleared and not settled")
          .isLessThanOrEqualTo(1);
      List<Long> tokens =
          boards.stream()
              .map(GateBoard::clearance)
              .filter(Objects::nonNull)
              .map(GateBoard.Clearance::token)
              .toList();
      assertThat(tokens).as(story + ": a token is one release's").doesNotHaveDuplicates();
      assertThat(scene.lane().next()).as(story + ": a free lane has no queue").isEmpty();
      List<GateBoard> shuffled = new ArrayList<>(boards);
      Collections.shuffle(shuffled, random);
      Occupancy rebuilt = Occupancy.free(Scene.LANE);
      for (GateBoard board : shuffled) {
        rebuilt = rebuilt.evolve(board).evolve(board);
      }
      assertThat(rebuilt).as(story + ": the lane follows from the facts").isEqualTo(scene.lane());
      for (GateBoard board : boards) {
        if (board.blocked() == null && board.gates().containsKey(RunbookLine.G3)) {
          assertThat(board.waitsFor().isPresent() || board.course().settled() != null)
              .as(story)
              .isTrue();
        }
      }
    }
  }
}
