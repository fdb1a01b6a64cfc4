package io.lockkeeper.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.notification.NotificationCommand.ReportDelivered;
import io.lockkeeper.notification.NotificationCommand.ReportUndeliverable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Throws every event with any content at the decider, in any order, from numbered seeds.
class NotificationMachineTest {

  private static final int SEEDS = 300;
  private static final int STEPS = 72;

  private final List<ReleaseEvent> history = new ArrayList<>();
  private Instant now = Story.START;

  @Test
  @DisplayName("C2: whatever comes, every message is told once, and in the end nothing is owed")
  void everyMessageOnce() {
    int told = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      history.clear();
      now = Story.START;
      told += run(new SplittableRandom(seed), "seed " + seed);
    }
    assertThat(told).isGreaterThan(10 * SEEDS);
  }

  private int run(SplittableRandom random, String seed) {
    Samples samples = new Samples(random);
    List<String> told = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      ReleaseEvent event =
          step == STEPS / 4
              ? Story.accepted(random.nextBoolean() ? "chat" : "feed")
              : samples.event();
      history.add(event);
      now = now.plus(Duration.ofSeconds(random.nextInt(200)));
      settle(seed);
      deliverSome(random, told, seed);
    }
    int bound = 1000;
    while (!state().outstanding().isEmpty() && bound-- > 0) {
      now = now.plus(Duration.ofMinutes(1));
      settle(seed);
      deliverSome(random, told, seed);
    }
    assertThat(state().outstanding()).as(seed).isEmpty();
    assertThat(told).as(seed).doesNotHaveDuplicates();
    return told.size();
  }

  /// `next` reaches its rest in one transaction, and leaves no time that is over unattended.
  private void settle(String seed) {
    for (int round = 0; ; round++) {
      assertThat(round).as(seed).isLessThan(16);
      List<NotificationEvent> facts = NotificationDecider.next(state(), now);
      if (facts.isEmpty()) {
        break;
      }
      history.addAll(facts);
    }
    Optional<Instant> due = NotificationDecider.due(state());
    assertThat(due.filter(time -> !time.isAfter(now))).as(seed).isEmpty();
  }

  private void deliverSome(SplittableRandom random, List<String> told, String seed) {
    for (Bulletin bulletin : state().outstanding()) {
      if (random.nextInt(3) == 0) {
        List<NotificationEvent> facts =
            answer(new ReportDelivered(bulletin.key(), bulletin.channel(), null));
        assertThat(facts).as(seed + " " + bulletin.key()).hasSize(1);
        told.add(bulletin.key());
        assertThat(answer(new ReportDelivered(bulletin.key(), "again", null))).as(seed).isEmpty();
      } else {
        answer(new ReportUndeliverable(bulletin.key(), "503"));
        assertThat(answer(new ReportUndeliverable(bulletin.key(), "503"))).as(seed).isEmpty();
      }
    }
  }

  private List<NotificationEvent> answer(NotificationCommand command) {
    List<NotificationEvent> facts = NotificationDecider.answer(state(), command, now);
    history.addAll(facts);
    return facts;
  }

  private Announcements state() {
    return Announcements.of(Story.facts(history));
  }
}
