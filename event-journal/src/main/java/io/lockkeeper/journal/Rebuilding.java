package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells an operator how far a recovery has come that takes facts from the topic: every so often,
/// and at its end. Says nothing of one that takes none.
final class Rebuilding {

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final Clock clock;
  private final Consumer<String> log;
  private final Set<ReleaseId> releases = new HashSet<>();
  private @Nullable Instant begun;
  private @Nullable Instant told;
  private long facts;
  private long records;
  private long all;

  Rebuilding(Clock clock, Consumer<String> log) {
    this.clock = clock;
    this.log = log;
  }

  /// It begins, or goes on after trouble.
  ///
  /// @param left how many records there are to be read, about
  void begin(long left) {
    if (begun == null) {
      begun = clock.instant();
      told = begun;
    }
    all = records + left;
  }

  /// Some records are read.
  ///
  /// @param recordsRead how many
  /// @param of the release of each fact among them
  void read(int recordsRead, Iterable<ReleaseId> of) {
    records += recordsRead;
    for (ReleaseId release : of) {
      facts++;
      releases.add(release);
    }
    Instant now = clock.instant();
    if (begun != null && told != null && !now.isBefore(told.plus(BETWEEN_LINES))) {
      told = now;
      log.accept(
          "rebuilding the journal from the topic: %d of about %d records, %s"
              .formatted(records, all, soFar(begun, now)));
    }
  }

  /// All is read.
  void end() {
    if (begun != null) {
      log.accept("the journal is rebuilt from the topic: " + soFar(begun, clock.instant()));
    }
  }

  private String soFar(Instant since, Instant now) {
    return String.format(
        Locale.ROOT,
        "%s of %s read in %.1f s",
        count(facts, "fact"),
        count(releases.size(), "release"),
        Duration.between(since, now).toMillis() / 1000.0);
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
