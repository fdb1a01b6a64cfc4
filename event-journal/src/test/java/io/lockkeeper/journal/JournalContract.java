package io.lockkeeper.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ClearanceRenewed;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What every [EventJournal] promises, whatever it keeps its facts in.
public abstract class JournalContract {

  /// The time of every decision.
  protected static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

  private static final Decision NOTHING = (_, _) -> List.of();

  private final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());

  /// A journal of this owner without facts of the releases of this test.
  ///
  /// @param clock the clock of its decisions
  protected abstract EventJournal open(JournalOwner owner, InstantSource clock);

  private EventJournal journal(Decision next) {
    return open(owner(next), InstantSource.fixed(NOW));
  }

  private static JournalOwner owner(Decision next) {
    return new JournalOwner(
        Writer.ROLLOUT,
        Set.of(Writer.GATE, Writer.MONITOR),
        new Reaction(next, _ -> Optional.empty(), (_, _) -> {}),
        _ -> {});
  }

  private static CommandRefused said(String what) {
    return new CommandRefused(what, Actor.person("kim"), "because");
  }

  private static GateFailed failed(String reason) {
    return new GateFailed(RunbookLine.G1, reason);
  }

  private ConsumerRecord<String, byte[]> fromGate(int sequence, ReleaseEvent event) {
    return Deliveries.of(Writer.GATE, release, sequence, NOW.minusSeconds(1), event);
  }

  private static Decision say(String... what) {
    return (_, _) -> List.of(what).stream().map(JournalContract::said).toList();
  }

  // Says so once, after the first fact of another writer.
  private static List<StageResumed> answerOnce(List<Fact> history, Instant now) {
    boolean asked = history.stream().anyMatch(fact -> fact.event() instanceof GateFailed);
    boolean answered = history.stream().anyMatch(fact -> fact.event() instanceof StageResumed);
    return asked && !answered ? List.of(new StageResumed()) : List.of();
  }

  private static List<ReleaseEvent> events(List<Fact> facts) {
    return facts.stream().map(Fact::event).toList();
  }

  @Test
  @DisplayName("D5: a release that nobody spoke of has no history")
  void unknownRelease() {
    EventJournal journal = journal(NOTHING);
    assertThat(journal.history(release)).isEmpty();
    assertThat(journal.stuck(release)).isEmpty();
    assertThat(journal.record(release, NOTHING)).isEmpty();
    assertThat(journal.history(release)).isEmpty();
  }

  @Test
  @DisplayName(
      "D5: facts are kept in order, numbered without a gap, each later than the one before")
  void order() {
    EventJournal journal = journal(NOTHING);
    List<Fact> first = journal.record(release, say("one", "two"));
    List<Fact> second = journal.record(release, say("three"));

    List<Fact> history = journal.history(release);
    assertThat(history)
        .hasSize(3)
        .startsWith(first.toArray(Fact[]::new))
        .endsWith(second.getLast());
    assertThat(history).extracting(Fact::sequence).containsExactly(1, 2, 3);
    assertThat(history).extracting(Fact::writer).containsOnly(Writer.ROLLOUT);
    assertThat(history).extracting(Fact::release).containsOnly(release);
    assertThat(history)
        .extracting(Fact::time)
        .containsExactly(NOW, NOW.plusNanos(1_000), NOW.plusNanos(2_000));
    assertThat(history).extracting(fact -> fact.id().value().version()).containsOnly(7);
    assertThat(history).extracting(Fact::id).doesNotHaveDuplicates();
  }

  @Test
  @DisplayName("D5: a fact is kept as it is, with the smallest text and the strangest")
  void exactly() {
    EventJournal journal = journal(NOTHING);
    CommandRefused strange = said("\u0000 and \ud83d\ude80 and \"quotes\" and \\u0000");
    journal.record(release, (_, _) -> List.of(strange));
    assertThat(events(journal.history(release))).containsExactly(strange);
  }

  @Test
  @DisplayName("D5: what follows from a delivery is appended with it and names it as its cause")
  void follows() {
    EventJournal journal = journal(JournalContract::answerOnce);
    journal.consume(fromGate(1, failed("red")));

    List<Fact> history = journal.history(release);
    assertThat(events(history)).containsExactly(failed("red"), new StageResumed());
    assertThat(history.getLast().cause()).isEqualTo(history.getFirst().id());
    assertThat(history.getFirst().writer()).isEqualTo(Writer.GATE);
  }

  @Test
  @DisplayName(
      "D5: what follows is asked for until nothing does, each fact caused by the one before")
  void untilNothingFollows() {
    EventJournal journal =
        journal(
            (history, _) ->
                history.size() < 5 ? List.of(said(String.valueOf(history.size()))) : List.of());
    List<Fact> appended = journal.record(release, say("zero"));

    assertThat(events(appended))
        .containsExactly(said("zero"), said("1"), said("2"), said("3"), said("4"));
    assertThat(appended.getFirst().cause()).isNull();
    for (int index = 1; index < appended.size(); index++) {
      assertThat(appended.get(index).cause()).isEqualTo(appended.get(index - 1).id());
    }
  }

  @Test
  @DisplayName("A second delivery of a fact changes nothing")
  void repeatedDelivery() {
    EventJournal journal = journal(JournalContract::answerOnce);
    ConsumerRecord<String, byte[]> delivery = fromGate(1, failed("red"));
    journal.consume(delivery);
    List<Fact> before = journal.history(release);
    journal.consume(delivery);
    assertThat(journal.history(release)).isEqualTo(before);
  }

  @Test
  @DisplayName("A fact of our own that the topic brings back changes nothing")
  void ownFactComesBack() {
    EventJournal journal = journal(NOTHING);
    Fact own = journal.record(release, say("one")).getFirst();
    journal.consume(
        Deliveries.of(
            new Envelope(
                    own.id().value(),
                    own.writer(),
                    release,
                    own.sequence(),
                    own.time(),
                    null,
                    null,
                    EventTypes.nameOf(own.event()))
                .toRecord(Deliveries.TOPIC, EventJson.write(own.event()))));
    assertThat(journal.history(release)).containsExactly(own);
    assertThat(journal.stuck(release)).isEmpty();
  }

  @Test
  @DisplayName("A fact in our name that we never wrote is not believed, and its release is stuck")
  void somebodyElseInOurName() {
    EventJournal journal = journal(NOTHING);
    journal.record(release, say("one"));
    journal.consume(Deliveries.of(Writer.ROLLOUT, release, 2, NOW, new RolledBack()));
    assertThat(events(journal.history(release))).containsExactly(said("one"));
    assertThat(journal.stuck(release))
        .hasValueSatisfying(why -> assertThat(why).contains("/rollout-service"));
    journal.record(release, say("two"));
    assertThat(journal.stuck(release)).isPresent();
  }

  @Test
  @DisplayName("Facts of writers that this service does not listen to are not kept")
  void notListenedTo() {
    EventJournal journal = journal(NOTHING);
    journal.consume(
        Deliveries.of(Writer.NOTIFICATION, release, 1, NOW, new IncidentFiled("feed", "k", null)));
    ConsumerRecord<String, byte[]> stranger = fromGate(1, failed("red"));
    stranger.headers().remove("ce_source").add("ce_source", "/elsewhere".getBytes(UTF_8));
    journal.consume(stranger);
    assertThat(journal.history(release)).isEmpty();
  }

  @Test
  @DisplayName("A fact of an unknown type is kept and does not stop its release here")
  void unknownType() {
    EventJournal journal = journal(JournalContract::answerOnce);
    byte[] body = "{\"new\":true}".getBytes(UTF_8);
    journal.consume(
        Deliveries.of(Writer.MONITOR, release, 1, NOW, "io.lockkeeper.news.arrived.v9", body));
    journal.consume(fromGate(1, failed("red")));
    assertThat(events(journal.history(release)))
        .containsExactly(
            new Unrecognised("io.lockkeeper.news.arrived.v9", "{\"new\":true}"),
            failed("red"),
            new StageResumed());
    assertThat(journal.stuck(release)).isEmpty();
  }

  @Test
  @DisplayName(
      "A fact that cannot be read is kept as it is, its release is stuck, its neighbours go on")
  void unreadable() {
    EventJournal journal = journal(JournalContract::answerOnce);
    String type = EventTypes.nameOf(GateFailed.class);
    for (String garbage : List.of("", "{", "{}", "[]", "null", "\u0000", "{\"gate\":\"G9\"}")) {
      ReleaseId bad = new ReleaseId(UUID.randomUUID().toString());
      journal.consume(Deliveries.of(Writer.GATE, bad, 1, NOW, type, garbage.getBytes(UTF_8)));
      assertThat(events(journal.history(bad))).containsExactly(new Unrecognised(type, garbage));
      assertThat(journal.stuck(bad)).isPresent();
    }
    journal.consume(fromGate(1, failed("red")));
    assertThat(journal.history(release)).hasSize(2);
    assertThat(journal.stuck(release)).isEmpty();
  }

  @Test
  @DisplayName("Headers that are not those of a fact stop their release, and only theirs")
  void malformedHeaders() {
    EventJournal journal = journal(NOTHING);
    for (String header :
        List.of("ce_id", "ce_type", "ce_time", "ce_sequence", "ce_subject", "ce_specversion")) {
      for (Optional<String> value : List.of(Optional.<String>empty(), Optional.of("\u0000?"))) {
        ReleaseId bad = new ReleaseId(UUID.randomUUID().toString());
        ConsumerRecord<String, byte[]> delivery =
            Deliveries.of(Writer.GATE, bad, 1, NOW, failed("red"));
        delivery.headers().remove(header);
        value.ifPresent(text -> delivery.headers().add(header, text.getBytes(UTF_8)));
        journal.consume(delivery);
        journal.consume(delivery);
        assertThat(journal.history(bad)).as(header).hasSize(1);
        assertThat(journal.history(bad).getFirst().event()).isInstanceOf(Unrecognised.class);
        assertThat(journal.stuck(bad)).as(header).isPresent();
      }
    }
    assertThat(journal.stuck(release)).isEmpty();
  }

  @Test
  @DisplayName("A delivery that names no release is passed over")
  void noRelease() {
    EventJournal journal = journal(NOTHING);
    for (String key : List.of(" ", "\u0000", "x".repeat(ReleaseId.MAX_LENGTH + 1))) {
      assertThatThrownBy(() -> new ReleaseId(key)).isInstanceOf(IllegalArgumentException.class);
      journal.consume(new ConsumerRecord<>(Deliveries.TOPIC, 0, 0, key, "{}".getBytes(UTF_8)));
    }
    ConsumerRecord<String, byte[]> keyless =
        new ConsumerRecord<>(Deliveries.TOPIC, 0, 1, null, new byte[0]);
    keyless.headers().add("ce_source", Writer.GATE.source().getBytes(UTF_8));
    journal.consume(keyless);
    journal.consume(fromGate(1, failed("the first that names one")));
    assertThat(events(journal.history(release)))
        .containsExactly(failed("the first that names one"));
    assertThat(journal.stuck(release)).isEmpty();
  }

  @Test
  @DisplayName("A command that throws changes nothing, and its exception is the caller's")
  void throwingCommand() {
    EventJournal journal = journal(NOTHING);
    Decision refuse =
        (_, _) -> {
          throw new UnsupportedOperationException("no such stage");
        };
    assertThatThrownBy(() -> journal.record(release, refuse))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("no such stage");
    assertThat(journal.history(release)).isEmpty();
    assertThat(journal.stuck(release)).isEmpty();
  }

  @Test
  @DisplayName(
      "R1: where what follows cannot be decided, the fact is kept, commands still work, and it ends by itself")
  void throwingReaction() {
    List<String> mood = Collections.synchronizedList(new ArrayList<>(List.of("bad")));
    EventJournal journal =
        journal(
            (history, now) -> {
              if (mood.contains("bad") && history.getFirst().release().equals(release)) {
                throw new IllegalStateException("a bug");
              }
              return answerOnce(history, now);
            });
    journal.consume(fromGate(1, failed("red")));
    assertThat(events(journal.history(release))).containsExactly(failed("red"));
    assertThat(journal.stuck(release)).hasValueSatisfying(why -> assertThat(why).contains("a bug"));

    ReleaseId neighbour = new ReleaseId(UUID.randomUUID().toString());
    journal.consume(Deliveries.of(Writer.GATE, neighbour, 1, NOW, failed("red")));
    assertThat(journal.history(neighbour)).hasSize(2);

    assertThat(events(journal.record(release, say("abort")))).containsExactly(said("abort"));
    mood.clear();
    assertThat(events(journal.record(release, NOTHING))).containsExactly(new StageResumed());
    assertThat(journal.stuck(release)).isEmpty();
  }

  @Test
  @DisplayName("A reaction without an end is cut off: the fact is kept, nothing of the reaction")
  void endlessReaction() {
    EventJournal journal = journal((_, _) -> List.of(said("again")));
    assertThat(events(journal.record(release, say("one")))).containsExactly(said("one"));
    assertThat(events(journal.history(release))).containsExactly(said("one"));
    assertThat(journal.stuck(release)).isPresent();
  }

  @Test
  @DisplayName("A fact of more than 256 KiB is refused, and with it the facts beside it")
  void tooLarge() {
    EventJournal journal = journal(NOTHING);
    assertThatThrownBy(
            () -> journal.record(release, say("one", "x".repeat(JournalLimits.FACT_BYTES))))
        .isInstanceOf(FactTooLarge.class);
    assertThat(journal.history(release)).isEmpty();
    journal.record(release, say("x".repeat(JournalLimits.FACT_BYTES - 200)));
    assertThat(journal.history(release)).hasSize(1);
  }

  @Test
  @DisplayName("R2: a release of 5,000 facts gets no more, but it can still end")
  void tooMany() {
    JournalOwner plain = owner(NOTHING);
    EventJournal journal =
        open(
            new JournalOwner(
                plain.writer(),
                plain.listensTo(),
                plain.reaction(),
                plain.committed(),
                event -> event instanceof RolledBack),
            InstantSource.fixed(NOW));
    Decision many =
        (_, _) ->
            IntStream.range(0, JournalLimits.FACTS).mapToObj(_ -> new StageResumed()).toList();
    assertThat(journal.record(release, many)).hasSize(JournalLimits.FACTS);
    assertThat(journal.stuck(release)).isPresent();
    assertThatThrownBy(() -> journal.record(release, say("more"))).isInstanceOf(TooManyFacts.class);
    assertThat(journal.record(release, (_, _) -> List.of(new RolledBack()))).hasSize(1);
  }

  @Test
  @DisplayName("A service writes no fact of another")
  void anotherServicesFact() {
    EventJournal journal = journal(NOTHING);
    assertThatThrownBy(() -> journal.record(release, (_, _) -> List.of(new ClearanceRenewed(NOW))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(journal.history(release)).isEmpty();
  }

  @Test
  @DisplayName("D5: time agrees with cause, but a clock that is far ahead is not followed")
  void time() {
    EventJournal journal = journal(NOTHING);
    Instant ahead = NOW.plusSeconds(4);
    journal.consume(Deliveries.of(Writer.GATE, release, 1, ahead, failed("ahead")));
    assertThat(journal.record(release, say("one")).getFirst().time())
        .isEqualTo(ahead.plusNanos(1_000));

    ReleaseId other = new ReleaseId(UUID.randomUUID().toString());
    Instant wrong = NOW.plus(Duration.ofDays(1));
    journal.consume(Deliveries.of(Writer.GATE, other, 1, wrong, failed("wrong")));
    assertThat(journal.history(other).getFirst().time()).isEqualTo(wrong);
    assertThat(journal.record(other, say("one")).getFirst().time()).isEqualTo(NOW);
  }

  @Test
  @DisplayName(
      "Who waits for a release is told after the commit; what goes wrong there harms nothing")
  void committed() {
    List<ReleaseId> told = Collections.synchronizedList(new ArrayList<>());
    JournalOwner plain = owner(NOTHING);
    EventJournal journal =
        open(
            new JournalOwner(
                plain.writer(),
                plain.listensTo(),
                plain.reaction(),
                which -> {
                  told.add(which);
                  throw new IllegalStateException("nobody is there");
                }),
            InstantSource.fixed(NOW));
    journal.consume(fromGate(1, failed("red")));
    journal.record(release, say("one"));
    assertThat(told).containsExactly(release, release);
    assertThat(journal.history(release)).hasSize(2);
  }

  @Test
  @DisplayName("Two writers at once: every command is decided on what the other one said")
  void twoWritersAtOnce() throws Exception {
    EventJournal journal = journal(NOTHING);
    Decision count = (history, _) -> List.of(said(String.valueOf(history.size())));
    Callable<Void> writer =
        () -> {
          for (int i = 0; i < 25; i++) {
            journal.record(release, count);
          }
          return null;
        };
    try (ExecutorService writers = Executors.newFixedThreadPool(2)) {
      for (Future<Void> done : writers.invokeAll(List.of(writer, writer))) {
        done.get();
      }
    }
    List<Fact> history = journal.history(release);
    assertThat(history)
        .extracting(Fact::sequence)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 50).boxed().toList());
    assertThat(events(history))
        .containsExactlyElementsOf(
            IntStream.range(0, 50).mapToObj(i -> said(String.valueOf(i))).toList());
  }
}
