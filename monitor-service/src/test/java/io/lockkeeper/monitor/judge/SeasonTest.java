package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// An hour at which a service fails more and takes longer each day, at full traffic, with nothing
/// but the baseline to compare with. Runbook G2, M2.
class SeasonTest {

  private static final JudgeSettings SETTINGS =
      JudgeSettings.of(JudgeSettings.standard().signals(), Duration.ofSeconds(15));

  private static final double MORNING = 0.002;
  private static final double NOON = 0.006;

  /// What the stable version shows when it fails that often and takes so many times as long.
  private static Baseline stable(long seed, double errors, double slower) {
    var service = new SimulatedService(seed, 100);
    service.control().errors = errors;
    service.control().slower = slower;
    return service.baseline(40, 15, SETTINGS.signals());
  }

  private static List<Baseline> days(double... errors) {
    var days = new ArrayList<Baseline>();
    for (double each : errors) {
      days.add(stable(100 + days.size(), each, each > MORNING ? 1.4 : 1));
    }
    return days;
  }

  /// The signals that are breached after ten minutes at full traffic.
  private static Stream<String> breached(Baseline baseline, double errors, double slower) {
    var service = new SimulatedService(1, 100);
    service.candidate().errors = errors;
    service.candidate().slower = slower;
    var judge = new Judge(SETTINGS, baseline);
    var judgement = judge.look(service.look(1));
    for (int i = 0; i < 40; i++) {
      service.run(15, 1);
      judgement = judge.look(service.look(1));
    }
    return judgement.signals().stream()
        .filter(it -> it.standing() == Standing.BREACHED)
        .map(it -> it.signal().name());
  }

  @Test
  @DisplayName("M2: without earlier days, a bad hour of the day looks like the release")
  void withoutEarlierDays() {
    assertThat(breached(stable(7, MORNING, 1), NOON, 1.4))
        .contains(Signal.ERRORS, Signal.DURATION, "cpu");
  }

  @Test
  @DisplayName("M2: what was so on most earlier days at this hour is no breach; what is worse is")
  void season() {
    var baseline = stable(7, MORNING, 1).with(days(NOON, NOON, MORNING, NOON));
    assertThat(breached(baseline, NOON, 1.4)).isEmpty();
    assertThat(breached(baseline, 3 * NOON, 1.4)).containsExactly(Signal.ERRORS);
    assertThat(breached(baseline, NOON, 2)).containsExactly(Signal.DURATION, "cpu");
  }

  @Test
  @DisplayName("M2: one odd day, alone or among others, excuses nothing; good days blame nobody")
  void oddDay() {
    var alone = stable(7, MORNING, 1).with(days(0.04));
    assertThat(breached(alone, NOON, 1)).containsExactly(Signal.ERRORS);
    var among = stable(7, MORNING, 1).with(days(MORNING, 0.04, MORNING, 0.04));
    assertThat(breached(among, NOON, 1)).containsExactly(Signal.ERRORS);
    var better = stable(7, NOON, 1).with(days(MORNING, MORNING, MORNING));
    assertThat(breached(better, NOON, 1)).isEmpty();
  }

  @Test
  @DisplayName("D4: beside a control, earlier days change nothing")
  void besideControl() {
    var plain = stable(7, MORNING, 1);
    for (var baseline : List.of(plain, plain.with(days(NOON, NOON, NOON)))) {
      var service = new SimulatedService(3, 100);
      service.candidate().errors = NOON;
      var judge = new Judge(SETTINGS, baseline);
      var judgement = judge.look(service.look(0.3));
      for (int i = 0; i < 40; i++) {
        service.run(15, 0.3);
        judgement = judge.look(service.look(0.3));
      }
      assertThat(judgement.verdict()).isEqualTo(Verdict.FAILED);
      assertThat(judgement.signal()).isEqualTo(Signal.ERRORS);
    }
  }
}
