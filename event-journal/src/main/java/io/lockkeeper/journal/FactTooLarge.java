package io.lockkeeper.journal;

/// A fact of more than [JournalLimits#FACT_BYTES]; it is not appended.
public final class FactTooLarge extends RuntimeException {

  /// A fact of this type and size.
  public FactTooLarge(String type, int bytes) {
    super(type + " of " + bytes + " bytes; a fact has at most " + JournalLimits.FACT_BYTES);
  }
}
