package io.lockkeeper.monitor;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whether telemetry that works is complete: looks in which something was missing, counted so that
/// what comes and goes is one episode and not a flood. Runbook D4, M1.
///
/// - The third look that misses something is the beginning, unless two complete ones in a row came
///   between: one alone may be luck.
/// - Six complete looks in a row are the end. Each further episode of a release takes twice as many
///   as the one before, so in whatever rhythm something flaps, of `n` looks at most `log2(n)`
///   episodes are told.
///
/// What was told stands in the facts, and not here.
///
/// @param missed   looks that missed something since the last two in a row that did not
/// @param complete looks in a row that missed nothing
/// @param since    the first of those that missed something; null when there is none
/// @param until    the first of those in a row that missed nothing; null when the last did
public record Completeness(
    int missed, int complete, @Nullable Instant since, @Nullable Instant until) {

  /// So many looks that miss something make an episode.
  public static final int MISSED_LOOKS = 3;

  /// So many complete looks in a row end the first episode.
  public static final int COMPLETE_LOOKS = 6;

  /// Nothing was looked at yet.
  public static final Completeness UNKNOWN = new Completeness(0, 0, null, null);

  private static final int NO_LUCK = 2;
  private static final int MOST_DOUBLINGS = 20;

  /// After a look at `at`, which missed something or not.
  Completeness after(boolean whole, Instant at) {
    if (!whole) {
      return new Completeness(missed + 1, 0, since == null ? at : since, null);
    }
    Instant from = until == null ? at : until;
    return complete + 1 < NO_LUCK
        ? new Completeness(missed, complete + 1, since, from)
        : new Completeness(0, complete + 1, null, from);
  }

  /// Since when something is missing, when that lasts; null when it does not.
  @Nullable Instant degradedSince() {
    return missed >= MISSED_LOOKS ? since : null;
  }

  /// Since when nothing is missing, when that lasts; null when it does not.
  ///
  /// @param episodes how many were told of this release, that one included
  @Nullable Instant completeSince(int episodes) {
    int doublings = Math.clamp(episodes - 1L, 0, MOST_DOUBLINGS);
    return complete >= COMPLETE_LOOKS << doublings ? until : null;
  }
}
