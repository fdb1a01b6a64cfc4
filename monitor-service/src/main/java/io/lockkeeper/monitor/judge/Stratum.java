package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.Nullable;

/// What is judged at a look: what both arms gained since the last stratum was closed.
///
/// @param at        seconds since the candidate first had traffic
/// @param start     when the stratum began, on the same clock
/// @param control   what the control gained; `null` when the candidate is held against the
///                  baseline
/// @param candidate what the candidate gained
/// @param weight    planned share of the candidate
/// @param steady    the weight did not change within it
/// @param calm      no shift and no cold start lies so near that durations and CPU would be
///                  distorted
/// @param troubled  the control fails far more requests than it usually does. Then failing is cheap
///                  and trying again is common: requests and their cost do not compare
/// @param closes    whether it ends here; otherwise it is only looked into
record Stratum(
    double at,
    double start,
    @Nullable Tally control,
    Tally candidate,
    double weight,
    boolean steady,
    boolean calm,
    boolean troubled,
    boolean closes) {

  double span() {
    return at - start;
  }
}
