package io.lockkeeper.audit;

import static io.lockkeeper.audit.LogEntry.Severity.ATTENTION;
import static io.lockkeeper.audit.LogEntry.Severity.MILESTONE;
import static io.lockkeeper.audit.LogEntry.Severity.ROUTINE;
import static io.lockkeeper.audit.LogEntry.Severity.TROUBLE;

import io.lockkeeper.audit.LogEntry.Sentence;
import io.lockkeeper.audit.LogEntry.Severity;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What monitor-service's facts say in the log. Runbook G2, D4, M1–M3, R1.
final class MonitorSentences {

  private MonitorSentences() {}

  private static String earlier(@Nullable List<Instant> days) {
    int count = days == null ? 0 : days.size();
    return switch (count) {
      case 0 -> "";
      case 1 -> " and the same hour of one earlier day";
      default -> " and the same hour of %d earlier days".formatted(count);
    };
  }

  private static String taken(MonitorEvent.BaselineCaptured captured) {
    return "Baseline from "
        + Words.time(captured.from())
        + " until "
        + Words.time(captured.until())
        + earlier(captured.earlier())
        + ": "
        + Words.baseline(captured.measures());
  }

  /// What covers no time is no baseline: nothing runs yet.
  private static String inOrder(MonitorEvent.BaselineCaptured captured) {
    return "Error budgets and queries of the first release were in order at "
        + Words.time(captured.until())
        + (captured.measures().isEmpty() ? "" : ": " + Words.baseline(captured.measures()));
  }

  static Sentence of(MonitorEvent event) {
    return switch (event) {
      case MonitorEvent.BaselineCaptured captured ->
          sentence(
              ROUTINE,
              captured.from().equals(captured.until()) ? inOrder(captured) : taken(captured),
              RunbookLine.G2);
      case MonitorEvent.BaselineRefused refused ->
          sentence(ATTENTION, "Baseline refused: " + refused.reason(), RunbookLine.G2);
      case MonitorEvent.StageVerified verified ->
          sentence(
              severity(verified.verdict(), ROUTINE),
              "Stage "
                  + (verified.stage() + 1)
                  + (verified.attempt() > 1 ? ", attempt " + verified.attempt() : "")
                  + " is "
                  + verified.verdict()
                  + ": "
                  + verified.reason()
                  + "; "
                  + Words.measures(verified.measures()),
              RunbookLine.D4,
              RunbookLine.M2);
      case MonitorEvent.BudgetBreached breached ->
          sentence(
              TROUBLE,
              "Breach: " + Words.measure(breached.measure()) + "; " + breached.evidence(),
              RunbookLine.R1);
      case MonitorEvent.TelemetryLost lost ->
          sentence(
              ATTENTION,
              "No telemetry since "
                  + Words.time(lost.since())
                  + (lost.kind() == null ? "" : ", " + words(lost.kind()))
                  + ": "
                  + lost.reason(),
              RunbookLine.D4);
      case MonitorEvent.TelemetryRecovered recovered ->
          sentence(
              ROUTINE,
              "Telemetry is back; " + Words.length(recovered.lost()) + " were lost",
              RunbookLine.D4);
      case MonitorEvent.TelemetryDegraded degraded ->
          sentence(
              ATTENTION,
              "Telemetry is incomplete since "
                  + Words.time(degraded.since())
                  + ", "
                  + words(degraded.kind())
                  + ": "
                  + degraded.reason()
                  + "; nothing is held for it",
              RunbookLine.D4,
              RunbookLine.M1);
      case MonitorEvent.TelemetryRestored restored ->
          sentence(
              ROUTINE,
              "Telemetry is complete again; something was missing for "
                  + Words.length(restored.lasted()),
              RunbookLine.D4,
              RunbookLine.M1);
      case MonitorEvent.ObservationStarted started ->
          sentence(
              ROUTINE,
              "Observation at full traffic began, for " + Words.length(started.length()),
              RunbookLine.M1);
      case MonitorEvent.ObservabilityConfirmed confirmed ->
          sentence(
              ROUTINE,
              "The deployed version can be observed: " + checks(confirmed.checks(), true),
              RunbookLine.M3);
      case MonitorEvent.ObservabilityUnconfirmed unconfirmed ->
          sentence(
              ATTENTION,
              "Not confirmed that the deployed version can be observed: "
                  + checks(unconfirmed.checks(), false),
              RunbookLine.M3);
      case MonitorEvent.ReleaseVerified verified ->
          sentence(
              severity(verified.verdict(), MILESTONE),
              "Release is "
                  + verified.verdict()
                  + " after "
                  + Words.length(verified.observed())
                  + " at full traffic: "
                  + verified.reason()
                  + "; "
                  + Words.measures(verified.measures()),
              RunbookLine.M1,
              RunbookLine.M2);
    };
  }

  /// The checks that are, or are not, confirmed, each with what was found.
  static String checks(List<ObservabilityCheck> checks, boolean confirmed) {
    return checks.stream()
        .filter(check -> check.confirmed() == confirmed)
        .map(check -> check.subject() + ": " + check.found())
        .collect(Collectors.joining("; "));
  }

  private static String words(TelemetryFault kind) {
    return switch (kind) {
      case UNOBSERVED -> "nobody looked";
      case UNAVAILABLE -> "not available";
      case REFUSED -> "the question is refused";
      case UNUSABLE -> "not usable";
      case NO_DATA -> "no data";
      case STALE -> "too old";
    };
  }

  private static Severity severity(Verdict verdict, Severity good) {
    return switch (verdict) {
      case PASSED -> good;
      case FAILED -> TROUBLE;
      case INCONCLUSIVE, ERRORED -> ATTENTION;
    };
  }

  private static Sentence sentence(Severity severity, String title, RunbookLine... lines) {
    return new Sentence(severity, Words.foreign(title), List.of(lines), null);
  }
}
