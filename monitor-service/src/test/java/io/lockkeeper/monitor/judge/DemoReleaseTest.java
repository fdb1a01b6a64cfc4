package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Short releases at a high rate: scraped every second, stages of seconds, 200 requests per
/// second.
class DemoReleaseTest {

  private static final JudgeSettings SETTINGS =
      JudgeSettings.of(JudgeSettings.standard().signals(), Duration.ofSeconds(1))
          .with(draft -> draft.planned = Duration.ofSeconds(90));
  private static final int RELEASES = 2_000;

  @Test
  @DisplayName("D4, M2: an identical version is not called worse, and passes each stage of seconds")
  void identicalVersionsPass() {
    int breaches = 0;
    var passed = new int[3];
    for (int seed = 0; seed < RELEASES; seed++) {
      var service = new SimulatedService(seed, 200);
      var judge = new Judge(SETTINGS, service.baseline(20, 1, SETTINGS.signals()));
      judge.look(service.look(0));
      var verdicts =
          new Verdict[] {
            stage(judge, service, 0.1, 20),
            stage(judge, service, 0.5, 20),
            stage(judge, service, 1.0, 30)
          };
      for (int s = 0; s < verdicts.length; s++) {
        passed[s] += verdicts[s] == Verdict.PASSED ? 1 : 0;
      }
      breaches += verdicts[2] == Verdict.FAILED ? 1 : 0;
    }
    assertThat(breaches).isLessThanOrEqualTo(bound(SETTINGS.alpha()));
    for (int stage = 0; stage < passed.length; stage++) {
      assertThat(passed[stage]).as("passes of stage %d", stage).isGreaterThan(RELEASES * 99 / 100);
    }
  }

  @Test
  @DisplayName("R1: ten times the errors and 20 % slower at 10 % is a breach within half a minute")
  void badVersionIsFound() {
    var delays = new ArrayList<Double>();
    for (int seed = 0; seed < RELEASES; seed++) {
      var service = new SimulatedService(50_000 + seed, 200);
      var judge = new Judge(SETTINGS, service.baseline(20, 1, SETTINGS.signals()));
      service.candidate().errors = 0.02;
      service.candidate().slower = 1.2;
      judge.look(service.look(0));
      double delay = 1;
      judge.look(service.look(0.1));
      for (; delay < 120; delay++) {
        service.run(1, 0.1);
        if (judge.look(service.look(0.1)).verdict() == Verdict.FAILED) {
          break;
        }
      }
      delays.add(delay);
    }
    var sorted = delays.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    assertThat(sorted[RELEASES / 2]).as("median of %s", Arrays.toString(sorted)).isLessThan(30.5);
    assertThat(sorted[(int) (RELEASES * 0.99)]).as("p99").isLessThan(55.5);
  }

  private static Verdict stage(Judge judge, SimulatedService service, double weight, int seconds) {
    var judgement = judge.look(service.look(weight));
    for (int i = 0; i < seconds; i++) {
      service.run(1, weight);
      judgement = judge.look(service.look(weight));
    }
    return judgement.verdict();
  }

  private static int bound(double alpha) {
    return (int) (RELEASES * alpha);
  }
}
