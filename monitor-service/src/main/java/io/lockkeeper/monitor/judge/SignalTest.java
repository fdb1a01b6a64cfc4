package io.lockkeeper.monitor.judge;

/// The running test of one signal. Fed every stratum, whole or still growing; carries its state.
sealed interface SignalTest permits CountTest, DurationTest, RateTest, CpuTest, MemoryTest {

  /// Takes a stratum into account.
  void observe(Stratum stratum);

  /// The running evidence against "not worse than the margin".
  Finding finding();

  /// The evidence as it stands.
  Evidence evidence();
}
