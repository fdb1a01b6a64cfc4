package io.lockkeeper.monitor.judge;

/// How far beyond its usual the control itself is. In an incident that both versions suffer (a
/// dependency that is slow, a pool that is full) events do not come one by one but in a few
/// clusters, which fall to one arm or the other as chance will have it. A surge to `k` times the
/// usual is taken as clusters of `k`: what speaks against the candidate in it is worth a `k`th, and
/// what speaks for it stays whole, so that evidence is never more than without this. A fault of the
/// candidate alone leaves the control as it is and is not touched by it.
final class Surge {

  /// Standard deviations that the control must be above its usual, so that chance is no surge.
  private static final double SURE = 2.5;
  private static final double MOST = 20;

  private Surge() {}

  /// The height of a surge, `1..20`.
  ///
  /// @param events what the control showed in this stratum
  /// @param usual  what its past makes likely
  static double of(double events, double usual) {
    double sure = events - SURE * StrictMath.sqrt(Math.max(events, 1));
    return usual > 0 ? Math.clamp(sure / usual, 1, MOST) : 1;
  }
}
