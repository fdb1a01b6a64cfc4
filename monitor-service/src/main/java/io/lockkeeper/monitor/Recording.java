package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.monitor.judge.Totals;
import io.lockkeeper.runbook.Runbook;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What both versions showed since the share of traffic last changed, in numbers for people. The
/// judge has its own; these decide nothing.
final class Recording {

  private static final double[] QUANTILES = {0.5, 0.9, 0.99};
  private static final double PERCENT = 100;

  private final List<Signal> judged;
  private final List<Runbook.Signal> signals;
  private final @Nullable Baseline baseline;
  private final Totals candidate;
  private final Totals control;
  private double weight = Double.NaN;
  private @Nullable Instant last;

  Recording(List<Signal> judged, List<Runbook.Signal> signals, @Nullable Baseline baseline) {
    this.judged = judged;
    this.signals = signals;
    this.baseline = baseline;
    candidate = new Totals(judged);
    control = new Totals(judged);
  }

  /// Takes a look; one that is not newer than the last changes nothing.
  void add(Look look) {
    if (last != null && !look.at().isAfter(last)) {
      return;
    }
    last = look.at();
    if (look.weight() != weight) {
      candidate.restart(); // the new share begins to be counted at the last look before it
      control.restart();
      weight = look.weight();
    }
    candidate.add(look.at(), look.candidate());
    control.add(look.at(), look.control());
  }

  List<Measure> measures() {
    Baseline seen = candidate.sum();
    if (seen == null) {
      return List.of();
    }
    Baseline beside = weight < 1 ? control.sum() : null;
    return measures(judged, signals, seen, beside == null ? baseline : beside);
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
            add(
                measures,
                name,
                share(candidate, key),
                share(control, key),
                "fraction",
                counted(candidate != null ? candidate : control, key));
        case DURATION -> {
          for (double q : QUANTILES) {
            add(
                measures,
                name + " p" + Math.round(PERCENT * q),
                quantile(candidate, key, q),
                quantile(control, key, q),
                "s",
                timed(candidate != null ? candidate : control, key));
          }
        }
        case RATE -> add(measures, name, rate(candidate), rate(control), "req/s", samples);
        case CPU -> add(measures, name, cpu(candidate), cpu(control), "s", samples);
        case MEMORY -> add(measures, name, memory(candidate), memory(control), "bytes", samples);
        case SATURATION ->
            add(measures, name, full(candidate, key), full(control, key), "fraction", samples);
        case VALUE ->
            add(
                measures,
                name,
                mean(candidate, key),
                mean(control, key),
                "each",
                events(candidate != null ? candidate : control, key));
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

  private static long counted(@Nullable Baseline of, String key) {
    Baseline.Counted counted = of == null ? null : of.counts().get(key);
    return counted == null ? 0 : counted.total();
  }

  private static long timed(@Nullable Baseline of, String key) {
    Baseline.Timed timed = of == null ? null : of.durations().get(key);
    return timed == null ? 0 : Math.round(timed.total());
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

  private static @Nullable Double full(@Nullable Baseline of, String key) {
    return of == null ? null : of.saturations().get(key);
  }

  private static @Nullable Double mean(@Nullable Baseline of, String key) {
    Baseline.Valued valued = of == null ? null : of.amounts().get(key);
    return valued == null ? null : finite(valued.mean());
  }

  private static long events(@Nullable Baseline of, String key) {
    Baseline.Valued valued = of == null ? null : of.amounts().get(key);
    return valued == null ? 0 : valued.events();
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? Double.valueOf(value) : null;
  }
}
