package io.lockkeeper.monitor.judge;

import java.util.List;

/// Which counted pairs and which histograms are read from the samples, and at which index they
/// stand.
///
/// @param counts    names of the counted pairs (errors, KPIs)
/// @param durations names of the histograms
record Layout(List<String> counts, List<String> durations) {

  static Layout of(List<Signal> signals) {
    return new Layout(
        named(signals, Signal.Kind.ERRORS, Signal.Kind.KPI),
        named(signals, Signal.Kind.DURATION, Signal.Kind.DURATION));
  }

  private static List<String> named(List<Signal> signals, Signal.Kind one, Signal.Kind other) {
    return signals.stream()
        .filter(s -> s.kind() == one || s.kind() == other)
        .map(Signal::name)
        .toList();
  }
}
