package io.lockkeeper.audit;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.Writer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The deployment log of one release. Runbook D5.
///
/// @param steps    every fact, in the order of the ledger
/// @param coverage what became of each runbook line; empty until the release is settled
/// @param notes    what is odd about the deliveries: repeats, holes, foreign hands
public record DeploymentLog(
    Overview overview, List<Step> steps, List<AuditEvent.Line> coverage, List<String> notes) {

  public DeploymentLog {
    steps = List.copyOf(steps);
    coverage = List.copyOf(coverage);
    notes = List.copyOf(notes);
  }

  /// One entry and what led to it.
  ///
  /// @param because the title of the causing fact; null when there is none
  public record Step(LogEntry entry, @Nullable String because) {}

  /// The log of these facts of one release, in ledger order; at least one.
  public static DeploymentLog of(List<Fact> facts, List<String> notes) {
    List<LogEntry> entries = facts.stream().map(LogEntry::of).toList();
    Map<EventId, String> titles = new HashMap<>();
    entries.forEach(entry -> titles.putIfAbsent(entry.id(), entry.title()));
    Overview overview = Overview.of(facts);
    return new DeploymentLog(
        overview,
        entries.stream().map(entry -> new Step(entry, because(entry, titles))).toList(),
        overview.outcome() == null
            ? List.of()
            : CoverageReport.of(
                facts.stream().filter(fact -> fact.writer() != Writer.AUDIT).toList()),
        notes);
  }

  private static @Nullable String because(LogEntry entry, Map<EventId, String> titles) {
    EventId cause = entry.cause();
    return cause == null ? null : titles.getOrDefault(cause, "fact " + cause);
  }
}
