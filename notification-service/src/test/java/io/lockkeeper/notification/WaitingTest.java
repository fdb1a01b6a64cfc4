package io.lockkeeper.notification;

import static io.lockkeeper.notification.Story.RELEASE;
import static io.lockkeeper.notification.Story.accepted;
import static io.lockkeeper.notification.Story.cleared;
import static io.lockkeeper.notification.Story.facts;
import static io.lockkeeper.notification.Story.halted;
import static io.lockkeeper.notification.Story.settled;
import static io.lockkeeper.notification.Story.started;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WaitingTest {

  private static final WindowAnnounced TOLD =
      new WindowAnnounced("chat", RELEASE + ":window", "m-1");

  private static @Nullable Waiting of(ReleaseEvent... events) {
    return Waiting.of(Announcements.of(facts(events)));
  }

  @Test
  @DisplayName("D1: an announcement waits for its channel, until the feed takes it")
  void announcement() {
    assertThat(of(accepted("chat"), cleared()))
        .isEqualTo(
            new Waiting(
                "the announcement (D1) to be taken",
                "the channel chat",
                Story.START.plus(Duration.ofSeconds(210))));
  }

  @Test
  @DisplayName("D1: an announcement that its channel did not take waits for the feed alone")
  void onTheFeed() {
    UpdateFailed missed = new UpdateFailed(RunbookLine.D1, "chat", RELEASE + ":window", "503");

    assertThat(of(accepted("chat"), cleared(), missed))
        .isEqualTo(new Waiting("the announcement (D1) to be taken", "notification-service", null));
  }

  @Test
  @DisplayName(
      "C2, R4, R5: several messages wait for each of their receivers, for as long as it takes")
  void severalReceivers() {
    assertThat(of(accepted("chat"), cleared(), TOLD, started(), halted()))
        .isEqualTo(
            new Waiting(
                "an update (C2), an update (R4), the incident (R5) to be taken",
                "the channel chat, the tracker tracker",
                null));
    assertThat(
            of(
                accepted("chat"),
                cleared(),
                TOLD,
                started(),
                halted(),
                settled(Outcome.ROLLED_BACK)))
        .extracting(Waiting::what)
        .asString()
        .endsWith("and 1 more to be taken");
  }

  @Test
  @DisplayName("C2: nothing is awaited when nobody is owed a message")
  void nothingOwed() {
    assertThat(of()).isNull();
    assertThat(of(accepted("chat"), cleared(), TOLD)).isNull();
  }
}
