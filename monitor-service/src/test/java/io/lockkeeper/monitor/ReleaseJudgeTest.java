package io.lockkeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.MonitorEvent.BaselineCaptured;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Histogram;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Signal;
import io.lockkeeper.runbook.Runbook.Signal.Kind;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReleaseJudgeTest {

  private static final Runbook RUNBOOK = Story.runbook(Duration.ofSeconds(30));

  @Test
  @DisplayName("M2: a candidate like its control passes, with rate, errors and duration in numbers")
  void good() {
    Assessment last = judge(null, 0.1, 60, 0.002, 0.002).getLast();
    assertThat(last.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(last.breach()).isNull();
    assertThat(last.measures())
        .extracting(Measure::signal)
        .containsExactly("errors", "duration p50", "duration p90", "duration p99", "rate");
    Measure errors = last.measures().getFirst();
    assertThat(errors.unit()).isEqualTo("fraction");
    assertThat(errors.candidate()).isCloseTo(0.002, within(0.002));
    assertThat(errors.control()).isCloseTo(0.002, within(0.001));
    assertThat(errors.samples()).isGreaterThan(500);
    Measure p99 = last.measures().get(3);
    assertThat(p99.unit()).isEqualTo("s");
    assertThat(p99.candidate()).isBetween(0.05, 0.5);
  }

  @Test
  @DisplayName(
      "R1: errors of 20 % against 0.2 % at 10 % of 200 requests a second are a breach within a minute")
  void bad() {
    List<Assessment> looks = judge(null, 0.1, 60, 0.2, 0.002);
    Assessment breach =
        looks.stream().filter(look -> look.verdict() == Verdict.FAILED).findFirst().orElseThrow();
    assertThat(breach.breach().measure().signal()).isEqualTo("errors");
    assertThat(breach.breach().measure().candidate()).isGreaterThan(0.1);
    assertThat(breach.breach().evidence()).isNotBlank();
  }

  @Test
  @DisplayName(
      "D4: what looks worse and is no breach yet is not thin traffic, which a runbook may let pass")
  void notSureYet() {
    List<Assessment> looks = judge(null, 0.1, 60, 0.2, 0.002);
    List<Verdict> before =
        looks.stream()
            .map(Assessment::verdict)
            .takeWhile(verdict -> verdict != Verdict.FAILED)
            .toList();
    assertThat(before).contains(Verdict.ERRORED).doesNotContain(Verdict.PASSED);
    assertThat(looks.get(before.indexOf(Verdict.ERRORED)).reason())
        .startsWith("it looks worse, and is not sure yet: errors");
  }

  @Test
  @DisplayName("M2: with no control beside it the candidate is compared with the stored baseline")
  void atFullTraffic() {
    Baseline baseline = baseline(0.002);
    assertThat(judge(baseline, 1, 60, 0.002, 0).getLast().verdict()).isEqualTo(Verdict.PASSED);
    Assessment bad = judge(baseline, 1, 60, 0.1, 0).getLast();
    assertThat(bad.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(bad.breach().measure().control()).isCloseTo(0.002, within(0.001));
  }

  @Test
  @DisplayName("D4: looks missed in a loss of telemetry are not held against those after it")
  void coverage() {
    ReleaseJudge judge = new ReleaseJudge(RUNBOOK, null);
    List<Look> looks = looks(0.1, 90, 0.002, 0.002);
    Assessment last = null;
    for (int i = 0; i < looks.size(); i++) {
      if (i < 6 || i > 70) {
        last = judge.look(looks.get(i));
      }
    }
    assertThat(last.verdict()).isEqualTo(Verdict.PASSED);
  }

  @Test
  @DisplayName("D4: the same looks, judged again after a restart, say the same")
  void again() {
    List<Assessment> first = judge(null, 0.1, 60, 0.03, 0.002);
    assertThat(judge(null, 0.1, 60, 0.03, 0.002)).isEqualTo(first);
  }

  @Test
  @DisplayName("M1: signals of one name are told apart; errors are known as such under any name")
  void names() {
    List<Signal> signals =
        List.of(
            new Signal("rate", "a", Kind.RATE, true),
            new Signal("failures", "a", Kind.ERRORS, true),
            new Signal("rate", "b", Kind.KPI, true),
            new Signal("errors", "c", Kind.CPU, true),
            new Signal("failures", "d", Kind.ERRORS, true));
    assertThat(ReleaseJudge.names(signals))
        .containsExactly("rate", "errors", "rate 2", "errors 2", "failures");
    assertThat(ReleaseJudge.judged(signals)).hasSize(5);
  }

  /// A runbook with these signals, which asks for evidence or not.
  private static Runbook watching(boolean requireEvidence, Signal... signals) {
    Runbook.Monitoring usual = RUNBOOK.monitoring();
    return new Runbook(
        RUNBOOK.name(),
        RUNBOOK.preconditions(),
        RUNBOOK.gates(),
        RUNBOOK.rollout(),
        new Runbook.Monitoring(
            usual.interval(),
            usual.stable(),
            usual.candidate(),
            List.of(signals),
            usual.validation(),
            usual.hold(),
            usual.answer(),
            usual.otherwise(),
            usual.thin(),
            usual.sources(),
            usual.budgets(),
            usual.observability(),
            requireEvidence),
        RUNBOOK.rollback(),
        RUNBOOK.communication(),
        RUNBOOK.postDeployment(),
        RUNBOOK.relaxed());
  }

  private static Signal errors(boolean critical, Double margin, Signal.Absence noData) {
    return new Signal(
        "errors", "http_requests", Kind.ERRORS, critical, null, null, null, null, margin, noData);
  }

  private static Signal kpi(Signal.Absence noData) {
    return new Signal("orders", "orders", Kind.KPI, true, null, null, null, null, null, noData);
  }

  private static Assessment last(Runbook runbook, double candidateErrors) {
    return last(runbook, candidateErrors, 60);
  }

  private static Assessment last(Runbook runbook, double candidateErrors, int looks) {
    ReleaseJudge judge = new ReleaseJudge(runbook, null);
    return looks(0.3, looks, candidateErrors, 0.02).stream().map(judge::look).toList().getLast();
  }

  @Test
  @DisplayName("M1: a runbook says how much worse matters")
  void margin() {
    assertThat(last(watching(false, errors(true, null, null)), 0.06).verdict())
        .isEqualTo(Verdict.FAILED);
    assertThat(last(watching(false, errors(true, 4.0, null)), 0.06).verdict())
        .isEqualTo(Verdict.PASSED);
  }

  @Test
  @DisplayName("M2: a breach says how unlikely it is by chance; what needs no statistics does not")
  void evidenceOfBreach() {
    assertThat(last(watching(false, errors(true, null, null)), 0.06).breach().evidence())
        .contains("a harmless candidate ever shows this with a chance of at most");
    assertThat(last(watching(false, errors(true, null, null)), 0.9, 12).breach().evidence())
        .matches("\\d+ of the last \\d+ requests failed");
  }

  @Test
  @DisplayName(
      "M1: what a signal that decides nothing would have halted for is told with the verdict")
  void advisory() {
    Assessment told =
        last(
            watching(
                false,
                new Signal("duration", "took", Kind.DURATION, true),
                errors(false, null, null)),
            0.2);
    assertThat(told.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(told.reason()).contains("; not critical, so told only: errors: 20.0");
  }

  @Test
  @DisplayName(
      "M1: a critical signal without data keeps a verdict from passing, unless it may be missing")
  void noData() {
    Assessment held = last(watching(false, errors(true, null, null), kpi(null)), 0.02);
    assertThat(held.verdict()).isEqualTo(Verdict.ERRORED);
    assertThat(held.reason()).isEqualTo("orders is not measured");
    Runbook ignoring = watching(false, errors(true, null, null), kpi(Signal.Absence.IGNORE));
    assertThat(last(ignoring, 0.02).verdict()).isEqualTo(Verdict.PASSED);
  }

  @Test
  @DisplayName("D4: where evidence is required, too little of it is thin traffic, not trouble")
  void requiredEvidence() {
    Runbook asking = watching(true, errors(true, null, null));
    Assessment early = last(asking, 0.02, 8);
    assertThat(early.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(early.reason()).startsWith("harm is not ruled out: errors");
    assertThat(last(watching(false, errors(true, null, null)), 0.02, 8).verdict())
        .isEqualTo(Verdict.PASSED);
    assertThat(last(asking, 0.02, 60).verdict()).isEqualTo(Verdict.PASSED);
  }

  @Test
  @DisplayName("G2: a baseline without a signal that must be measured is refused, and names it")
  void unmeasured() {
    Baseline baseline = baseline(0.002);
    for (Signal.Absence noData : Signal.Absence.values()) {
      assertThat(
              BaselineRules.STANDARD.objection(
                  baseline, ReleaseJudge.judged(List.of(errors(true, null, null), kpi(noData)))))
          .isEqualTo(
              noData == Signal.Absence.IGNORE
                  ? Optional.empty()
                  : Optional.of(
                      "not measured: nothing of 'orders' in 29 s (noData: ignore lets it be"
                          + " missing)"));
    }
  }

  @Test
  @DisplayName("G2: a baseline that is too thin or unhealthy is refused with the numbers")
  void rules() {
    assertThat(BaselineRules.STANDARD.objection(baseline(0.002))).isEmpty();
    assertThat(BaselineRules.STANDARD.objection(baseline(0.2)).orElseThrow())
        .startsWith("unhealthy: 20");
    assertThat(new BaselineRules(1_000_000, 0.05).objection(baseline(0)).orElseThrow())
        .startsWith("too thin");
  }

  @Test
  @DisplayName("G2: what a lost baseline's fact still says can be compared with")
  void rebuilt() {
    Baseline baseline = baseline(0.002);
    List<Measure> measures = BaselineRules.measures(RUNBOOK.monitoring(), baseline);
    assertThat(measures)
        .isNotEmpty()
        .allSatisfy(measure -> assertThat(measure.candidate()).isNull());
    BaselineCaptured captured =
        new BaselineCaptured(
            new EventId(new UUID(1, 2)), baseline.from(), baseline.to(), measures, Story.look());
    Baseline again = BaselineRules.rebuilt(RUNBOOK.monitoring(), captured);
    assertThat(again.counts().get("errors").total())
        .isEqualTo(baseline.counts().get("errors").total());
    assertThat(again.counts().get("errors").bad()).isEqualTo(baseline.counts().get("errors").bad());
    assertThat(judge(again, 1, 60, 0.1, 0).getLast().verdict()).isEqualTo(Verdict.FAILED);
  }

  private static Baseline baseline(double errors) {
    List<Baseline.Scrape> scrapes =
        looks(0.1, 30, 0, errors).stream()
            .map(look -> new Baseline.Scrape(look.at(), look.control()))
            .toList();
    return Baseline.of(scrapes, ReleaseJudge.judged(RUNBOOK.monitoring().signals()));
  }

  private static List<Assessment> judge(
      Baseline baseline, double weight, int looks, double candidateErrors, double controlErrors) {
    ReleaseJudge judge = new ReleaseJudge(RUNBOOK, baseline);
    return looks(weight, looks, candidateErrors, controlErrors).stream().map(judge::look).toList();
  }

  /// 200 requests a second, one look a second, split by weight.
  private static List<Look> looks(
      double weight, int count, double candidateErrors, double controlErrors) {
    List<Look> looks = new ArrayList<>();
    Instant at = Story.START;
    for (int i = 1; i <= count; i++) {
      at = at.plusSeconds(1);
      long candidate = Math.round(200 * weight * i);
      long control = 1_000 + Math.round(200 * (1 - weight) * i);
      looks.add(
          new Look(
              at,
              weight,
              List.of(sample("stable", control, controlErrors)),
              List.of(sample("candidate", candidate, candidateErrors))));
    }
    return looks;
  }

  private static Sample sample(String instance, long requests, double errors) {
    return Sample.of(instance)
        .withErrors(requests, (long) (requests * errors))
        .withDuration(
            "duration",
            new Histogram(
                List.of(0.01, 0.05, 0.1, 0.5),
                List.of(requests / 2, requests * 9 / 10, requests * 98 / 100, requests, requests)));
  }

  private static Offset<Double> within(double value) {
    return Offset.offset(value);
  }
}
