package io.lockkeeper.audit;

import static io.lockkeeper.audit.Releases.FILED;
import static io.lockkeeper.audit.Releases.RETURN_TOLD;
import static io.lockkeeper.audit.Releases.SUMMARIZED;
import static io.lockkeeper.audit.Releases.and;
import static io.lockkeeper.audit.Releases.bad;
import static io.lockkeeper.audit.Releases.good;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.AuditEvent.Coverage;
import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.QuarantineLifted;
import io.lockkeeper.events.GateEvent.ReleaseRefused;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AuditDeciderTest {

  private static final ReleaseEvent LATE =
      new QuarantineLifted(Story.LANE, Story.digest('2'), Actor.person("ada"), "fixed");

  private static Closing given(List<ReleaseEvent> events) {
    return Closing.of(Story.facts(events));
  }

  private static List<AuditEvent> next(List<ReleaseEvent> events) {
    List<Fact> facts = Story.facts(events);
    return AuditDecider.next(Closing.of(facts), facts.getLast().time());
  }

  private static Instant settledAt(List<ReleaseEvent> events) {
    return Story.facts(events).getLast().time();
  }

  @Test
  @DisplayName("D5: a verified release closes with its summary, every fact counted")
  void goodReleaseCloses() {
    assertThat(next(good())).isEmpty();
    assertThat(next(and(good(), SUMMARIZED)))
        .singleElement()
        .isInstanceOfSatisfying(
            ReleaseClosed.class,
            closed -> {
              assertThat(closed.outcome()).isEqualTo(Outcome.VERIFIED);
              assertThat(closed.facts()).isEqualTo(good().size() + 1);
              assertThat(closed.coverage())
                  .extracting(AuditEvent.Line::line)
                  .containsExactly(RunbookLine.values());
            });
  }

  @Test
  @DisplayName("R4, R5: a release that turned back waits for the update and the incident too")
  void badReleaseWaits() {
    assertThat(next(and(bad(), SUMMARIZED))).isEmpty();
    assertThat(next(and(bad(), SUMMARIZED, RETURN_TOLD))).isEmpty();
    assertThat(next(and(bad(), SUMMARIZED, FILED))).isEmpty();
    assertThat(next(and(bad(), RETURN_TOLD, FILED))).isEmpty();
    assertThat(next(and(bad(), RETURN_TOLD, FILED, SUMMARIZED))).hasSize(1);
  }

  @Test
  @DisplayName("D5: at closeWithin the log closes with what it has and names the gaps")
  void closesAtLatest() {
    Closing open = given(bad());
    Instant due = settledAt(bad()).plus(Duration.ofDays(1));

    assertThat(AuditDecider.due(open)).contains(due);
    assertThat(AuditDecider.next(open, due.minusNanos(1))).isEmpty();
    assertThat(AuditDecider.next(open, due))
        .singleElement()
        .isInstanceOfSatisfying(
            ReleaseClosed.class,
            closed ->
                assertThat(closed.coverage())
                    .filteredOn(line -> line.coverage() == Coverage.GAP)
                    .extracting(AuditEvent.Line::line)
                    .contains(RunbookLine.C3, RunbookLine.R4, RunbookLine.R5));
  }

  @Test
  @DisplayName("D5: late facts close the log again, at most ten times")
  void lateFacts() {
    List<ReleaseEvent> events = new ArrayList<>(and(good(), SUMMARIZED));
    events.addAll(next(events));
    assertThat(next(events)).isEmpty();
    assertThat(AuditDecider.due(given(events))).isEmpty();

    int reissues = 0;
    for (int late = 0; late < 20; late++) {
      events.add(LATE);
      List<AuditEvent> again = next(events);
      reissues += again.size();
      events.addAll(again);
    }
    assertThat(reissues).isEqualTo(AuditDecider.REISSUES);
  }

  @Test
  @DisplayName("D5: a refused request closes nothing and waits for nothing")
  void refused() {
    List<ReleaseEvent> events =
        List.of(new ReleaseRefused("unknown-runbook", List.of(), Actor.claimed("ada"), null));

    assertThat(AuditDecider.next(given(events), Instant.MAX)).isEmpty();
    assertThat(AuditDecider.due(given(events))).isEmpty();
    assertThat(AuditDecider.next(Closing.of(List.of()), Instant.MAX)).isEmpty();
  }

  @Test
  @DisplayName(
      "D5: whatever comes, a settled log closes, comes to rest, and closes at most eleven times")
  void nothingBreaksTheMachine() {
    int closedLogs = 0;
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Samples samples = new Samples(random);
      List<ReleaseEvent> events = new ArrayList<>();
      int closings = 0;
      for (int step = 0; step < 60; step++) {
        ReleaseEvent event = samples.event();
        events.add(event instanceof AuditEvent ? LATE : event);
        List<AuditEvent> facts = next(events);
        events.addAll(facts);
        closings += facts.size();
        assertThat(next(events)).as("seed %s: at rest", seed).isEmpty();
      }
      Closing end = given(events);
      assertThat(
              end.settlement() == null || end.closings() > 0 || AuditDecider.due(end).isPresent())
          .as("seed %s: a settled log closes or has a time to", seed)
          .isTrue();
      assertThat(closings).as("seed %s", seed).isLessThanOrEqualTo(1 + AuditDecider.REISSUES);
      closedLogs += closings > 0 ? 1 : 0;
    }
    assertThat(closedLogs).isGreaterThan(30);
  }
}
