package io.lockkeeper.runbook;

/// What a check came to. Never two-valued: not having measured is not having passed.
public enum Verdict {
  /// Measured, and good.
  PASSED,
  /// Measured, and bad.
  FAILED,
  /// Measured, and too little to say.
  INCONCLUSIVE,
  /// Could not be measured, or must not be decided: an error budget cannot pay, or it looks worse
  /// and is no breach yet.
  ERRORED
}
