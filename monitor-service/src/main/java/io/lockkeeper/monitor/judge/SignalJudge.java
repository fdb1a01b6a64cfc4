package io.lockkeeper.monitor.judge;

/// Judges one signal by a running test. Fed every stratum, whole or still growing; carries its
/// state.
sealed interface SignalJudge permits CountJudge, DurationJudge, RateJudge, RatioJudge, MemoryJudge {

  /// Takes a stratum into account.
  void observe(Stratum stratum);

  /// The running evidence against "not worse than the margin".
  Finding finding();

  /// The evidence as it stands.
  Evidence evidence();
}
