package io.lockkeeper.runbook;

/// What a person may answer to a [RolloutEvent.DecisionRequested].
public enum Choice {
  /// Start although something is missing.
  START,
  /// Do not start at all.
  CANCEL,
  /// Try the stage, or the way back, once more.
  RETRY,
  /// Hold on for another bound and ask again.
  WAIT,
  /// Go on although the evidence is thin.
  ADVANCE,
  /// Halt and go back.
  GO_BACK,
  /// A named person finishes by hand; the release settles as `ROLLBACK_FAILED`.
  TAKE_OVER
}
