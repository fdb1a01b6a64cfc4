package io.lockkeeper.monitor.judge;

/// Where one signal stands.
public enum Standing {
  /// Not judged yet, or not now: warming up, or held after a shift or a restart.
  WAITING,
  /// Judged; nothing found, and harm not ruled out either.
  WATCHING,
  /// Judged, and harm ([JudgeSettings#harm]) is ruled out.
  NOT_WORSE,
  /// Worse by more than its margin. Latched.
  BREACHED,
  /// Nothing to judge it by: no measurement, or nothing to compare with.
  NOT_MEASURED
}
