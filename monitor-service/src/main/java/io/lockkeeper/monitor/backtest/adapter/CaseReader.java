package io.lockkeeper.monitor.backtest.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.monitor.backtest.RecordedCase;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Histogram;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.monitor.judge.Trials;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a case of the canary benchmark's format, schema 1 (docs/judge.md): raw counters of a
/// baseline, a control and a canary, one value per scrape, `null` where a scrape or a value is
/// missing. One step before an arm's first scrape its counters were 0.
public final class CaseReader {

  private static final Instant START = Instant.EPOCH;
  private static final String KPI = "kpi";
  private static final int LONGEST_STEP = 3_600;
  private static final int LONGEST_CASE = 7 * 86_400;
  private static final int MOST_SCRAPES = 20_000;
  private static final int MOST_BOUNDS = 512;
  private static final int MOST_INSTANCES = 100_000;
  private static final int LONGEST_NAME = 200;
  private static final Set<String> MODES = Set.of("canary", "progressive", "beforeAfter");

  private final JsonNode json;
  private final int step;
  private final String mode;
  private final List<Change> weights;
  private final List<Double> bounds;
  private final int controls;
  private final int canaries;

  /// From `at` seconds on the canary is to get this share of the traffic.
  private record Change(int at, double weight) {}

  private CaseReader(JsonNode json) {
    this.json = json;
    step = whole(json, "", "stepSeconds", 1, LONGEST_STEP);
    mode = text(json, "mode");
    if (!MODES.contains(mode)) {
      throw new BrokenDocumentException("/mode", "one of " + MODES.stream().sorted().toList());
    }
    weights = weights();
    bounds = bounds();
    var instances = json.path("instances");
    controls = Math.max(1, whole(instances, "/instances", "control", 0, MOST_INSTANCES));
    canaries = whole(instances, "/instances", "canary", 1, MOST_INSTANCES);
  }

  /// The case that a document holds.
  ///
  /// @throws BrokenDocumentException when it holds none; names the field
  public static RecordedCase read(JsonNode json) {
    if (!json.isObject()) {
      throw new BrokenDocumentException("", "a JSON object");
    }
    if (!json.path("schema").isInt() || json.path("schema").asInt() != 1) {
      throw new BrokenDocumentException("/schema", "1, the only one that is known");
    }
    var name = text(json, "case");
    var reader = new CaseReader(json);
    int duration = whole(json, "", "durationSeconds", 1, LONGEST_CASE);
    return new RecordedCase(
        name,
        Duration.ofSeconds(reader.step),
        Duration.ofSeconds(duration),
        reader.baseline(),
        reader.looks());
  }

  private List<Look> looks() {
    var canary = arm("canary");
    var control = arm("control");
    if (canary == null) {
      throw new BrokenDocumentException(
          "/canary", "an object; without it there is nothing to judge");
    }
    if (control != null && Math.floorMod(control.first - canary.first, step) != 0) {
      throw new BrokenDocumentException(
          "/control/firstSampleAt", "a whole number of steps from the canary's");
    }
    int from = control == null ? canary.first : Math.min(canary.first, control.first);
    int to = control == null ? canary.last() : Math.max(canary.last(), control.last());
    if ((to - from) / step >= MOST_SCRAPES) {
      throw new BrokenDocumentException("/control/firstSampleAt", "nearer to the canary's");
    }
    var looks = new ArrayList<Look>();
    for (int at = from - step; at <= to; at += step) {
      // What is counted at a scrape happened under the weight before it.
      int since = Math.max(0, at - step);
      looks.add(
          new Look(
              START.plusSeconds(at),
              weight(since),
              control == null ? List.of() : control.samples(at, controls),
              canary.samples(at, canaries(since))));
    }
    return looks;
  }

  private @Nullable Baseline baseline() {
    var arm = arm("baseline");
    if (arm == null) {
      return null;
    }
    // Before a change of everything at once, all instances that there are serve the old version.
    int instances = mode.equals("beforeAfter") ? Math.max(controls, canaries) : controls;
    var scrapes = new ArrayList<Baseline.Scrape>();
    for (int at = arm.first - step; at <= arm.last(); at += step) {
      var samples = arm.samples(at, instances);
      if (!samples.isEmpty()) {
        scrapes.add(new Baseline.Scrape(START.plusSeconds(at), samples));
      }
    }
    return Baseline.of(scrapes, RecordedCase.SIGNALS);
  }

  private int canaries(int at) {
    return mode.equals("progressive")
        ? (int) Math.max(1, Math.ceil(controls * weight(at)))
        : canaries;
  }

  private double weight(int at) {
    double weight = 0;
    for (var change : weights) {
      if (change.at <= at) {
        weight = change.weight;
      }
    }
    return weight;
  }

  private List<Change> weights() {
    var changes = new ArrayList<Change>();
    var listed = array(json, "", "weights", LONGEST_CASE);
    for (int i = 0; i < listed.size(); i++) {
      var pointer = "/weights/" + i;
      int at = whole(listed.get(i), pointer, "at", 0, LONGEST_CASE);
      double weight = number(listed.get(i).path("weight"), pointer + "/weight");
      if (weight > 1) {
        throw new BrokenDocumentException(
            pointer + "/weight", "a share within 0..1, not " + weight);
      }
      if (!changes.isEmpty() && changes.getLast().at >= at) {
        throw new BrokenDocumentException(pointer + "/at", "later than the change before it");
      }
      changes.add(new Change(at, weight));
    }
    return changes;
  }

  private List<Double> bounds() {
    var rising = new ArrayList<Double>();
    var listed = array(json, "", "bucketsMs", MOST_BOUNDS);
    double before = 0;
    for (int b = 0; b < listed.size(); b++) {
      double bound = number(listed.get(b), "/bucketsMs/" + b);
      if (!(bound > before)) {
        throw new BrokenDocumentException("/bucketsMs/" + b, "more than " + before);
      }
      rising.add(bound);
      before = bound;
    }
    return List.copyOf(rising);
  }

  private @Nullable Arm arm(String name) {
    var arm = json.path(name);
    if (arm.isNull()) {
      return null;
    }
    if (!arm.isObject()) {
      throw new BrokenDocumentException(
          "/" + name, "an object, or null for an arm that is not there");
    }
    return new Arm(arm, "/" + name);
  }

  /// One arm, read column by column. The columns of a scrape are looked up by its time.
  private final class Arm {

    final int first;
    private final int scrapes;
    private final List<@Nullable Long> requests;
    private final List<@Nullable Long> errors;
    private final List<@Nullable Long> trials;
    private final List<@Nullable Long> successes;
    private final List<@Nullable Double> cpu;
    private final List<@Nullable Double> memory;
    private final List<List<@Nullable Long>> buckets = new ArrayList<>();
    private final String pointer;

    Arm(JsonNode arm, String pointer) {
      this.pointer = pointer;
      first = whole(arm, pointer, "firstSampleAt", -LONGEST_CASE, LONGEST_CASE);
      scrapes = array(arm, pointer, "requests", MOST_SCRAPES).size();
      requests = counters(arm, pointer, "requests");
      errors = counters(arm, pointer, "errors");
      trials = counters(arm, pointer, "kpiTrials");
      successes = counters(arm, pointer, "kpiSuccesses");
      cpu = numbers(arm, pointer, "cpuSeconds");
      memory = numbers(arm, pointer, "memoryMb");
      within(errors, requests, "errors", "requests");
      within(successes, trials, "kpiSuccesses", "kpiTrials");
      var listed = array(arm, pointer, "latencyBuckets", MOST_BOUNDS + 1);
      if (listed.size() != bounds.size() + 1) {
        throw new BrokenDocumentException(
            pointer + "/latencyBuckets",
            bounds.size()
                + 1
                + " arrays, one for each of bucketsMs and +Inf, not "
                + listed.size());
      }
      for (int b = 0; b < listed.size(); b++) {
        buckets.add(counters(listed, pointer + "/latencyBuckets", b));
      }
    }

    int last() {
      return first + (scrapes - 1) * step;
    }

    /// What the arm showed at a time; empty when it was not scraped then.
    List<Sample> samples(int at, int instances) {
      int i = (at - first) / step;
      var sample = Sample.of("all").withInstances(instances);
      if (at == first - step) {
        var zeros = new Histogram(bounds, Collections.nCopies(bounds.size() + 1, 0L));
        return List.of(
            sample
                .withErrors(0, 0)
                .withTrials(KPI, new Trials(0, 0))
                .withDuration(Signal.DURATION, zeros)
                .withResources(0.0, null));
      }
      if (at < first || i >= scrapes) {
        return List.of();
      }
      var all = requests.get(i);
      var failed = errors.get(i);
      var tried = trials.get(i);
      var succeeded = successes.get(i);
      var measured =
          (all == null ? sample : sample.withRequests(all))
              .withResources(cpu.get(i), memory.get(i));
      if (all != null && failed != null) {
        measured = measured.withErrors(all, failed);
      }
      if (tried != null && succeeded != null) {
        measured = measured.withTrials(KPI, Trials.ofSuccesses(tried, succeeded));
      }
      var histogram = histogram(i);
      if (histogram != null) {
        measured = measured.withDuration(Signal.DURATION, histogram);
      }
      return measured.isEmpty() ? List.of() : List.of(measured);
    }

    private @Nullable Histogram histogram(int i) {
      var counts = new ArrayList<Long>();
      for (var bucket : buckets) {
        var count = bucket.get(i);
        if (count == null) {
          return null;
        }
        counts.add(count);
      }
      return new Histogram(bounds, counts);
    }

    private List<@Nullable Long> counters(JsonNode of, String where, Object key) {
      var field = where + "/" + key;
      var listed = column(of, where, key);
      var values = new ArrayList<@Nullable Long>();
      for (int i = 0; i < scrapes; i++) {
        var value = listed.get(i);
        if (value.isNull()) {
          values.add(null);
          continue;
        }
        if (!value.isNumber() || !value.canConvertToExactIntegral() || !value.canConvertToLong()) {
          throw new BrokenDocumentException(
              field + "/" + i, "a whole number or null, not " + value);
        }
        values.add(positive(value.longValue(), field + "/" + i));
      }
      return values;
    }

    private List<@Nullable Double> numbers(JsonNode of, String where, String key) {
      var listed = column(of, where, key);
      var values = new ArrayList<@Nullable Double>();
      for (int i = 0; i < scrapes; i++) {
        var value = listed.get(i);
        values.add(value.isNull() ? null : number(value, where + "/" + key + "/" + i));
      }
      return values;
    }

    private JsonNode column(JsonNode of, String where, Object key) {
      var listed = key instanceof Integer index ? of.path(index) : of.path(key.toString());
      if (!listed.isArray() || listed.size() != scrapes) {
        throw new BrokenDocumentException(
            where + "/" + key, "an array of " + scrapes + " values, as many as requests");
      }
      return listed;
    }

    private void within(
        List<@Nullable Long> part, List<@Nullable Long> whole, String name, String of) {
      for (int i = 0; i < scrapes; i++) {
        var some = part.get(i);
        var all = whole.get(i);
        if (some != null && all != null && some > all) {
          throw new BrokenDocumentException(
              pointer + "/" + name + "/" + i, "at most " + all + " " + of + ", not " + some);
        }
      }
    }
  }

  private static String text(JsonNode of, String key) {
    var value = of.path(key);
    if (!value.isTextual() || value.asText().isBlank() || value.asText().length() > LONGEST_NAME) {
      throw new BrokenDocumentException(
          "/" + key, "a text of 1 to " + LONGEST_NAME + " characters");
    }
    return value.asText();
  }

  private static JsonNode array(JsonNode of, String where, String key, int most) {
    var value = of.path(key);
    if (!value.isArray() || value.isEmpty() || value.size() > most) {
      throw new BrokenDocumentException(where + "/" + key, "an array of 1 to " + most + " values");
    }
    return value;
  }

  private static int whole(JsonNode of, String where, String key, int least, int most) {
    var value = of.path(key);
    if (!value.isNumber()
        || !value.canConvertToExactIntegral()
        || !value.canConvertToInt()
        || value.intValue() < least
        || value.intValue() > most) {
      throw new BrokenDocumentException(
          where + "/" + key, "a whole number within " + least + ".." + most);
    }
    return value.intValue();
  }

  private static double number(JsonNode value, String field) {
    if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || value.doubleValue() < 0) {
      throw new BrokenDocumentException(field, "a number that is not negative");
    }
    return value.doubleValue();
  }

  private static long positive(long value, String field) {
    if (value < 0) {
      throw new BrokenDocumentException(field, "a counter that is not negative");
    }
    return value;
  }
}
