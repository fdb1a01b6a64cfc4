package io.lockkeeper.journal;

/// The database cannot be reached or lost the transaction. Whether the facts were recorded is not known;
/// reading the history tells.
public final class JournalUnavailable extends RuntimeException {

  /// Trouble with this cause.
  public JournalUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
