package io.lockkeeper.audit;

import static io.lockkeeper.audit.LogEntry.Severity.ATTENTION;
import static io.lockkeeper.audit.LogEntry.Severity.MILESTONE;
import static io.lockkeeper.audit.LogEntry.Severity.ROUTINE;

import io.lockkeeper.audit.LogEntry.Sentence;
import io.lockkeeper.audit.LogEntry.Severity;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.runbook.RunbookLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What notification-service's facts say in the log. Runbook D1, C1–C3, R4, R5.
final class NotificationSentences {

  private NotificationSentences() {}

  static Sentence of(NotificationEvent event) {
    return switch (event) {
      case NotificationEvent.WindowAnnounced announced ->
          sentence(
              MILESTONE,
              "Window announced on " + announced.channel() + receipt(announced.receipt()),
              RunbookLine.D1,
              RunbookLine.C1);
      case NotificationEvent.UpdatePosted posted ->
          sentence(
              ROUTINE,
              "Update on "
                  + posted.channel()
                  + receipt(posted.receipt())
                  + ": "
                  + posted.text().lines().findFirst().orElse(""),
              posted.line());
      case NotificationEvent.UpdateFailed failed ->
          sentence(
              ATTENTION,
              "Message not delivered in time to " + failed.channel() + ": " + failed.reason(),
              failed.line());
      case NotificationEvent.IncidentFiled filed ->
          sentence(
              MILESTONE,
              "Incident filed in " + filed.tracker() + receipt(filed.receipt()),
              RunbookLine.R5);
      case NotificationEvent.ReleaseSummarized summarized ->
          sentence(
              MILESTONE,
              "Outcome summarized on " + summarized.channel() + receipt(summarized.receipt()),
              RunbookLine.C3);
    };
  }

  private static String receipt(@Nullable String receipt) {
    return receipt == null ? "" : " (" + receipt + ")";
  }

  private static Sentence sentence(Severity severity, String title, RunbookLine... lines) {
    return new Sentence(severity, Words.foreign(title), List.of(lines), null);
  }
}
