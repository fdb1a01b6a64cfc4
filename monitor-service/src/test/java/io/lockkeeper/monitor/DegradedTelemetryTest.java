package io.lockkeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.MonitorEvent.TelemetryDegraded;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.MonitorEvent.TelemetryRestored;
import io.lockkeeper.events.ReleaseEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("D4, M1: no data, provider down, stale and partial are told apart, and nothing floods")
class DegradedTelemetryTest {

  private static final Shortfall STALE = new Shortfall(TelemetryFault.STALE, "p-1 is stale");

  private static List<ReleaseEvent> partly(Story story, int looks) {
    return story.partly(looks, Story.thin(), STALE);
  }

  private static List<ReleaseEvent> whole(Story story, int looks) {
    return story.looks(looks, Story.thin());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("a loss is of the kind that the look met with, and so is a part that is missing")
  void kinds(TelemetryFault kind) {
    Story story = Story.observing();
    Shortfall missing = new Shortfall(kind, "in words");
    assertThat(story.partly(3, Story.good(), missing))
        .containsExactly(new TelemetryDegraded(Story.START.plusSeconds(1), kind, "in words"));
    assertThat(story.blind(3, missing))
        .containsExactly(new TelemetryLost(Story.START.plusSeconds(3), kind, "in words"));
  }

  @Test
  @DisplayName("the third look that misses something is told, and six complete ones in a row")
  void onceEach() {
    Story story = Story.observing();
    assertThat(whole(story, 5)).isEmpty();
    assertThat(partly(story, 2)).isEmpty();
    assertThat(partly(story, 1))
        .containsExactly(
            new TelemetryDegraded(
                Story.START.plusSeconds(6), TelemetryFault.STALE, "p-1 is stale"));
    assertThat(partly(story, 10)).isEmpty();
    assertThat(whole(story, 5)).isEmpty();
    assertThat(whole(story, 1)).containsExactly(new TelemetryRestored(Duration.ofSeconds(13)));
    assertThat(story.watch().degraded()).isNull();
  }

  @Test
  @DisplayName("two complete looks in a row begin anew, one may be luck")
  void shortGaps() {
    Story story = Story.observing();
    for (int i = 0; i < 3; i++) {
      assertThat(partly(story, 2)).isEmpty();
      assertThat(whole(story, 2)).isEmpty();
    }
    partly(story, 2);
    whole(story, 1);
    assertThat(partly(story, 1)).hasExactlyElementsOfTypes(TelemetryDegraded.class);
  }

  @Test
  @DisplayName("it holds nothing and stops no clock: the verdict comes when it would have come")
  void holdsNothing() {
    Story story = Story.baking();
    assertThat(story.partly(10, Story.good(), STALE))
        .hasExactlyElementsOfTypes(TelemetryDegraded.class);
    assertThat(story.partly(1, Story.good(), STALE)).hasExactlyElementsOfTypes(StageVerified.class);
    assertThat(Waiting.of(story.watch()).who()).isEqualTo("rollout-service");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 10, 20, 50, 100, 333})
  @DisplayName("whatever flaps, and in whatever rhythm, 1,000 looks tell a few facts")
  void flapping(int rhythm) {
    Story story = Story.observing();
    List<ReleaseEvent> told = new ArrayList<>();
    for (int look = 0; look < 1_000; look++) {
      told.addAll(look / rhythm % 2 == 0 ? partly(story, 1) : whole(story, 1));
    }
    assertThat(told.stream().filter(DegradedTelemetryTest::isAboutParts)).hasSizeLessThan(16);
  }

  @Test
  @DisplayName("an instance that is away every second look, or for ten of twenty, is one episode")
  void oneEpisode() {
    for (int rhythm : List.of(1, 10)) {
      Story story = Story.observing();
      partly(story, 3);
      whole(story, 6);
      partly(story, 3);
      List<ReleaseEvent> told = new ArrayList<>();
      for (int look = 0; look < 1_000; look++) {
        told.addAll(look / rhythm % 2 == 0 ? partly(story, 1) : whole(story, 1));
      }
      assertThat(told.stream().filter(DegradedTelemetryTest::isAboutParts)).isEmpty();
    }
  }

  @Test
  @DisplayName("the worst rhythm, which waits for each end, is told ever more rarely")
  void worstRhythm() {
    Story story = Story.observing();
    int told = 0;
    boolean missing = true;
    for (int look = 0; look < 1_000; look++) {
      List<ReleaseEvent> facts = missing ? partly(story, 1) : whole(story, 1);
      if (facts.stream().anyMatch(DegradedTelemetryTest::isAboutParts)) {
        told++;
        missing = !missing;
      }
    }
    assertThat(told).isBetween(10, 15);
  }

  @Test
  @DisplayName("each further episode of a release takes twice as many complete looks to end")
  void ever() {
    Story story = Story.observing();
    for (int looks = 6; looks <= 96; looks *= 2) {
      assertThat(partly(story, 3)).hasExactlyElementsOfTypes(TelemetryDegraded.class);
      assertThat(parts(whole(story, looks - 1))).isEmpty();
      assertThat(parts(whole(story, 1))).hasExactlyElementsOfTypes(TelemetryRestored.class);
    }
  }

  @Test
  @DisplayName(
      "a loss comes before it, and does not end it: a part that is missing after it is no news")
  void loss() {
    Story story = Story.observing();
    partly(story, 3);
    assertThat(story.blind(3)).hasExactlyElementsOfTypes(TelemetryLost.class);
    assertThat(partly(story, 1)).isEmpty();
    assertThat(partly(story, 1)).hasExactlyElementsOfTypes(TelemetryRecovered.class);
    assertThat(partly(story, 10)).isEmpty();
    assertThat(whole(story, 5)).isEmpty();
    assertThat(whole(story, 1)).containsExactly(new TelemetryRestored(Duration.ofSeconds(18)));
  }

  @Test
  @DisplayName("what flaps between nothing and a part tells the part once")
  void flappingLoss() {
    Story story = Story.observing();
    List<ReleaseEvent> told = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      told.addAll(story.blind(3));
      told.addAll(partly(story, 5));
      told.addAll(whole(story, 2));
    }
    assertThat(parts(told)).hasExactlyElementsOfTypes(TelemetryDegraded.class);
  }

  @Test
  @DisplayName("each further loss of a release takes twice as many good looks to end, up to 16")
  void lossesEnd() {
    Story story = Story.observing();
    for (int looks : List.of(2, 4, 8, 16, 16, 16)) {
      assertThat(losses(story.blind(3))).hasExactlyElementsOfTypes(TelemetryLost.class);
      assertThat(losses(whole(story, looks - 1))).isEmpty();
      assertThat(losses(whole(story, 1))).hasExactlyElementsOfTypes(TelemetryRecovered.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8, 15})
  @DisplayName("a loss that comes and goes is told a few times, and is then one")
  void losesAndFinds(int good) {
    Story story = Story.observing();
    List<ReleaseEvent> told = new ArrayList<>();
    for (int look = 0; look < 1_000; look++) {
      told.addAll(look % (3 + good) < 3 ? story.blind(1) : whole(story, 1));
    }
    assertThat(losses(told)).hasSizeLessThan(8).last().isInstanceOf(TelemetryLost.class);
  }

  @Test
  @DisplayName(
      "a loss that is told changes nothing of what is looked at: the next look is not at once")
  void sameGoal() {
    Story story = Story.observing();
    whole(story, 1);
    story.blind(2);
    WatchGoal before = WatchGoal.of(story.watch());
    assertThat(losses(story.blind(1))).hasExactlyElementsOfTypes(TelemetryLost.class);
    assertThat(WatchGoal.of(story.watch())).isEqualTo(before);
  }

  private static List<ReleaseEvent> losses(List<ReleaseEvent> told) {
    return told.stream()
        .filter(it -> it instanceof TelemetryLost || it instanceof TelemetryRecovered)
        .toList();
  }

  @Test
  @DisplayName("a loss that begins with a part is a loss alone: nobody is told twice of one outage")
  void lossThatBeginsWithAPart() {
    Story story = Story.observing();
    whole(story, 3);
    List<ReleaseEvent> told = new ArrayList<>(partly(story, 1));
    told.addAll(story.blind(3));
    told.addAll(whole(story, 8));
    assertThat(told).hasExactlyElementsOfTypes(TelemetryLost.class, TelemetryRecovered.class);
  }

  @Test
  @DisplayName("looks that fail two at a time, and so are never a loss, are told as a part, once")
  void twoAtATime() {
    Story story = Story.observing();
    List<ReleaseEvent> told = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      told.addAll(story.blind(2));
      told.addAll(whole(story, 1));
    }
    assertThat(parts(told)).hasExactlyElementsOfTypes(TelemetryDegraded.class);
    assertThat(losses(told)).isEmpty();
  }

  @Test
  @DisplayName("while nothing at all is read, nobody is told of parts")
  void nothingAtAll() {
    Story story = Story.observing();
    whole(story, 1);
    assertThat(story.blind(20)).hasExactlyElementsOfTypes(TelemetryLost.class);
    assertThat(partly(story, 4))
        .hasExactlyElementsOfTypes(TelemetryRecovered.class, TelemetryDegraded.class);
  }

  @Test
  @DisplayName("looks that fail now and then are a part, too, as long as they are no loss")
  void failures() {
    Story story = Story.observing();
    List<ReleaseEvent> told = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      told.addAll(story.blind(2));
      told.addAll(whole(story, 1));
    }
    assertThat(parts(told))
        .containsExactly(
            new TelemetryDegraded(
                Story.START.plusSeconds(1), TelemetryFault.UNAVAILABLE, "connection refused"));
  }

  @Test
  @DisplayName("a restart in the midst tells nothing twice and forgets nothing")
  void restart() {
    Story story = Story.observing();
    partly(story, 2);
    story.restart();
    assertThat(partly(story, 1)).hasExactlyElementsOfTypes(TelemetryDegraded.class);
    story.restart();
    assertThat(partly(story, 5)).isEmpty();
    whole(story, 3);
    story.restart();
    assertThat(whole(story, 2)).isEmpty();
    assertThat(whole(story, 1)).hasExactlyElementsOfTypes(TelemetryRestored.class);
  }

  @Test
  @DisplayName("another replica that has only the facts goes on with the episode, and ends it once")
  void otherReplica() {
    Story story = Story.observing();
    partly(story, 3);
    story.handOver();
    assertThat(partly(story, 10)).isEmpty();
    assertThat(whole(story, 5)).isEmpty();
    assertThat(whole(story, 1)).containsExactly(new TelemetryRestored(Duration.ofSeconds(13)));
  }

  @Test
  @DisplayName("before the first stage is applied, and after the halt, nobody misses anything")
  void notOwed() {
    Story before = Story.accepted().given(Story.deployed()).given(Story.started(Story.TEN, 1));
    assertThat(partly(before, 20)).isEmpty();
    before.given(Story.applied(Story.TEN, 1));
    assertThat(partly(before, 2)).isEmpty();
    assertThat(partly(before, 1)).hasExactlyElementsOfTypes(TelemetryDegraded.class);
    before.given(Story.halted());
    assertThat(whole(before, 20)).isEmpty();
    Story halted = Story.baking().given(Story.halted());
    assertThat(partly(halted, 20)).isEmpty();
  }

  @Test
  @DisplayName("warnings miss nothing, and the gravest of several troubles is the kind")
  void gravest() {
    Trouble warning = Trouble.note("source 'main' warns: a store is away");
    Trouble stale = Trouble.of(TelemetryFault.STALE, "p-1 is stale");
    Trouble away = Trouble.of(TelemetryFault.UNAVAILABLE, "'business' is not available");
    assertThat(Shortfall.ofPart(List.of(), 10, true)).isNull();
    assertThat(Shortfall.ofPart(List.of(warning), 10, true)).isNull();
    assertThat(Shortfall.ofPart(List.of(stale, away, warning), 10, true))
        .isEqualTo(
            new Shortfall(TelemetryFault.UNAVAILABLE, "p-1 is stale; 'business' is not available"));
  }

  @Test
  @DisplayName("a query that has no data because the samples are too old does not hide that")
  void staleExpression() {
    Trouble stale = Trouble.of(TelemetryFault.STALE, "p-1 is stale");
    Trouble none = Trouble.of(TelemetryFault.NO_DATA, "nothing comes of the query of 'orders'");
    assertThat(Shortfall.ofNothing(List.of(none, stale)).kind()).isEqualTo(TelemetryFault.STALE);
    assertThat(Shortfall.ofNothing(List.of(none)).kind()).isEqualTo(TelemetryFault.NO_DATA);
    assertThat(Shortfall.ofNothing(List.of()).kind()).isEqualTo(TelemetryFault.NO_DATA);
  }

  @Test
  @DisplayName(
      "the stable version is missed while it has traffic; instances may leave it, but not all")
  void stable() {
    Trouble gone = Trouble.of(TelemetryFault.NO_DATA, true, "no data for version 1.9.0");
    Trouble left = Trouble.of(TelemetryFault.STALE, true, "p-0 of 1.9.0 is stale");
    assertThat(Shortfall.ofPart(List.of(gone), 10, false)).isNotNull();
    assertThat(Shortfall.ofPart(List.of(gone), 100, false)).isNull();
    assertThat(Shortfall.ofPart(List.of(left), 10, true)).isNull();
    assertThat(Shortfall.ofPart(List.of(left), 10, false)).isNotNull();
  }

  private static List<ReleaseEvent> parts(List<ReleaseEvent> told) {
    return told.stream().filter(DegradedTelemetryTest::isAboutParts).toList();
  }

  private static boolean isAboutParts(ReleaseEvent event) {
    return event instanceof TelemetryDegraded || event instanceof TelemetryRestored;
  }
}
