package io.lockkeeper.events;

/// How a release ended; everybody reports it in these words.
public enum Outcome {
  /// At full traffic, observed, and no worse than what it replaced.
  VERIFIED,
  /// Taken back, by itself or by hand; the last stable artifact serves all traffic.
  ROLLED_BACK,
  /// A named fix-forward took its lane.
  SUPERSEDED,
  /// Going back failed and a named person took over.
  ROLLBACK_FAILED,
  /// Never touched production.
  NOT_STARTED
}
