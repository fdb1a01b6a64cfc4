package io.lockkeeper.gate;

import static io.lockkeeper.runbook.RunbookLine.G3;

import io.lockkeeper.gate.GateBoard.Admission;
import io.lockkeeper.gate.GateBoard.Approval;
import io.lockkeeper.gate.GateBoard.Standing;
import io.lockkeeper.runbook.ReleaseRequest.Window;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/// When a release needs attention although nothing is said. Every alarm moves something when it
/// rings: one that did not would ring for ever.
final class GateAlarms {

  private GateAlarms() {}

  static Optional<Instant> due(GateBoard board) {
    Admission admission = board.admission();
    if (admission == null) {
      return Optional.empty();
    }
    Instant startBy = startBy(admission);
    Window window = admission.request().window();
    Stream<Optional<Instant>> times =
        switch (board.phase()) {
          case GatePhase.Unknown _,
              GatePhase.Refused _,
              GatePhase.Uncontrolled _,
              GatePhase.Ending _,
              GatePhase.Settled _ ->
              Stream.of();
          case GatePhase.Reviewing _ -> Stream.of(Optional.of(admission.at()));
          case GatePhase.Approving _ ->
              Stream.of(
                  Optional.of(startBy),
                  Optional.ofNullable(window).map(Window::end),
                  approvalDue(board),
                  thaw(board, admission));
          case GatePhase.Ready _ ->
              Stream.of(Optional.of(startBy), Optional.ofNullable(window).map(Window::start));
          case GatePhase.Queued _ ->
              Stream.of(Optional.of(startBy), Optional.ofNullable(window).map(Window::end));
          case GatePhase.InLane(Instant since) ->
              Stream.of(
                  Optional.of(startBy),
                  Optional.ofNullable(window).map(Window::end),
                  Optional.of(since.plus(GateDecider.LANE_HOLD)),
                  BaselineRule.retryAt(board, admission));
          case GatePhase.Cleared(Instant validUntil) ->
              Stream.of(Optional.of(renewAt(admission, validUntil)));
          case GatePhase.Revoked revoked -> revokedDue(board, admission, revoked);
        };
    return times.flatMap(Optional::stream).min(Instant::compareTo);
  }

  /// Until when a release must be cleared.
  static Instant startBy(Admission admission) {
    return admission.at().plus(admission.runbook().gates().startWithin());
  }

  /// At half the lease; but a lease that ends where a freeze begins cannot be renewed, only
  /// revoked.
  static Instant renewAt(Admission admission, Instant validUntil) {
    return ApprovalRule.calendar(admission).beginsAt(validUntil)
        ? validUntil
        : validUntil.minus(admission.runbook().gates().lease().dividedBy(2));
  }

  private static Optional<Instant> approvalDue(GateBoard board) {
    Approval approval = board.approval();
    return approval == null || approval.isGiven() || approval.expired() || approval.denied() != null
        ? Optional.empty()
        : Optional.of(approval.due());
  }

  /// When the freeze is over that alone keeps G3 from holding.
  private static Optional<Instant> thaw(GateBoard board, Admission admission) {
    if (ApprovalRule.isAlwaysAsked(admission)) {
      return Optional.empty();
    }
    Standing standing = board.gates().get(G3);
    Approval approval = board.approval();
    Instant since = standing == null ? admission.at() : standing.at();
    Instant asked = approval == null ? since : approval.at();
    return Optional.of(
        ApprovalRule.calendar(admission).thawed(asked.isAfter(since) ? asked : since));
  }

  private static Stream<Optional<Instant>> revokedDue(
      GateBoard board, Admission admission, GatePhase.Revoked revoked) {
    boolean started = board.course().started();
    Optional<Instant> held =
        started ? Optional.empty() : Optional.of(revoked.at().plus(GateDecider.LANE_HOLD));
    Approval approval = board.approval();
    if (ApprovalRule.isAlwaysAsked(admission) || (approval != null && approval.denied() != null)) {
      return Stream.of(held, approvalDue(board), ifNot(started, retryAt(board, admission)));
    }
    FreezeCalendar calendar = ApprovalRule.calendar(admission);
    Optional<Instant> thaw =
        revoked.gate() == G3 ? Optional.of(calendar.thawed(revoked.at())) : Optional.empty();
    Instant asked = board.baseline().askedAt();
    return Stream.of(
        held,
        approvalDue(board),
        // Once the freeze is over and a new baseline is asked for, that is awaited.
        thaw.filter(end -> started || asked == null || asked.isBefore(end)),
        ifNot(started, retryAt(board, admission).map(calendar::thawed)));
  }

  private static Optional<Instant> retryAt(GateBoard board, Admission admission) {
    return BaselineRule.retryAt(board, admission);
  }

  private static Optional<Instant> ifNot(boolean started, Optional<Instant> time) {
    return started ? Optional.empty() : time;
  }
}
