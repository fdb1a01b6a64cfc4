package io.lockkeeper.rollout;

import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.rollout.Rollout.Clearance;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Rollout.OnRevoked;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// D4: why a release under way does not advance, in words, and what a person may choose then.
final class Holds {

  private static final Duration SLACK = Duration.ofSeconds(30);

  private Holds() {}

  /// The reason not to start although the gates hold; empty when nothing stands in the way.
  static Optional<Hold> beforeTheStart(Rollout rollout, Runbook runbook, Instant now) {
    if (rollout.unrecognised() != null) {
      return Optional.of(Hold.UNRECOGNISED);
    }
    if (RolloutDecider.isPausedBy(rollout, Hold.OPERATOR)) {
      return Optional.of(Hold.OPERATOR);
    }
    Clearance clearance = rollout.clearance();
    return clearance != null
            && clearance.revoked() == null
            && lacksAnnouncement(rollout, runbook)
            && !now.isBefore(clearance.announceBy())
        ? Optional.of(Hold.NOT_ANNOUNCED)
        : Optional.empty();
  }

  /// D1: whether the start has to wait for the announcement.
  static boolean lacksAnnouncement(Rollout rollout, Runbook runbook) {
    return runbook.communication().mandatory() && !rollout.isAnnounced();
  }

  /// D1: when a missing announcement becomes a question; null when it does not.
  static @Nullable Instant announceBy(Rollout rollout) {
    Clearance clearance = rollout.clearance();
    return clearance != null
            && rollout.accepted() != null
            && lacksAnnouncement(rollout, rollout.accepted().runbook())
            && clearance.revoked() == null
        ? clearance.announceBy()
        : null;
  }

  /// The first reason to hold at this time; empty when nothing stands in the way.
  static Optional<Hold> of(Rollout rollout, Runbook runbook, Instant now) {
    if (rollout.unrecognised() != null) {
      return Optional.of(Hold.UNRECOGNISED);
    }
    if (RolloutDecider.isPausedBy(rollout, Hold.OPERATOR)) {
      return Optional.of(Hold.OPERATOR);
    }
    if (rollout.drift() != null && rollout.drift().observed() < rollout.drift().asked()) {
      return Optional.of(Hold.DRIFT);
    }
    return switch (rollout.phase()) {
      case Phase.Between it -> between(rollout, it, now);
      case Phase.Applying it -> applying(rollout, runbook, it, now);
      case Phase.Baking it -> baking(rollout, runbook, it, now);
      case Phase.Observing it -> observing(rollout, it, now);
      case Phase.Waiting _,
          Phase.Halted _,
          Phase.GoingBack _,
          Phase.TakenOver _,
          Phase.RolledBack _,
          Phase.Settled _ ->
          Optional.empty();
    };
  }

  private static Optional<Hold> between(Rollout rollout, Phase.Between between, Instant now) {
    if (rollout.telemetryLostSince() != null) {
      return Optional.of(Hold.TELEMETRY_LOST);
    }
    boolean isLast =
        rollout.deployment() != null && between.next() >= rollout.deployment().stages().size();
    return isLast || rollout.isCleared(now) ? Optional.empty() : Optional.of(Hold.NOT_CLEARED);
  }

  private static Optional<Hold> applying(
      Rollout rollout, Runbook runbook, Phase.Applying applying, Instant now) {
    if (RolloutDecider.isPausedBy(rollout, Hold.NOT_APPLIED)
        || !now.isBefore(applying.deadline())) {
      return Optional.of(Hold.NOT_APPLIED);
    }
    return revoked(rollout, runbook);
  }

  private static Optional<Hold> baking(
      Rollout rollout, Runbook runbook, Phase.Baking baking, Instant now) {
    if (baking.verdictDue() == null) {
      return revoked(rollout, runbook);
    }
    if (rollout.telemetryLostSince() != null) {
      return Optional.of(Hold.TELEMETRY_LOST);
    }
    StageVerified verdict = rollout.verdict(baking.stage(), baking.attempt());
    Optional<Hold> byVerdict =
        verdict == null
            ? overdue(baking.verdictDue(), now)
            : byVerdict(verdict.verdict(), runbook.monitoring().thin() == Choice.ADVANCE);
    return byVerdict.or(() -> revoked(rollout, runbook));
  }

  private static Optional<Hold> observing(Rollout rollout, Phase.Observing observing, Instant now) {
    if (rollout.telemetryLostSince() != null) {
      return Optional.of(Hold.TELEMETRY_LOST);
    }
    ReleaseVerified verdict = rollout.releaseVerdict();
    return verdict == null
        ? overdue(observing.verdictDue(), now)
        : byVerdict(verdict.verdict(), false);
  }

  private static Optional<Hold> overdue(Instant due, Instant now) {
    return now.isBefore(due) ? Optional.empty() : Optional.of(Hold.NO_VERDICT);
  }

  private static Optional<Hold> byVerdict(Verdict verdict, boolean thinIsEnough) {
    return switch (verdict) {
      case PASSED, FAILED -> Optional.empty();
      case INCONCLUSIVE -> thinIsEnough ? Optional.empty() : Optional.of(Hold.INCONCLUSIVE);
      case ERRORED -> Optional.of(Hold.NOT_MEASURED);
    };
  }

  private static Optional<Hold> revoked(Rollout rollout, Runbook runbook) {
    return rollout.revocation() != null && runbook.rollout().onRevoked() == OnRevoked.HOLD
        ? Optional.of(Hold.NOT_CLEARED)
        : Optional.empty();
  }

  /// Why it holds, in one sentence without a full stop.
  static String reason(Rollout rollout, Hold hold) {
    return switch (hold) {
      case NOT_ANNOUNCED -> "The deployment window is not announced";
      case NOT_CLEARED -> "The gates do not hold: " + revocation(rollout);
      case NOT_APPLIED -> "The target did not show the stage in time";
      case NO_VERDICT -> "Monitoring owes a verdict";
      case INCONCLUSIVE -> "The traffic was too thin to judge";
      case NOT_MEASURED -> "Monitoring cannot give a verdict" + because(rollout);
      case TELEMETRY_LOST -> "Telemetry is lost";
      case DRIFT -> "The target shows less than it was asked for";
      case UNRECOGNISED -> "A fact of an unknown type came: " + rollout.unrecognised();
      case OPERATOR -> "An operator paused the release";
      case ROLLBACK_FAILING -> "Going back does not succeed";
    };
  }

  /// What monitoring gave as the reason of its newest verdict.
  private static String because(Rollout rollout) {
    if (rollout.phase() instanceof Phase.Baking(var stage, int attempt, var _)) {
      StageVerified verdict = rollout.verdict(stage, attempt);
      return verdict == null ? "" : ": " + verdict.reason();
    }
    ReleaseVerified verdict = rollout.releaseVerdict();
    return verdict == null ? "" : ": " + verdict.reason();
  }

  private static String revocation(Rollout rollout) {
    String revoked = rollout.revocation();
    return revoked == null ? "the clearance was not renewed" : revoked;
  }

  /// What a person may choose about this hold.
  static List<Choice> choices(Rollout rollout, Hold hold) {
    return switch (hold) {
      case NOT_ANNOUNCED -> List.of(Choice.START, Choice.WAIT, Choice.CANCEL);
      case NOT_APPLIED, DRIFT -> List.of(Choice.RETRY, Choice.WAIT, Choice.GO_BACK);
      case NO_VERDICT, INCONCLUSIVE, NOT_MEASURED ->
          rollout.phase() instanceof Phase.Observing
              ? List.of(Choice.ADVANCE, Choice.WAIT, Choice.GO_BACK)
              : List.of(Choice.ADVANCE, Choice.RETRY, Choice.WAIT, Choice.GO_BACK);
      case UNRECOGNISED ->
          rollout.phase() instanceof Phase.Waiting
              ? List.of(Choice.ADVANCE, Choice.WAIT, Choice.CANCEL)
              : List.of(Choice.ADVANCE, Choice.WAIT, Choice.GO_BACK);
      case NOT_CLEARED, TELEMETRY_LOST, OPERATOR ->
          rollout.phase() instanceof Phase.Waiting
              ? List.of(Choice.WAIT, Choice.CANCEL)
              : List.of(Choice.WAIT, Choice.GO_BACK);
      case ROLLBACK_FAILING -> List.of(Choice.RETRY, Choice.TAKE_OVER);
    };
  }

  /// How much longer than planned monitoring may take before its verdict counts as owed.
  static Duration slack(Runbook runbook) {
    Duration looks = runbook.monitoring().interval().multipliedBy(4);
    return looks.compareTo(SLACK) > 0 ? looks : SLACK;
  }
}
