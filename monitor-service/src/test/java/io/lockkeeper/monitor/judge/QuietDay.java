package io.lockkeeper.monitor.judge;

import io.lockkeeper.monitor.backtest.RecordedCase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// A day on which nothing is wrong: two arms of the same law, scraped every 15 s for 24 hours.
/// Traffic, weight, error ratio and KPI differ from seed to seed.
final class QuietDay {

  static final int LOOKS = 24 * 60 * 4;

  static final JudgeSettings SETTINGS =
      JudgeSettings.of(RecordedCase.SIGNALS, Duration.ofSeconds(15));

  private static final List<Double> BOUNDS = List.of(0.01, 0.02, 0.05, 0.1, 0.2, 0.5);
  private static final double[] SHARES = {0.05, 0.2, 0.4, 0.25, 0.07, 0.025, 0.005};
  private static final double[] ERRORS = {0.0005, 0.002, 0.01, 0.05};
  private static final double[] WEIGHTS = {0.05, 0.2, 0.5};
  private static final double[] FAILED = {0.01, 0.1, 0.4, 0.9};
  private static final int BASELINE_SCRAPES = 120;

  private final RandomGenerator random;
  private final double requests;
  private final double weight;
  private final double errors;
  private final double failed;

  QuietDay(long seed) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    requests = Math.exp(Math.log(15) + random.nextDouble() * Math.log(200));
    weight = WEIGHTS[random.nextInt(WEIGHTS.length)];
    errors = ERRORS[random.nextInt(ERRORS.length)];
    failed = FAILED[random.nextInt(FAILED.length)];
  }

  /// The counters of one arm.
  private final class Arm {
    private long served;
    private long bad;
    private long tried;
    private long lost;
    private double cpu;
    private final long[] cumulative = new long[SHARES.length];

    Sample scrape(double share) {
      long n = 0;
      for (int b = 0; b < SHARES.length; b++) {
        n += Poisson.draw(random, requests * share * SHARES[b]);
        cumulative[b] += n;
      }
      served += n;
      bad += Math.min(n, Poisson.draw(random, n * errors));
      long attempts = Math.min(n, Poisson.draw(random, n * 0.1));
      tried += attempts;
      for (long i = 0; i < attempts; i++) {
        lost += random.nextDouble() < failed ? 1 : 0;
      }
      cpu += n * 0.01 * Math.exp(0.02 * random.nextGaussian());
      var counts = new ArrayList<Long>();
      for (long count : cumulative) {
        counts.add(count);
      }
      return Sample.of("one")
          .withErrors(served, bad)
          .withTrials("kpi", new Trials(tried, lost))
          .withDuration(Signal.DURATION, new Histogram(BOUNDS, counts))
          .withResources(cpu, 500e6 * Math.exp(0.01 * random.nextGaussian()));
    }
  }

  /// Whether the judge ever calls a breach; it is shown every scrape.
  boolean isBreached() {
    var before = new Arm();
    var scrapes = new ArrayList<Baseline.Scrape>();
    for (int i = 0; i < BASELINE_SCRAPES; i++) {
      var at = SimulatedService.START.plusSeconds(15L * (i - BASELINE_SCRAPES));
      scrapes.add(new Baseline.Scrape(at, List.of(before.scrape(1))));
    }
    var control = new Arm();
    var candidate = new Arm();
    var looks = new ArrayList<Look>();
    for (int i = 0; i < LOOKS; i++) {
      looks.add(
          new Look(
              SimulatedService.START.plusSeconds(15L * i),
              weight,
              List.of(control.scrape(1 - weight)),
              List.of(candidate.scrape(weight))));
    }
    var last = Judge.replay(SETTINGS, Baseline.of(scrapes, SETTINGS.signals()), looks);
    return last != null && last.verdict() == Verdict.FAILED;
  }
}
