package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.runbook.Runbook;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What both versions showed since the share of traffic last changed, in numbers for people. The
/// judge has its own; these decide nothing. Keeps at most [#MOST_LOOKS] looks: of longer spans
/// every second one is let go.
final class Recording {

  static final int MOST_LOOKS = 64;

  private static final double[] QUANTILES = {0.5, 0.9, 0.99};
  private static final double PERCENT = 100;

  private final List<Signal> judged;
  private final List<Runbook.Signal> signals;
  private final @Nullable Baseline baseline;
  private final List<Look> looks = new ArrayList<>();

  Recording(List<Signal> judged, List<Runbook.Signal> signals, @Nullable Baseline baseline) {
    this.judged = judged;
    this.signals = signals;
    this.baseline = baseline;
  }

  void add(Look look) {
    if (!looks.isEmpty() && looks.getLast().weight() != look.weight()) {
      Look last = looks.getLast();
      looks.clear();
      looks.add(last); // where the new share begins to be counted
    }
    if (looks.size() >= MOST_LOOKS) {
      for (int i = looks.size() - 2; i > 0; i -= 2) {
        looks.remove(i);
      }
    }
    looks.add(look);
  }

  List<Measure> measures() {
    Baseline candidate = arm(Look::candidate);
    if (candidate == null) {
      return List.of();
    }
    boolean beside = looks.getLast().weight() < 1;
    Baseline control = beside ? arm(Look::control) : baseline;
    return measures(judged, signals, candidate, control == null ? baseline : control);
  }

  private @Nullable Baseline arm(Function<Look, List<Sample>> of) {
    List<Baseline.Scrape> scrapes =
        looks.stream()
            .filter(look -> !of.apply(look).isEmpty())
            .map(look -> new Baseline.Scrape(look.at(), of.apply(look)))
            .toList();
    return scrapes.size() < 2 ? null : Baseline.of(scrapes, judged);
  }

  /// The numbers of these spans side by side. Of a duration its quantiles p50, p90 and p99, each a
  /// measure.
  static List<Measure> measures(
      List<Signal> judged,
      List<Runbook.Signal> signals,
      @Nullable Baseline candidate,
      @Nullable Baseline control) {
    List<Measure> measures = new ArrayList<>();
    long samples =
        candidate != null ? candidate.requests() : control != null ? control.requests() : 0;
    for (int i = 0; i < signals.size(); i++) {
      String key = judged.get(i).name();
      String name = signals.get(i).name();
      switch (signals.get(i).kind()) {
        case ERRORS, KPI ->
            add(measures, name, share(candidate, key), share(control, key), "fraction", samples);
        case DURATION -> {
          for (double q : QUANTILES) {
            add(
                measures,
                name + " p" + Math.round(PERCENT * q),
                quantile(candidate, key, q),
                quantile(control, key, q),
                "s",
                samples);
          }
        }
        case RATE -> add(measures, name, rate(candidate), rate(control), "req/s", samples);
        case CPU -> add(measures, name, cpu(candidate), cpu(control), "s", samples);
        case MEMORY -> add(measures, name, memory(candidate), memory(control), "bytes", samples);
      }
    }
    return measures;
  }

  private static void add(
      List<Measure> measures,
      String name,
      @Nullable Double candidate,
      @Nullable Double control,
      String unit,
      long samples) {
    if (candidate != null || control != null) {
      measures.add(new Measure(name, candidate, control, unit, samples));
    }
  }

  private static @Nullable Double share(@Nullable Baseline of, String key) {
    Baseline.Counted counted = of == null ? null : of.counts().get(key);
    return counted == null || counted.total() == 0
        ? null
        : Double.valueOf((double) counted.bad() / counted.total());
  }

  private static @Nullable Double quantile(@Nullable Baseline of, String key, double q) {
    Baseline.Timed timed = of == null ? null : of.durations().get(key);
    return timed == null ? null : finite(timed.quantile(q));
  }

  private static @Nullable Double rate(@Nullable Baseline of) {
    return of == null || !of.span().isPositive()
        ? null
        : finite(of.requests() * 1e9 / of.span().toNanos());
  }

  private static @Nullable Double cpu(@Nullable Baseline of) {
    return of == null || of.cpu() == null ? null : finite(of.cpu());
  }

  private static @Nullable Double memory(@Nullable Baseline of) {
    return of == null || of.memory() == null ? null : finite(of.memory());
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? Double.valueOf(value) : null;
  }
}
