package io.lockkeeper.notification;

import static io.lockkeeper.notification.Story.RELEASE;
import static io.lockkeeper.notification.Story.START;
import static io.lockkeeper.notification.Story.accepted;
import static io.lockkeeper.notification.Story.cleared;
import static io.lockkeeper.notification.Story.facts;
import static io.lockkeeper.notification.Story.halted;
import static io.lockkeeper.notification.Story.settled;
import static io.lockkeeper.notification.Story.started;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.ReleaseSummarized;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.notification.NotificationCommand.ReportDelivered;
import io.lockkeeper.notification.NotificationCommand.ReportUndeliverable;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NotificationDeciderTest {

  private static final String WINDOW = RELEASE + ":window";
  private static final String STARTED = RELEASE + ":update:started";

  /// Half of the five minutes before 09:06.
  private static final Instant FALL_BACK = Instant.parse("2026-11-23T09:03:30Z");

  private static Announcements given(ReleaseEvent... events) {
    return Announcements.of(facts(events));
  }

  private static List<NotificationEvent> delivered(String key, ReleaseEvent... events) {
    return NotificationDecider.answer(
        given(events), new ReportDelivered(key, "chat", "m-1"), START);
  }

  @Test
  @DisplayName("D1: a delivered announcement is on record with its channel and receipt")
  void announced() {
    assertThat(delivered(WINDOW, accepted("chat"), cleared()))
        .containsExactly(new WindowAnnounced("chat", WINDOW, "m-1"));
  }

  @Test
  @DisplayName("C2, R4, R5, C3: each message becomes the fact of its kind")
  void kindsOfFacts() {
    ReleaseEvent[] events = {
      accepted("chat"), cleared(), started(), halted(), settled(Outcome.ROLLED_BACK)
    };
    assertThat(delivered(STARTED, events).getFirst())
        .isInstanceOfSatisfying(
            UpdatePosted.class,
            posted -> {
              assertThat(posted.line()).isEqualTo(RunbookLine.C2);
              assertThat(posted.text()).contains("10 % of traffic");
            });
    assertThat(delivered(RELEASE + ":update:halted", events).getFirst())
        .isInstanceOfSatisfying(
            UpdatePosted.class, posted -> assertThat(posted.line()).isEqualTo(RunbookLine.R4));
    assertThat(delivered(RELEASE + ":incident", events).getFirst())
        .isInstanceOf(IncidentFiled.class);
    assertThat(delivered(RELEASE + ":summary", events).getFirst())
        .isInstanceOf(ReleaseSummarized.class);
  }

  @Test
  @DisplayName("C2: a delivery reported twice, or of an unknown message, adds nothing")
  void deliveredTwice() {
    assertThat(
            delivered(
                WINDOW, accepted("chat"), cleared(), new WindowAnnounced("chat", WINDOW, "m-1")))
        .isEmpty();
    assertThat(delivered("nonsense", accepted("chat"), cleared())).isEmpty();
    assertThat(delivered(WINDOW)).isEmpty();
  }

  @Test
  @DisplayName("C2: a failure is on record once, after two minutes")
  void failureOnce() {
    ReportUndeliverable report = new ReportUndeliverable(STARTED, "503");
    Announcements owed = given(accepted("chat"), started());
    Instant since = START.plus(Duration.ofMinutes(1));

    assertThat(
            NotificationDecider.answer(
                owed, report, since.plus(NotificationDecider.BOUND).minusNanos(1)))
        .isEmpty();
    UpdateFailed failed = new UpdateFailed(RunbookLine.C2, "chat", STARTED, "503");
    assertThat(NotificationDecider.answer(owed, report, since.plus(NotificationDecider.BOUND)))
        .containsExactly(failed);
    assertThat(
            NotificationDecider.answer(
                given(accepted("chat"), started(), failed), report, Instant.MAX))
        .isEmpty();
  }

  @Test
  @DisplayName("C2: what failed for long and is delivered at last is on record as delivered")
  void deliveredAfterFailure() {
    UpdateFailed failed = new UpdateFailed(RunbookLine.C2, "chat", STARTED, "503");
    assertThat(delivered(STARTED, accepted("chat"), started(), failed)).hasSize(1);
  }

  @Test
  @DisplayName("D1: half of the time to announce later, the feed takes the announcement")
  void fallBack() {
    Announcements owed = given(accepted("chat"), cleared());

    assertThat(NotificationDecider.due(owed)).contains(FALL_BACK);
    assertThat(NotificationDecider.next(owed, FALL_BACK.minusNanos(1))).isEmpty();
    List<NotificationEvent> facts = NotificationDecider.next(owed, FALL_BACK);
    assertThat(facts)
        .singleElement()
        .isInstanceOfSatisfying(
            UpdateFailed.class, failed -> assertThat(failed.key()).isEqualTo(WINDOW));

    Announcements fallen = given(accepted("chat"), cleared(), facts.getFirst());
    assertThat(NotificationDecider.next(fallen, Instant.MAX)).isEmpty();
    assertThat(NotificationDecider.due(fallen)).isEmpty();
    assertThat(
            NotificationDecider.answer(fallen, new ReportDelivered(WINDOW, "feed", "1"), FALL_BACK))
        .containsExactly(new WindowAnnounced("feed", WINDOW, "1"));
  }

  @Test
  @DisplayName("D1: nothing falls back that is told, over, or on the feed anyway")
  void noFallBack() {
    assertThat(NotificationDecider.due(given(accepted("feed"), cleared()))).isEmpty();
    assertThat(NotificationDecider.due(given(accepted("chat")))).isEmpty();
    assertThat(
            NotificationDecider.due(
                given(accepted("chat"), cleared(), new WindowAnnounced("chat", WINDOW, null))))
        .isEmpty();
    assertThat(
            NotificationDecider.due(
                given(accepted("chat"), cleared(), settled(Outcome.NOT_STARTED))))
        .isEmpty();
  }
}
