package io.lockkeeper.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.audit.LogEntry.Severity;
import io.lockkeeper.audit.LogEntry.Who;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.AuditEvent.Coverage;
import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ReleaseWithdrawn;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck.Aspect;
import io.lockkeeper.events.MonitorEvent.ObservabilityConfirmed;
import io.lockkeeper.events.MonitorEvent.ObservabilityUnconfirmed;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;

class LogEntryTest {

  private static LogEntry entry(ReleaseEvent event) {
    return LogEntry.of(Story.facts(event).getFirst());
  }

  static Collection<Class<? extends ReleaseEvent>> everyEvent() {
    return EventTypes.all().values();
  }

  @ParameterizedTest(name = "D5: {0} has one sentence")
  @MethodSource("everyEvent")
  void everyEventHasOneSentence(Class<? extends ReleaseEvent> type) {
    for (int seed = 0; seed < 50; seed++) {
      LogEntry entry = entry(new Samples(new SplittableRandom(seed)).of(type));

      assertThat(entry.title()).isNotBlank().hasSizeLessThanOrEqualTo(600);
      assertThat(entry.title()).doesNotContain("\n", "@", "Optional[", "null");
      assertThat(entry.title()).matches("(?s)[A-Z\\p{Alpha}].*");
      assertThat(entry.type()).isEqualTo(EventTypes.nameOf(type));
    }
  }

  @ParameterizedTest(name = "D4: a loss of kind {0} says so; one from before kinds has its words")
  @EnumSource
  @NullSource
  void loss(@Nullable TelemetryFault kind) {
    Instant since = Instant.parse("2026-11-23T09:00:00Z");
    LogEntry entry = entry(new MonitorEvent.TelemetryLost(since, kind, "answers 503"));

    String said =
        switch (kind) {
          case null -> "";
          case UNOBSERVED -> ", nobody looked";
          case UNAVAILABLE -> ", not available";
          case REFUSED -> ", the question is refused";
          case UNUSABLE -> ", not usable";
          case NO_DATA -> ", no data";
          case STALE -> ", too old";
        };
    assertThat(entry.title())
        .isEqualTo("No telemetry since 2026-11-23 09:00:00.000" + said + ": answers 503");
    assertThat(entry.severity()).isEqualTo(Severity.ATTENTION);
  }

  @Test
  @DisplayName("D4: what telemetry misses and what follows, and for how long it did")
  void degraded() {
    Instant since = Instant.parse("2026-11-23T09:00:00Z");
    LogEntry entry =
        entry(
            new MonitorEvent.TelemetryDegraded(
                since, TelemetryFault.STALE, "instance p-1 of 2.0.0 is stale"));
    assertThat(entry.title())
        .isEqualTo(
            "Telemetry is incomplete since 2026-11-23 09:00:00.000, too old: instance p-1 of 2.0.0"
                + " is stale; nothing is held for it");
    assertThat(entry.severity()).isEqualTo(Severity.ATTENTION);

    LogEntry over = entry(new MonitorEvent.TelemetryRestored(Duration.ofMinutes(2)));
    assertThat(over.title())
        .isEqualTo("Telemetry is complete again; something was missing for 2 min");
    assertThat(over.severity()).isEqualTo(Severity.ROUTINE);
  }

  @Test
  @DisplayName("G2: a baseline says its window, how many earlier days are in it, and its numbers")
  void baseline() {
    Instant from = Instant.parse("2026-11-23T09:00:00Z");
    List<Measure> measures =
        List.of(
            new Measure("errors", null, 0.002, "fraction", 1_200),
            new Measure("cpu", null, 0.0012, "s", 1_200));
    List<Instant> days = List.of(from.minusSeconds(86_400), from.minusSeconds(172_800));
    for (int count = 0; count <= days.size(); count++) {
      LogEntry entry =
          entry(
              new MonitorEvent.BaselineCaptured(
                  new EventId(new UUID(7, 1)),
                  from,
                  from.plusSeconds(600),
                  measures,
                  Story.LOOK,
                  days.subList(0, count)));

      assertThat(entry.title())
          .isEqualTo(
              "Baseline from 2026-11-23 09:00:00.000 until 2026-11-23 09:10:00.000"
                  + List.of(
                          "",
                          " and the same hour of one earlier day",
                          " and the same hour of 2 earlier days")
                      .get(count)
                  + ": errors 0.2 % (1200 samples); cpu 1.2 ms (1200 samples)");
    }
  }

  @Test
  @DisplayName("G2: before a first release there is no baseline, and the log says what was asked")
  void first() {
    Instant at = Instant.parse("2026-11-23T09:00:00Z");
    assertThat(entry(new GateEvent.BaselineRequested(1, Duration.ZERO)).title())
        .isEqualTo("Word on error budgets and queries of the first release asked for, attempt 1");
    EventId request = new EventId(new UUID(7, 1));
    Measure budget = new Measure("budget availability", null, 0.75, "fraction", 360_000);
    assertThat(
            entry(new MonitorEvent.BaselineCaptured(request, at, at, List.of(budget), Story.LOOK))
                .title())
        .isEqualTo(
            "Error budgets and queries of the first release were in order at"
                + " 2026-11-23 09:00:00.000: budget availability 75 % (360000 samples)");
    assertThat(
            entry(new MonitorEvent.BaselineCaptured(request, at, at, List.of(), Story.LOOK))
                .title())
        .endsWith("were in order at 2026-11-23 09:00:00.000");
  }

  @Test
  @DisplayName("R1: a halt says why, how fast and by whom")
  void halt() {
    LogEntry entry = entry(Story.halted());

    assertThat(entry.title()).isEqualTo("Halted (BREACH) 40 ms after its cause: errors 2.1 %");
    assertThat(entry.severity()).isEqualTo(Severity.TROUBLE);
    assertThat(entry.lines()).containsExactly(RunbookLine.R1);
    assertThat(entry.who()).isEqualTo(new Who(Who.Kind.RUNBOOK, "runbook"));
  }

  @Test
  @DisplayName("M1: a verdict has its numbers")
  void numbers() {
    assertThat(entry(Story.verified()).title())
        .isEqualTo(
            "Release is PASSED after 30 min at full traffic: as before; "
                + "errors 2.1 % (control 0.2 %, 1200 samples)");
  }

  @Test
  @DisplayName(
      "M3: what was confirmed, and what was not, stands on its line with what asked for it")
  void observability() {
    EventId observation = new EventId(new UUID(7, 3));
    ObservabilityCheck seen =
        new ObservabilityCheck(Aspect.SYNTHETIC, "http://shop/v", true, "/version is 2.0.0");
    ObservabilityCheck missing =
        new ObservabilityCheck(Aspect.DASHBOARD, "dashboard red", false, "answers 404");

    LogEntry confirmed = entry(new ObservabilityConfirmed(observation, List.of(seen)));
    assertThat(confirmed.title())
        .isEqualTo("The deployed version can be observed: http://shop/v: /version is 2.0.0");
    assertThat(confirmed.lines()).containsExactly(RunbookLine.M3);
    assertThat(confirmed.cause()).isEqualTo(observation);
    assertThat(confirmed.severity()).isEqualTo(Severity.ROUTINE);

    LogEntry missed = entry(new ObservabilityUnconfirmed(observation, List.of(seen, missing)));
    assertThat(missed.title())
        .isEqualTo(
            "Not confirmed that the deployed version can be observed:"
                + " dashboard red: answers 404");
    assertThat(missed.lines()).containsExactly(RunbookLine.M3);
    assertThat(missed.cause()).isEqualTo(observation);
    assertThat(missed.severity()).isEqualTo(Severity.ATTENTION);
  }

  @Test
  @DisplayName("D5: who did it is a person, somebody claimed, the runbook or the service")
  void actors() {
    assertThat(entry(new ReleaseWithdrawn(Actor.person("ada"), "no")).who())
        .hasToString("ada")
        .extracting(Who::kind)
        .isEqualTo(Who.Kind.PERSON);
    assertThat(entry(new ReleaseWithdrawn(Actor.claimed("ada"), "no")).who())
        .hasToString("ada (claimed)");
    assertThat(entry(Story.cleared()).who()).isEqualTo(new Who(Who.Kind.SERVICE, "gate-service"));
  }

  @Test
  @DisplayName("M2: a signal without a value says so")
  void withoutData() {
    Measure none = new Measure("errors", null, 0.002, "fraction", 0);

    assertThat(Words.measure(none)).isEqualTo("errors without data (control 0.2 %, 0 samples)");
  }

  @Test
  @DisplayName("D5: a closed log names the lines that are open, or says that none is")
  void closed() {
    assertThat(entry(closedWith(Coverage.DONE, Coverage.GAP)).title())
        .isEqualTo("Log closed as VERIFIED after 7 facts, not carried out: M3");
    assertThat(entry(closedWith(Coverage.DONE, Coverage.WAIVED)).title())
        .isEqualTo("Log closed as VERIFIED after 7 facts, every line of the runbook accounted for");
  }

  private static ReleaseClosed closedWith(Coverage first, Coverage second) {
    return new ReleaseClosed(
        Outcome.VERIFIED,
        List.of(
            new AuditEvent.Line(RunbookLine.D1, first, "told"),
            new AuditEvent.Line(RunbookLine.M3, second, "nobody looked")),
        7);
  }

  @Test
  @DisplayName("D5: a fact of an unknown type is shown")
  void unrecognised() {
    LogEntry entry = entry(new Unrecognised("io.example.v9", "{}"));

    assertThat(entry.title()).contains("io.example.v9");
    assertThat(entry.severity()).isEqualTo(Severity.ATTENTION);
  }
}
