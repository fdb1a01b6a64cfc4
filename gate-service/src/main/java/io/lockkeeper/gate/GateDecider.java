package io.lockkeeper.gate;

import static io.lockkeeper.runbook.RunbookLine.D1;
import static io.lockkeeper.runbook.RunbookLine.G1;
import static io.lockkeeper.runbook.RunbookLine.G2;
import static io.lockkeeper.runbook.RunbookLine.G3;
import static io.lockkeeper.runbook.RunbookLine.G4;
import static io.lockkeeper.runbook.RunbookLine.PRE4;

import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateBoard.Admission;
import io.lockkeeper.gate.GateBoard.Check;
import io.lockkeeper.gate.GateBoard.Clearance;
import io.lockkeeper.gate.GateBoard.Standing;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.ReleaseRequest.Window;
import io.lockkeeper.runbook.Runbook.Precondition;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decides whether a release may start, and whether it still may. Runbook PRE1–PRE4, G1–G4.
///
/// The order is PRE1–PRE4, G1, G3, which may take days and hold nothing; then the lane; in it G2
/// and G4, quickly; then the clearance, a lease that is renewed while every gate still holds.
public final class GateDecider {

  /// How long a release may hold its lane without being cleared, before it goes to the back of the
  /// queue.
  public static final Duration LANE_HOLD = Duration.ofMinutes(30);

  /// So many refused requests of one release become facts; further ones change nothing and are not
  /// recorded.
  public static final int MAX_TURNED_DOWN = 10;

  private GateDecider() {}

  /// What follows from all that is known now; nothing when somebody else, or time, is awaited.
  ///
  /// @param occupancy the lane of the release, as it was before this release's newest facts or
  /// after them
  public static List<GateEvent> next(GateBoard board, Occupancy occupancy, Instant now) {
    Admission admission = board.admission();
    ReleaseId release = board.release();
    if (admission == null || release == null) {
      return List.of();
    }
    Occupancy lane = occupancy.evolve(board);
    return switch (board.phase()) {
      case GatePhase.Unknown _, GatePhase.Refused _, GatePhase.Uncontrolled _, GatePhase.Ending _ ->
          List.of();
      case GatePhase.Reviewing _ -> review(board, admission, lane);
      case GatePhase.Approving _ -> approve(board, admission, now);
      case GatePhase.Ready _, GatePhase.Queued _ -> enter(board, admission, release, lane, now);
      case GatePhase.InLane(Instant since) -> prepare(board, admission, release, lane, since, now);
      case GatePhase.Cleared(Instant validUntil) -> renew(board, admission, validUntil, now);
      case GatePhase.Revoked revoked -> restore(board, admission, revoked, now);
      case GatePhase.Settled(var outcome, _) -> quarantine(board, admission, lane, outcome);
    };
  }

  /// What follows from a command; nothing when it was turned down, or says what is so already.
  public static List<GateEvent> answer(GateBoard board, GateCommand command, Instant now) {
    return Answers.to(board, command, now);
  }

  /// Why a command is turned down; empty when it is obeyed, or says what is so already.
  public static Optional<Objection> objection(GateBoard board, GateCommand command, Instant now) {
    return Answers.objection(board, command, now);
  }

  /// When [#next] must be asked although nothing was said; empty when only a fact or a person can
  /// go on.
  public static Optional<Instant> due(GateBoard board) {
    return GateAlarms.due(board);
  }

  private static List<GateEvent> review(GateBoard board, Admission admission, Occupancy lane) {
    Optional<GateEvent> unfit = unfit(admission, lane);
    if (unfit.isPresent()) {
      return List.of(unfit.get());
    }
    List<GateEvent> checks =
        admission.runbook().preconditions().stream()
            .distinct()
            .filter(asked -> verdict(board, asked) == null)
            .<GateEvent>map(asked -> Checklist.precondition(asked, admission.request()))
            .toList();
    if (!checks.isEmpty()) {
      return checks;
    }
    Optional<Precondition> missed =
        admission.runbook().preconditions().stream()
            .filter(asked -> verdict(board, asked) != Verdict.PASSED)
            .findFirst();
    if (missed.isPresent()) {
      Precondition asked = missed.get();
      return List.of(
          new GateEvent.ReleaseBlocked(
              asked.line(), Checklist.precondition(asked, admission.request()).reason()));
    }
    Standing readiness = board.gates().get(G1);
    if (readiness == null) {
      Checklist.Finding finding =
          Checklist.readiness(admission.request(), admission.runbook(), running(lane));
      return List.of(
          finding.passed()
              ? new GateEvent.GatePassed(G1, finding.reason())
              : new GateEvent.GateFailed(G1, finding.reason()));
    }
    return List.of(new GateEvent.ReleaseBlocked(G1, readiness.reason()));
  }

  private static List<GateEvent> approve(GateBoard board, Admission admission, Instant now) {
    Optional<GateEvent> late = late(admission, G3, now);
    if (late.isPresent()) {
      return List.of(late.get());
    }
    return ApprovalRule.lack(board, admission, now)
        .map(lack -> ApprovalRule.pursue(board, admission, lack, false, now))
        .orElseGet(() -> List.of(new GateEvent.GatePassed(G3, ApprovalRule.reason(board))));
  }

  private static List<GateEvent> enter(
      GateBoard board, Admission admission, ReleaseId release, Occupancy lane, Instant now) {
    Optional<GateEvent> ended = late(admission, G2, now).or(() -> unfit(admission, lane));
    if (ended.isPresent()) {
      return List.of(ended.get());
    }
    Window window = admission.request().window();
    if (window != null && now.isBefore(window.start())) {
      return List.of();
    }
    Optional<ApprovalRule.Lack> lack = ApprovalRule.lack(board, admission, now);
    if (lack.isPresent()) {
      return List.of(lost(lack.get()));
    }
    if (lane.isOpenTo(release)) {
      return BaselineRule.pursue(board, admission, now).orElse(List.of());
    }
    if (board.position() instanceof GateBoard.Waiting) {
      return List.of();
    }
    return lane.queue().size() < Occupancy.MAX_QUEUE
        ? List.of(new GateEvent.ReleaseQueued(lane.lane(), lane.before(release)))
        : List.of(
            new GateEvent.ReleaseBlocked(
                G2, Occupancy.MAX_QUEUE + " releases wait for " + lane.lane() + " already"));
  }

  private static List<GateEvent> prepare(
      GateBoard board,
      Admission admission,
      ReleaseId release,
      Occupancy lane,
      Instant since,
      Instant now) {
    Optional<GateEvent> ended = late(admission, G2, now).or(() -> unfit(admission, lane));
    if (ended.isPresent()) {
      return List.of(ended.get());
    }
    Optional<List<GateEvent>> baseline = BaselineRule.pursue(board, admission, now);
    boolean tooLong = baseline.isPresent() && !now.isBefore(since.plus(LANE_HOLD));
    if (tooLong || !lane.isHeldBy(release)) {
      return List.of(new GateEvent.ReleaseQueued(lane.lane(), lane.before(release)));
    }
    if (baseline.isPresent()) {
      return baseline.get();
    }
    Artifact stable = stable(admission, lane);
    Standing backout = board.gates().get(G4);
    if (backout == null) {
      return List.of(backout(admission, stable));
    }
    if (!backout.passed()) {
      return List.of(new GateEvent.ReleaseBlocked(G4, backout.reason()));
    }
    Optional<ApprovalRule.Lack> lack = ApprovalRule.lack(board, admission, now);
    return lack.isPresent()
        ? List.of(lost(lack.get()))
        : List.of(cleared(board, admission, lane.token() + 1, stable, now));
  }

  private static List<GateEvent> renew(
      GateBoard board, Admission admission, Instant validUntil, Instant now) {
    Optional<ApprovalRule.Lack> lack = ApprovalRule.lack(board, admission, now);
    if (lack.isPresent()) {
      return List.of(new GateEvent.ClearanceRevoked(G3, words(lack.get())));
    }
    if (now.isBefore(GateAlarms.renewAt(admission, validUntil))) {
      return List.of();
    }
    if (!board.course().started() && BaselineRule.isStale(board, admission, now)) {
      return List.of(
          new GateEvent.ClearanceRevoked(
              G2, "the baseline is older than " + admission.runbook().gates().baseline().maxAge()));
    }
    Instant end = ApprovalRule.leaseEnd(board, admission, now);
    return end.isAfter(validUntil) ? List.of(new GateEvent.ClearanceRenewed(end)) : List.of();
  }

  private static List<GateEvent> restore(
      GateBoard board, Admission admission, GatePhase.Revoked revoked, Instant now) {
    Clearance clearance = board.clearance();
    if (clearance == null) {
      return List.of();
    }
    boolean started = board.course().started();
    if (!started && !now.isBefore(revoked.at().plus(LANE_HOLD))) {
      // Not back to the queue: it was cleared once, so rollout-service may have started it and we
      // not know yet. The lane is free when rollout-service has settled it, and not a moment
      // before.
      return List.of(new GateEvent.ReleaseBlocked(revoked.gate(), revoked.reason()));
    }
    Optional<ApprovalRule.Lack> lack = ApprovalRule.lack(board, admission, now);
    if (lack.isPresent()) {
      // Without anybody to ask, the end of the freeze is awaited; that the clearance ended is said
      // already.
      return lack.get().asksPeople() || board.approval() != null
          ? ApprovalRule.pursue(board, admission, lack.get(), started, now)
          : List.of();
    }
    Optional<List<GateEvent>> baseline =
        started ? Optional.empty() : BaselineRule.pursue(board, admission, now);
    return baseline.orElseGet(
        () -> List.of(cleared(board, admission, clearance.token(), clearance.stable(), now)));
  }

  private static List<GateEvent> quarantine(
      GateBoard board, Admission admission, Occupancy lane, Outcome outcome) {
    boolean wentBack = outcome == Outcome.ROLLED_BACK || outcome == Outcome.ROLLBACK_FAILED;
    return wentBack && board.course().breached() && board.quarantine() == null
        ? List.of(
            new GateEvent.ArtifactQuarantined(
                lane.lane(),
                admission.request().artifact().digest(),
                "taken back from production: a budget was exceeded"))
        : List.of();
  }

  private static Optional<GateEvent> late(Admission admission, RunbookLine gate, Instant now) {
    Window window = admission.request().window();
    if (window != null && !now.isBefore(window.end())) {
      return Optional.of(new GateEvent.ReleaseBlocked(D1, "its window ended at " + window.end()));
    }
    return now.isBefore(GateAlarms.startBy(admission))
        ? Optional.empty()
        : Optional.of(
            new GateEvent.ReleaseBlocked(
                gate,
                "not cleared within "
                    + admission.runbook().gates().startWithin()
                    + " of being accepted"));
  }

  /// What is known of the artifact on this lane, now, that keeps it from being released there.
  private static Optional<GateEvent> unfit(Admission admission, Occupancy lane) {
    return quarantined(admission, lane).or(() -> runsAlready(admission, lane));
  }

  private static Optional<GateEvent> runsAlready(Admission admission, Occupancy lane) {
    Artifact stable = stable(admission, lane);
    return stable != null && stable.digest().equals(admission.request().artifact().digest())
        ? Optional.of(
            new GateEvent.ReleaseBlocked(
                G4,
                stable.version()
                    + ", "
                    + stable.digest()
                    + ", runs already: there is nothing to release, and nothing to go back to"))
        : Optional.empty();
  }

  private static Optional<GateEvent> quarantined(Admission admission, Occupancy lane) {
    return lane.quarantined(admission.request().artifact().digest())
        .map(
            found ->
                new GateEvent.ReleaseBlocked(
                    PRE4,
                    "quarantined since "
                        + found.since()
                        + " by release "
                        + found.release()
                        + ": "
                        + found.reason()));
  }

  private static GateEvent backout(Admission admission, @Nullable Artifact stable) {
    if (admission.request().first()) {
      return new GateEvent.GatePassed(
          G4, "waived: the first release, whose way back is to remove it");
    }
    Checklist.Finding finding = Checklist.backout(admission.request(), admission.runbook(), stable);
    return finding.passed()
        ? new GateEvent.GatePassed(G4, finding.reason())
        : new GateEvent.GateFailed(G4, finding.reason());
  }

  private static GateEvent cleared(
      GateBoard board, Admission admission, long token, @Nullable Artifact stable, Instant now) {
    return new GateEvent.ReleaseCleared(
        Lane.of(admission.request()),
        token,
        stable,
        ApprovalRule.leaseEnd(board, admission, now),
        now.plus(admission.runbook().rollout().announceWithin()));
  }

  /// What the lane knows to run well counts before what a request says of it.
  private static @Nullable Artifact stable(Admission admission, Occupancy lane) {
    Artifact running = running(lane);
    if (running != null) {
      return running;
    }
    return admission.request().first() ? null : admission.request().stable();
  }

  private static @Nullable Artifact running(Occupancy lane) {
    return lane.stable() == null ? null : lane.stable().artifact();
  }

  private static @Nullable Verdict verdict(GateBoard board, Precondition asked) {
    return board.preconditions().get(new Check(asked.line(), asked.check()));
  }

  private static GateEvent lost(ApprovalRule.Lack lack) {
    return new GateEvent.GateFailed(G3, words(lack));
  }

  private static String words(ApprovalRule.Lack lack) {
    return lack.on().map(ApprovalRule::words).orElse("no approval covers it any more");
  }
}
