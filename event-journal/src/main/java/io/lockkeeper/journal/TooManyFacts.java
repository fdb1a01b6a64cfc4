package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseId;

/// The release has [JournalLimits#FACTS] facts; it gets only those that end it.
public final class TooManyFacts extends RuntimeException {

  /// This release is full.
  public TooManyFacts(ReleaseId release) {
    super(
        "release "
            + release
            + " has "
            + JournalLimits.FACTS
            + " facts and gets no more of this kind");
  }
}
