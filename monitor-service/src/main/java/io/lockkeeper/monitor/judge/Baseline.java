package io.lockkeeper.monitor.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// What the stable version showed before the release: the stored health baseline. Small, and
/// enough to judge by when no control runs beside the candidate. Runbook G2, M2.
///
/// @param from       time of its first sample
/// @param to         time of its last
/// @param looks      scrapes in it
/// @param requests   requests in it
/// @param counts     counted pairs by signal name
/// @param durations  durations by signal name
/// @param cpu        CPU seconds per request, or `null`
/// @param idle       instance-seconds per request, for the share of CPU that is spent without
///                   requests
/// @param memory     mean memory of an instance, or `null`
/// @param breath     how much the memory of an instance goes up and down by itself, as [Breath] has
///                   it; `null` when not known
/// @param saturations mean level of an instance by signal name
/// @param amounts    what business events came to by signal name
/// @param earlier    the same hour of earlier days, latest first, where that is known; what they
///                   show has none of its own
public record Baseline(
    Instant from,
    Instant to,
    int looks,
    long requests,
    Map<String, Counted> counts,
    Map<String, Timed> durations,
    @Nullable Double cpu,
    double idle,
    @Nullable Double memory,
    @Nullable Double breath,
    Map<String, Double> saturations,
    Map<String, Valued> amounts,
    List<Baseline> earlier) {

  /// From so many earlier days on something is usual; one alone may have been an odd one.
  private static final int DAYS_TO_BE_USUAL = 2;

  /// One scrape of the stable version.
  ///
  /// @param at      when
  /// @param samples its instances
  public record Scrape(Instant at, List<Sample> samples) {

    public Scrape {
      samples = List.copyOf(samples);
    }
  }

  /// A counted pair over the baseline.
  ///
  /// @param total      things tried
  /// @param bad        those that went wrong
  /// @param dispersion how much more than chance the share varies from scrape to scrape, `1..6`
  public record Counted(long total, long bad, double dispersion) {}

  /// Durations over the baseline.
  ///
  /// @param bounds     upper bounds, as in [Histogram]
  /// @param counts     observations by bucket, not cumulative; `+Inf` last
  /// @param dispersion as in [Counted], for the share above each bound
  public record Timed(List<Double> bounds, List<Double> counts, List<Double> dispersion) {

    public Timed {
      bounds = List.copyOf(bounds);
      counts = List.copyOf(counts);
      dispersion = List.copyOf(dispersion);
    }

    /// The duration that the share `q` of requests did not exceed, in the unit of the bounds.
    public double quantile(double q) {
      return buckets().quantile(q);
    }

    /// Observations.
    public double total() {
      return counts.stream().mapToDouble(Double::doubleValue).sum();
    }

    Buckets buckets() {
      return Buckets.of(bounds, counts);
    }
  }

  /// What business events came to over the baseline.
  ///
  /// @param sum       of all of them
  /// @param events    how many there were
  /// @param variation squared coefficient of variation of one
  public record Valued(double sum, long events, double variation) {

    /// What one came to on average.
    public double mean() {
      return sum / events;
    }
  }

  public Baseline {
    counts = Map.copyOf(counts);
    durations = Map.copyOf(durations);
    // Baselines from before these were measured have none.
    saturations = saturations == null ? Map.of() : Map.copyOf(saturations);
    amounts = amounts == null ? Map.of() : Map.copyOf(amounts);
    earlier = earlier == null ? List.of() : List.copyOf(earlier);
  }

  /// The same, and what the stable version showed at this hour of earlier days, latest first.
  public Baseline with(List<Baseline> days) {
    return new Baseline(
        from,
        to,
        looks,
        requests,
        counts,
        durations,
        cpu,
        idle,
        memory,
        breath,
        saturations,
        amounts,
        List.copyOf(days));
  }

  /// The counted pair of a usual earlier day; null when too few days have it.
  @Nullable Counted usualCount(String signal) {
    return usual(day -> day.counts().get(signal), it -> (double) it.bad() / it.total());
  }

  /// The durations of a usual earlier day; null when too few days have them.
  @Nullable Timed usualDuration(String signal) {
    return usual(day -> day.durations().get(signal), it -> it.buckets().meanLog());
  }

  /// A usual earlier day by its CPU per request; null when too few days have it.
  @Nullable Baseline usualCpu() {
    return usual(day -> day.cpu() == null ? null : day, Baseline::cpuOrNone);
  }

  /// The memory that an instance needs.
  ///
  /// @param level   today, or on a usual earlier day if that is more
  /// @param breath  how much it goes up and down by itself, as [Breath] has it; `NaN` when not
  ///                known
  /// @param seconds how long instances were seen, all together
  record Used(double level, double breath, double seconds) {}

  /// The memory that an instance needs; null when it was not measured.
  @Nullable Used usedMemory() {
    if (memory == null) {
      return null;
    }
    Double usual = usual(Baseline::memory, it -> it);
    return new Used(
        usual == null ? memory : Math.max(memory, usual),
        breath == null ? Double.NaN : breath,
        Math.max(idle * requests, span().toSeconds()));
  }

  /// How full this was on a usual earlier day; null when too few days have it.
  @Nullable Double usualSaturation(String signal) {
    return usual(day -> day.saturations().get(signal), it -> it);
  }

  /// What events came to on a usual earlier day; null when too few days have it.
  @Nullable Valued usualAmount(String signal, Signal.Worse worse) {
    double sign = worse == Signal.Worse.MORE ? 1 : -1;
    return usual(day -> day.amounts().get(signal), it -> sign * it.mean());
  }

  /// The middle of the earlier days; the better one of two in the middle. So what is called usual
  /// was so, or worse, on half of the days at least.
  private <T> @Nullable T usual(Function<Baseline, @Nullable T> part, ToDoubleFunction<T> howBad) {
    var days = new ArrayList<T>();
    for (var day : earlier) {
      var known = part.apply(day);
      if (known != null) {
        days.add(known);
      }
    }
    days.sort(Comparator.comparingDouble(howBad));
    return days.size() < DAYS_TO_BE_USUAL ? null : days.get((days.size() - 1) / 2);
  }

  private double cpuOrNone() {
    return cpu == null ? 0 : cpu;
  }

  /// The time from first to last sample.
  public Duration span() {
    return Duration.between(from, to);
  }

  /// Sums up scrapes, oldest first, for these signals. Counters of an instance count from its
  /// first sample, resets and gaps are handled as in a watch.
  ///
  /// @throws IllegalArgumentException when there is no scrape
  public static Baseline of(List<Scrape> scrapes, List<Signal> signals) {
    if (scrapes.isEmpty()) {
      throw new IllegalArgumentException("a baseline needs scrapes");
    }
    var layout = Layout.of(signals);
    var from = scrapes.getFirst().at();
    var reader = new ArmReader(layout, 600, new boolean[layout.counts().size()]);
    var steps = new ArrayList<Tally>();
    double instanceSeconds = 0;
    double before = 0;
    var breath = new Breath();
    for (var scrape : scrapes) {
      var tally = new Tally(layout);
      double at = Duration.between(from, scrape.at()).toMillis() / 1000.0;
      if (reader.read(at, scrape.samples(), tally)) {
        instanceSeconds += tally.instances * (at - before);
        if (tally.meanMemory() > 0 && at > before) {
          breath.add(StrictMath.log(tally.meanMemory()), tally.instances, at - before);
        }
        before = at;
        steps.add(tally);
      }
    }
    var sum = new Sum(steps);
    var counts = new TreeMap<String, Counted>();
    for (int i = 0; i < layout.counts().size(); i++) {
      int index = i;
      double total = sum.of(t -> t.total[index]);
      if (total > 0) {
        double bad = sum.of(t -> t.bad[index]);
        double spread = Dispersion.of(sum.each(t -> t.bad[index]), sum.each(t -> t.total[index]));
        counts.put(layout.counts().get(i), new Counted((long) total, (long) bad, spread));
      }
    }
    var durations = new TreeMap<String, Timed>();
    for (int d = 0; d < layout.durations().size(); d++) {
      timed(steps, d).ifPresent(put(durations, layout.durations().get(d)));
    }
    var saturations = new TreeMap<String, Double>();
    for (int i = 0; i < layout.saturations().size(); i++) {
      int index = i;
      double of = sum.of(t -> t.levelOf[index]);
      if (of > 0) {
        saturations.put(layout.saturations().get(i), sum.of(t -> t.level[index]) / of);
      }
    }
    var amounts = new TreeMap<String, Valued>();
    for (int i = 0; i < layout.amounts().size(); i++) {
      valued(steps, i).ifPresent(put(amounts, layout.amounts().get(i)));
    }
    double cpuRequests = sum.of(t -> t.cpuRequests);
    double memoryOf = sum.of(t -> t.memoryOf);
    double requests = sum.of(t -> t.requests);
    return new Baseline(
        from,
        scrapes.getLast().at(),
        scrapes.size(),
        (long) requests,
        counts,
        durations,
        cpuRequests > 0 ? sum.of(t -> t.cpuSeconds) / cpuRequests : null,
        requests > 0 ? instanceSeconds / requests : 0,
        memoryOf > 0 ? sum.of(t -> t.memory) / memoryOf : null,
        breath.isKnown() ? breath.variance() : null,
        saturations,
        amounts,
        List.of());
  }

  private static <T> Consumer<T> put(Map<String, T> map, String name) {
    return it -> map.put(name, it);
  }

  private static Optional<Valued> valued(List<Tally> steps, int i) {
    var variation = new Variation(1, 6);
    double sum = 0;
    double events = 0;
    for (var step : steps) {
      sum += step.amount[i];
      events += step.amountOf[i];
      variation.add(step.amount[i], step.amountOf[i]);
    }
    return events > 0 && sum > 0
        ? Optional.of(new Valued(sum, (long) events, variation.squared()))
        : Optional.empty();
  }

  private static Optional<Timed> timed(List<Tally> steps, int d) {
    var all = new Buckets();
    for (var step : steps) {
      all.add(step.durations[d]);
    }
    if (all.total() == 0) {
      return Optional.empty();
    }
    var bounds = Arrays.stream(all.bounds()).boxed().toList();
    var dispersion = new ArrayList<Double>();
    for (double bound : bounds) {
      var sum = new Sum(steps);
      dispersion.add(
          Dispersion.of(
              sum.each(t -> t.durations[d].isEmpty() ? 0 : t.durations[d].above(bound)),
              sum.each(t -> t.durations[d].total())));
    }
    return Optional.of(new Timed(bounds, Arrays.stream(all.counts()).boxed().toList(), dispersion));
  }

  private record Sum(List<Tally> steps) {

    double of(ToDoubleFunction<Tally> value) {
      return Arrays.stream(each(value)).sum();
    }

    double[] each(ToDoubleFunction<Tally> value) {
      return steps.stream().mapToDouble(value).toArray();
    }
  }
}
