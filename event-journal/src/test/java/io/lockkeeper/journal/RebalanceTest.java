package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Replicas that share the topic while partitions move between them.
final class RebalanceTest {

  private static final int ROUNDS = 12;

  private final String database = Replica.newDatabase();
  private final TestTopic topic = new TestTopic();

  private static List<? extends ReleaseEvent> answerEach(List<Fact> history, Instant now) {
    return history.getLast().event() instanceof GateFailed
        ? List.of(new StageResumed())
        : List.of();
  }

  private Replica replica() {
    JournalOwner owner =
        new JournalOwner(
            Writer.ROLLOUT,
            Set.of(Writer.GATE),
            new Reaction(
                RebalanceTest::answerEach,
                _ -> Optional.of(Instant.parse("2099-01-01T00:00:00Z")),
                (_, _) -> {}),
            _ -> {});
    return Replica.on(database, owner, Clock.systemUTC(), topic.name());
  }

  @Test
  @DisplayName(
      "Replicas come and go while facts come in: each is taken in once, in order, answered once")
  void comeAndGo() {
    List<ReleaseId> releases =
        IntStream.range(0, 9).mapToObj(_ -> new ReleaseId(UUID.randomUUID().toString())).toList();
    Replica first = replica().consumingAsOneOfMany();
    Replica second = null;
    Replica third = null;
    try {
      for (int round = 1; round <= ROUNDS; round++) {
        int sequence = round;
        releases.forEach(
            which ->
                topic.send(Writer.GATE, which, sequence, new GateFailed(RunbookLine.G1, "red")));
        if (round == 3) {
          second = replica().consumingAsOneOfMany();
        } else if (round == 6) {
          first.kill();
        } else if (round == 9) {
          third = replica().consumingAsOneOfMany();
        }
      }
      EventJournal journal = second.journal();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  releases.stream().allMatch(which -> journal.history(which).size() == 2 * ROUNDS));
      for (ReleaseId which : releases) {
        List<Fact> history = journal.history(which);
        for (Writer writer : List.of(Writer.GATE, Writer.ROLLOUT)) {
          assertThat(history.stream().filter(fact -> fact.writer() == writer).map(Fact::sequence))
              .containsExactlyElementsOf(IntStream.rangeClosed(1, ROUNDS).boxed().toList());
        }
        assertThat(journal.stuck(which)).isEmpty();
      }
    } finally {
      first.kill();
      if (second != null) {
        second.kill();
      }
      if (third != null) {
        third.kill();
      }
    }
  }
}
