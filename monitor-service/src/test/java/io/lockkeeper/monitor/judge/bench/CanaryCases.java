package io.lockkeeper.monitor.judge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Histogram;
import io.lockkeeper.monitor.judge.Judge;
import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.Judgement;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.monitor.judge.Trials;
import io.lockkeeper.monitor.judge.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Judges canary benchmark cases (JSON files, schema 1) and prints one JSON line for each, as the
/// benchmark's scorer reads them: `CanaryCases [--alpha=0.05] CASE.json…`.
public final class CanaryCases {

  private static final Instant START = Instant.EPOCH;
  private static final List<Signal> SIGNALS =
      List.of(
          Signal.critical(Signal.ERRORS, Signal.Kind.ERRORS),
          Signal.critical(Signal.DURATION, Signal.Kind.DURATION),
          Signal.critical("kpi", Signal.Kind.KPI),
          Signal.critical("rate", Signal.Kind.RATE),
          Signal.critical("cpu", Signal.Kind.CPU),
          Signal.critical("memory", Signal.Kind.MEMORY));
  private static final Map<String, String> METRICS = Map.of(Signal.DURATION, "latency");

  private CanaryCases() {}

  /// Reads the cases named and prints their verdicts.
  public static void main(String[] arguments) throws IOException {
    var mapper = new ObjectMapper();
    double alpha = 0.05;
    var out = new StringBuilder();
    for (var argument : arguments) {
      if (argument.startsWith("--alpha=")) {
        alpha = Double.parseDouble(argument.substring("--alpha=".length()));
      } else {
        out.append(verdict(mapper.readTree(Path.of(argument).toFile()), alpha)).append('\n');
      }
    }
    System.out.print(out);
  }

  /// The verdict on one case, as a line of JSON.
  public static String verdict(JsonNode json, double alpha) {
    int step = json.get("stepSeconds").asInt();
    var settings =
        JudgeSettings.of(SIGNALS, Duration.ofSeconds(step))
            .withAlpha(alpha)
            .withPlanned(Duration.ofSeconds(json.get("durationSeconds").asInt()));
    var judge = new Judge(settings, baseline(json, step));
    Judgement judgement = null;
    for (var look : looks(json, step)) {
      judgement = judge.look(look);
      if (judgement.verdict() == Verdict.FAILED) {
        break;
      }
    }
    if (judgement == null) {
      throw new IllegalArgumentException("a case without samples");
    }
    return line(json.get("case").asText(), judgement);
  }

  private static String line(String name, Judgement judgement) {
    var verdict =
        switch (judgement.verdict()) {
          case FAILED -> "BREACH";
          case PASSED -> "HEALTHY";
          case INCONCLUSIVE, ERRORED -> "INCONCLUSIVE";
        };
    var signal = judgement.signal();
    var metric =
        switch (judgement.verdict()) {
          case FAILED -> signal == null ? "none" : METRICS.getOrDefault(signal, signal);
          case ERRORED -> "nodata";
          case INCONCLUSIVE ->
              judgement.reason() == Judgement.Reason.NO_TRAFFIC ? "nodata" : "none";
          case PASSED -> "none";
        };
    return String.format(
        Locale.ROOT,
        "{\"case\":\"%s\",\"verdict\":\"%s\",\"atSeconds\":%d,\"metric\":\"%s\"}",
        name,
        verdict,
        Duration.between(START, judgement.at()).toSeconds(),
        metric);
  }

  /// The looks of a case: one at the start, where all counters are 0, and one for each scrape.
  public static List<Look> looks(JsonNode json, int step) {
    var bounds = bounds(json);
    var candidate = json.get("canary");
    var control = json.get("control");
    int n = candidate.get("requests").size();
    int controls = Math.max(1, json.get("instances").get("control").asInt());
    var looks = new ArrayList<Look>();
    boolean beside = control != null && !control.isNull();
    looks.add(
        new Look(
            START,
            weight(json, 0),
            beside ? List.of(zero(bounds, controls)) : List.of(),
            List.of(zero(bounds, candidates(json, controls, 0)))));
    for (int i = 0; i < n; i++) {
      int at = candidate.get("firstSampleAt").asInt() + i * step;
      looks.add(
          new Look(
              START.plusSeconds(at),
              weight(json, at - step),
              beside ? samples(control, i, bounds, controls) : List.of(),
              samples(candidate, i, bounds, candidates(json, controls, at - step))));
    }
    return looks;
  }

  /// The baseline of a case.
  public static Baseline baseline(JsonNode json, int step) {
    var bounds = bounds(json);
    var arm = json.get("baseline");
    int first = arm.get("firstSampleAt").asInt();
    int instances =
        Math.max(
            json.get("instances").get("control").asInt(),
            json.get("mode").asText().equals("beforeAfter")
                ? json.get("instances").get("canary").asInt()
                : 1);
    var scrapes = new ArrayList<Baseline.Scrape>();
    scrapes.add(
        new Baseline.Scrape(START.plusSeconds(first - step), List.of(zero(bounds, instances))));
    for (int i = 0; i < arm.get("requests").size(); i++) {
      var samples = samples(arm, i, bounds, instances);
      if (!samples.isEmpty()) {
        scrapes.add(new Baseline.Scrape(START.plusSeconds(first + (long) i * step), samples));
      }
    }
    return Baseline.of(scrapes, SIGNALS);
  }

  private static int candidates(JsonNode json, int controls, int at) {
    return json.get("mode").asText().equals("progressive")
        ? (int) Math.max(1, Math.ceil(controls * weight(json, at)))
        : json.get("instances").get("canary").asInt();
  }

  private static double weight(JsonNode json, int at) {
    double weight = 0;
    for (var change : json.get("weights")) {
      if (change.get("at").asInt() <= at) {
        weight = change.get("weight").asDouble();
      }
    }
    return weight;
  }

  private static List<Double> bounds(JsonNode json) {
    var bounds = new ArrayList<Double>();
    json.get("bucketsMs").forEach(b -> bounds.add(b.asDouble()));
    return bounds;
  }

  private static Sample zero(List<Double> bounds, int instances) {
    var none = new ArrayList<Long>();
    for (int b = 0; b <= bounds.size(); b++) {
      none.add(0L);
    }
    return Sample.of("all")
        .withInstances(instances)
        .withErrors(0, 0)
        .withTrials("kpi", new Trials(0, 0))
        .withDuration(Signal.DURATION, new Histogram(bounds, none))
        .withResources(0.0, null);
  }

  private static List<Sample> samples(JsonNode arm, int i, List<Double> bounds, int instances) {
    if (arm.get("requests").get(i).isNull()) {
      return List.of();
    }
    var counts = new ArrayList<Long>();
    arm.get("latencyBuckets").forEach(bucket -> counts.add(bucket.get(i).asLong()));
    return List.of(
        Sample.of("all")
            .withInstances(instances)
            .withErrors(arm.get("requests").get(i).asLong(), arm.get("errors").get(i).asLong())
            .withTrials(
                "kpi",
                Trials.ofSuccesses(
                    arm.get("kpiTrials").get(i).asLong(), arm.get("kpiSuccesses").get(i).asLong()))
            .withDuration(Signal.DURATION, new Histogram(bounds, counts))
            .withResources(
                arm.get("cpuSeconds").get(i).asDouble(), arm.get("memoryMb").get(i).asDouble()));
  }
}
