package io.lockkeeper.audit;

import static io.lockkeeper.audit.CoverageReport.line;
import static io.lockkeeper.events.AuditEvent.Coverage.DONE;
import static io.lockkeeper.events.AuditEvent.Coverage.FAILED;
import static io.lockkeeper.events.AuditEvent.Coverage.GAP;
import static io.lockkeeper.events.AuditEvent.Coverage.NOT_APPLICABLE;
import static io.lockkeeper.events.AuditEvent.Coverage.WAIVED;

import io.lockkeeper.events.AuditEvent.Line;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.ReleaseSummarized;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.RunbookLine;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// D1, C1–C3, R4, R5: who was told.
final class MessageCoverage {

  private MessageCoverage() {}

  /// D1: the window was announced before the start.
  static Line announced(Findings findings) {
    return findings
        .last(WindowAnnounced.class)
        .map(announced -> line(RunbookLine.D1, DONE, "announced on " + announced.channel()))
        .orElseGet(
            () ->
                findings.started()
                    ? findings
                        .all(DecisionTaken.class)
                        .filter(taken -> taken.choice() == Choice.START)
                        .findFirst()
                        .map(
                            taken ->
                                line(RunbookLine.D1, WAIVED, "started without it by " + taken.by()))
                        .orElseGet(() -> undelivered(RunbookLine.D1, findings))
                    : line(RunbookLine.D1, NOT_APPLICABLE, "production was not touched"));
  }

  /// C1: there was a channel, and messages went to it.
  static Line channel(Findings findings) {
    String channels =
        Stream.concat(
                findings.all(WindowAnnounced.class).map(WindowAnnounced::channel),
                findings.all(UpdatePosted.class).map(UpdatePosted::channel))
            .distinct()
            .collect(Collectors.joining(", "));
    if (!channels.isEmpty()) {
      return line(RunbookLine.C1, DONE, channels);
    }
    return findings.started()
        ? line(RunbookLine.C1, GAP, "no message reached any channel")
        : line(RunbookLine.C1, NOT_APPLICABLE, "production was not touched");
  }

  /// C2: at least one update for the start, each completed stage and full traffic.
  static Line updates(Findings findings) {
    if (!findings.started()) {
      return line(RunbookLine.C2, NOT_APPLICABLE, "production was not touched");
    }
    long checkpoints =
        1
            + findings.all(StageCompleted.class).count()
            + (findings.has(RolloutCompleted.class) ? 1 : 0);
    long posted = posted(RunbookLine.C2, findings);
    return posted >= checkpoints
        ? line(
            RunbookLine.C2,
            DONE,
            Words.count(posted, "update") + " for " + Words.count(checkpoints, "checkpoint"))
        : undelivered(RunbookLine.C2, findings);
  }

  /// C3: the outcome was summarized.
  static Line summary(Findings findings) {
    return findings
        .last(ReleaseSummarized.class)
        .map(summarized -> line(RunbookLine.C3, DONE, "summarized on " + summarized.channel()))
        .orElseGet(() -> undelivered(RunbookLine.C3, findings));
  }

  /// R4: the way back was told.
  static Line returnTold(Findings findings) {
    if (!findings.halted()) {
      return line(RunbookLine.R4, NOT_APPLICABLE, "nothing went back");
    }
    long posted = posted(RunbookLine.R4, findings);
    return posted > 0
        ? line(RunbookLine.R4, DONE, Words.count(posted, "update"))
        : undelivered(RunbookLine.R4, findings);
  }

  /// R5: an incident was filed.
  static Line incident(Findings findings) {
    if (!findings.halted()) {
      return line(RunbookLine.R5, NOT_APPLICABLE, "nothing went back");
    }
    return findings
        .last(IncidentFiled.class)
        .map(
            filed ->
                line(
                    RunbookLine.R5,
                    DONE,
                    filed.tracker() + (filed.receipt() == null ? "" : " " + filed.receipt())))
        .orElseGet(() -> undelivered(RunbookLine.R5, findings));
  }

  private static long posted(RunbookLine line, Findings findings) {
    return findings
        .all(UpdatePosted.class)
        .filter(posted -> posted.line() == line)
        .map(UpdatePosted::key)
        .distinct()
        .count();
  }

  private static Line undelivered(RunbookLine line, Findings findings) {
    return findings
        .all(UpdateFailed.class)
        .filter(failed -> failed.line() == line)
        .reduce((earlier, later) -> later)
        .map(failed -> line(line, FAILED, failed.channel() + ": " + failed.reason()))
        .orElseGet(() -> line(line, GAP, "nobody was told"));
  }
}
