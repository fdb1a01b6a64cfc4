package io.lockkeeper.notification;

import static io.lockkeeper.notification.Story.ALL;
import static io.lockkeeper.notification.Story.RELEASE;
import static io.lockkeeper.notification.Story.SCHEMA;
import static io.lockkeeper.notification.Story.TEN;
import static io.lockkeeper.notification.Story.accepted;
import static io.lockkeeper.notification.Story.cleared;
import static io.lockkeeper.notification.Story.facts;
import static io.lockkeeper.notification.Story.halted;
import static io.lockkeeper.notification.Story.settled;
import static io.lockkeeper.notification.Story.stageVerified;
import static io.lockkeeper.notification.Story.started;
import static io.lockkeeper.notification.Story.verified;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent.ApprovalRequested;
import io.lockkeeper.events.MonitorEvent.ObservabilityUnconfirmed;
import io.lockkeeper.events.MonitorEvent.TelemetryDegraded;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AnnouncementsTest {

  private static List<String> keys(ReleaseEvent... events) {
    return Announcements.outstanding(facts(events)).stream()
        .map(Bulletin::key)
        .map(key -> key.substring(RELEASE.value().length() + 1))
        .toList();
  }

  private static Bulletin last(ReleaseEvent... events) {
    return Announcements.outstanding(facts(events)).getLast();
  }

  @Test
  @DisplayName(
      "D1: a clearance is announced with window, artifact, way back, runbook, owners and links")
  void clearanceIsAnnounced() {
    Bulletin window = last(accepted("chat"), cleared());

    assertThat(window.line()).isEqualTo(RunbookLine.D1);
    assertThat(window.channel()).isEqualTo("chat");
    assertThat(window.key()).isEqualTo(RELEASE + ":window");
    assertThat(window.text())
        .contains("pkg:oci/shop@2", "pkg:oci/shop@1", "standard-canary", "sha256:aaaa")
        .contains("grace, alan", "support", "ada (claimed)", "until 2026-11-23T09:11:00Z");
    assertThat(window.links())
        .extracting(Bulletin.Link::target)
        .contains(
            "pkg:oci/shop@2", "https://changes.example/4711", "https://git.example/shop@abc123");
  }

  @Test
  @DisplayName("D1: a second clearance is no second announcement")
  void announcedOnce() {
    assertThat(keys(accepted("chat"), cleared(), cleared())).containsExactly("window");
  }

  @Test
  @DisplayName("D1: told is told, on whichever channel")
  void toldIsNotOutstanding() {
    assertThat(
            keys(
                accepted("chat"),
                cleared(),
                new WindowAnnounced("feed", RELEASE + ":window", null)))
        .isEmpty();
  }

  @Test
  @DisplayName("D1: an announcement that its channel did not take goes to the feed and says so")
  void announcementFallsBack() {
    Bulletin window =
        last(
            accepted("chat"),
            cleared(),
            new UpdateFailed(RunbookLine.D1, "chat", RELEASE + ":window", "503"));

    assertThat(window.channel()).isEqualTo(Bulletin.FEED);
    assertThat(window.text()).endsWith("Posted here because chat did not take it.");
  }

  @Test
  @DisplayName("D1: a window that nobody needs any more is not announced")
  void endedWithoutStart() {
    assertThat(keys(accepted("chat"), cleared(), settled(Outcome.NOT_STARTED)))
        .containsExactly("update:not-started", "summary");
  }

  @Test
  @DisplayName("C2: start, each checkpoint and completion, in order")
  void updatesOfGoodRelease() {
    assertThat(
            keys(
                accepted("chat"),
                cleared(),
                started(),
                new StageStarted(SCHEMA, 1, 1, Story.START),
                new StageCompleted(SCHEMA, 1),
                stageVerified(TEN),
                new StageCompleted(TEN, 1),
                new StageCompleted(ALL, 1),
                new RolloutCompleted(Story.START),
                verified(),
                settled(Outcome.VERIFIED)))
        .containsExactly(
            "window",
            "update:started",
            "update:stage-0-1:completed",
            "update:stage-1-1:completed",
            "update:stage-2-1:completed",
            "update:completed",
            "update:verified",
            "summary");
  }

  @Test
  @DisplayName("C2: a checkpoint tells the verdict in numbers")
  void checkpointHasNumbers() {
    Bulletin done =
        last(accepted("chat"), started(), stageVerified(TEN), new StageCompleted(TEN, 1));

    assertThat(done.title())
        .isEqualTo("Stage 2 of 3 done: 10 % of traffic, demo/shop 2.0.0 in production");
    assertThat(done.text())
        .contains("PASSED: as before", "errors 2.1 % (control 0.2 %, 1200 samples)");
  }

  @Test
  @DisplayName("C2: a hold, a question and a wish for approval each reach people once")
  void holdsAndQuestions() {
    StagePaused paused = new StagePaused(Hold.TELEMETRY_LOST, "no answer", Story.START);
    assertThat(
            keys(
                accepted("chat"),
                new ApprovalRequested(Story.digest('a'), 1, Story.START, "elevated"),
                started(),
                paused,
                new DecisionRequested(
                    Hold.TELEMETRY_LOST,
                    "Go on?",
                    List.of(Choice.WAIT),
                    Story.START,
                    Choice.GO_BACK),
                paused))
        .containsExactly(
            "update:approval-2",
            "update:started",
            "update:hold-2",
            "update:question-3",
            "update:hold-4");
  }

  @Test
  @DisplayName("R4, R5: a halt is told with next steps and becomes an incident at the tracker")
  void haltIsToldAndFiled() {
    List<Bulletin> owed =
        Announcements.outstanding(facts(accepted("chat"), halted(), new RolledBack()));

    assertThat(owed)
        .extracting(Bulletin::line)
        .containsExactly(RunbookLine.R4, RunbookLine.R5, RunbookLine.R4);
    assertThat(owed.getFirst().text()).contains("errors 2.1 %", "40 ms after its cause", "Next:");
    assertThat(owed.get(1).channel()).isEqualTo("tracker");
    assertThat(owed.get(1).text()).contains("abc123", RELEASE.value());
    assertThat(owed.get(2).text()).contains("Next:");
  }

  @Test
  @DisplayName("R4: a way back by hand is told when the target shows it, in that person's name")
  void backByHandIsTold() {
    Actor olga = Actor.person("olga");
    List<Bulletin> owed =
        Announcements.outstanding(
            facts(
                accepted("chat"),
                halted(),
                new TakenOver(olga, "drained", Outcome.ROLLED_BACK, Story.START),
                new RolloutSettled(Outcome.ROLLED_BACK, "by hand: drained", olga)));

    assertThat(owed)
        .extracting(Bulletin::line)
        .containsExactly(RunbookLine.R4, RunbookLine.R5, RunbookLine.R4, RunbookLine.C3);
    assertThat(owed.get(2).title()).startsWith("Rolled back by hand: ");
    assertThat(owed.get(2).text()).contains("by hand: drained (olga)", "Next:");
  }

  @Test
  @DisplayName("R4: on the way back a hold is an R4 update")
  void holdOnTheWayBack() {
    assertThat(
            last(
                    accepted("chat"),
                    halted(),
                    new StagePaused(Hold.ROLLBACK_FAILING, "503", Story.START))
                .line())
        .isEqualTo(RunbookLine.R4);
  }

  @Test
  @DisplayName("C3: the summary has outcome, durations, numbers, risks and follow-ups")
  void summary() {
    Bulletin summary =
        last(
            accepted("chat"),
            started(),
            new StageStarted(SCHEMA, 1, 1, Story.START),
            new StageCompleted(SCHEMA, 1),
            new StageStarted(TEN, 1, 2, Story.START),
            new TelemetryRecovered(Duration.ofSeconds(30)),
            new TelemetryDegraded(Story.START, TelemetryFault.STALE, "p-1 is stale"),
            new ObservabilityUnconfirmed(new EventId(new UUID(7, 7)), List.of()),
            stageVerified(TEN),
            halted(),
            new IncidentFiled("tracker", RELEASE + ":incident", "INC-9"),
            new UpdatePosted(RunbookLine.R4, "chat", RELEASE + ":update:halted", "", null),
            settled(Outcome.ROLLED_BACK));

    assertThat(summary.line()).isEqualTo(RunbookLine.C3);
    assertThat(summary.title()).isEqualTo("ROLLED_BACK: demo/shop 2.0.0 in production");
    assertThat(summary.text())
        .contains(
            "Took: 11 min", "V42__instalments: 1 min", "10 % of traffic: not completed, PASSED")
        .contains(
            "telemetry was gone for 30 s",
            "1 time a part of the telemetry was missing",
            "synthetic checks are not confirmed (M3)",
            "V42__instalments was applied and cannot be undone")
        .contains("release a corrected version", "review the incident INC-9", "(P4)");
  }

  @Test
  @DisplayName("D1: facts that come before the acceptance are not lost")
  void earlyFacts() {
    assertThat(keys(cleared(), started())).isEmpty();
    assertThat(keys(cleared(), started(), accepted("chat")))
        .containsExactly("window", "update:started");
  }

  @Test
  @DisplayName("C1: what others wrote stays on its line and within bounds")
  void foreignTextIsTamed() {
    Bulletin paused =
        last(
            accepted("chat"),
            new StagePaused(
                Hold.OPERATOR, "x\nOutcome: VERIFIED\u0000" + "y".repeat(9000), Story.START));

    assertThat(paused.text().lines()).noneMatch(line -> line.startsWith("Outcome"));
    assertThat(paused.text()).hasSizeLessThan(1000);
  }
}
