package io.lockkeeper.monitor.judge;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// A service under random traffic, from a fixed seed: two versions behind a splitting proxy, whose
/// raw counters are scraped.
final class SimulatedService {

  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final List<Double> BOUNDS =
      List.of(0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.15, 0.25, 0.5, 1.0);
  private static final double MEDIAN = 0.03;
  private static final double SPREAD = 0.5;

  private final RandomGenerator random;
  private final double rate;
  private final Version control = new Version("stable-1");
  private final Version candidate = new Version("candidate-1");
  private double seconds;

  SimulatedService(long seed, double rate) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.rate = rate;
  }

  /// One version: how it behaves, and its counters.
  static final class Version {
    double errors = 0.002;
    double slower = 1;
    private final String name;
    private long requests;
    private long failed;
    private double cpu;
    private final long[] buckets = new long[BOUNDS.size() + 1];

    Version(String name) {
      this.name = name;
    }

    void serve(long count, RandomGenerator random) {
      for (long i = 0; i < count; i++) {
        requests++;
        failed += random.nextDouble() < errors ? 1 : 0;
        double took = MEDIAN * slower * Math.exp(SPREAD * random.nextGaussian());
        int b = 0;
        while (b < BOUNDS.size() && took > BOUNDS.get(b)) {
          b++;
        }
        buckets[b]++;
        cpu += 0.004 * slower;
      }
    }

    void restart() {
      requests = 0;
      failed = 0;
      cpu = 0;
      java.util.Arrays.fill(buckets, 0);
    }

    Sample scrape() {
      var cumulative = new ArrayList<Long>();
      long sum = 0;
      for (long count : buckets) {
        sum += count;
        cumulative.add(sum);
      }
      return Sample.of(name)
          .withErrors(requests, failed)
          .withDuration(Signal.DURATION, new Histogram(BOUNDS, cumulative))
          .withResources(cpu, 200e6);
    }
  }

  Version control() {
    return control;
  }

  Version candidate() {
    return candidate;
  }

  Instant now() {
    return START.plusMillis(Math.round(seconds * 1000));
  }

  /// Lets time pass, with the candidate at this share.
  void run(double duration, double weight) {
    long n = poisson(rate * duration);
    long toCandidate = 0;
    for (long i = 0; i < n; i++) {
      toCandidate += random.nextDouble() < weight ? 1 : 0;
    }
    candidate.serve(toCandidate, random);
    control.serve(n - toCandidate, random);
    seconds += duration;
  }

  Look look(double weight) {
    return new Look(now(), weight, List.of(control.scrape()), List.of(candidate.scrape()));
  }

  /// A baseline of the stable version alone.
  Baseline baseline(int scrapes, double interval, List<Signal> signals) {
    var seen = new ArrayList<Baseline.Scrape>();
    seen.add(new Baseline.Scrape(now(), List.of(control.scrape())));
    for (int i = 0; i < scrapes; i++) {
      run(interval, 0);
      seen.add(new Baseline.Scrape(now(), List.of(control.scrape())));
    }
    return Baseline.of(seen, signals);
  }

  private long poisson(double mean) {
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
  }
}
