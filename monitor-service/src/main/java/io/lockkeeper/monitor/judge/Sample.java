package io.lockkeeper.monitor.judge;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
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
/// @param saturations  how full something is now by signal name, mean per instance: 0 is empty, 1
///                     is full, and a queue before it makes it more
/// @param amounts      what things came to by signal name, and how many there were
public record Sample(
    String instance,
    int instances,
    @Nullable Long requests,
    Map<String, Trials> trials,
    Map<String, Histogram> durations,
    @Nullable Double cpuSeconds,
    @Nullable Double memoryBytes,
    Map<String, Double> saturations,
    Map<String, Amount> amounts) {

  public Sample {
    trials = Map.copyOf(trials);
    durations = Map.copyOf(durations);
    // Records of looks from before these were measured have none.
    saturations = saturations == null ? Map.of() : Map.copyOf(saturations);
    amounts = amounts == null ? Map.of() : Map.copyOf(amounts);
    if (instances < 1) {
      throw new IllegalArgumentException("instances: " + instances);
    }
    if (requests != null && requests < 0) {
      throw new IllegalArgumentException("requests: " + requests);
    }
    requireUsable("cpuSeconds", cpuSeconds);
    requireUsable("memoryBytes", memoryBytes);
    saturations.values().forEach(level -> requireUsable("saturation", level));
  }

  /// An empty sample of one instance, to be filled by the `with` methods.
  public static Sample of(String instance) {
    return new Sample(instance, 1, null, Map.of(), Map.of(), null, null, Map.of(), Map.of());
  }

  /// The same sample, standing for so many instances.
  public Sample withInstances(int count) {
    return with(draft -> draft.instances = count);
  }

  /// The same sample with its request counter.
  public Sample withRequests(long count) {
    return with(draft -> draft.requests = count);
  }

  /// The same sample with one more counted pair.
  public Sample withTrials(String signal, Trials counted) {
    return with(draft -> draft.trials = plus(trials, signal, counted));
  }

  /// The same sample with requests and errors, the pair that nearly every service has.
  public Sample withErrors(long total, long failed) {
    return withRequests(total).withTrials(Signal.ERRORS, new Trials(total, failed));
  }

  /// The same sample with one more duration histogram.
  public Sample withDuration(String signal, Histogram histogram) {
    return with(draft -> draft.durations = plus(durations, signal, histogram));
  }

  /// The same sample with CPU seconds and memory.
  public Sample withResources(@Nullable Double cpu, @Nullable Double memory) {
    return with(
        draft -> {
          draft.cpuSeconds = cpu;
          draft.memoryBytes = memory;
        });
  }

  /// The same sample with how full one more thing is.
  public Sample withSaturation(String signal, double level) {
    return with(draft -> draft.saturations = plus(saturations, signal, level));
  }

  /// The same sample with one more amount.
  public Sample withAmount(String signal, Amount amount) {
    return with(draft -> draft.amounts = plus(amounts, signal, amount));
  }

  /// Whether nothing was measured.
  public boolean isEmpty() {
    return requests == null
        && trials.isEmpty()
        && durations.isEmpty()
        && cpuSeconds == null
        && memoryBytes == null
        && saturations.isEmpty()
        && amounts.isEmpty();
  }

  private Sample with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /// A sample in the making; lives within one call of [#with].
  private static final class Draft {

    final String instance;
    int instances;
    @Nullable Long requests;
    Map<String, Trials> trials;
    Map<String, Histogram> durations;
    @Nullable Double cpuSeconds;
    @Nullable Double memoryBytes;
    Map<String, Double> saturations;
    Map<String, Amount> amounts;

    Draft(Sample before) {
      instance = before.instance;
      instances = before.instances;
      requests = before.requests;
      trials = before.trials;
      durations = before.durations;
      cpuSeconds = before.cpuSeconds;
      memoryBytes = before.memoryBytes;
      saturations = before.saturations;
      amounts = before.amounts;
    }

    Sample done() {
      return new Sample(
          instance,
          instances,
          requests,
          trials,
          durations,
          cpuSeconds,
          memoryBytes,
          saturations,
          amounts);
    }
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
