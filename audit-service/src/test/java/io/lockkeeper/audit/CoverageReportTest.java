package io.lockkeeper.audit;

import static io.lockkeeper.audit.Releases.FILED;
import static io.lockkeeper.audit.Releases.RETURN_TOLD;
import static io.lockkeeper.audit.Releases.SUMMARIZED;
import static io.lockkeeper.audit.Releases.and;
import static io.lockkeeper.audit.Releases.bad;
import static io.lockkeeper.audit.Releases.begun;
import static io.lockkeeper.audit.Releases.good;
import static io.lockkeeper.events.AuditEvent.Coverage.DONE;
import static io.lockkeeper.events.AuditEvent.Coverage.FAILED;
import static io.lockkeeper.events.AuditEvent.Coverage.GAP;
import static io.lockkeeper.events.AuditEvent.Coverage.NOT_APPLICABLE;
import static io.lockkeeper.events.AuditEvent.Coverage.WAIVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent.Coverage;
import io.lockkeeper.events.AuditEvent.Line;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ApprovalDenied;
import io.lockkeeper.events.GateEvent.ClearanceRevoked;
import io.lockkeeper.events.GateEvent.PreconditionChecked;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck.Aspect;
import io.lockkeeper.events.MonitorEvent.ObservabilityConfirmed;
import io.lockkeeper.events.MonitorEvent.ObservabilityUnconfirmed;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CoverageReportTest {

  private static Map<RunbookLine, Line> report(List<ReleaseEvent> events) {
    return CoverageReport.of(Story.facts(events)).stream()
        .collect(Collectors.toMap(Line::line, Function.identity()));
  }

  private static Set<RunbookLine> those(List<ReleaseEvent> events, Coverage coverage) {
    return report(events).values().stream()
        .filter(line -> line.coverage() == coverage)
        .map(Line::line)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(RunbookLine.class)));
  }

  private static Line line(RunbookLine line, ReleaseEvent... events) {
    return report(Arrays.asList(events)).get(line);
  }

  @Test
  @DisplayName("D5: a verified release: done, not concerned, or openly not executed")
  void goodRelease() {
    List<ReleaseEvent> events = and(good(), SUMMARIZED);

    assertThat(those(events, FAILED)).isEmpty();
    assertThat(those(events, WAIVED)).isEmpty();
    assertThat(those(events, NOT_APPLICABLE))
        .containsExactly(
            RunbookLine.R1, RunbookLine.R2, RunbookLine.R3, RunbookLine.R4, RunbookLine.R5);
    assertThat(those(events, GAP))
        .containsExactly(
            RunbookLine.M3,
            RunbookLine.M4,
            RunbookLine.P1,
            RunbookLine.P2,
            RunbookLine.P3,
            RunbookLine.P4);
    assertThat(report(events).get(RunbookLine.M4).reason()).isEqualTo(CoverageReport.NOT_EXECUTED);
  }

  @Test
  @DisplayName("M3: confirmed is done; not confirmed, not said and not asked for are gaps")
  void observability() {
    assertThat(m3(asking(EVERYTHING, null), CONFIRMED))
        .isEqualTo(new Line(RunbookLine.M3, DONE, "2 checks confirmed"));
    assertThat(m3(asking(EVERYTHING, null), UNCONFIRMED))
        .isEqualTo(new Line(RunbookLine.M3, GAP, "not confirmed: dashboard red: answers 404"));
    assertThat(m3(asking(EVERYTHING, null), UNCONFIRMED, CONFIRMED).coverage()).isEqualTo(DONE);
    assertThat(m3(asking(EVERYTHING, null)))
        .isEqualTo(new Line(RunbookLine.M3, GAP, "nothing was said of it"));
    assertThat(m3(asking(null, null)))
        .isEqualTo(new Line(RunbookLine.M3, GAP, "the runbook does not ask for it"));
    assertThat(m3(asking(DASHBOARDS, null), CONFIRMED))
        .isEqualTo(
            new Line(
                RunbookLine.M3,
                GAP,
                "2 checks confirmed; not asked for: alert routing, synthetic checks"));
  }

  @Test
  @DisplayName("M3: what a runbook leaves out is waived by its reason; what failed is not")
  void observabilityRelaxed() {
    assertThat(m3(asking(null, "a demo")))
        .isEqualTo(new Line(RunbookLine.M3, WAIVED, "the runbook does not ask for it: a demo"));
    assertThat(m3(asking(DASHBOARDS, "a demo"), CONFIRMED).coverage()).isEqualTo(WAIVED);
    assertThat(m3(asking(EVERYTHING, "a demo"), UNCONFIRMED).coverage()).isEqualTo(GAP);
  }

  @Test
  @DisplayName("M3: concerns no release that went back before, or never had all traffic")
  void observabilityNotReached() {
    assertThat(m3(asking(EVERYTHING, null), Story.halted()))
        .isEqualTo(new Line(RunbookLine.M3, NOT_APPLICABLE, "halted before it was confirmed"));
    assertThat(report(bad()).get(RunbookLine.M3))
        .isEqualTo(new Line(RunbookLine.M3, NOT_APPLICABLE, "it never had all traffic"));
  }

  private static final Observability.Dashboards RED =
      new Observability.Dashboards(URI.create("http://127.0.0.1:1"), List.of("red"));
  private static final Observability DASHBOARDS = new Observability(null, RED, List.of(), null);
  private static final Observability EVERYTHING =
      new Observability(
          new Observability.Alerting(
              URI.create("http://127.0.0.1:1"),
              URI.create("http://127.0.0.1:1"),
              Map.of("service", "{{service}}"),
              List.of("ShopErrors"),
              null),
          RED,
          List.of(new Observability.Synthetic(URI.create("http://127.0.0.1:1"), null, null)),
          null);
  private static final EventId OBSERVATION = new EventId(new UUID(7, 3));
  private static final ObservabilityCheck SEEN =
      new ObservabilityCheck(Aspect.SYNTHETIC, "http://shop", true, "/version is 2.0.0");
  private static final ObservabilityConfirmed CONFIRMED =
      new ObservabilityConfirmed(OBSERVATION, List.of(SEEN, SEEN));
  private static final ObservabilityUnconfirmed UNCONFIRMED =
      new ObservabilityUnconfirmed(
          OBSERVATION,
          List.of(
              SEEN,
              new ObservabilityCheck(Aspect.DASHBOARD, "dashboard red", false, "answers 404")));

  private static Line m3(ReleaseEvent accepted, ReleaseEvent... more) {
    List<ReleaseEvent> events =
        and(List.of(accepted, Story.started(), new RolloutCompleted(Story.START)), more);
    return report(events).get(RunbookLine.M3);
  }

  private static ReleaseAccepted asking(@Nullable Observability asked, @Nullable String relaxed) {
    ReleaseAccepted accepted = Story.accepted("chat");
    Runbook book = accepted.runbook();
    Runbook.Monitoring monitoring = book.monitoring();
    Runbook other =
        new Runbook(
            book.name(),
            book.preconditions(),
            book.gates(),
            book.rollout(),
            new Runbook.Monitoring(
                monitoring.interval(),
                monitoring.stable(),
                monitoring.candidate(),
                monitoring.signals(),
                monitoring.validation(),
                monitoring.hold(),
                monitoring.answer(),
                monitoring.otherwise(),
                monitoring.thin(),
                monitoring.sources(),
                monitoring.budgets(),
                asked,
                null),
            book.rollback(),
            book.communication(),
            book.postDeployment(),
            relaxed == null ? null : new Runbook.Relaxed(relaxed));
    return new ReleaseAccepted(accepted.request(), other, accepted.digest(), accepted.requester());
  }

  @Test
  @DisplayName(
      "D5: a release that turned back: the way back is done, budgets and comparison failed")
  void badRelease() {
    List<ReleaseEvent> events = and(bad(), RETURN_TOLD, FILED, SUMMARIZED);

    assertThat(those(events, FAILED)).containsExactly(RunbookLine.D4, RunbookLine.M2);
    assertThat(those(events, NOT_APPLICABLE))
        .containsExactly(RunbookLine.M1, RunbookLine.M3, RunbookLine.R3);
    assertThat(report(events).get(RunbookLine.R1).reason()).isEqualTo("halted (BREACH) in 40 ms");
    assertThat(report(events).get(RunbookLine.R5).reason()).isEqualTo("tracker INC-9");
    assertThat(those(events, DONE))
        .contains(RunbookLine.R1, RunbookLine.R2, RunbookLine.R4, RunbookLine.R5, RunbookLine.C2);
  }

  @Test
  @DisplayName("R2: a way back by hand is done when the target shows it, and names the person")
  void backByHand() {
    TakenOver taken =
        new TakenOver(Actor.person("olga"), "drained", Outcome.ROLLED_BACK, Story.START);
    List<ReleaseEvent> taking = and(begun(), Story.halted(), taken);

    assertThat(report(and(taking, Story.settled(Outcome.ROLLED_BACK))).get(RunbookLine.R2))
        .isEqualTo(new Line(RunbookLine.R2, DONE, "by hand, by olga: drained"));
    assertThat(
            report(and(taking, Story.settled(Outcome.ROLLBACK_FAILED)))
                .get(RunbookLine.R2)
                .coverage())
        .isEqualTo(GAP);
  }

  @Test
  @DisplayName("D5: a release that never started: nothing of the rollout concerns it")
  void neverStarted() {
    List<ReleaseEvent> events =
        List.of(
            Story.accepted("chat"),
            new ApprovalDenied(new EventId(new UUID(7, 1)), Actor.person("grace"), "not today"),
            Story.settled(Outcome.NOT_STARTED),
            SUMMARIZED);

    assertThat(report(events).get(RunbookLine.G3).reason()).isEqualTo("denied by grace: not today");
    assertThat(those(events, FAILED)).containsExactly(RunbookLine.G3);
    assertThat(those(events, NOT_APPLICABLE))
        .contains(RunbookLine.D1, RunbookLine.D3, RunbookLine.M1, RunbookLine.R2, RunbookLine.C2);
  }

  @Test
  @DisplayName("PRE1: the newest verdict of a check counts; what was not measured has not passed")
  void preconditions() {
    PreconditionChecked errored =
        new PreconditionChecked(RunbookLine.PRE1, "build", Verdict.ERRORED, "no answer");
    PreconditionChecked passed =
        new PreconditionChecked(RunbookLine.PRE1, "build", Verdict.PASSED, "green");

    assertThat(line(RunbookLine.PRE1, errored).coverage()).isEqualTo(FAILED);
    assertThat(line(RunbookLine.PRE1, errored, passed).coverage()).isEqualTo(DONE);
    assertThat(line(RunbookLine.PRE1, Story.accepted("chat")).coverage()).isEqualTo(GAP);
  }

  @Test
  @DisplayName("G1: a gate that no longer held counts as failed until the release is cleared again")
  void revoked() {
    ClearanceRevoked revoked = new ClearanceRevoked(RunbookLine.G1, "freeze");

    assertThat(line(RunbookLine.G1, Story.cleared(), revoked).coverage()).isEqualTo(FAILED);
    assertThat(line(RunbookLine.G1, revoked, Story.cleared()).coverage()).isEqualTo(DONE);
  }

  @Test
  @DisplayName("D1: without an announcement a start is a gap, or a person's decision")
  void unannounced() {
    DecisionTaken start =
        new DecisionTaken(new EventId(new UUID(7, 1)), Choice.START, Actor.person("ada"), "urgent");

    assertThat(line(RunbookLine.D1, Story.started()).coverage()).isEqualTo(GAP);
    assertThat(line(RunbookLine.D1, start, Story.started()))
        .isEqualTo(new Line(RunbookLine.D1, WAIVED, "started without it by ada"));
    UpdateFailed failed = new UpdateFailed(RunbookLine.D1, "chat", "k", "503");
    assertThat(line(RunbookLine.D1, Story.started(), failed).coverage()).isEqualTo(FAILED);
    assertThat(
            line(RunbookLine.D1, Story.started(), failed, new WindowAnnounced("feed", "k", null))
                .coverage())
        .isEqualTo(DONE);
  }

  @Test
  @DisplayName("M1: less than 30 minutes is never simply done")
  void shortObservation() {
    List<ReleaseEvent> events =
        good().stream()
            .map(
                event ->
                    event instanceof ReleaseVerified
                        ? new ReleaseVerified(
                            Verdict.PASSED, "ok", Duration.ofMinutes(29), List.of(), Story.LOOK)
                        : event)
            .toList();

    assertThat(report(events).get(RunbookLine.M1))
        .isEqualTo(new Line(RunbookLine.M1, GAP, "observed for 29 min only"));
  }

  @Test
  @DisplayName("C2: fewer updates than checkpoints is a gap")
  void updates() {
    assertThat(report(begun()).get(RunbookLine.C2).coverage()).isEqualTo(DONE);
    List<ReleaseEvent> silent =
        begun().stream().filter(event -> !(event instanceof UpdatePosted)).toList();
    assertThat(report(silent).get(RunbookLine.C2).coverage()).isEqualTo(GAP);
  }

  @Test
  @DisplayName("D5: a hole in a writer's sequence is a gap with its place")
  void missingFact() {
    List<Fact> facts = new ArrayList<>(Story.facts(good()));
    Fact lost = facts.remove(5);

    Line recorded =
        CoverageReport.of(facts).stream()
            .filter(line -> line.line() == RunbookLine.D5)
            .findFirst()
            .orElseThrow();
    assertThat(recorded.coverage()).isEqualTo(GAP);
    assertThat(recorded.reason())
        .contains(lost.writer().source().substring(1) + " " + lost.sequence());
  }
}
