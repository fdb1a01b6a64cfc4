package io.lockkeeper.monitor.judge;

/// What a judge says of a candidate so far. Runbook D4, R1.
public enum Verdict {
  /// No critical signal is worse by more than its margin, and the measurements were there.
  PASSED,
  /// A critical signal is worse by more than its margin. Latched: it never changes again.
  FAILED,
  /// Measured, and too little happened to say; the numbers tell what would have been seen.
  INCONCLUSIVE,
  /// Not measured. Never to be read as passed.
  ERRORED
}
