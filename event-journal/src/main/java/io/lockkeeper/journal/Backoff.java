package io.lockkeeper.journal;

import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/// How long to wait before trying again.
final class Backoff {

  private static final Logger LOG = Logger.getLogger(Backoff.class);

  private static final long SHORTEST_MILLIS = 50;
  private static final long LONGEST_MILLIS = 5_000;
  private static final long LONGEST_JITTER_MILLIS = 50;

  private Backoff() {}

  /// Does the work, again and again for ever until it succeeds, at least every 5 s.
  ///
  /// @param what the work in words, for the log
  /// @throws RuntimeException only when the thread is interrupted
  static void untilDone(String what, Runnable work) {
    for (int attempt = 1; ; attempt++) {
      try {
        work.run();
        return;
      } catch (RuntimeException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LOG.warnf("%s is tried again: %s", what, e.getCause() == null ? e : e.getCause());
        sleep(afterTrouble(attempt));
      }
    }
  }

  /// How long to wait after the nth attempt in a row ended in trouble, in milliseconds.
  static long afterTrouble(int attempt) {
    long longest = Math.min(LONGEST_MILLIS, SHORTEST_MILLIS << Math.min(attempt, 10));
    return ThreadLocalRandom.current().nextLong(longest / 2, longest + 1);
  }

  /// Waits a little, so that two writers do not meet again at once.
  static void jitter(int attempt) {
    sleep(ThreadLocalRandom.current().nextLong(Math.min(LONGEST_JITTER_MILLIS, 4L * attempt) + 1));
  }

  /// Waits.
  ///
  /// @throws JournalUnavailable when the thread is interrupted
  static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JournalUnavailable("interrupted", e);
    }
  }
}
