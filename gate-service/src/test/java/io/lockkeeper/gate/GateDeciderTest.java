package io.lockkeeper.gate;

import static io.lockkeeper.gate.Requests.FIRST;
import static io.lockkeeper.gate.Requests.SECOND;
import static io.lockkeeper.gate.Requests.THIRD;
import static io.lockkeeper.gate.Requests.artifact;
import static io.lockkeeper.gate.Requests.good;
import static io.lockkeeper.runbook.RunbookLine.D1;
import static io.lockkeeper.runbook.RunbookLine.G1;
import static io.lockkeeper.runbook.RunbookLine.G2;
import static io.lockkeeper.runbook.RunbookLine.G3;
import static io.lockkeeper.runbook.RunbookLine.G4;
import static io.lockkeeper.runbook.RunbookLine.PRE3;
import static io.lockkeeper.runbook.RunbookLine.PRE4;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.gate.Objection.Code;
import io.lockkeeper.runbook.ReleaseRequest.Backout;
import io.lockkeeper.runbook.ReleaseRequest.Evidence;
import io.lockkeeper.runbook.ReleaseRequest.Window;
import io.lockkeeper.runbook.Runbook.Approval.When;
import io.lockkeeper.runbook.Runbook.Freeze;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Runbook.Rollback;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Whether a release may start, told line by line: given facts, when, then facts.
class GateDeciderTest {

  private final Scene scene = new Scene();

  private List<ReleaseEvent> ask(ReleaseId release, Requests asked) {
    return scene.request(release, asked.request(), asked.runbook());
  }

  private void cleared(ReleaseId release, Requests asked) {
    ask(release, asked);
    scene.capture(release);
    assertThat(scene.board(release).phase()).isInstanceOf(GatePhase.Cleared.class);
  }

  private static GateEvent.ReleaseBlocked blocked(RunbookLine line, String reason) {
    return new GateEvent.ReleaseBlocked(line, reason);
  }

  private Freeze freeze(Duration from, Duration until) {
    return new Freeze(scene.now().plus(from), scene.now().plus(until), "holidays");
  }

  private GateCommand.Approve approval(ReleaseId release, String by) {
    return new GateCommand.Approve(
        scene.last(release, GateEvent.ApprovalRequested.class).digest(), Actor.person(by), null);
  }

  private static MonitorEvent breach() {
    return new MonitorEvent.BudgetBreached(
        new Measure("errors", 0.02, 0.002, "fraction", 1000),
        "ten times the baseline",
        new Look("look", Requests.digest(9)));
  }

  @Nested
  class Way {

    @Test
    @DisplayName(
        "PRE1–PRE4, G1–G4: a good request is reviewed, measured and cleared, in this order")
    void wholeWay() {
      List<ReleaseEvent> asked = ask(FIRST, good(2));
      assertThat(asked)
          .extracting(event -> event.getClass().getSimpleName())
          .containsExactly(
              "ReleaseAccepted",
              "PreconditionChecked",
              "PreconditionChecked",
              "PreconditionChecked",
              "PreconditionChecked",
              "GatePassed",
              "GatePassed",
              "BaselineRequested");
      Instant cleared = scene.now();
      assertThat(scene.capture(FIRST))
          .containsExactly(
              new GateEvent.GatePassed(G2, "baseline captured until " + cleared),
              new GateEvent.GatePassed(G4, "the way back is 1.1, " + artifact(1).digest()),
              new GateEvent.ReleaseCleared(
                  Scene.LANE,
                  1,
                  artifact(1),
                  cleared.plus(Duration.ofMinutes(10)),
                  cleared.plus(Duration.ofMinutes(5))));
    }

    @Test
    @DisplayName(
        "the same request twice is one release; other content is refused, and at most ten times")
    void twice() {
      ask(FIRST, good(2));
      assertThat(ask(FIRST, good(2))).isEmpty();
      assertThat(ask(FIRST, good(3)))
          .hasOnlyElementsOfType(GateEvent.RequestRefused.class)
          .hasSize(1);
      assertThat(ask(FIRST, good(3))).isEmpty();
      for (int other = 4; other < 40; other++) {
        ask(FIRST, good(other));
      }
      assertThat(scene.board(FIRST).turnedDown()).hasSize(10);
      assertThat(scene.board(FIRST).admission().request()).isEqualTo(good(2).request());
    }

    @Test
    @DisplayName("a request that cannot be accepted ends in a refusal, and stays refused")
    void refused() {
      GateCommand refuse =
          new GateCommand.Refuse(
              "invalid",
              List.of(new GateEvent.Problem("/artifact/digest", "is missing")),
              Actor.claimed("ci-bot"),
              new GateEvent.Subject("demo/shop", null, "2.0.0"),
              Requests.digest(5));
      assertThat(scene.command(FIRST, refuse))
          .containsExactly(
              new GateEvent.ReleaseRefused(
                  "invalid",
                  List.of(new GateEvent.Problem("/artifact/digest", "is missing")),
                  Actor.claimed("ci-bot"),
                  new GateEvent.Subject("demo/shop", null, "2.0.0")));
      assertThat(scene.command(FIRST, refuse)).isEmpty();
      assertThat(ask(FIRST, good(2))).hasOnlyElementsOfType(GateEvent.RequestRefused.class);
      assertThat(scene.board(FIRST).phase()).isEqualTo(new GatePhase.Refused("invalid"));
    }
  }

  @Nested
  class Review {

    @Test
    @DisplayName("PRE3: a failed check blocks the release")
    void failed() {
      List<Evidence> evidence = new ArrayList<>(Requests.passed("build", "review", "signature"));
      evidence.add(new Evidence("tests", Verdict.FAILED, null, null));
      assertThat(ask(FIRST, good(2).evidence(evidence)))
          .contains(
              new GateEvent.PreconditionChecked(PRE3, "tests", Verdict.FAILED, "tests failed"))
          .endsWith(blocked(PRE3, "tests failed"));
      assertThat(scene.lane().holder()).isNull();
    }

    @Test
    @DisplayName("PRE4: evidence that is missing has not passed")
    void missing() {
      assertThat(ask(FIRST, good(2).evidence(Requests.passed("build", "review", "tests"))))
          .endsWith(blocked(PRE4, "no evidence for signature"));
    }

    @Test
    @DisplayName("PRE3: one failure among several records of a check is a failure")
    void contradicting() {
      List<Evidence> evidence =
          new ArrayList<>(Requests.passed("build", "review", "tests", "signature", "load-test"));
      evidence.add(new Evidence("tests", Verdict.ERRORED, null, null));
      assertThat(ask(FIRST, good(2).evidence(evidence)))
          .endsWith(blocked(PRE3, "tests could not be measured"));
    }

    @Test
    @DisplayName("G1: what the runbook asks of readiness is needed too")
    void readiness() {
      assertThat(
              ask(
                  FIRST,
                  good(2).evidence(Requests.passed("build", "review", "tests", "signature"))))
          .endsWith(
              new GateEvent.GateFailed(G1, "no evidence for load-test"),
              blocked(G1, "no evidence for load-test"));
    }

    @Test
    @DisplayName("G1: a migration says which step runs it and whether it can be undone")
    void undeclaredMigration() {
      assertThat(ask(FIRST, good(2).scope(Requests.migrations("V42__instalments"))).getLast())
          .isEqualTo(
              blocked(
                  G1,
                  "no infrastructure step declares the migration V42__instalments and whether it"
                      + " can be undone"));
      InfrastructureStep step = new InfrastructureStep("V42__instalments", true);
      assertThat(
              ask(SECOND, good(2).scope(Requests.migrations("V42__instalments", step))).getLast())
          .isInstanceOf(GateEvent.BaselineRequested.class);
    }

    @Test
    @DisplayName("G1: nobody calls itself the first release where one is running")
    void notTheFirst() {
      cleared(FIRST, good(2));
      scene.settle(FIRST, Outcome.VERIFIED);
      assertThat(ask(SECOND, good(3).firstOfItsService()))
          .endsWith(blocked(G1, "it calls itself the first release, but 1.2 is running"));
    }
  }

  @Nested
  class People {

    @Test
    @DisplayName("G3: an elevated change waits for a yes, holding no lane")
    void elevated() {
      assertThat(ask(FIRST, good(2).elevated()).getLast())
          .isInstanceOf(GateEvent.ApprovalRequested.class);
      assertThat(scene.lane().holder()).isNull();
      assertThat(scene.board(FIRST).waitsFor().orElseThrow().what()).startsWith("1 approval of");
      assertThat(scene.command(FIRST, approval(FIRST, "grace")))
          .extracting(event -> event.getClass().getSimpleName())
          .containsExactly("ApprovalGranted", "GatePassed", "BaselineRequested");
    }

    @Test
    @DisplayName("G3: a quorum is of different people, and the same yes twice says nothing new")
    void quorum() {
      ask(FIRST, good(2).approval(When.ALWAYS, 2));
      assertThat(scene.command(FIRST, approval(FIRST, "grace"))).hasSize(1);
      assertThat(scene.command(FIRST, approval(FIRST, "grace"))).isEmpty();
      assertThat(GateDecider.objection(scene.board(FIRST), approval(FIRST, "grace"), scene.now()))
          .isEmpty();
      assertThat(scene.command(FIRST, approval(FIRST, "edsger")).getLast())
          .isInstanceOf(GateEvent.BaselineRequested.class);
    }

    @Test
    @DisplayName(
        "G3: neither the requester nor an author approves, whatever spelling the token has")
    void ownRelease() {
      ask(FIRST, good(2).elevated());
      for (String own : List.of("ci-bot", "CI-Bot", "ada@example.org", "Ada", " ada ")) {
        assertThat(GateDecider.objection(scene.board(FIRST), approval(FIRST, own), scene.now()))
            .as(own)
            .map(Objection::code)
            .contains(Code.OWN_RELEASE);
        assertThat(scene.command(FIRST, approval(FIRST, own))).isEmpty();
      }
    }

    @Test
    @DisplayName("G3: a yes to something else is none")
    void otherDigest() {
      ask(FIRST, good(2).elevated());
      GateCommand other = new GateCommand.Approve(Requests.digest(77), Actor.person("grace"), null);
      assertThat(GateDecider.objection(scene.board(FIRST), other, scene.now()))
          .map(Objection::code)
          .contains(Code.OTHER_DIGEST);
      assertThat(scene.command(FIRST, other)).isEmpty();
    }

    @Test
    @DisplayName("G3: a no ends it")
    void denied() {
      ask(FIRST, good(2).elevated());
      GateCommand deny =
          new GateCommand.Deny(
              scene.last(FIRST, GateEvent.ApprovalRequested.class).digest(),
              Actor.person("grace"),
              "not on a Friday");
      assertThat(scene.command(FIRST, deny))
          .endsWith(blocked(G3, "denied by grace: not on a Friday"));
      assertThat(scene.command(FIRST, deny)).isEmpty();
    }

    @Test
    @DisplayName("G3: nobody's answer is no yes")
    void expired() {
      ask(FIRST, good(2).elevated());
      scene.pass(Duration.ofDays(2));
      assertThat(scene.history(FIRST).getLast().event())
          .isEqualTo(blocked(G3, "nobody approved it in time"));
      assertThat(GateDecider.objection(scene.board(FIRST), approval(FIRST, "grace"), scene.now()))
          .map(Objection::code)
          .contains(Code.ENDED);
    }
  }

  @Nested
  class Freezes {

    @Test
    @DisplayName("G3: in a freeze a person is asked; when it is over, nobody needs to be")
    void over() {
      ask(FIRST, good(2).freezes(freeze(Duration.ZERO, Duration.ofHours(1))));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.Approving.class);
      scene.pass(Duration.ofHours(1));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.InLane.class);
    }

    @Test
    @DisplayName("G3: two freezes without a gap are one")
    void adjoining() {
      ask(
          FIRST,
          good(2)
              .approval(When.NEVER, 1)
              .freezes(
                  freeze(Duration.ZERO, Duration.ofHours(1)),
                  freeze(Duration.ofMinutes(50), Duration.ofHours(2))));
      scene.pass(Duration.ofMinutes(119));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.Approving.class);
      scene.pass(Duration.ofMinutes(1));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.InLane.class);
    }

    @Test
    @DisplayName("G3: a freeze ends a clearance on time; after it the same token goes on")
    void revoked() {
      cleared(FIRST, good(2).freezes(freeze(Duration.ofMinutes(7), Duration.ofMinutes(20))));
      scene.start(FIRST);
      Instant begin = scene.now().plus(Duration.ofMinutes(7));
      assertThat(scene.last(FIRST, GateEvent.ReleaseCleared.class).validUntil()).isEqualTo(begin);
      scene.pass(Duration.ofMinutes(7));
      assertThat(scene.last(FIRST, GateEvent.ClearanceRevoked.class).gate()).isEqualTo(G3);
      assertThat(scene.lane().isHeldBy(FIRST)).isTrue();
      scene.pass(Duration.ofMinutes(13));
      assertThat(scene.history(FIRST).getLast().event())
          .isInstanceOfSatisfying(
              GateEvent.ReleaseCleared.class, again -> assertThat(again.token()).isEqualTo(1));
    }

    @Test
    @DisplayName("G3: an approved release goes through a freeze")
    void approved() {
      ask(FIRST, good(2).elevated().freezes(freeze(Duration.ofMinutes(3), Duration.ofHours(9))));
      scene.command(FIRST, approval(FIRST, "grace"));
      scene.pass(Duration.ofMinutes(5));
      scene.capture(FIRST);
      scene.pass(Duration.ofMinutes(30));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.Cleared.class);
    }

    @Test
    @DisplayName("G3: a release that meets a freeze in its lane lets the next one in")
    void inLane() {
      ask(
          FIRST,
          good(2)
              .approval(When.NEVER, 1)
              .freezes(freeze(Duration.ofMinutes(3), Duration.ofHours(1))));
      ask(SECOND, good(3));
      scene.pass(Duration.ofMinutes(5));
      scene.capture(FIRST);
      assertThat(scene.history(FIRST).getLast().event()).isInstanceOf(GateEvent.GateFailed.class);
      assertThat(scene.lane().isHeldBy(SECOND)).isTrue();
      scene.pass(Duration.ofHours(1));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.Queued.class);
    }

    @Test
    @DisplayName(
        "G3: a cleared release that cannot start is blocked and keeps its lane until it is settled")
    void neverStarted() {
      cleared(FIRST, good(2).freezes(freeze(Duration.ofMinutes(7), Duration.ofDays(9))));
      ask(SECOND, good(3));
      scene.pass(Duration.ofMinutes(37));
      assertThat(scene.history(FIRST).getLast().event())
          .isInstanceOf(GateEvent.ReleaseBlocked.class);
      assertThat(scene.lane().isHeldBy(FIRST)).isTrue();
      scene.settle(FIRST, Outcome.NOT_STARTED);
      assertThat(scene.lane().isHeldBy(SECOND)).isTrue();
    }

    @Test
    @DisplayName(
        "G3: a release that had started before it was blocked keeps its lane and is cleared again")
    void startedUnseen() {
      cleared(FIRST, good(2).freezes(freeze(Duration.ofMinutes(7), Duration.ofMinutes(60))));
      scene.pass(Duration.ofMinutes(40));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.Ending.class);
      scene.start(FIRST);
      scene.pass(Duration.ofMinutes(20));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.Cleared.class);
    }
  }

  @Nested
  class Baselines {

    @Test
    @DisplayName("G2: a refused baseline is asked for again, and said to have failed once")
    void again() {
      ask(FIRST, good(2));
      for (int attempt = 1; attempt <= 4; attempt++) {
        GateEvent.BaselineRequested asked = scene.last(FIRST, GateEvent.BaselineRequested.class);
        assertThat(asked.attempt()).isEqualTo(attempt);
        scene.says(
            FIRST,
            new MonitorEvent.BaselineRefused(
                scene.lastFact(FIRST, GateEvent.BaselineRequested.class).id(), "no samples"));
        scene.pass(Duration.ofSeconds(61));
      }
      assertThat(scene.history(FIRST))
          .filteredOn(fact -> fact.event() instanceof GateEvent.GateFailed)
          .hasSize(1);
      assertThat(scene.capture(FIRST).getLast()).isInstanceOf(GateEvent.ReleaseCleared.class);
    }

    @Test
    @DisplayName("G2: an answer to an earlier question changes nothing")
    void stray() {
      ask(FIRST, good(2));
      EventId early = scene.lastFact(FIRST, GateEvent.BaselineRequested.class).id();
      scene.says(FIRST, new MonitorEvent.BaselineRefused(early, "no samples"));
      scene.pass(Duration.ofSeconds(61));
      assertThat(
              scene.says(
                  FIRST,
                  new MonitorEvent.BaselineCaptured(
                      early,
                      scene.now(),
                      scene.now(),
                      List.of(),
                      new Look("look", Requests.digest(9)))))
          .isEmpty();
    }

    @Test
    @DisplayName("G2: a baseline that is too old is asked for again")
    void stale() {
      ask(FIRST, good(2));
      EventId question = scene.lastFact(FIRST, GateEvent.BaselineRequested.class).id();
      Instant old = scene.now().minus(Duration.ofMinutes(61));
      assertThat(
              scene.says(
                  FIRST,
                  new MonitorEvent.BaselineCaptured(
                      question, old, old, List.of(), new Look("look", Requests.digest(9)))))
          .extracting(event -> event.getClass().getSimpleName())
          .containsExactly("GateFailed", "BaselineRequested");
    }

    @Test
    @DisplayName(
        "G2: a cleared release that waits gets a new baseline in time, a started one needs none")
    void agingClearance() {
      cleared(FIRST, good(2));
      scene.pass(Duration.ofMinutes(70));
      assertThat(scene.last(FIRST, GateEvent.ClearanceRevoked.class).gate()).isEqualTo(G2);
      assertThat(scene.capture(FIRST).getLast()).isInstanceOf(GateEvent.ReleaseCleared.class);
      scene.start(FIRST);
      scene.pass(Duration.ofHours(3));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.Cleared.class);
    }

    @Test
    @DisplayName("G2, G4: a first release waives both, openly")
    void first() {
      assertThat(ask(FIRST, good(2).firstOfItsService()))
          .endsWith(
              new GateEvent.GatePassed(G2, "waived: the first release of demo/shop"),
              new GateEvent.GatePassed(
                  G4, "waived: the first release, whose way back is to remove it"),
              scene.last(FIRST, GateEvent.ReleaseCleared.class));
      assertThat(scene.last(FIRST, GateEvent.ReleaseCleared.class).stable()).isNull();
    }

    @Test
    @DisplayName(
        "G2: a first release has no baseline, but starts only when its error budgets and queries are in order")
    void firstOnBudget() {
      assertThat(ask(FIRST, good(2).firstOfItsService().budget().source()).getLast())
          .isEqualTo(new GateEvent.BaselineRequested(1, Duration.ZERO));
      assertThat(scene.board(FIRST).waitsFor().orElseThrow().what())
          .isEqualTo("a word on its error budgets and queries");
      assertThat(
              scene.says(
                  FIRST,
                  new MonitorEvent.BaselineRefused(
                      scene.lastFact(FIRST, GateEvent.BaselineRequested.class).id(), "spent")))
          .containsExactly(new GateEvent.GateFailed(G2, "spent"));
      scene.pass(Duration.ofSeconds(61));
      assertThat(scene.last(FIRST, GateEvent.BaselineRequested.class).attempt()).isEqualTo(2);
      Instant at = scene.now();
      assertThat(scene.capture(FIRST))
          .startsWith(
              new GateEvent.GatePassed(
                  G2,
                  "waived: the first release of demo/shop; its error budgets and queries were in"
                      + " order at "
                      + at))
          .endsWith(scene.last(FIRST, GateEvent.ReleaseCleared.class));
    }

    @Test
    @DisplayName("G2: what was in order too long ago is asked again before a first release starts")
    void firstTooLate() {
      cleared(FIRST, good(2).firstOfItsService().budget());
      scene.pass(Duration.ofMinutes(70));
      assertThat(scene.last(FIRST, GateEvent.ClearanceRevoked.class).gate()).isEqualTo(G2);
      assertThat(scene.last(FIRST, GateEvent.BaselineRequested.class).window())
          .isEqualTo(Duration.ZERO);
      assertThat(scene.capture(FIRST).getLast()).isInstanceOf(GateEvent.ReleaseCleared.class);
    }

    @Test
    @DisplayName("G2: a first release that was waived before budgets were asked about stays waived")
    void firstOfEarlier() {
      ask(FIRST, good(2).firstOfItsService().budget());
      List<Fact> earlier =
          scene.history(FIRST).stream()
              .filter(fact -> !(fact.event() instanceof GateEvent.BaselineRequested))
              .toList();
      Fact last = earlier.getLast();
      GateBoard board =
          GateBoard.of(earlier)
              .evolve(
                  new Fact(
                      new EventId(new UUID(8, 1)),
                      last.writer(),
                      FIRST,
                      last.sequence() + 1,
                      scene.now(),
                      null,
                      new GateEvent.GatePassed(G2, "waived: the first release of demo/shop")));
      assertThat(GateDecider.next(board, scene.lane(), scene.now()))
          .containsExactly(
              new GateEvent.GatePassed(
                  G4, "waived: the first release, whose way back is to remove it"));
    }

    @Test
    @DisplayName(
        "G2: a monitor that is silent for a week costs a bounded number of facts and then blocks")
    void silent() {
      ask(FIRST, good(2));
      scene.pass(Duration.ofDays(7));
      assertThat(scene.history(FIRST).getLast().event())
          .isEqualTo(blocked(G2, "not cleared within PT168H of being accepted"));
      assertThat(scene.history(FIRST)).hasSizeLessThan(1_000);
    }
  }

  @Nested
  class WaysBack {

    @Test
    @DisplayName("G4: the rollback script that the runbook names must be at hand")
    void script() {
      Rollback scripted = new Rollback(Rollback.Method.SCRIPT, "undo.sh", Duration.ofMinutes(5));
      ask(FIRST, good(2).rollback(scripted));
      assertThat(scene.capture(FIRST).getLast())
          .isEqualTo(blocked(G4, "the rollback script undo.sh is not among the backout scripts"));
      scene.settle(FIRST, Outcome.NOT_STARTED);
      ask(
          SECOND,
          good(2)
              .rollback(scripted)
              .backout(new Backout(List.of("undo.sh"), List.of(), List.of())));
      assertThat(scene.capture(SECOND).getLast()).isInstanceOf(GateEvent.ReleaseCleared.class);
    }

    @Test
    @DisplayName("G4: what cannot be undone needs a backup")
    void backup() {
      ask(FIRST, good(2).infrastructure(new InfrastructureStep("drop-column", false)));
      assertThat(scene.capture(FIRST).getLast())
          .isEqualTo(blocked(G4, "no backup, and these cannot be undone: drop-column"));
    }

    @Test
    @DisplayName("G4: flags that the release turns have a recorded state")
    void flags() {
      ask(FIRST, good(2).scope(Requests.toggles("instalments")));
      assertThat(scene.capture(FIRST).getLast())
          .isEqualTo(blocked(G4, "no recorded state of these flags: instalments"));
    }

    @Test
    @DisplayName(
        "G4: nothing to go back to blocks; what the lane verified counts before what is claimed")
    void stable() {
      ask(FIRST, good(2).stable(null));
      assertThat(scene.capture(FIRST).getLast())
          .isEqualTo(blocked(G4, "no stable artifact is known to go back to"));
      scene.settle(FIRST, Outcome.NOT_STARTED);
      cleared(SECOND, good(3));
      scene.settle(SECOND, Outcome.VERIFIED);
      cleared(THIRD, good(4).stable(artifact(1)));
      assertThat(scene.last(THIRD, GateEvent.ReleaseCleared.class).stable()).isEqualTo(artifact(3));
    }

    @Test
    @DisplayName("G4: what runs already is not released again, also when that came while it waited")
    void runsAlready() {
      cleared(FIRST, good(2));
      ask(SECOND, good(2));
      scene.settle(FIRST, Outcome.VERIFIED);
      GateEvent blocked =
          blocked(
              G4,
              artifact(2).version()
                  + ", "
                  + artifact(2).digest()
                  + ", runs already: there is nothing to release, and nothing to go back to");
      assertThat(scene.history(SECOND).getLast().event()).isEqualTo(blocked);
      assertThat(ask(THIRD, good(2)).getLast()).isEqualTo(blocked);
      assertThat(scene.lane().holder()).isNull();
    }

    @Test
    @DisplayName("G4: an artifact that is to be its own way back is not released")
    void ownWayBack() {
      assertThat(ask(FIRST, good(2).stable(artifact(2))).getLast())
          .isInstanceOfSatisfying(
              GateEvent.ReleaseBlocked.class, found -> assertThat(found.gate()).isEqualTo(G4));
    }
  }

  @Nested
  class Lanes {

    @Test
    @DisplayName("one release at a time: the next is queued and follows when the first is settled")
    void queue() {
      cleared(FIRST, good(2));
      assertThat(ask(SECOND, good(3)).getLast())
          .isEqualTo(new GateEvent.ReleaseQueued(Scene.LANE, List.of(FIRST)));
      assertThat(ask(THIRD, good(4)).getLast())
          .isEqualTo(new GateEvent.ReleaseQueued(Scene.LANE, List.of(FIRST, SECOND)));
      assertThat(scene.board(THIRD).waitsFor().orElseThrow().sentence())
          .contains("before it when it joined the queue: %s, %s".formatted(FIRST, SECOND));
      scene.settle(FIRST, Outcome.VERIFIED);
      assertThat(scene.lane().isHeldBy(SECOND)).isTrue();
      scene.capture(SECOND);
      assertThat(scene.last(SECOND, GateEvent.ReleaseCleared.class).token()).isEqualTo(2);
    }

    @Test
    @DisplayName("who cannot be cleared for half an hour goes to the back of the queue")
    void laneHold() {
      ask(FIRST, good(2));
      ask(SECOND, good(3));
      scene.pass(GateDecider.LANE_HOLD.plusSeconds(1));
      assertThat(scene.history(FIRST).getLast().event())
          .isEqualTo(new GateEvent.ReleaseQueued(Scene.LANE, List.of(SECOND)));
      assertThat(scene.lane().isHeldBy(SECOND)).isTrue();
    }

    @Test
    @DisplayName("a lease is renewed at half time, until nothing needs it any more")
    void renewal() {
      cleared(FIRST, good(2));
      scene.start(FIRST);
      scene.pass(Duration.ofMinutes(12));
      assertThat(scene.history(FIRST))
          .filteredOn(fact -> fact.event() instanceof GateEvent.ClearanceRenewed)
          .hasSize(2);
      scene.says(FIRST, new RolloutEvent.RolloutCompleted(scene.now()));
      assertThat(GateDecider.due(scene.board(FIRST))).isEmpty();
    }

    @Test
    @DisplayName("a planned window is waited for outside the lane, and its end blocks")
    void window() {
      Window planned = new Window(scene.now().plusSeconds(3600), scene.now().plusSeconds(7200));
      ask(FIRST, good(2).window(planned));
      assertThat(scene.board(FIRST).phase()).isInstanceOf(GatePhase.Ready.class);
      cleared(SECOND, good(3));
      scene.pass(Duration.ofHours(2));
      assertThat(scene.history(FIRST).getLast().event())
          .isEqualTo(blocked(D1, "its window ended at " + planned.end()));
    }

    @Test
    @DisplayName("a queue is bounded: one release more is blocked")
    void bounded() {
      cleared(FIRST, good(2));
      for (int i = 0; i < Occupancy.MAX_QUEUE; i++) {
        ask(new ReleaseId("queued-" + i), good(3));
      }
      assertThat(ask(SECOND, good(3)).getLast()).isInstanceOf(GateEvent.ReleaseBlocked.class);
    }

    @Test
    @DisplayName("a withdrawn release keeps its lane until it is settled")
    void withdrawn() {
      cleared(FIRST, good(2));
      ask(SECOND, good(3));
      GateCommand withdraw =
          new GateCommand.Withdraw(Actor.claimed("ci-bot"), false, "wrong build");
      assertThat(scene.command(FIRST, withdraw))
          .containsExactly(new GateEvent.ReleaseWithdrawn(Actor.claimed("ci-bot"), "wrong build"));
      assertThat(scene.command(FIRST, withdraw)).isEmpty();
      assertThat(scene.lane().isHeldBy(FIRST)).isTrue();
      scene.settle(FIRST, Outcome.NOT_STARTED);
      assertThat(scene.lane().isHeldBy(SECOND)).isTrue();
    }

    @Test
    @DisplayName(
        "a claimed name that did not ask for the release cannot take it back, an operator can")
    void foreignWithdrawal() {
      ask(FIRST, good(2).elevated());
      GateCommand stranger = new GateCommand.Withdraw(Actor.claimed("mallory"), false, "because");
      assertThat(scene.command(FIRST, stranger))
          .hasOnlyElementsOfType(GateEvent.RequestRefused.class)
          .hasSize(1);
      assertThat(scene.command(FIRST, stranger)).isEmpty();
      GateCommand operator = new GateCommand.Withdraw(Actor.person("grace"), true, "an incident");
      assertThat(scene.command(FIRST, operator)).hasSize(1);
    }
  }

  @Nested
  class Quarantines {

    private GateCommand lift() {
      return new GateCommand.LiftQuarantine(
          artifact(2).digest(), Actor.person("grace"), "it was the database");
    }

    @Test
    @DisplayName(
        "PRE4: an artifact taken back after a breach starts again only when an operator says so")
    void quarantined() {
      cleared(FIRST, good(2));
      scene.start(FIRST);
      scene.says(FIRST, breach());
      assertThat(scene.settle(FIRST, Outcome.ROLLED_BACK))
          .hasOnlyElementsOfType(GateEvent.ArtifactQuarantined.class)
          .hasSize(1);
      assertThat(ask(SECOND, good(2)).getLast())
          .isInstanceOfSatisfying(
              GateEvent.ReleaseBlocked.class,
              found -> {
                assertThat(found.gate()).isEqualTo(PRE4);
                assertThat(found.reason()).startsWith("quarantined since");
              });
      assertThat(scene.command(FIRST, lift())).hasSize(1);
      assertThat(scene.command(FIRST, lift())).isEmpty();
      assertThat(ask(THIRD, good(2)).getLast()).isInstanceOf(GateEvent.BaselineRequested.class);
    }

    @Test
    @DisplayName("PRE4: a release taken back without a breach quarantines nothing")
    void aborted() {
      cleared(FIRST, good(2));
      scene.start(FIRST);
      assertThat(scene.settle(FIRST, Outcome.ROLLED_BACK)).isEmpty();
      assertThat(GateDecider.objection(scene.board(FIRST), lift(), scene.now()))
          .map(Objection::code)
          .contains(Code.NOT_QUARANTINED);
    }

    @Test
    @DisplayName("PRE4: a release that waits with an artifact quarantined meanwhile is blocked")
    void meanwhile() {
      cleared(FIRST, good(2));
      ask(SECOND, good(2));
      scene.start(FIRST);
      scene.says(FIRST, breach());
      scene.settle(FIRST, Outcome.ROLLED_BACK);
      assertThat(scene.history(SECOND).getLast().event())
          .isInstanceOfSatisfying(
              GateEvent.ReleaseBlocked.class, found -> assertThat(found.gate()).isEqualTo(PRE4));
      assertThat(scene.lane().holder()).isNull();
    }
  }
}
