package io.lockkeeper.monitor.adapter;

import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.adapter.Exposition.Series;
import io.lockkeeper.monitor.judge.Amount;
import io.lockkeeper.monitor.judge.Histogram;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.monitor.judge.Trials;
import io.lockkeeper.runbook.Runbook.Signal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads the runbook's signals out of what an instance shows. Series of one family are added up
/// over their labels. What is not there stays out of the sample, which is not the same as 0.
/// Runbook M1.
public final class Instruments {

  private static final List<String> STATUS_LABELS =
      List.of(
          "status",
          "code",
          "status_code",
          "http_status",
          "http_status_code",
          "http_response_status_code",
          "http.response.status_code",
          "response_code");
  private static final List<String> SUFFIXES = List.of("_total", "_bucket", "_count", "_sum");
  private static final int MOST_BOUNDS = 512;
  // Counters beyond this are not whole numbers any more.
  private static final double LARGEST_COUNT = 1L << 53;

  private final List<Signal> signals;
  private final Set<String> wanted;

  /// Instruments for these signals of a runbook.
  public Instruments(List<Signal> signals) {
    this.signals = List.copyOf(signals);
    Set<String> names = new HashSet<>();
    for (Signal signal : signals) {
      names.addAll(names(signal));
      Signal trials = signal.trials();
      if (trials != null) {
        names.addAll(names(trials));
      }
    }
    this.wanted = Set.copyOf(names);
  }

  private static Set<String> names(Signal signal) {
    String family = family(signal);
    Set<String> names = new HashSet<>(List.of(family, family + "_total", family + "_count"));
    names.add(family + (signal.kind() == Signal.Kind.VALUE ? "_sum" : "_bucket"));
    names.add(family + "_bytes");
    names.add(named(signal));
    return names;
  }

  /// Whether series of this name are read at all.
  public boolean wants(String name) {
    return wanted.contains(name);
  }

  /// The names of all series that are read.
  Set<String> names() {
    return wanted;
  }

  /// The name under which the series of a signal's query are read.
  static String nameOfQuery(Signal signal) {
    return signal.kind() == Signal.Kind.DURATION ? family(signal) + "_bucket" : family(signal);
  }

  /// What this instance showed.
  public Sample read(String instance, Exposition shown) {
    Sample sample = Sample.of(instance);
    List<String> names = ReleaseJudge.names(signals);
    OptionalDouble requests = requests(shown);
    if (requests.isPresent()) {
      sample = sample.withRequests(Math.round(requests.getAsDouble()));
    }
    Double cpu = null;
    Double memory = null;
    for (int i = 0; i < signals.size(); i++) {
      Signal signal = signals.get(i);
      String family = family(signal);
      switch (signal.kind()) {
        case ERRORS -> sample = withErrors(sample, names.get(i), counter(shown, family));
        case DURATION ->
            sample = withDuration(sample, names.get(i), shown.named(family + "_bucket"));
        case KPI -> {
          Signal trials = signal.trials();
          OptionalDouble of = trials == null ? requests : sum(counter(shown, family(trials)));
          sample = withKpi(sample, names.get(i), signal, sum(counter(shown, family)), of);
        }
        case CPU -> cpu = number(sum(counter(shown, family)), cpu);
        case MEMORY -> memory = number(sum(gauge(shown, signal)), memory);
        case SATURATION -> sample = withSaturation(sample, names.get(i), signal, shown);
        case VALUE -> sample = withAmount(sample, names.get(i), signal, shown, requests);
        case RATE -> {
          // Requests are read once for all signals.
        }
      }
    }
    return sample.withResources(cpu, memory);
  }

  /// Whether anything that a signal asks for is in this sample.
  public static boolean isUsable(Sample sample) {
    return !sample.isEmpty();
  }

  /// The requests served: of the rate signal when there is one, otherwise of errors, otherwise of
  /// durations.
  private OptionalDouble requests(Exposition shown) {
    for (Signal.Kind kind : List.of(Signal.Kind.RATE, Signal.Kind.ERRORS, Signal.Kind.DURATION)) {
      for (Signal signal : signals) {
        if (signal.kind() == kind) {
          OptionalDouble sum = sum(requests(shown, signal));
          if (sum.isPresent()) {
            return sum;
          }
        }
      }
    }
    return OptionalDouble.empty();
  }

  /// A histogram may show its buckets alone, as a query for it does.
  private static List<Series> requests(Exposition shown, Signal signal) {
    List<Series> counter = counter(shown, family(signal));
    return counter.isEmpty() && signal.kind() == Signal.Kind.DURATION
        ? shown.named(family(signal) + "_bucket").stream().filter(Instruments::isWhole).toList()
        : counter;
  }

  private static boolean isWhole(Series bucket) {
    String bound = bucket.labels().get("le");
    return bound != null && bound(bound).equals(OptionalDouble.of(Double.POSITIVE_INFINITY));
  }

  private static Sample withErrors(Sample sample, String name, List<Series> requests) {
    double total = 0;
    double failed = 0;
    boolean told = false;
    for (Series one : requests) {
      if (isCount(one.value())) {
        total += one.value();
        String status = status(one);
        told |= status != null;
        failed += status != null && isFailure(status) ? one.value() : 0;
      }
    }
    return told && total <= LARGEST_COUNT
        ? sample.withTrials(name, new Trials(Math.round(total), Math.round(failed)))
        : sample;
  }

  /// Business events of what they are counted of. More of them are no share and count as not
  /// measured.
  private static Sample withKpi(
      Sample sample, String name, Signal kpi, OptionalDouble counted, OptionalDouble tried) {
    if (counted.isEmpty() || tried.isEmpty() || counted.getAsDouble() > tried.getAsDouble()) {
      return sample;
    }
    long events = Math.round(counted.getAsDouble());
    long trials = Math.round(tried.getAsDouble());
    return sample.withTrials(
        name,
        kpi.worse() == Signal.Worse.MORE
            ? new Trials(trials, events)
            : Trials.ofSuccesses(trials, events));
  }

  /// How full something is: a share of its size, of several the fullest; or what several have in
  /// use, of the sizes that are named.
  private static Sample withSaturation(
      Sample sample, String name, Signal signal, Exposition shown) {
    List<Series> gauges = gauge(shown, signal);
    Signal whole = signal.trials();
    OptionalDouble size = whole == null ? signal.size() : sum(gauge(shown, whole));
    OptionalDouble used = signal.of() == null ? most(gauges) : sum(gauges);
    return used.isEmpty() || size.isEmpty() || !(size.getAsDouble() > 0)
        ? sample
        : sample.withSaturation(name, used.getAsDouble() / size.getAsDouble());
  }

  private static OptionalDouble most(List<Series> series) {
    return series.stream().mapToDouble(Series::value).filter(Instruments::isCount).max();
  }

  /// What business events came to, of how many there were.
  private static Sample withAmount(
      Sample sample, String name, Signal value, Exposition shown, OptionalDouble requests) {
    String family = family(value);
    OptionalDouble sum = sum(amount(shown, family));
    Signal trials = value.trials();
    OptionalDouble own = sum(shown.named(family + "_count"));
    OptionalDouble events =
        trials != null ? sum(counter(shown, family(trials))) : own.isPresent() ? own : requests;
    return sum.isEmpty() || events.isEmpty()
        ? sample
        : sample.withAmount(name, new Amount(sum.getAsDouble(), Math.round(events.getAsDouble())));
  }

  private static List<Series> amount(Exposition shown, String family) {
    for (String name : List.of(family + "_sum", family + "_total", family)) {
      List<Series> found = shown.named(name);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private static Sample withDuration(Sample sample, String name, List<Series> buckets) {
    Map<Map<String, String>, TreeMap<Double, Double>> histograms = new HashMap<>();
    for (Series bucket : buckets) {
      String bound = bucket.labels().get("le");
      if (bound != null && isCount(bucket.value())) {
        Map<String, String> others = new HashMap<>(bucket.labels());
        others.remove("le");
        bound(bound)
            .ifPresent(
                le ->
                    histograms
                        .computeIfAbsent(others, labels -> new TreeMap<>())
                        .put(le, bucket.value()));
      }
    }
    histograms.values().removeIf(one -> !one.containsKey(Double.POSITIVE_INFINITY));
    TreeSet<Double> bounds = new TreeSet<>();
    histograms.values().stream().findFirst().ifPresent(one -> bounds.addAll(one.keySet()));
    // Of histograms with other buckets only the bounds that all have can be added up.
    histograms.values().forEach(one -> bounds.retainAll(one.keySet()));
    bounds.remove(Double.POSITIVE_INFINITY);
    bounds.removeIf(bound -> !(bound > 0));
    if (bounds.isEmpty() || bounds.size() > MOST_BOUNDS) {
      return sample;
    }
    List<Long> cumulative = new ArrayList<>();
    for (Double bound : bounds) {
      cumulative.add(atOrBelow(histograms, bound));
    }
    cumulative.add(atOrBelow(histograms, Double.POSITIVE_INFINITY));
    return sample.withDuration(name, new Histogram(List.copyOf(bounds), cumulative));
  }

  private static long atOrBelow(
      Map<Map<String, String>, TreeMap<Double, Double>> histograms, Double bound) {
    double sum = 0;
    for (TreeMap<Double, Double> one : histograms.values()) {
      sum += one.getOrDefault(bound, 0.0);
    }
    return Math.round(sum);
  }

  private static OptionalDouble bound(String text) {
    try {
      double bound = Exposition.number(text);
      return Double.isNaN(bound) ? OptionalDouble.empty() : OptionalDouble.of(bound);
    } catch (IllegalArgumentException notABound) {
      return OptionalDouble.empty();
    }
  }

  private static List<Series> counter(Exposition shown, String family) {
    for (String name : List.of(family + "_total", family, family + "_count")) {
      List<Series> found = shown.named(name);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  /// The metric as the runbook has it.
  private static String named(Signal signal) {
    String metric = signal.metric();
    return metric == null ? family(signal) : metric;
  }

  /// A gauge is called what it is called: one may end like a counter (`pool_connections_total`).
  private static List<Series> gauge(Exposition shown, Signal signal) {
    String family = family(signal);
    for (String name : List.of(named(signal), family, family + "_bytes")) {
      List<Series> found = shown.named(name);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private static @Nullable Double number(OptionalDouble read, @Nullable Double otherwise) {
    return read.isPresent() ? Double.valueOf(read.getAsDouble()) : otherwise;
  }

  private static OptionalDouble sum(List<Series> series) {
    double sum = 0;
    boolean any = false;
    for (Series one : series) {
      if (isCount(one.value())) {
        sum += one.value();
        any = true;
      }
    }
    return any && sum <= LARGEST_COUNT ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }

  private static @Nullable String status(Series series) {
    for (String label : STATUS_LABELS) {
      String value = series.labels().get(label);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private static boolean isFailure(String status) {
    return status.length() == 3 && status.charAt(0) == '5';
  }

  private static boolean isCount(double value) {
    return value >= 0 && value <= LARGEST_COUNT;
  }

  /// A signal with a query has a family of its own, which no metric can be called.
  private static String family(Signal signal) {
    String metric = signal.metric();
    if (metric == null) {
      return "query of " + signal.name();
    }
    for (String suffix : SUFFIXES) {
      if (metric.endsWith(suffix)) {
        return metric.substring(0, metric.length() - suffix.length());
      }
    }
    return metric;
  }
}
