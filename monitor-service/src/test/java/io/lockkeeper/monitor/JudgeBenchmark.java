package io.lockkeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.monitor.judge.Amount;
import io.lockkeeper.monitor.judge.Histogram;
import io.lockkeeper.monitor.judge.Judge;
import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.Judgement;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.monitor.judge.Trials;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Signal.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// What judging costs, on one core; the command and the figures are in docs/performance.md. Each
/// look shows one instance of either version with 20 signals: 6 of errors, 6 histograms of 13
/// bounds, 5 KPIs, rate, CPU and memory, at 600 requests a look.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx512m", "-XX:+UseSerialGC"})
public class JudgeBenchmark {

  private static final int LOOKS = 1_000;
  private static final int RELEASES = 1_000;
  private static final int REQUESTS = 300;
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final List<Double> BOUNDS =
      List.of(0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.15, 0.25, 0.5, 1.0);

  private final Runbook runbook = runbook();
  private final List<Runbook.Signal> signals = runbook.monitoring().signals();
  private final List<Look> looks = looks();
  private final JudgeSettings settings =
      ReleaseJudge.settings(runbook.rollout(), runbook.monitoring());
  private final List<ReleaseJudge> watched = new ArrayList<>();
  private int next;

  /// One look at one release, taken and assessed, with the state of the looks before it carried on:
  /// what a watch does at each interval. The mean of 1,000 looks from the first traffic on.
  @Benchmark
  @OperationsPerInvocation(LOOKS)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public void carriedOn(Blackhole hole) {
    ReleaseJudge judge = new ReleaseJudge(runbook, null);
    for (Look look : looks) {
      hole.consume(judge.look(look));
    }
  }

  /// One assessment by a new judge from 1,000 recorded samples, 500 looks at both versions.
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public Judgement fromRecordedSamples() {
    return Judge.replay(settings, null, looks.subList(0, LOOKS / 2));
  }

  /// One look at each of 1,000 releases, one after the other.
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public void thousandReleases(Blackhole hole) {
    if (next == LOOKS) {
      begin();
    }
    Look look = looks.get(next++);
    for (ReleaseJudge judge : watched) {
      hole.consume(judge.look(look));
    }
  }

  /// All releases at their first traffic.
  @Setup(Level.Trial)
  public void begin() {
    next = 0;
    watched.clear();
    for (int i = 0; i < RELEASES; i++) {
      watched.add(new ReleaseJudge(runbook, null));
    }
  }

  @Test
  @DisplayName("M2: what one assessment, one from recorded samples, and 1,000 releases cost")
  void costs() throws RunnerException {
    var options =
        new OptionsBuilder()
            .include(JudgeBenchmark.class.getName())
            .addProfiler(CpuTime.class)
            .resultFormat(ResultFormatType.TEXT)
            .result("target/judge-benchmark.txt")
            .build();
    assertThat(new Runner(options).run()).hasSize(3);
  }

  private static Runbook runbook() {
    ObjectMapper mapper = EventJson.mapper();
    ObjectNode runbook = mapper.valueToTree(Story.runbook(INTERVAL.multipliedBy(LOOKS)));
    ObjectNode monitoring = runbook.withObject("/monitoring").put("interval", INTERVAL.toString());
    ArrayNode signals = monitoring.putArray("signals");
    for (int i = 0; i < 6; i++) {
      add(signals, i == 0 ? "errors" : "errors " + i, Kind.ERRORS);
      add(signals, "duration " + i, Kind.DURATION);
    }
    for (int i = 0; i < 5; i++) {
      add(signals, "kpi " + i, Kind.KPI);
    }
    add(signals, "rate", Kind.RATE);
    add(signals, "cpu", Kind.CPU);
    add(signals, "memory", Kind.MEMORY);
    return mapper.convertValue(runbook, Runbook.class);
  }

  private static void add(ArrayNode signals, String name, Kind kind) {
    signals.addObject().put("name", name).put("metric", "m").put("kind", kind.name());
  }

  /// Two versions of one law, half of the traffic each.
  private List<Look> looks() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    Arm stable = new Arm("stable", random);
    Arm candidate = new Arm("candidate", random);
    List<Look> made = new ArrayList<>();
    for (int i = 0; i < LOOKS; i++) {
      made.add(
          new Look(
              START.plus(INTERVAL.multipliedBy(i)),
              0.5,
              List.of(stable.scrape()),
              List.of(candidate.scrape())));
    }
    return made;
  }

  /// The counters of one version; the same for each signal of a kind.
  private final class Arm {

    private final String name;
    private final RandomGenerator random;
    private final long[] buckets = new long[BOUNDS.size() + 1];
    private long requests;
    private long failed;
    private long lost;
    private double cpu;

    Arm(String name, RandomGenerator random) {
      this.name = name;
      this.random = random;
    }

    Sample scrape() {
      for (int i = 0; i < REQUESTS; i++) {
        double took = 0.03 * Math.exp(0.5 * random.nextGaussian());
        int b = 0;
        while (b < BOUNDS.size() && took > BOUNDS.get(b)) {
          b++;
        }
        buckets[b]++;
        requests++;
        failed += random.nextDouble() < 0.002 ? 1 : 0;
        lost += random.nextDouble() < 0.1 ? 1 : 0;
        cpu += 0.004;
      }
      List<Long> cumulative = new ArrayList<>();
      long sum = 0;
      for (long count : buckets) {
        sum += count;
        cumulative.add(sum);
      }
      Sample sample = Sample.of(name).withRequests(requests).withResources(cpu, 200e6);
      List<String> names = ReleaseJudge.names(signals);
      for (int i = 0; i < signals.size(); i++) {
        String of = names.get(i);
        sample =
            switch (signals.get(i).kind()) {
              case ERRORS -> sample.withTrials(of, new Trials(requests, failed));
              case KPI -> sample.withTrials(of, new Trials(requests, lost));
              case DURATION -> sample.withDuration(of, new Histogram(BOUNDS, cumulative));
              case SATURATION -> sample.withSaturation(of, 0.4);
              case VALUE -> sample.withAmount(of, new Amount(20.0 * requests, requests));
              case RATE, CPU, MEMORY -> sample;
            };
      }
      return sample;
    }
  }
}
