package io.lockkeeper.gate;

import static java.time.temporal.ChronoUnit.MILLIS;

import io.lockkeeper.events.GateEvent;
import io.lockkeeper.gate.GateBoard.Admission;
import io.lockkeeper.gate.GateBoard.Baseline;
import io.lockkeeper.gate.GateBoard.Standing;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// G2: a baseline is asked for in the lane, and again until there is one that is young enough.
final class BaselineRule {

  /// So many attempts follow each other at the runbook's pace; then the time between them doubles.
  private static final int STEADY_ATTEMPTS = 10;

  private BaselineRule() {}

  /// What is to be said about G2 while it does not hold, nothing when monitor-service owes the
  /// answer; empty when it holds.
  static Optional<List<GateEvent>> pursue(GateBoard board, Admission admission, Instant now) {
    if (admission.request().first()) {
      return board.holds(RunbookLine.G2)
          ? Optional.empty()
          : Optional.of(List.of(waived(admission)));
    }
    Baseline baseline = board.baseline();
    if (baseline.request() == null) {
      return Optional.of(List.of(request(board, admission)));
    }
    Standing standing = board.gates().get(RunbookLine.G2);
    boolean failed = standing != null && !standing.passed();
    if (baseline.until() != null) {
      if (isStale(board, admission, now)) {
        String reason =
            "the baseline of " + baseline.until() + " is older than " + asked(admission).maxAge();
        return Optional.of(
            failed
                ? List.of(request(board, admission))
                : List.of(
                    new GateEvent.GateFailed(RunbookLine.G2, reason), request(board, admission)));
      }
      return board.holds(RunbookLine.G2)
          ? Optional.empty()
          : Optional.of(
              List.of(
                  new GateEvent.GatePassed(
                      RunbookLine.G2,
                      "baseline captured until " + baseline.until().truncatedTo(MILLIS))));
    }
    if (baseline.refusal() == null) {
      return Optional.of(List.of());
    }
    if (!failed) {
      return Optional.of(List.of(new GateEvent.GateFailed(RunbookLine.G2, baseline.refusal())));
    }
    return Optional.of(
        retryAt(board, admission).filter(at -> !now.isBefore(at)).isPresent()
            ? List.of(request(board, admission))
            : List.of());
  }

  /// When the next baseline is asked for after a refused one; empty when none was refused.
  static Optional<Instant> retryAt(GateBoard board, Admission admission) {
    Baseline baseline = board.baseline();
    if (baseline.refusal() == null || baseline.askedAt() == null) {
      return Optional.empty();
    }
    Duration pace = asked(admission).retryAfter();
    int doublings = Math.clamp(baseline.attempts() - STEADY_ATTEMPTS, 0, 16);
    Duration slowed = pace.multipliedBy(1L << doublings);
    Duration limit = pace.compareTo(GateDecider.LANE_HOLD) > 0 ? pace : GateDecider.LANE_HOLD;
    return Optional.of(baseline.askedAt().plus(slowed.compareTo(limit) > 0 ? limit : slowed));
  }

  /// Whether the captured baseline is too old to start on.
  static boolean isStale(GateBoard board, Admission admission, Instant now) {
    Instant until = board.baseline().until();
    return !admission.request().first()
        && (until == null || until.plus(asked(admission).maxAge()).isBefore(now));
  }

  private static GateEvent request(GateBoard board, Admission admission) {
    return new GateEvent.BaselineRequested(
        board.baseline().attempts() + 1, asked(admission).window());
  }

  private static GateEvent waived(Admission admission) {
    return new GateEvent.GatePassed(
        RunbookLine.G2, "waived: the first release of " + admission.request().service());
  }

  private static Runbook.Baseline asked(Admission admission) {
    return admission.runbook().gates().baseline();
  }
}
