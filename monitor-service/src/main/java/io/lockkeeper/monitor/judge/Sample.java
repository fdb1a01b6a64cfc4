package io.lockkeeper.monitor.judge;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one series (an instance, or several already added up) showed at one scrape: raw counters,
/// never rates. Whatever was not measured is absent (`null`, or no entry), which is not the same
/// as 0.
///
/// @param instance     who it is; counters of the same name continue each other, a new name starts
///                     anew
/// @param instances    how many instances it stands for, `>= 1`
/// @param requests     requests served since the process started
/// @param trials       counted pairs by signal name: `errors`, and one entry per KPI or endpoint
/// @param durations    duration histograms by signal name: `duration`, and one per endpoint
/// @param cpuSeconds   CPU seconds used since the process started
/// @param memoryBytes  resident memory now, mean per instance (a gauge; any unit, the same in both
///                     arms)
public record Sample(
    String instance,
    int instances,
    @Nullable Long requests,
    Map<String, Trials> trials,
    Map<String, Histogram> durations,
    @Nullable Double cpuSeconds,
    @Nullable Double memoryBytes) {

  public Sample {
    trials = Map.copyOf(trials);
    durations = Map.copyOf(durations);
    if (instances < 1) {
      throw new IllegalArgumentException("instances: " + instances);
    }
    if (requests != null && requests < 0) {
      throw new IllegalArgumentException("requests: " + requests);
    }
    requireUsable("cpuSeconds", cpuSeconds);
    requireUsable("memoryBytes", memoryBytes);
  }

  /// An empty sample of one instance, to be filled by the `with` methods.
  public static Sample of(String instance) {
    return new Sample(instance, 1, null, Map.of(), Map.of(), null, null);
  }

  /// The same sample, standing for so many instances.
  public Sample withInstances(int count) {
    return new Sample(instance, count, requests, trials, durations, cpuSeconds, memoryBytes);
  }

  /// The same sample with its request counter.
  public Sample withRequests(long count) {
    return new Sample(instance, instances, count, trials, durations, cpuSeconds, memoryBytes);
  }

  /// The same sample with one more counted pair.
  public Sample withTrials(String signal, Trials counted) {
    return new Sample(
        instance,
        instances,
        requests,
        plus(trials, signal, counted),
        durations,
        cpuSeconds,
        memoryBytes);
  }

  /// The same sample with requests and errors, the pair that nearly every service has.
  public Sample withErrors(long total, long failed) {
    return withRequests(total).withTrials(Signal.ERRORS, new Trials(total, failed));
  }

  /// The same sample with one more duration histogram.
  public Sample withDuration(String signal, Histogram histogram) {
    return new Sample(
        instance,
        instances,
        requests,
        trials,
        plus(durations, signal, histogram),
        cpuSeconds,
        memoryBytes);
  }

  /// The same sample with CPU seconds and memory.
  public Sample withResources(@Nullable Double cpu, @Nullable Double memory) {
    return new Sample(instance, instances, requests, trials, durations, cpu, memory);
  }

  private static <T> Map<String, T> plus(Map<String, T> map, String key, T value) {
    var all = new HashMap<>(map);
    all.put(key, value);
    return all;
  }

  private static void requireUsable(String what, @Nullable Double value) {
    if (value != null && !(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(what + ": " + value);
    }
  }
}
