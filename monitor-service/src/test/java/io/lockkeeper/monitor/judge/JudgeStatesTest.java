package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is said when there is nothing, too little, or something obvious to say.
class JudgeStatesTest {

  private static final JudgeSettings SETTINGS =
      JudgeSettings.of(JudgeSettings.standard().signals(), Duration.ofSeconds(15));

  @Test
  @DisplayName("D4: before its first traffic nothing is said of a candidate")
  void notStarted() {
    var service = new SimulatedService(1, 50);
    var judge = new Judge(SETTINGS, null);
    for (int i = 0; i < 30; i++) {
      service.run(15, 0);
      var judgement = judge.look(service.look(0));
      assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(judgement.reason()).isEqualTo(Judgement.Reason.NOT_STARTED);
    }
  }

  @Test
  @DisplayName("M1: a candidate that no request reaches is not passed")
  void noTraffic() {
    var service = new SimulatedService(2, 50);
    var judge = new Judge(SETTINGS, null);
    judge.look(service.look(0.1));
    Judgement judgement = null;
    for (int i = 0; i < 30; i++) {
      service.run(15, 0);
      judgement = judge.look(service.look(0.1));
      assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }
    assertThat(judgement.reason()).isEqualTo(Judgement.Reason.NO_TRAFFIC);
  }

  @Test
  @DisplayName("M1: a candidate that falls silent is not passed, and passes again when it is back")
  void telemetryMissing() {
    var service = new SimulatedService(3, 100);
    var judge = new Judge(SETTINGS, null);
    judge.look(service.look(0.2));
    for (int i = 0; i < 100; i++) {
      service.run(15, 0.2);
      var seen = service.look(0.2);
      boolean away = i >= 60 && i < 75;
      var judgement =
          judge.look(away ? new Look(seen.at(), seen.weight(), seen.control(), List.of()) : seen);
      if (i == 74) {
        assertThat(judgement.verdict()).isEqualTo(Verdict.ERRORED);
        assertThat(judgement.reason()).isEqualTo(Judgement.Reason.TELEMETRY_MISSING);
      }
      if (i == 59 || i == 99) {
        assertThat(judgement.verdict()).isEqualTo(Verdict.PASSED);
      }
    }
  }

  @Test
  @DisplayName("M1: time without telemetry is not observed time")
  void observedTimeExcludesHoles() {
    var service = new SimulatedService(4, 100);
    var judge = new Judge(SETTINGS, null);
    Judgement judgement = judge.look(service.look(0.2));
    for (int i = 0; i < 40; i++) {
      service.run(15, 0.2);
      if (i < 20 || i >= 30) {
        judgement = judge.look(service.look(0.2));
      }
    }
    assertThat(judgement.observed()).isEqualTo(Duration.ofSeconds(29 * 15));
  }

  @Test
  @DisplayName("D4: too little traffic is inconclusive and says what would have been seen")
  void tooLittleTraffic() {
    var service = new SimulatedService(5, 1);
    var judge = new Judge(SETTINGS, service.baseline(40, 15, SETTINGS.signals()));
    judge.look(service.look(0.1));
    Judgement judgement = null;
    for (int i = 0; i < 8; i++) {
      service.run(15, 0.1);
      judgement = judge.look(service.look(0.1));
    }
    assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judgement.reason()).isEqualTo(Judgement.Reason.TOO_LITTLE_TRAFFIC);
    assertThat(judgement.evidence(Signal.ERRORS).seenFrom()).isGreaterThan(5);
  }

  @Test
  @DisplayName("M2: a control that is lost gives way to the baseline, and a breach is still found")
  void controlLost() {
    for (boolean bad : new boolean[] {true, false}) {
      var service = new SimulatedService(6, 100);
      var judge = new Judge(SETTINGS, service.baseline(60, 15, SETTINGS.signals()));
      judge.look(service.look(0.3));
      Judgement judgement = null;
      for (int i = 0; i < 80; i++) {
        service.candidate().errors = bad && i >= 40 ? 0.02 : 0.002;
        service.run(15, 0.3);
        var seen = service.look(0.3);
        judgement =
            judge.look(
                i < 20 ? seen : new Look(seen.at(), seen.weight(), List.of(), seen.candidate()));
      }
      assertThat(judgement.evidence(Signal.ERRORS).reference())
          .isEqualTo(Evidence.Reference.BASELINE);
      assertThat(judgement.evidence(Signal.ERRORS).standing())
          .isEqualTo(bad ? Standing.BREACHED : Standing.NOT_WORSE);
    }
  }

  @Test
  @DisplayName("R1: most requests failing for three scrapes is a breach, by no statistics")
  void catastrophe() {
    var service = new SimulatedService(7, 300);
    var judge = new Judge(SETTINGS, null);
    judge.look(service.look(0.1));
    service.candidate().errors = 0.9;
    for (int i = 0; i < 3; i++) {
      service.run(2, 0.1);
      var verdict = judge.look(service.look(0.1)).verdict();
      assertThat(verdict == Verdict.FAILED).as("after %d scrapes", i + 1).isEqualTo(i == 2);
    }
  }

  @Test
  @DisplayName("R1: a candidate that fails no more than a failing control is no catastrophe")
  void commonFailureIsNoCatastrophe() {
    var service = new SimulatedService(8, 300);
    var judge = new Judge(SETTINGS, null);
    judge.look(service.look(0.2));
    service.candidate().errors = 0.8;
    service.control().errors = 0.8;
    for (int i = 0; i < 20; i++) {
      service.run(15, 0.2);
      assertThat(judge.look(service.look(0.2)).verdict()).isNotEqualTo(Verdict.FAILED);
    }
  }

  @Test
  @DisplayName("M1: a signal that should be there and is not measured is never passed")
  void unmeasuredSignal() {
    var signals =
        List.of(
            Signal.critical(Signal.ERRORS, Signal.Kind.ERRORS),
            Signal.critical("orders", Signal.Kind.KPI));
    var settings = JudgeSettings.of(signals, Duration.ofSeconds(15));
    var service = new SimulatedService(9, 100);
    var judge = new Judge(settings, null);
    Judgement judgement = judge.look(service.look(0.2));
    for (int i = 0; i < 40; i++) {
      service.run(15, 0.2);
      judgement = judge.look(service.look(0.2));
    }
    assertThat(judgement.verdict()).isEqualTo(Verdict.ERRORED);
    assertThat(judgement.signal()).isEqualTo("orders");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.9})
  @DisplayName("M1: an advisory signal is told and decides nothing, whatever it shows")
  void advisorySignalDecidesNothing(double errors) {
    var signals =
        List.of(
            Signal.advisory(Signal.ERRORS, Signal.Kind.ERRORS),
            Signal.critical(Signal.DURATION, Signal.Kind.DURATION));
    var service = new SimulatedService(10, 100);
    service.candidate().errors = errors;
    var judge = new Judge(JudgeSettings.of(signals, Duration.ofSeconds(15)), null);
    Judgement judgement = judge.look(service.look(0.2));
    for (int i = 0; i < 40; i++) {
      service.run(15, 0.2);
      judgement = judge.look(service.look(0.2));
    }
    assertThat(judgement.evidence(Signal.ERRORS).standing()).isEqualTo(Standing.BREACHED);
    assertThat(judgement.verdict()).isEqualTo(Verdict.PASSED);
  }

  @Test
  @DisplayName("D4, R1: two seconds of failures are no breach yet, and no pass at any time")
  void notSureYet() {
    var settings =
        JudgeSettings.of(
            List.of(
                Signal.critical(Signal.ERRORS, Signal.Kind.ERRORS),
                Signal.critical(Signal.DURATION, Signal.Kind.DURATION)),
            Duration.ofMillis(250));
    var service = new SimulatedService(13, 400);
    service.candidate().errors = 0.8;
    var judge = new Judge(settings, null);
    judge.look(service.look(0.5));
    Judgement judgement = null;
    for (int i = 1; i <= 40; i++) {
      service.run(0.25, 0.5);
      judgement = judge.look(service.look(0.5));
      assertThat(judgement.verdict()).isNotEqualTo(Verdict.PASSED);
      if (i == 8) {
        assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(judgement.text()).startsWith("it looks worse, and is not sure yet: errors");
      }
    }
    assertThat(judgement.verdict()).isEqualTo(Verdict.FAILED);
  }

  @Test
  @DisplayName("D4: where evidence is required, a pass waits until harm is ruled out")
  void requiredEvidence() {
    var settings = SETTINGS.with(draft -> draft.requireEvidence = true);
    var service = new SimulatedService(11, 100);
    var judge = new Judge(settings, service.baseline(100, 15, settings.signals()));
    judge.look(service.look(0.2));
    service.run(15, 0.2);
    judge.look(service.look(0.2));
    Judgement early = null;
    Judgement late = null;
    for (int i = 0; i < 120; i++) {
      service.run(15, 0.2);
      late = judge.look(service.look(0.2));
      early = i == 2 ? late : early;
    }
    assertThat(early.reason()).isEqualTo(Judgement.Reason.HARM_NOT_RULED_OUT);
    assertThat(late.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(late.evidence(Signal.DURATION).standing()).isEqualTo(Standing.NOT_WORSE);
  }

  @Test
  @DisplayName("M1: slower by a fifth is found by durations alone, after the warm-up")
  void slowerIsFound() {
    var settings =
        JudgeSettings.of(
            List.of(Signal.critical(Signal.DURATION, Signal.Kind.DURATION)),
            Duration.ofSeconds(15));
    var service = new SimulatedService(12, 100);
    service.candidate().slower = 1.2;
    var judge = new Judge(settings, null);
    Judgement judgement = judge.look(service.look(0.2));
    for (int i = 0; i < 40 && judgement.verdict() != Verdict.FAILED; i++) {
      assertThat(judgement.evidence(Signal.DURATION).standing()).isNotEqualTo(Standing.BREACHED);
      service.run(15, 0.2);
      judgement = judge.look(service.look(0.2));
    }
    assertThat(judgement.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(judgement.evidence(Signal.DURATION).ratio()).isBetween(1.1, 1.3);
    assertThat(judgement.at()).isAfter(SimulatedService.START.plusSeconds(60));
  }

  @Test
  @DisplayName("M1: traffic that stays away although the weight promises it is found by the rate")
  void missingRateIsFound() {
    var service = new SimulatedService(13, 100);
    var judge = new Judge(SETTINGS, null);
    Judgement judgement = judge.look(service.look(0.4));
    for (int i = 0; i < 20 && judgement.verdict() != Verdict.FAILED; i++) {
      service.run(15, 0.25);
      judgement = judge.look(service.look(0.4));
    }
    assertThat(judgement.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(judgement.signal()).isEqualTo("rate");
  }

  @Test
  @DisplayName("M1: a falling share of completed orders is a breach, whether most complete or few")
  void fallingKpiIsFound() {
    var settings =
        JudgeSettings.of(
            List.of(Signal.critical("orders", Signal.Kind.KPI)), Duration.ofSeconds(15));
    for (double share : new double[] {0.9, 0.05}) {
      for (double drop : new double[] {0, 0.3}) {
        var judge = new Judge(settings, null);
        Judgement judgement = null;
        for (int i = 0; i < 100; i++) {
          long n = 400L * i;
          judgement =
              judge.look(
                  new Look(
                      SimulatedService.START.plusSeconds(15L * i),
                      0.5,
                      List.of(orders("stable", n, share)),
                      List.of(orders("new", n, share * (1 - drop)))));
        }
        assertThat(judgement.verdict())
            .as("share %s, drop %s", share, drop)
            .isEqualTo(drop > 0 ? Verdict.FAILED : Verdict.PASSED);
      }
    }
  }

  private static Sample orders(String instance, long n, double share) {
    return Sample.of(instance)
        .withRequests(n)
        .withTrials("orders", Trials.ofSuccesses(n, Math.round(n * share)));
  }
}
