package io.lockkeeper.gate;

import static java.util.stream.Collectors.joining;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateBoard.Admission;
import io.lockkeeper.gate.GateBoard.Approval;
import io.lockkeeper.gate.GateBoard.Standing;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a release waits for, in words for people.
final class Waits {

  /// So many of those that are before it are named.
  private static final int NAMED = 3;

  private Waits() {}

  static Optional<Wait> of(GateBoard board) {
    Admission admission = board.admission();
    if (admission == null) {
      return Optional.empty();
    }
    Instant due = GateDecider.due(board).orElse(null);
    Lane lane = Lane.of(admission.request());
    return Optional.ofNullable(
        switch (board.phase()) {
          case GatePhase.Unknown _, GatePhase.Refused _, GatePhase.Settled _ -> null;
          case GatePhase.Reviewing _ ->
              new Wait("its evidence to be reviewed", "gate-service", due);
          case GatePhase.Approving _ -> approving(board, due);
          case GatePhase.Ready _ -> new Wait("its planned window", "the calendar", due);
          case GatePhase.Queued(_, var behind) -> new Wait("the lane " + lane, before(behind), due);
          case GatePhase.InLane _ -> new Wait(baseline(board, admission), "monitor-service", due);
          case GatePhase.Cleared(Instant validUntil) ->
              board.course().started()
                  ? new Wait("the end of its rollout", "rollout-service", null)
                  : new Wait("its deployment to start", "rollout-service", validUntil);
          case GatePhase.Revoked(RunbookLine gate, String reason, _) ->
              new Wait(
                  gate + " to hold again: " + reason,
                  board.approval() == null ? "the calendar or monitor-service" : "an approver",
                  due);
          case GatePhase.Uncontrolled(String reason) ->
              new Wait("its final status; " + reason, "rollout-service", null);
          case GatePhase.Ending(String reason) ->
              new Wait("its final status; " + reason, "rollout-service", null);
        });
  }

  // Those that have left since count too: only the lane knows, and `GET /lanes` says so.
  private static String before(List<ReleaseId> behind) {
    String first = behind.stream().limit(NAMED).map(ReleaseId::value).collect(joining(", "));
    int more = behind.size() - NAMED;
    return behind.isEmpty()
        ? "the releases before it"
        : "the releases that were before it when it joined the queue: "
            + first
            + (more > 0 ? " and " + more + " more" : "");
  }

  private static Wait approving(GateBoard board, @Nullable Instant due) {
    Approval approval = board.approval();
    Standing standing = board.gates().get(RunbookLine.G3);
    if (approval == null) {
      return new Wait(standing == null ? "G3" : standing.reason(), "the calendar", due);
    }
    int missing = Math.max(0, approval.quorum() - approval.granted().size());
    return new Wait(
        missing + (missing == 1 ? " approval of " : " approvals of ") + approval.digest(),
        "operators who neither asked for the release nor wrote it",
        due);
  }

  private static String baseline(GateBoard board, Admission admission) {
    String refusal = board.baseline().refusal();
    String awaited =
        admission.request().first()
            ? "a word on its "
                + BaselineRule.askedOfFirst(admission).orElse("error budgets and queries")
            : "a health baseline";
    return awaited + (refusal == null ? "" : ", refused for now: " + refusal);
  }
}
