package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A look after every sample must not raise the chance of a false alarm.
class PeekingTest {

  private static final int LOOKS = 160;
  private static final int RUNS = 1_500;
  private static final double REQUESTS = 1_000;
  private static final Signal ERRORS = Signal.critical(Signal.ERRORS, Signal.Kind.ERRORS);
  private static final JudgeSettings ALONE =
      JudgeSettings.of(List.of(ERRORS), Duration.ofSeconds(15));
  private static final Layout LAYOUT = Layout.of(ALONE.signals());

  private interface Rate {
    double at(int look, RandomGenerator random);
  }

  @Test
  @DisplayName("M1: no worse than the boundary, looked at 160 times: at most alpha ever crosses")
  void boundHoldsAtEveryRateAndWeight() {
    for (double events : new double[] {0.02, 1, 20}) {
      for (double weight : new double[] {0.05, 0.2, 0.5}) {
        for (double ratio : new double[] {0.5, 1, 1.2}) {
          int crossed = crossed(weight, ratio, (look, random) -> events);
          assertThat(crossed)
              .as("crossings at %s events, weight %s, ratio %s", events, weight, ratio)
              .isLessThanOrEqualTo(allowed());
        }
      }
    }
  }

  @Test
  @DisplayName("M1: a common rate that jumps and bursts is not seen by the comparison of two arms")
  void commonBurstsDoNotMatter() {
    Rate bursts = (look, random) -> look % 40 < 6 ? 60 : random.nextDouble() < 0.1 ? 15 : 0.5;
    assertThat(crossed(0.2, 1.2, bursts)).isLessThanOrEqualTo(allowed());
  }

  @Test
  @DisplayName("R1: three times the errors is found, so the bound is not kept by being blind")
  void realHarmIsFound() {
    assertThat(crossed(0.2, 3, (look, random) -> 10)).isGreaterThan(RUNS * 95 / 100);
  }

  @Test
  @DisplayName("M1: against a baseline as it was, looked at 160 times: at most alpha ever crosses")
  void boundHoldsAgainstABaseline() {
    int crossed = 0;
    for (int run = 0; run < RUNS; run++) {
      var random = random(run);
      var past = new Baseline.Counted(100_000, Poisson.draw(random, 300), 1);
      var test = new CountJudge(ERRORS, ALONE, 0, past, null, new Splits(), SimulatedService.START);
      for (int look = 0; look < LOOKS; look++) {
        var candidate = tally(REQUESTS, Poisson.draw(random, REQUESTS * 0.003));
        test.observe(stratum(look, null, candidate));
      }
      crossed += test.finding().isBreached() ? 1 : 0;
    }
    assertThat(crossed).isLessThanOrEqualTo(allowed());
  }

  @Test
  @DisplayName("M2: the interval of a ratio covers it at all looks at once")
  void intervalCoversAtAllLooks() {
    for (double ratio : new double[] {1, 4}) {
      int missed = 0;
      for (int run = 0; run < RUNS; run++) {
        var random = random(run);
        double x1 = 0;
        double x0 = 0;
        boolean outside = false;
        for (int look = 1; look <= LOOKS && !outside; look++) {
          x1 += Poisson.draw(random, 0.5 * ratio);
          x0 += Poisson.draw(random, 2);
          var interval = Interval.ofCounts(x1, look * 250.0, x0, look * 1000.0, 1, 0.05);
          outside = interval.low() > ratio || interval.high() < ratio;
        }
        missed += outside ? 1 : 0;
      }
      assertThat(missed).as("ratio %s", ratio).isLessThanOrEqualTo(allowed());
    }
    var known = Interval.ofCounts(400, 10_000, 400, 40_000, 1, 0.05);
    assertThat(known.low()).isBetween(3.0, 4.0);
    assertThat(known.high()).isBetween(4.0, 5.4);
  }

  /// Errors of the control are `events` for each thousand of its requests, over ten thousand in
  /// all.
  private static int crossed(double weight, double ratio, Rate rate) {
    int crossed = 0;
    for (int run = 0; run < RUNS; run++) {
      var random = random(run);
      var past = new Baseline.Counted(100_000, 1_000, 1);
      var test = new CountJudge(ERRORS, ALONE, 0, past, null, new Splits(), SimulatedService.START);
      for (int look = 0; look < LOOKS; look++) {
        double p = rate.at(look, random) / REQUESTS;
        double n1 = 10 * REQUESTS * weight;
        double n0 = 10 * REQUESTS * (1 - weight);
        test.observe(
            stratum(
                look,
                tally(n0, Poisson.draw(random, n0 * p)),
                tally(n1, Poisson.draw(random, n1 * p * ratio))));
      }
      crossed += test.finding().isBreached() ? 1 : 0;
    }
    return crossed;
  }

  private static int allowed() {
    double alpha = ALONE.alpha();
    return (int) (RUNS * alpha + 3 * Math.sqrt(RUNS * alpha * (1 - alpha)));
  }

  private static Stratum stratum(int look, @Nullable Tally control, Tally candidate) {
    return new Stratum(
        15.0 * (look + 1), 15.0 * look, control, candidate, 0.2, true, true, false, true);
  }

  private static Tally tally(double total, double bad) {
    var tally = new Tally(LAYOUT);
    tally.total[0] = total;
    tally.bad[0] = Math.min(bad, total);
    tally.counted[0] = true;
    return tally;
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }
}
