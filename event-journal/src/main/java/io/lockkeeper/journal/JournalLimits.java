package io.lockkeeper.journal;

/// The limits of a journal.
public final class JournalLimits {

  /// The largest fact, in bytes of JSON; a larger one is refused at append.
  public static final int FACT_BYTES = 256 * 1024;

  /// From so many facts on, a release is reported in the log.
  public static final int FACTS_WARNING = 1_000;

  /// From so many facts on, a release gets no more of this service's facts but those that
  /// [JournalOwner#beyondLimit] lets through, and is reported as stuck.
  public static final int FACTS = 5_000;

  private JournalLimits() {}
}
