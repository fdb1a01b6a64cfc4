package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.Writer;
import io.lockkeeper.quickstart.platform.Databases;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.lockkeeper.runbook.RunbookLine;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A service whose database was lost or set back learns from the topic what it had said, and does
/// nothing before it knows.
final class RecoveryTest {

  private static final Instant FAR = Instant.parse("2099-01-01T00:00:00Z");

  private final String database = Replica.newDatabase();
  private final TestTopic topic = new TestTopic();
  private final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
  private final List<Integer> asked = Collections.synchronizedList(new ArrayList<>());
  private final List<ReleaseId> woken = Collections.synchronizedList(new ArrayList<>());
  private final List<Replica> replicas = Collections.synchronizedList(new ArrayList<>());

  // Answers every failed gate once.
  private List<? extends ReleaseEvent> next(List<Fact> history, Instant now) {
    asked.add(history.size());
    long questions = count(history, GateFailed.class);
    long answers = count(history, StageResumed.class);
    return questions > answers ? List.of(new StageResumed()) : List.of();
  }

  private static long count(List<Fact> history, Class<?> type) {
    return history.stream().filter(fact -> type.isInstance(fact.event())).count();
  }

  private Optional<Instant> due(List<Fact> history) {
    return count(history, RolledBack.class) > 0 ? Optional.empty() : Optional.of(FAR);
  }

  private Replica replica() {
    return replica(
        Map.of("bootstrap.servers", EmbeddedPlatform.shared().bootstrapServers()),
        Clock.systemUTC());
  }

  private Replica replica(Map<String, Object> broker, Clock clock) {
    JournalOwner owner =
        new JournalOwner(
            Writer.ROLLOUT,
            Set.of(Writer.GATE),
            new Reaction(this::next, this::due, (_, _) -> {}),
            woken::add);
    Replica replica =
        Replica.on(database, owner, clock, topic.name(), UnaryOperator.identity(), broker);
    replicas.add(replica);
    return replica;
  }

  // A clock that is two seconds later each time one looks, so that no test waits for patience to
  // end.
  private static Clock hurrying() {
    AtomicInteger looks = new AtomicInteger();
    InstantSource source = () -> Instant.now().plusSeconds(2L * looks.getAndIncrement());
    return source.withZone(ZoneOffset.UTC);
  }

  @AfterEach
  void end() {
    replicas.forEach(Replica::kill);
  }

  private static Decision say(String what) {
    return (_, _) -> List.of(new CommandRefused(what, Actor.RUNBOOK, "because"));
  }

  private void fail(int sequence) {
    topic.send(Writer.GATE, release, sequence, new GateFailed(RunbookLine.G1, "red"));
  }

  private static void awaitState(Replica replica, Recovery.State state) {
    await().atMost(Duration.ofSeconds(30)).until(() -> replica.parts().recovery().state() == state);
  }

  private void awaitFacts(Replica replica, int facts) {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> replica.journal().history(release).size() == facts);
  }

  private void awaitSent(Replica replica) {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(
            () -> {
              try (Connection connection = replica.pool().getConnection()) {
                return !JournalTables.hasUnpublished(connection);
              }
            });
  }

  private List<Integer> ownSequencesOnTopic() {
    return topic.firstSeen(release).stream()
        .filter(envelope -> envelope.writer() == Writer.ROLLOUT)
        .map(Envelope::sequence)
        .toList();
  }

  // Two questions answered, one command; everything on the topic.
  private List<Fact> liveThrough(Replica replica) {
    fail(1);
    awaitFacts(replica, 2);
    replica.journal().record(release, say("one"));
    fail(2);
    awaitFacts(replica, 5);
    awaitSent(replica);
    return replica.journal().history(release);
  }

  @Test
  @DisplayName("A service that starts with nothing, on a topic with nothing, is ready at once")
  void nothing() {
    Replica replica = replica().consuming();
    awaitState(replica, Recovery.State.DONE);
    assertThat(replica.journal().history(release)).isEmpty();
  }

  @Test
  @DisplayName(
      "A dropped database is filled from the topic, own facts and others, before anything is asked")
  void dropped() throws SQLException {
    Replica first = replica().consuming();
    List<Fact> lived = liveThrough(first);
    first.kill();
    EmbeddedPlatform.shared().databases().dropDatabase(database);
    Replica.createDatabase(database);
    asked.clear();
    woken.clear();

    Replica second = replica().consuming();
    awaitState(second, Recovery.State.DONE);
    assertThat(factsById(second.journal().history(release))).isEqualTo(factsById(lived));
    await().until(() -> woken.contains(release));
    assertThat(asked).isNotEmpty().allMatch(known -> known == 5);

    second.journal().record(release, say("two"));
    fail(3);
    awaitFacts(second, 8);
    awaitSent(second);
    assertThat(ownSequencesOnTopic()).containsExactly(1, 2, 3, 4, 5);
    assertThat(topic.records()).hasSize(8);
    assertThat(second.journal().stuck(release)).isEmpty();
  }

  // The topic may have another order than the journal had, but never of one writer's facts.
  private static Map<Object, Fact> factsById(List<Fact> facts) {
    return facts.stream().collect(Collectors.toMap(Fact::id, fact -> fact));
  }

  @Test
  @DisplayName(
      "A database set back to an older dump adopts what came after, and contradicts nothing")
  void setBack() throws SQLException {
    Replica first = replica().consuming();
    fail(1);
    awaitFacts(first, 2);
    awaitSent(first);
    Databases.Dump dump = EmbeddedPlatform.shared().databases().dump(database);
    // The dump has ended every connection.
    await()
        .ignoreExceptions()
        .until(() -> !first.journal().record(release, say("later")).isEmpty());
    fail(2);
    awaitFacts(first, 5);
    awaitSent(first);
    List<Fact> lived = first.journal().history(release);
    first.kill();
    EmbeddedPlatform.shared().databases().restore(dump);
    asked.clear();

    Replica second = replica().consuming();
    awaitState(second, Recovery.State.DONE);
    assertThat(factsById(second.journal().history(release))).isEqualTo(factsById(lived));
    await().until(() -> !asked.isEmpty());
    assertThat(asked).allMatch(known -> known == 5);
    second.journal().record(release, say("and on"));
    awaitSent(second);
    assertThat(ownSequencesOnTopic()).containsExactly(1, 2, 3, 4);
    assertThat(second.journal().stuck(release)).isEmpty();
  }

  @Test
  @DisplayName("A database set back under a running service is noticed before anything is decided")
  void setBackWhileRunning() throws SQLException {
    Replica replica = replica().consuming();
    fail(1);
    awaitFacts(replica, 2);
    awaitSent(replica);
    Databases.Dump dump = EmbeddedPlatform.shared().databases().dump(database);
    awaitFacts(replica, 2);
    fail(2);
    awaitFacts(replica, 4);
    awaitSent(replica);
    EmbeddedPlatform.shared().databases().restore(dump);

    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> !replica.journal().record(release, say("late")).isEmpty());
    assertThat(count(replica.journal().history(release), StageResumed.class)).isEqualTo(2);
    awaitSent(replica);
    assertThat(ownSequencesOnTopic()).startsWith(1, 2, 3).doesNotHaveDuplicates();
    fail(3);
    await().until(() -> count(replica.journal().history(release), StageResumed.class) == 3);
    assertThat(replica.journal().stuck(release)).isEmpty();
  }

  @Test
  @DisplayName(
      "A restart with everything in place adopts nothing, and asks each open release again")
  void plainRestart() {
    Replica first = replica().consuming();
    liveThrough(first);
    first.close();
    asked.clear();
    woken.clear();

    Replica second = replica().consuming();
    awaitState(second, Recovery.State.DONE);
    await().until(() -> woken.contains(release));
    assertThat(asked).isNotEmpty().allMatch(known -> known == 5);
    assertThat(topic.records()).hasSize(5);
  }

  @Test
  @DisplayName("Two replicas that start on an empty database recover once")
  void twoReplicas() throws SQLException {
    Replica first = replica().consuming();
    List<Fact> lived = liveThrough(first);
    first.kill();
    EmbeddedPlatform.shared().databases().dropDatabase(database);
    Replica.createDatabase(database);

    Replica second = replica().consuming();
    Replica third = replica().consuming();
    awaitState(second, Recovery.State.DONE);
    awaitState(third, Recovery.State.DONE);
    assertThat(factsById(second.journal().history(release))).isEqualTo(factsById(lived));
    assertThat(third.journal().history(release)).isEqualTo(second.journal().history(release));
    fail(3);
    awaitFacts(third, 7);
    awaitSent(third);
    assertThat(ownSequencesOnTopic()).isEqualTo(IntStream.rangeClosed(1, 4).boxed().toList());
  }

  @Test
  @DisplayName(
      "R1: after a restart without brokers commands are taken on what is known and nothing is decided"
          + " by time; an empty journal waits")
  void brokersAway() throws SQLException {
    Replica first = replica().consuming();
    liveThrough(first);
    first.close();

    Map<String, Object> nobody =
        Map.of(
            "bootstrap.servers",
            "127.0.0.1:1",
            "default.api.timeout.ms",
            500,
            "request.timeout.ms",
            400);
    Replica second = replica(nobody, hurrying()).started();
    awaitState(second, Recovery.State.DEFERRED);
    woken.clear();
    asked.clear();
    await().atMost(Duration.ofSeconds(30)).until(() -> woken.contains(release));
    assertThat(asked).isEmpty();
    assertThat(second.journal().record(release, say("abort"))).hasSize(1);
    second.kill();

    EmbeddedPlatform.shared().databases().dropDatabase(database);
    Replica.createDatabase(database);
    Replica third = replica(nobody, hurrying()).started();
    await()
        .during(Duration.ofSeconds(2))
        .until(() -> third.parts().recovery().state() == Recovery.State.COMPARING);
    assertThat(third.parts().admission().isOpen()).isFalse();
  }
}
