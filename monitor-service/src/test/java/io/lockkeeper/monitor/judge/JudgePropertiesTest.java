package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What must hold whatever the numbers are.
class JudgePropertiesTest {

  private static final JudgeSettings SETTINGS =
      JudgeSettings.of(JudgeSettings.standard().signals(), Duration.ofSeconds(15));

  @Test
  @DisplayName("M2: re-judged from its recorded looks, a verdict is the same bit for bit")
  void replayIsIdentical() {
    var service = new SimulatedService(1, 60);
    var baseline = service.baseline(40, 15, SETTINGS.signals());
    service.candidate().errors = 0.012;
    var judge = new Judge(SETTINGS, baseline);
    var looks = new ArrayList<Look>();
    Judgement live = null;
    for (int i = 0; i < 80; i++) {
      var look = service.look(i < 40 ? 0.2 : 1);
      looks.add(look);
      live = judge.look(look);
      service.run(15, look.weight());
    }
    assertThat(Judge.replay(SETTINGS, baseline, looks)).isEqualTo(live);
    assertThat(live.verdict()).isEqualTo(Verdict.FAILED);
  }

  @Test
  @DisplayName("M2: a look that comes twice or late changes nothing")
  void oldLooksAreIgnored() {
    var looks = looks(new SimulatedService(2, 60), 20, 0.2);
    var judge = new Judge(SETTINGS, null);
    Judgement last = null;
    for (var look : looks) {
      last = judge.look(look);
      assertThat(judge.look(look)).isEqualTo(last);
    }
    assertThat(judge.look(looks.get(3))).isEqualTo(last);
    assertThat(Judge.replay(SETTINGS, null, looks)).isEqualTo(last);
  }

  @Test
  @DisplayName(
      "M1: one more candidate error never lowers the evidence, one more control error never raises it")
  void evidenceIsMonotone() {
    for (int seed = 0; seed < 30; seed++) {
      var looks = looks(new SimulatedService(seed, 20), 12, 0.3);
      double plain = errorEvidence(looks);
      var last = looks.getLast();
      assertThat(errorEvidence(with(looks, last.control(), plusError(last.candidate()))))
          .isGreaterThanOrEqualTo(plain);
      assertThat(errorEvidence(with(looks, plusError(last.control()), last.candidate())))
          .isLessThanOrEqualTo(plain);
    }
  }

  @Test
  @DisplayName("M1: the order of instances and of signals does not matter")
  void orderDoesNotMatter() {
    var first = new SimulatedService(3, 40);
    var second = new SimulatedService(4, 40);
    var straight = new ArrayList<Look>();
    var turned = new ArrayList<Look>();
    for (int i = 0; i < 40; i++) {
      var a = first.look(0.25);
      var b = second.look(0.25);
      straight.add(merged(a, b));
      turned.add(merged(b, a));
      first.run(15, 0.25);
      second.run(15, 0.25);
    }
    var one = Judge.replay(SETTINGS, null, straight);
    var other =
        Judge.replay(
            JudgeSettings.of(SETTINGS.signals().reversed(), Duration.ofSeconds(15)), null, turned);
    for (var signal : SETTINGS.signals()) {
      assertThat(other.evidence(signal.name()).logEvidence())
          .as(signal.name())
          .isCloseTo(one.evidence(signal.name()).logEvidence(), within());
    }
  }

  @Test
  @DisplayName("M1: missing scrapes delay what is seen, and change neither sign nor totals")
  void gapsAreCarried() {
    for (int seed = 0; seed < 20; seed++) {
      var service = new SimulatedService(seed, 80);
      service.candidate().errors = seed % 2 == 0 ? 0.002 : 0.02;
      var whole = looks(service, 58, 0.2);
      var holed = new ArrayList<Look>();
      for (int i = 0; i < whole.size(); i++) {
        var look = whole.get(i);
        boolean missing = i % 7 == 3 || i % 7 == 4;
        holed.add(
            new Look(
                look.at(), look.weight(), look.control(), missing ? List.of() : look.candidate()));
      }
      var expected = Judge.replay(SETTINGS, null, whole).evidence(Signal.ERRORS);
      var seen = Judge.replay(SETTINGS, null, holed).evidence(Signal.ERRORS);
      assertThat(seen.standing()).isEqualTo(expected.standing());
      if (expected.standing() != Standing.BREACHED) {
        assertThat(seen.candidateTotal()).isEqualTo(expected.candidateTotal());
        assertThat(seen.candidateBad()).isEqualTo(expected.candidateBad());
      }
    }
  }

  @Test
  @DisplayName("M1: a restart of an instance at any moment neither invents nor alarms")
  void restartsAreHandled() {
    for (int at = 1; at < 40; at += 3) {
      for (boolean candidate : new boolean[] {true, false}) {
        var service = new SimulatedService(at, 100);
        var judge = new Judge(SETTINGS, null);
        Judgement judgement = judge.look(service.look(0.3));
        for (int i = 1; i < 40; i++) {
          if (i == at) {
            (candidate ? service.candidate() : service.control()).restart();
          }
          service.run(15, 0.3);
          judgement = judge.look(service.look(0.3));
        }
        assertThat(judgement.verdict()).isEqualTo(Verdict.PASSED);
        assertThat(judgement.requests()).isBetween(14_000L, 21_000L);
      }
    }
  }

  @Test
  @DisplayName("M1: nothing at all, and a thousand million of everything, give finite numbers")
  void extremesAreFinite() {
    var nothing = Sample.of("x").withErrors(0, 0).withDuration(Signal.DURATION, histogram(0));
    var idle = new ArrayList<Look>();
    var busy = new ArrayList<Look>();
    for (int i = 0; i < 60; i++) {
      long n = 1_000_000_000L * i;
      var much =
          Sample.of("x")
              .withErrors(n, n / 2)
              .withDuration(Signal.DURATION, histogram(n))
              .withResources(n / 10.0, 1e12);
      var at = SimulatedService.START.plusSeconds(15L * i);
      idle.add(new Look(at, 0.5, List.of(nothing), List.of(nothing.withResources(0.0, 0.0))));
      busy.add(new Look(at, 0.5, List.of(much), List.of(much)));
    }
    for (var looks : List.of(idle, busy)) {
      var judgement = Judge.replay(SETTINGS, null, looks);
      assertThat(judgement.verdict()).isNotEqualTo(Verdict.FAILED);
      for (var evidence : judgement.signals()) {
        assertThat(evidence.logEvidence()).isFinite();
        assertThat(evidence.logSafety()).isFinite();
      }
    }
  }

  @Test
  @DisplayName("M2: with the arms exchanged every ratio is turned over, and never are both worse")
  void relabellingIsSymmetric() {
    int breached = 0;
    for (int seed = 0; seed < 20; seed++) {
      var service = new SimulatedService(seed, 60);
      service.candidate().errors = seed % 2 == 0 ? 0.002 : 0.02;
      var straight = looks(service, 60, 0.5);
      var exchanged =
          straight.stream()
              .map(look -> new Look(look.at(), 0.5, look.candidate(), look.control()))
              .toList();
      var one = Judge.replay(SETTINGS, null, straight);
      var other = Judge.replay(SETTINGS, null, exchanged);
      for (var name : List.of(Signal.ERRORS, "rate", "cpu")) {
        double product = one.evidence(name).ratio() * other.evidence(name).ratio();
        assertThat(product).as("%s of seed %d", name, seed).isBetween(0.95, 1.05);
      }
      assertThat(other.verdict()).isEqualTo(Verdict.PASSED);
      breached += one.verdict() == Verdict.FAILED ? 1 : 0;
    }
    assertThat(breached).isEqualTo(10);
  }

  @Test
  @DisplayName("M2: two arms that show the same are judged the same whichever is called candidate")
  void equalArmsAreEqual() {
    var looks =
        looks(new SimulatedService(11, 60), 60, 0.5).stream()
            .map(look -> new Look(look.at(), 0.5, look.control(), look.control()))
            .toList();
    var judgement = Judge.replay(SETTINGS, null, looks);
    assertThat(judgement.verdict()).isEqualTo(Verdict.PASSED);
    for (var name : List.of(Signal.ERRORS, "rate", "cpu")) {
      assertThat(judgement.evidence(name).ratio()).as(name).isCloseTo(1, within());
    }
  }

  @Test
  @DisplayName("R1: a breach stays a breach when the errors stop")
  void breachLatches() {
    var service = new SimulatedService(7, 100);
    service.candidate().errors = 0.1;
    var judge = new Judge(SETTINGS, null);
    judge.look(service.look(0.2));
    Judgement judgement = null;
    for (int i = 0; i < 60; i++) {
      service.run(15, 0.2);
      judgement = judge.look(service.look(0.2));
      if (i == 10) {
        assertThat(judgement.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(judgement.signal()).isEqualTo(Signal.ERRORS);
        service.candidate().errors = 0;
      }
    }
    assertThat(judgement.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(judgement.evidence(Signal.ERRORS).p()).isLessThan(0.05);
  }

  @Test
  @DisplayName("M1: no single stratum can alarm, whatever it holds")
  void oneStratumCannotAlarm() {
    var service = new SimulatedService(8, 200);
    var judge = new Judge(SETTINGS, service.baseline(40, 15, SETTINGS.signals()));
    judge.look(service.look(0.2));
    for (int i = 0; i < 60; i++) {
      service.candidate().errors = i == 20 ? 0.4 : 0.002;
      service.candidate().slower = i == 40 ? 8 : 1;
      service.run(15, 0.2);
      assertThat(judge.look(service.look(0.2)).verdict()).isNotEqualTo(Verdict.FAILED);
    }
  }

  private static List<Look> looks(SimulatedService service, int count, double weight) {
    var looks = new ArrayList<Look>();
    for (int i = 0; i < count; i++) {
      looks.add(service.look(weight));
      service.run(15, weight);
    }
    return looks;
  }

  private static double errorEvidence(List<Look> looks) {
    return Judge.replay(SETTINGS, null, looks).evidence(Signal.ERRORS).logEvidence();
  }

  private static List<Look> with(List<Look> looks, List<Sample> control, List<Sample> candidate) {
    var changed = new ArrayList<>(looks);
    var last = looks.getLast();
    changed.set(looks.size() - 1, new Look(last.at(), last.weight(), control, candidate));
    return changed;
  }

  private static List<Sample> plusError(List<Sample> samples) {
    var sample = samples.getFirst();
    var errors = sample.trials().get(Signal.ERRORS);
    return List.of(sample.withTrials(Signal.ERRORS, new Trials(errors.total(), errors.bad() + 1)));
  }

  private static Look merged(Look a, Look b) {
    return new Look(
        a.at(), a.weight(), both(a.control(), b.control()), both(a.candidate(), b.candidate()));
  }

  private static List<Sample> both(List<Sample> a, List<Sample> b) {
    return List.of(renamed(a.getFirst()), b.getFirst());
  }

  private static Sample renamed(Sample sample) {
    return new Sample(
        sample.instance() + "-b",
        sample.instances(),
        sample.requests(),
        sample.trials(),
        sample.durations(),
        sample.cpuSeconds(),
        sample.memoryBytes(),
        sample.saturations(),
        sample.amounts());
  }

  private static Histogram histogram(long n) {
    return new Histogram(List.of(0.1, 0.2, 0.4), List.of(n / 2, n * 3 / 4, n - n / 50, n));
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-9);
  }
}
