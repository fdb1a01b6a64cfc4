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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// G2: a baseline is asked for in the lane, and again until there is one that is young enough.
///
/// A first release has nothing to compare with, which waives the gate. What does not depend on a
/// stable version is asked about all the same: whether its error budgets can pay for it, and
/// whether the queries that its runbook has are in order.
final class BaselineRule {

  /// So many attempts follow each other at the runbook's pace; then the time between them doubles.
  private static final int STEADY_ATTEMPTS = 10;

  private BaselineRule() {}

  /// What is to be said about G2 while it does not hold, nothing when monitor-service owes the
  /// answer; empty when it holds.
  static Optional<List<GateEvent>> pursue(GateBoard board, Admission admission, Instant now) {
    Baseline baseline = board.baseline();
    if (isUnasked(board, admission)) {
      return board.holds(RunbookLine.G2)
          ? Optional.empty()
          : Optional.of(List.of(waived(admission, "")));
    }
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
          : Optional.of(List.of(passed(admission, baseline.until().truncatedTo(MILLIS))));
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
    return !isUnasked(board, admission)
        && (until == null || until.plus(asked(admission).maxAge()).isBefore(now));
  }

  /// What is asked about before a first release, in words; empty when there is nothing.
  static Optional<String> askedOfFirst(Admission admission) {
    Runbook.Monitoring monitoring = admission.runbook().monitoring();
    List<String> asked = new ArrayList<>();
    if (!monitoring.budgets().slos().isEmpty()) {
      asked.add("error budgets");
    }
    if (!monitoring.sources().isEmpty()) {
      asked.add("queries");
    }
    return asked.isEmpty() ? Optional.empty() : Optional.of(String.join(" and ", asked));
  }

  /// Whether G2 is waived without asking anybody: a first release of which there is nothing to ask,
  /// or one that was waived before there was.
  private static boolean isUnasked(GateBoard board, Admission admission) {
    return admission.request().first()
        && (askedOfFirst(admission).isEmpty()
            || board.baseline().request() == null && board.holds(RunbookLine.G2));
  }

  private static GateEvent request(GateBoard board, Admission admission) {
    return new GateEvent.BaselineRequested(
        board.baseline().attempts() + 1,
        admission.request().first() ? Duration.ZERO : asked(admission).window());
  }

  private static GateEvent passed(Admission admission, Instant until) {
    return admission.request().first()
        ? waived(
            admission,
            "; its " + askedOfFirst(admission).orElseThrow() + " were in order at " + until)
        : new GateEvent.GatePassed(RunbookLine.G2, "baseline captured until " + until);
  }

  private static GateEvent waived(Admission admission, String checked) {
    return new GateEvent.GatePassed(
        RunbookLine.G2, "waived: the first release of " + admission.request().service() + checked);
  }

  private static Runbook.Baseline asked(Admission admission) {
    return admission.runbook().gates().baseline();
  }
}
