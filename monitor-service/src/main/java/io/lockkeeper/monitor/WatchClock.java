package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The watch's clock: it counts only time that was really observed, and stands while telemetry is
/// lost. Runbook D4, M1.
///
/// All times are of one clock, the looker's own; times in facts of others are not compared with it.
/// Kept beside every look, so that a restart goes on with the remaining time.
///
/// @param question what the observed time is counted for; null when no verdict is owed
/// @param observed time observed since the question was put
/// @param seen     the last look that succeeded; null before the first
/// @param failed   looks failed in a row
/// @param good     looks succeeded in a row
/// @param lost     since when nothing could be read; null while it can
/// @param completeness whether what can be read is all; unknown while telemetry is lost or not owed
public record WatchClock(
    @Nullable Question question,
    Duration observed,
    @Nullable Instant seen,
    int failed,
    int good,
    @Nullable Instant lost,
    Completeness completeness) {

  /// How much a look saw.
  public enum Extent {
    /// All there is.
    ALL,
    /// The candidate, but not all that there should be.
    PART,
    /// Nothing of the candidate.
    NOTHING
  }

  /// So many failed looks in a row are lost telemetry.
  public static final int FAILED_LOOKS = 3;

  /// So many good looks in a row end the first loss; one alone may be luck. Each further loss of a
  /// release takes twice as many, up to [#MOST_GOOD_LOOKS] or to as many as [#LONGEST_PROOF] has,
  /// so that what comes and goes is one loss and not a flood, and no loss lasts much longer than
  /// telemetry was away.
  public static final int GOOD_LOOKS = 2;

  /// So many good looks in a row end every loss.
  public static final int MOST_GOOD_LOOKS = 16;

  /// What could be read for so long is not lost, if it was looked at twice.
  public static final Duration LONGEST_PROOF = Duration.ofMinutes(2);

  private static final Duration SHORTEST_PATIENCE = Duration.ofSeconds(5);

  /// The clock of a watch of which no look is known: nothing observed, and lost if the facts say
  /// so.
  public static WatchClock of(Watch watch) {
    return new WatchClock(
        watch.question(),
        Duration.ZERO,
        null,
        0,
        0,
        watch.lost() == null ? null : watch.lost().since(),
        Completeness.UNKNOWN);
  }

  /// The same clock after a restart. What the facts say of a loss counts: they, and not the looks,
  /// are what others heard.
  public WatchClock told(Watch watch) {
    MonitorEvent.TelemetryLost told = watch.lost();
    return told == null
        ? this
        : new WatchClock(question, observed, seen, 0, 0, told.since(), Completeness.UNKNOWN);
  }

  /// How long may pass without a good look before telemetry counts as lost, whoever looked: three
  /// intervals and a half, since no look is on time to the millisecond, and at least 5 s.
  public static Duration patience(Duration interval) {
    Duration most = interval.multipliedBy(FAILED_LOOKS).plus(interval.dividedBy(2));
    return most.compareTo(SHORTEST_PATIENCE) < 0 ? SHORTEST_PATIENCE : most;
  }

  /// The clock after a look at `at`, which saw this much. One that saw anything of the candidate
  /// succeeded.
  ///
  /// Time between two good looks counts when both answer the same question, telemetry was not lost
  /// between them and they are no further apart than [#patience]. The first look at a question
  /// starts its count. A failed look counts against telemetry only while it is owed: before the
  /// first traffic stage is applied, a candidate that does not answer is no loss.
  ///
  /// @param losses how often telemetry of the release was told to be lost
  public WatchClock after(WatchGoal.Candidate goal, int losses, Extent what, Instant at) {
    Duration interval = goal.monitoring().interval();
    Duration patience = patience(interval);
    WatchClock after =
        what == Extent.NOTHING
            ? unseen(goal, patience, at)
            : seen(goal, patience, enough(losses, interval), at);
    return after.lost != null || !goal.owed()
        ? after.with(Completeness.UNKNOWN)
        : after.with(completeness.after(what == Extent.ALL, at));
  }

  private WatchClock with(Completeness newer) {
    return new WatchClock(question, observed, seen, failed, good, lost, newer);
  }

  private WatchClock seen(WatchGoal.Candidate goal, Duration patience, int enough, Instant at) {
    int inARow = good + 1;
    Instant since = lost;
    if (since == null && goal.owed() && seen != null && later(seen, at).compareTo(patience) > 0) {
      since = seen; // nobody looked for too long: what happened meanwhile was not observed
      inARow = 1;
    }
    boolean same = Objects.equals(question, goal.question());
    Duration counted = same ? observed : Duration.ZERO;
    if (same && since == null && seen != null && goal.full()) {
      counted = counted.plus(later(seen, at));
    }
    Instant stillLost = inARow >= enough ? null : since;
    return new WatchClock(goal.question(), counted, at, 0, inARow, stillLost, completeness);
  }

  /// So many good looks in a row end a loss.
  private static int enough(int losses, Duration interval) {
    int damped = GOOD_LOOKS;
    for (int loss = 1; loss < losses && damped < MOST_GOOD_LOOKS; loss++) {
      damped *= 2;
    }
    return Math.clamp(LONGEST_PROOF.dividedBy(interval), GOOD_LOOKS, damped);
  }

  private WatchClock unseen(WatchGoal.Candidate goal, Duration patience, Instant at) {
    boolean same = Objects.equals(question, goal.question());
    Duration counted = same ? observed : Duration.ZERO;
    if (!goal.owed()) {
      return new WatchClock(goal.question(), counted, seen, 0, 0, lost, completeness);
    }
    int inARow = failed + 1;
    Instant last = seen == null ? at : seen;
    Instant since = lost;
    if (since == null && (inARow >= FAILED_LOOKS || later(last, at).compareTo(patience) > 0)) {
      since = last;
    }
    return new WatchClock(goal.question(), counted, seen, inARow, 0, since, completeness);
  }

  /// The time from one look to the next; never negative, whatever the system clock was set to.
  private static Duration later(Instant from, Instant until) {
    return until.isBefore(from) ? Duration.ZERO : Duration.between(from, until);
  }
}
