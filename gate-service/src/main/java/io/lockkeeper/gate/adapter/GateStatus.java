package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.events.GateEvent.Subject;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.GateBoard.Admission;
import io.lockkeeper.gate.GateBoard.Approval;
import io.lockkeeper.gate.GateBoard.Clearance;
import io.lockkeeper.gate.GatePhase;
import io.lockkeeper.gate.Wait;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One release as REST shows it: where it stands before its gates, what it waits for, until when,
/// and who can end it.
///
/// @param digest  what an approval must name
/// @param reason  why it waits, is revoked, blocked, refused or withdrawn, or ended, in words
/// @param subject what a request that was refused was about, as far as that could be read
/// @param stuck   why the release's facts cannot be decided on; null normally
public record GateStatus(
    ReleaseId release,
    String phase,
    @Nullable String reason,
    @Nullable ReleaseRequest request,
    @Nullable Subject subject,
    @Nullable String runbook,
    @Nullable Digest digest,
    @Nullable Actor requester,
    List<Precondition> preconditions,
    Map<RunbookLine, GateBoard.Standing> gates,
    @Nullable Approvals approval,
    @Nullable Lease clearance,
    @Nullable Wait waitsFor,
    List<Problem> problems,
    @Nullable String stuck) {

  /// One precondition that was checked.
  public record Precondition(RunbookLine line, String check, Verdict verdict) {}

  /// G3: what people are asked; answered by `POST /releases/{id}/approvals`.
  public record Approvals(Digest digest, int quorum, Instant due, List<Actor> granted) {}

  /// The newest clearance.
  public record Lease(long token, Instant validUntil, boolean revoked) {}

  /// Whether nothing more will be said of it but by a new request.
  boolean ended() {
    return phase.equals("SETTLED") || phase.equals("REFUSED");
  }

  static GateStatus of(ReleaseId release, GateBoard board, @Nullable String stuck) {
    Admission admission = board.admission();
    Approval approval = board.approval();
    Clearance clearance = board.clearance();
    Wait wait = board.waitsFor().orElse(null);
    return new GateStatus(
        release,
        GateView.name(board.phase()),
        reason(board, wait),
        admission == null ? null : admission.request(),
        admission == null && board.refusal() != null ? board.refusal().subject() : null,
        admission == null ? null : admission.runbook().name(),
        admission == null ? null : admission.digest(),
        admission == null ? null : admission.requester(),
        board.preconditions().entrySet().stream()
            .sorted(Comparator.comparing(entry -> entry.getKey()))
            .map(
                entry ->
                    new Precondition(
                        entry.getKey().line(), entry.getKey().name(), entry.getValue()))
            .toList(),
        new TreeMap<>(board.gates()),
        approval == null
            ? null
            : new Approvals(
                approval.digest(), approval.quorum(), approval.due(), approval.granted()),
        clearance == null
            ? null
            : new Lease(clearance.token(), clearance.validUntil(), clearance.revoked() != null),
        wait,
        board.refusal() == null ? List.of() : board.refusal().problems(),
        stuck);
  }

  private static @Nullable String reason(GateBoard board, @Nullable Wait wait) {
    return switch (board.phase()) {
      case GatePhase.Unknown _ -> null;
      case GatePhase.Refused(String code) -> code;
      case GatePhase.Settled(var outcome, var why) -> "settled: %s: %s".formatted(outcome, why);
      case GatePhase.Ending(String why) -> why;
      case GatePhase.Uncontrolled(String why) -> why;
      case GatePhase.Reviewing _,
          GatePhase.Approving _,
          GatePhase.Ready _,
          GatePhase.Queued _,
          GatePhase.InLane _,
          GatePhase.Cleared _,
          GatePhase.Revoked _ ->
          wait == null ? null : wait.sentence();
    };
  }
}
