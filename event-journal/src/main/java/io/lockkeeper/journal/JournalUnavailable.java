package io.lockkeeper.journal;

import org.jspecify.annotations.Nullable;

/// The database cannot be reached or lost the transaction. Whether the facts were recorded is not
/// known; reading the history tells.
public final class JournalUnavailable extends RuntimeException {

  /// Trouble with this cause; null when there is none to name.
  public JournalUnavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
