package io.lockkeeper.monitor.judge;

import java.util.List;
import java.util.Set;

/// Which series are read from the samples, and at which index they stand.
///
/// @param counts      names of the counted pairs (errors, KPIs)
/// @param durations   names of the histograms
/// @param saturations names of the levels
/// @param amounts     names of the amounts
record Layout(
    List<String> counts, List<String> durations, List<String> saturations, List<String> amounts) {

  static Layout of(List<Signal> signals) {
    return new Layout(
        named(signals, Set.of(Signal.Kind.ERRORS, Signal.Kind.KPI)),
        named(signals, Set.of(Signal.Kind.DURATION)),
        named(signals, Set.of(Signal.Kind.SATURATION)),
        named(signals, Set.of(Signal.Kind.VALUE)));
  }

  private static List<String> named(List<Signal> signals, Set<Signal.Kind> kinds) {
    return signals.stream().filter(s -> kinds.contains(s.kind())).map(Signal::name).toList();
  }
}
