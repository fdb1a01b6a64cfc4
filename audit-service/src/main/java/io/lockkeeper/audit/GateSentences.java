package io.lockkeeper.audit;

import static io.lockkeeper.audit.LogEntry.Severity.ATTENTION;
import static io.lockkeeper.audit.LogEntry.Severity.MILESTONE;
import static io.lockkeeper.audit.LogEntry.Severity.ROUTINE;
import static io.lockkeeper.audit.LogEntry.Severity.TROUBLE;

import io.lockkeeper.audit.LogEntry.Sentence;
import io.lockkeeper.audit.LogEntry.Severity;
import io.lockkeeper.audit.LogEntry.Who;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What gate-service's facts say in the log. Runbook PRE1–PRE4, G1–G4.
final class GateSentences {

  private GateSentences() {}

  static Sentence of(GateEvent event) {
    return switch (event) {
      case GateEvent.ReleaseAccepted accepted -> {
        ReleaseRequest request = accepted.request();
        yield sentence(
            MILESTONE,
            "Release accepted: "
                + Words.subject(request.service(), request.version(), "to", request.environment())
                + " by runbook "
                + accepted.runbook().name(),
            accepted.requester());
      }
      case GateEvent.ReleaseRefused refused ->
          sentence(
              TROUBLE,
              "Release refused ("
                  + refused.code()
                  + "): "
                  + about(refused)
                  + refused.problems().stream()
                      .map(problem -> problem.pointer() + " " + problem.detail())
                      .map(String::strip)
                      .collect(Collectors.joining("; ")),
              refused.requester());
      case GateEvent.RequestRefused refused ->
          sentence(
              ATTENTION,
              "A later request of the same identity was refused ("
                  + refused.code()
                  + "): "
                  + refused.reason(),
              null);
      case GateEvent.PreconditionChecked checked ->
          sentence(
              switch (checked.verdict()) {
                case PASSED -> ROUTINE;
                case FAILED -> TROUBLE;
                case INCONCLUSIVE, ERRORED -> ATTENTION;
              },
              checked.verdict() == Verdict.PASSED
                  ? "Check " + checked.reason()
                  : "Check "
                      + checked.check()
                      + " is "
                      + checked.verdict()
                      + ": "
                      + checked.reason(),
              null,
              checked.line());
      case GateEvent.GatePassed passed ->
          sentence(
              ROUTINE, named(passed.gate()) + " holds: " + passed.reason(), null, passed.gate());
      case GateEvent.GateFailed failed ->
          sentence(
              ATTENTION,
              named(failed.gate()) + " does not hold: " + failed.reason(),
              null,
              failed.gate());
      case GateEvent.ApprovalRequested requested ->
          sentence(
              ATTENTION,
              "Approval asked of "
                  + Words.count(requested.quorum(), "person").replace("persons", "people")
                  + " until "
                  + Words.time(requested.due())
                  + " for "
                  + requested.digest()
                  + ": "
                  + requested.reason(),
              null,
              RunbookLine.G3);
      case GateEvent.ApprovalGranted granted ->
          sentence(
              MILESTONE,
              "Approved: "
                  + granted.digest()
                  + (granted.comment() == null ? "" : ", \"" + granted.comment() + "\""),
              granted.by(),
              RunbookLine.G3);
      case GateEvent.ApprovalDenied denied ->
          sentence(TROUBLE, "Approval denied: " + denied.reason(), denied.by(), RunbookLine.G3);
      case GateEvent.ApprovalExpired _ ->
          sentence(
              ATTENTION, "Nobody answered the request for approval in time", null, RunbookLine.G3);
      case GateEvent.BaselineRequested requested ->
          sentence(
              ROUTINE,
              (requested.window().isZero()
                      ? "Word on error budgets and queries of the first release"
                      : "Baseline over " + Words.length(requested.window()))
                  + " asked for, attempt "
                  + requested.attempt(),
              null,
              RunbookLine.G2);
      case GateEvent.ReleaseQueued queued ->
          sentence(
              ROUTINE,
              "Waiting for "
                  + queued.lane()
                  + ", behind "
                  + Words.count(queued.behind().size(), "release"),
              null);
      case GateEvent.ReleaseCleared cleared ->
          sentence(
              MILESTONE,
              "Cleared for "
                  + cleared.lane()
                  + " until "
                  + Words.time(cleared.validUntil())
                  + ", token "
                  + cleared.token()
                  + ", to be announced by "
                  + Words.time(cleared.announceBy()),
              null,
              RunbookLine.G1,
              RunbookLine.G2,
              RunbookLine.G3,
              RunbookLine.G4);
      case GateEvent.ClearanceRenewed renewed ->
          sentence(ROUTINE, "Clearance renewed until " + Words.time(renewed.validUntil()), null);
      case GateEvent.ClearanceRevoked revoked ->
          sentence(
              ATTENTION,
              "Clearance revoked, "
                  + named(revoked.gate())
                  + " no longer holds: "
                  + revoked.reason(),
              null,
              revoked.gate());
      case GateEvent.ReleaseBlocked blocked ->
          sentence(
              TROUBLE,
              "Blocked, " + named(blocked.gate()) + " cannot hold any more: " + blocked.reason(),
              null,
              blocked.gate());
      case GateEvent.ReleaseWithdrawn withdrawn ->
          sentence(ATTENTION, "Withdrawn: " + withdrawn.reason(), withdrawn.by());
      case GateEvent.ArtifactQuarantined quarantined ->
          sentence(
              ATTENTION,
              "Artifact "
                  + quarantined.artifact()
                  + " does not start again in "
                  + quarantined.lane().environment()
                  + ": "
                  + quarantined.reason(),
              null);
      case GateEvent.QuarantineLifted lifted ->
          sentence(
              ATTENTION,
              "Artifact " + lifted.artifact() + " may start again: " + lifted.reason(),
              lifted.by());
    };
  }

  private static String named(RunbookLine line) {
    return line.title();
  }

  private static String about(GateEvent.ReleaseRefused refused) {
    GateEvent.Subject subject = refused.subject();
    return subject == null || subject.service() == null
        ? ""
        : Words.subject(subject.service(), subject.version(), "to", subject.environment()) + ": ";
  }

  private static Sentence sentence(
      Severity severity, String title, @Nullable Actor by, RunbookLine... lines) {
    return new Sentence(severity, Words.foreign(title), List.of(lines), Who.of(by));
  }
}
