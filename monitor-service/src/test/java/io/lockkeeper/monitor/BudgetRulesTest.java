package io.lockkeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockkeeper.events.MonitorEvent.BaselineCaptured;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.monitor.budget.BudgetReading;
import io.lockkeeper.monitor.budget.Span;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Budgets;
import io.lockkeeper.runbook.Runbook.Slo;
import io.lockkeeper.runbook.Verdict;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A release is paid for by error budgets: 99.9 % over 30 days, at 1,000 requests an hour.
class BudgetRulesTest {

  private static final Duration WINDOW = Duration.ofDays(30);
  private static final double PER_HOUR = 1_000;
  private static final double PER_WINDOW = 720 * PER_HOUR;
  private static final Question.OfStage STAGE = new Question.OfStage(0, 1);

  private static Runbook runbook(double floor) {
    return runbook(floor, null);
  }

  private static Runbook runbook(double floor, Slo.@Nullable Calendar calendar) {
    Runbook plain = Story.runbook(Duration.ofMinutes(30));
    Runbook.Monitoring monitoring = plain.monitoring();
    Slo slo =
        new Slo(
            "availability",
            "shop",
            URI.create("http://127.0.0.1:9090"),
            Slo.Counts.BAD,
            "bad",
            "total",
            false,
            0.999,
            WINDOW,
            calendar);
    return new Runbook(
        plain.name(),
        plain.preconditions(),
        plain.gates(),
        new Runbook.Rollout(
            List.of(),
            null,
            List.of(
                new Runbook.StagePlan(1, Duration.ofMinutes(10), null),
                new Runbook.StagePlan(25, Duration.ofMinutes(20), null),
                new Runbook.StagePlan(100, null, null)),
            plain.rollout().target(),
            null,
            null,
            null),
        new Runbook.Monitoring(
            monitoring.interval(),
            monitoring.stable(),
            monitoring.candidate(),
            monitoring.signals(),
            monitoring.validation(),
            null,
            null,
            null,
            null,
            null,
            new Budgets(floor, null, List.of(slo)),
            null,
            null),
        plain.rollback(),
        plain.communication(),
        plain.postDeployment(),
        plain.relaxed());
  }

  private static BudgetRules rules() {
    return new BudgetRules(runbook(0));
  }

  private static List<Span> spans(double share, double badInTheHour) {
    List<Span> spans = new ArrayList<>();
    spans.add(new Span(Story.START, WINDOW, share * PER_WINDOW / 1_000, PER_WINDOW));
    for (int hours : List.of(1, 6, 24, 2, 72)) {
      spans.add(new Span(Story.START, Duration.ofHours(hours), badInTheHour, hours * PER_HOUR));
    }
    spans.add(new Span(Story.START, Duration.ofMinutes(5), badInTheHour / 12, PER_HOUR / 12));
    spans.add(new Span(Story.START, Duration.ofMinutes(30), badInTheHour / 2, PER_HOUR / 2));
    return spans;
  }

  /// So much of the budget is spent, a fraction of it, and it does not burn.
  private static List<BudgetReading> spent(double share) {
    return List.of(BudgetReading.of("availability", spans(share, 0)));
  }

  /// Half is spent, and it burns at this rate; before the candidate's first traffic at that.
  private static List<BudgetReading> burning(double now, double before) {
    return List.of(
        new BudgetReading(
            "availability",
            spans(0.5, now),
            new Span(Story.START, Duration.ofMinutes(20), now / 3, PER_HOUR / 3),
            spans(0.4, before),
            null));
  }

  @Test
  @DisplayName("G2: a release starts on a budget that can pay for all of it")
  void starts() {
    assertThat(rules().objection(spent(0))).isEmpty();
    assertThat(rules().objection(spent(0.97))).isEmpty();
  }

  @Test
  @DisplayName(
      "G2: a release does not start on a budget that is spent, and the reason has the numbers")
  void spentBudget() {
    assertThat(rules().objection(spent(1)))
        .contains(
            "error budget availability is spent: 0 % remains and something has to; 720 of 720000 were bad in 30 d");
    assertThat(rules().objection(spent(1.5)).orElseThrow()).contains("-50 % remains");
  }

  @Test
  @DisplayName(
      "G2: of a calendar month a bad minute at its beginning stops no release, and a spent month does until it is over")
  void month() {
    Slo.Calendar months =
        new Slo.Calendar(
            LocalDateTime.parse("2026-01-01T00:00"),
            ZoneId.of("Europe/Berlin"),
            Period.ofMonths(1));
    BudgetRules rules = new BudgetRules(runbook(0, months));
    Instant begin = Instant.parse("2026-10-31T23:00:00Z");
    assertThat(rules.objection(ofMonth(begin, Duration.ofHours(2), 34))).isEmpty();
    assertThat(rules.measures(ofMonth(begin, Duration.ofHours(2), 34)).getFirst().candidate())
        .isCloseTo(1 - 17.0 * 2 / 720, within(1e-9));
    assertThat(rules.objection(ofMonth(begin, Duration.ofDays(20), 720)).orElseThrow())
        .isEqualTo(
            "error budget availability is spent: 0 % remains and something has to;"
                + " 720 of 480000 were bad since 2026-11-01T00:00+01:00");
    assertThat(
            rules.objection(
                ofMonth(Instant.parse("2026-11-30T23:00:00Z"), Duration.ofMinutes(1), 0)))
        .isEmpty();
  }

  /// So much of the month is over, and so many were bad; it does not burn.
  private static List<BudgetReading> ofMonth(Instant begin, Duration elapsed, double bad) {
    boolean young = elapsed.compareTo(BudgetReading.SHORTEST_PERIOD) < 0;
    Duration counted = young ? BudgetReading.SHORTEST_PERIOD : elapsed;
    Span period =
        new Span(begin.plus(elapsed), counted, bad, counted.toSeconds() * PER_HOUR / 3_600);
    return List.of(
        new BudgetReading("availability", spans(0, 0), null, List.of(), period, null, null));
  }

  @Test
  @DisplayName("G2: a release does not start on a budget that cannot pay for every stage and M1")
  void tooExpensive() {
    // 10 min at 10 times, 20 min and 30 min at 14.4 times, of 30 days
    double cost = (10 * 10 + 50 * 14.4) / (30 * 24 * 60);
    assertThat(rules().objection(spent(1 - cost - 1e-6))).isEmpty();
    assertThat(rules().objection(spent(1 - cost + 1e-6)).orElseThrow())
        .isEqualTo(
            "error budget availability cannot pay for the release: 1.9 % remains, 0 % has to, and it may cost 1.9 %");
  }

  @Test
  @DisplayName("G2: the runbook says how much of a budget has to stay")
  void floor() {
    BudgetRules rules = new BudgetRules(runbook(0.5));
    assertThat(rules.objection(spent(0.4))).isEmpty();
    assertThat(rules.objection(spent(0.49)).orElseThrow()).contains("cannot pay", "50 % has to");
    assertThat(rules.objection(spent(0.5)).orElseThrow()).contains("is spent", "50 % has to");
  }

  @Test
  @DisplayName("G2: a release does not start while a budget burns fast")
  void burnsAlready() {
    assertThat(
            rules()
                .objection(List.of(BudgetReading.of("availability", spans(0.5, 20))))
                .orElseThrow())
        .isEqualTo(
            "error budget availability is being spent: it burns 20 times as fast as allowed over 1 h, and at least 14.4 times over 5 min");
  }

  @Test
  @DisplayName("G2: a budget that cannot be read is no budget that pays")
  void unread() {
    assertThat(rules().objection(List.of()).orElseThrow())
        .isEqualTo("error budget availability cannot be read: not read yet");
    assertThat(
            rules()
                .objection(List.of(BudgetReading.unreadable("availability", "answers 503")))
                .orElseThrow())
        .isEqualTo("error budget availability cannot be read: answers 503");
  }

  @Test
  @DisplayName("D4: a stage that was good is not passed on a budget that cannot pay for the next")
  void stage() {
    // The stage of 25 % bakes 20 min at 14.4 times: 0.67 % of 30 days.
    assertThat(rules().assess(STAGE, 1, spent(0.993), Story.good()).verdict())
        .isEqualTo(Verdict.PASSED);
    Assessment held = rules().assess(STAGE, 1, spent(0.994), Story.good());
    assertThat(held.verdict()).isEqualTo(Verdict.ERRORED);
    assertThat(held.reason())
        .isEqualTo(
            "error budget availability cannot pay for the stage of 25 %: 0.6 % remains, 0 % has to, and it may cost 0.67 %");
    // After it nothing bakes any more, but the release is observed for 30 min: 1 %.
    assertThat(rules().assess(STAGE, 25, spent(0.991), Story.good()).reason())
        .contains("the observation at full traffic", "may cost 1 %");
  }

  @Test
  @DisplayName("D4: thin traffic is no way past a spent budget")
  void thin() {
    assertThat(rules().assess(STAGE, 1, spent(1), Story.thin()).verdict())
        .isEqualTo(Verdict.ERRORED);
  }

  @Test
  @DisplayName("D4: while the budget cannot pay, the stage is not passed; when it can again, it is")
  void withheld() {
    Story story = Story.baking();
    Assessment held = rules().assess(STAGE, 1, spent(1), Story.good());
    assertThat(story.looks(25, held)).isEmpty(); // baked 10 s
    List<ReleaseEvent> told = story.looks(10, held); // at most 30 s
    assertThat(told).hasSize(1).first().isInstanceOf(StageVerified.class);
    StageVerified verified = (StageVerified) told.getFirst();
    assertThat(verified.verdict()).isEqualTo(Verdict.ERRORED);
    assertThat(verified.reason()).contains("error budget availability is spent");
    assertThat(verified.measures()).extracting(Measure::signal).contains("budget availability");
    assertThat(story.looks(10, held)).isEmpty();
    assertThat(story.looks(5, rules().assess(STAGE, 1, spent(0.5), Story.good())))
        .extracting(event -> ((StageVerified) event).verdict())
        .containsExactly(Verdict.PASSED);
  }

  @Test
  @DisplayName(
      "R1: a budget that burns fast since the candidate has traffic is a breach, told once")
  void breach() {
    Story story = Story.baking();
    Assessment breach = rules().assess(STAGE, 1, burning(30, 0), Story.good());
    List<ReleaseEvent> told = story.looks(3, breach);
    assertThat(told).hasSize(1);
    BudgetBreached breached = (BudgetBreached) told.getFirst();
    assertThat(breached.measure())
        .isEqualTo(
            new Measure(
                "burn rate of availability", breached.measure().candidate(), 0.0, "times", 1_000));
    assertThat(breached.measure().candidate()).isCloseTo(30, within(1e-9));
    assertThat(breached.evidence())
        .isEqualTo(
            "error budget availability: it burns 30 times as fast as allowed over 1 h, and at least 14.4 times over 5 min;"
                + " it burned 0 times as fast as allowed before the candidate had traffic;"
                + " 30 of 1000 were bad; 50 % of the budget remains");
  }

  @Test
  @DisplayName(
      "R1: what burned before the candidate had traffic is no breach of its, and is told so")
  void notItsFault() {
    Assessment held = rules().assess(STAGE, 1, burning(30, 20), Story.good());
    assertThat(held.verdict()).isEqualTo(Verdict.ERRORED);
    assertThat(held.breach()).isNull();
    assertThat(held.reason())
        .contains("is being spent", "not attributed to the candidate")
        .contains("over 5 min before it had traffic it burned 20 times");
  }

  @Test
  @DisplayName("R1: a budget that cannot be read is no breach")
  void unreadIsNoBreach() {
    BudgetReading burning = burning(30, 0).getFirst();
    BudgetReading stale =
        new BudgetReading(
            burning.slo(), burning.spans(), burning.exposed(), burning.before(), "answers 503");
    Assessment held = rules().assess(STAGE, 1, List.of(stale), Story.good());
    assertThat(held.breach()).isNull();
    assertThat(held.reason()).contains("cannot be read: answers 503");
  }

  @Test
  @DisplayName("R1: a breach of a signal stays what it is")
  void judgeFirst() {
    Assessment bad = rules().assess(STAGE, 1, burning(30, 0), Story.bad());
    assertThat(bad.breach().measure().signal()).isEqualTo("errors");
    assertThat(bad.measures()).extracting(Measure::signal).contains("budget availability");
  }

  @Test
  @DisplayName(
      "R1: between two stages a budget breaks nothing off and holds nothing, but for a breach")
  void noQuestion() {
    assertThat(rules().assess(null, 1, spent(1), Story.good()).verdict()).isEqualTo(Verdict.PASSED);
    assertThat(rules().assess(null, 1, burning(30, 0), Story.good()).breach()).isNotNull();
  }

  @Test
  @DisplayName("M1: a spent budget does not delay the verdict on the release; an unread one does")
  void release() {
    Question.OfRelease release = new Question.OfRelease();
    assertThat(rules().assess(release, 100, spent(1.2), Story.good()).verdict())
        .isEqualTo(Verdict.PASSED);
    Assessment unread = rules().assess(release, 100, List.of(), Story.good());
    assertThat(unread.verdict()).isEqualTo(Verdict.ERRORED);
    Story story = Story.observing();
    List<ReleaseEvent> told =
        story.looks(40, rules().assess(release, 100, spent(1.2), Story.good()));
    assertThat(((ReleaseVerified) told.getLast()).measures())
        .extracting(Measure::signal)
        .contains("budget availability");
  }

  @Test
  @DisplayName("D4: a slow burn is told and stops nothing")
  void slow() {
    List<Span> spans = new ArrayList<>(spans(0.5, 0));
    spans.replaceAll(
        span ->
            span.length().toHours() == 24 || span.length().toHours() == 2
                ? new Span(span.until(), span.length(), span.total() * 0.004, span.total())
                : span);
    Assessment passed =
        rules().assess(STAGE, 1, List.of(BudgetReading.of("availability", spans)), Story.good());
    assertThat(passed.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(passed.reason())
        .contains("error budget availability: it burns 4 times as fast as allowed over 1 d");
  }

  @Test
  @DisplayName(
      "D5: what remains stands among the measures: now, and before the candidate had traffic")
  void measures() {
    assertThat(rules().baseline(spent(0.25)))
        .containsExactly(new Measure("budget availability", null, 0.75, "fraction", 720_000));
    Measure measure = rules().measures(burning(1, 1)).getFirst();
    assertThat(measure.candidate()).isCloseTo(0.5, within(1e-9));
    assertThat(measure.control()).isCloseTo(0.6, within(1e-9));
  }

  @Test
  @DisplayName("G2: a baseline that is made again from its fact counts no events of a budget")
  void rebuilt() {
    List<Measure> measures = new ArrayList<>(rules().baseline(spent(0.25)));
    measures.add(new Measure("errors", null, 0.01, "fraction", 2_000));
    Baseline baseline =
        BaselineRules.rebuilt(
            runbook(0).monitoring(),
            new BaselineCaptured(
                Story.baking().lastId(),
                Story.START,
                Story.START.plusSeconds(600),
                measures,
                Story.look()));
    assertThat(baseline.requests()).isEqualTo(2_000);
  }

  @Test
  @DisplayName("D4: a runbook without budgets changes nothing")
  void none() {
    BudgetRules rules = new BudgetRules(Story.runbook(Duration.ofMinutes(30)));
    assertThat(rules.objection(List.of())).isEmpty();
    assertThat(rules.assess(STAGE, 10, List.of(), Story.good())).isEqualTo(Story.good());
  }
}
