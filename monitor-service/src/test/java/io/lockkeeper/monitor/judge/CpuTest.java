package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// CPU of versions that burn some without requests, too, while traffic moves from one to the other.
class CpuTest {

  private static final JudgeSettings SETTINGS =
      JudgeSettings.of(List.of(Signal.critical("cpu", Signal.Kind.CPU)), Duration.ofSeconds(1));

  private static final double PER_SECOND = 100;
  private static final double IDLE_CORES = 0.02;

  /// The verdict after two minutes at a tenth and two at a half, when a request costs the candidate
  /// so many milliseconds and the control 0.8.
  private static Judgement judged(double millis) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    var judge = new Judge(SETTINGS, null);
    double[] requests = {0, 0};
    double[] cpu = {0, 0};
    Judgement last = null;
    for (int second = 0; second < 240; second++) {
      double weight = second < 120 ? 0.1 : 0.5;
      double[] share = {1 - weight, weight};
      double[] cost = {0.8, millis};
      for (int arm = 0; arm < 2; arm++) {
        double served = Math.round(PER_SECOND * share[arm]);
        requests[arm] += served;
        cpu[arm] += IDLE_CORES + served * cost[arm] / 1000 * Math.exp(0.05 * random.nextGaussian());
      }
      last =
          judge.look(
              new Look(
                  SimulatedService.START.plusSeconds(second),
                  weight,
                  List.of(sample("s", requests[0], cpu[0])),
                  List.of(sample("c", requests[1], cpu[1]))));
    }
    assertThat(last).isNotNull();
    return last;
  }

  private static Sample sample(String name, double requests, double cpu) {
    return Sample.of(name).withRequests((long) requests).withResources(cpu, null);
  }

  @Test
  @DisplayName("M1: idle cost, which weighs less with more traffic, is not taken for a cold start")
  void traffic() {
    assertThat(judged(3.8).verdict()).isEqualTo(Verdict.FAILED);
    assertThat(judged(1.8).verdict()).isEqualTo(Verdict.FAILED);
  }

  @Test
  @DisplayName("M1: the same cost is no breach, whatever part of it is idle")
  void same() {
    assertThat(judged(0.8).verdict()).isEqualTo(Verdict.PASSED);
    assertThat(judged(0.85).verdict()).isEqualTo(Verdict.PASSED);
  }
}
