package io.lockkeeper.monitor.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockkeeper.runbook.Runbook.Slo;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorBudgetTest {

  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Duration WINDOW = Duration.ofDays(30);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTES = Duration.ofMinutes(5);

  private static ErrorBudget budget(double target) {
    return new ErrorBudget(
        new Slo(
            "availability",
            "shop",
            URI.create("http://127.0.0.1:9090"),
            Slo.Counts.BAD,
            "bad",
            "total",
            false,
            target,
            WINDOW));
  }

  private static final Instant NOVEMBER = Instant.parse("2026-11-01T00:00:00Z");

  /// 99.9 % of each calendar month.
  private static ErrorBudget monthly() {
    return new ErrorBudget(
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
            new Slo.Calendar(
                LocalDateTime.parse("2026-01-01T00:00"), ZoneOffset.UTC, Period.ofMonths(1))));
  }

  private static BudgetReading ofMonth(Duration elapsed, double bad, double total) {
    Duration counted = elapsed.compareTo(MINUTES) < 0 ? MINUTES : elapsed;
    Span period = new Span(NOVEMBER.plus(elapsed), counted, bad, total);
    Span hour = new Span(NOVEMBER.plus(elapsed), HOUR, 0, 36_000);
    return new BudgetReading("availability", List.of(hour), null, List.of(), period, null, null);
  }

  @ParameterizedTest(name = "after {0}: {1} of {2} bad: {3} remains")
  @DisplayName(
      "D4: of a calendar month the budget is that of all events it is expected to have: one bad minute at its beginning is no more than one at its end")
  @CsvSource({
    "P29D, 0, 25056000, 1",
    "P15D, 12960, 12960000, 0.5", // all that were allowed until now are half of the month's
    "P15D, 25920, 12960000, 0",
    "PT719H59M59S, 25920, 25919990, 0",
    "PT24H, 600, 864000, 0.976852", // a minute, of 43.2 that the month may have
    "PT10M, 600, 6000, 0.976852",
    "PT5M, 600, 3000, 0.976852",
    "PT1M, 3000, 3000, 0.976852", // counted over five minutes, one of which was this month's
    "PT0S, 3000, 3000, 1",
    "P1D, 36000, 864000, -0.388889", // an hour is more than the month may have
    "PT1H, 0, 0, 1",
  })
  void remainingOfMonth(Duration elapsed, double bad, double total, double remains) {
    assertThat(monthly().remaining(ofMonth(elapsed, bad, total)).orElseThrow())
        .isCloseTo(remains, within(1e-6));
  }

  @Test
  @DisplayName("D4: before the first moments of a period are counted nothing is known of it")
  void unreadMonth() {
    assertThat(monthly().remaining(reading(span(WINDOW, 0, 1)))).isEmpty();
    assertThat(monthly().windowBefore(reading(span(WINDOW, 0, 1)))).isEmpty();
  }

  @Test
  @DisplayName("D4: what a stage may cost is a part of the month's budget, however young the month")
  void costOfMonth() {
    // 30 min at 14.4 times of 30 days: 1 %, at the traffic that the month has had.
    for (Duration elapsed : List.of(Duration.ofMinutes(5), Duration.ofDays(29))) {
      double total = 10 * elapsed.toSeconds();
      assertThat(monthly().cost(1, Duration.ofMinutes(30), ofMonth(elapsed, 0, total)))
          .isCloseTo(0.01, within(1e-9));
    }
    // February is shorter, so that the same is more of it.
    Instant february = Instant.parse("2027-02-15T00:00:00Z");
    BudgetReading reading =
        new BudgetReading(
            "availability",
            List.of(),
            null,
            List.of(),
            new Span(february, Duration.ofDays(14), 0, 1),
            null,
            null);
    assertThat(monthly().cost(1, Duration.ofMinutes(30), reading))
        .isCloseTo(0.01 * 30 / 28, within(1e-9));
  }

  private static Span span(Duration length, double bad, double total) {
    return new Span(NOW, length, bad, total);
  }

  private static BudgetReading reading(Span... spans) {
    return BudgetReading.of("availability", List.of(spans));
  }

  @ParameterizedTest(name = "{0} of {1} bad at a target of {2}: {3} remains")
  @DisplayName("D4: what remains of a budget, untouched, exactly spent, overdrawn")
  @CsvSource({
    "0, 1000000, 0.999, 1",
    "500, 1000000, 0.999, 0.5",
    "1000, 1000000, 0.999, 0",
    "1500, 1000000, 0.999, -0.5",
    "5, 100, 0.9, 0.5",
    "100, 100, 0, 0",
    "0, 0, 0.999, 1",
  })
  void remaining(double bad, double total, double target, double remains) {
    assertThat(budget(target).remaining(reading(span(WINDOW, bad, total))).orElseThrow())
        .isCloseTo(remains, within(1e-9));
  }

  @Test
  @DisplayName(
      "D4: a window that was not read says nothing; an empty one says that nothing is spent")
  void emptyIsNotUnread() {
    assertThat(budget(0.999).remaining(reading(span(HOUR, 0, 100)))).isEmpty();
    assertThat(budget(0.999).remaining(reading(span(WINDOW, 0, 0)))).contains(1.0);
    assertThat(budget(0.999).burn(span(WINDOW, 0, 0))).isZero();
  }

  @Test
  @DisplayName("D4: a burn rate of 1 spends the whole budget over the window")
  void burn() {
    assertThat(budget(0.999).burn(span(HOUR, 1, 1_000))).isCloseTo(1, within(1e-9));
    assertThat(budget(0.99).burn(span(HOUR, 500, 1_000))).isCloseTo(50, within(1e-9));
  }

  @Test
  @DisplayName("D4: no number of events is negative, and none has more bad ones than all")
  void impossible() {
    assertThatThrownBy(() -> span(HOUR, 2, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> span(HOUR, -1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> span(HOUR, Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> span(Duration.ZERO, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> budget(1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName(
      "D4: a stage costs the fastest burn that nothing stops, or all of its traffic if that is less")
  void cost() {
    BudgetReading steady = reading(span(WINDOW, 0, 720_000), span(HOUR, 0, 1_000));
    // 14.4 times for an hour of 30 days: the 2 % that the workbook names.
    assertThat(budget(0.999).cost(1, HOUR, steady)).isCloseTo(0.02, within(1e-9));
    // 1 % of the traffic cannot burn faster than 10 times at 99.9 %.
    assertThat(budget(0.999).cost(0.01, HOUR, steady)).isCloseTo(10.0 / 720, within(1e-9));
    assertThat(budget(0.999).cost(1, Duration.ZERO, steady)).isZero();
  }

  @ParameterizedTest(name = "{0} requests in the last hour: {1} times as much")
  @DisplayName(
      "D4: a busy hour costs more, a quiet one no less than usual, a young metric 10 times")
  @CsvSource({"1000, 1", "3000, 3", "10, 1", "0, 1", "50000, 10"})
  void busy(double lastHour, double times) {
    BudgetReading busy = reading(span(WINDOW, 0, 720_000), span(HOUR, 0, lastHour));
    assertThat(budget(0.999).cost(1, HOUR, busy)).isCloseTo(times * 0.02, within(1e-9));
  }

  @ParameterizedTest(name = "{0} of 10000 in the hour, {1} of 1000 in five minutes: {2}")
  @DisplayName("D4: a rule fires when both spans burn at its factor, exactly at it, too")
  @CsvSource({
    "144, 15, true",
    "143, 15, false",
    "144, 14, false",
    "10000, 0, false",
    "0, 0, false",
  })
  void fires(double inTheHour, double inMinutes, boolean fires) {
    BudgetReading reading = reading(span(HOUR, inTheHour, 10_000), span(MINUTES, inMinutes, 1_000));
    // 14.4 of 1,000 allowed by 99.9 % are 144 of 10,000.
    assertThat(BurnRule.STANDARD.getFirst().fires(budget(0.999), reading).isPresent())
        .isEqualTo(fires);
  }

  @Test
  @DisplayName("D4: fewer than 10 bad events are no burn, however large their share")
  void thin() {
    BurnRule rule = BurnRule.STANDARD.getFirst();
    assertThat(rule.fires(budget(0.999), reading(span(HOUR, 9, 9), span(MINUTES, 3, 3)))).isEmpty();
    assertThat(rule.fires(budget(0.999), reading(span(HOUR, 10, 10), span(MINUTES, 3, 3))))
        .isPresent();
  }

  @Test
  @DisplayName("D4: a missing span fires nothing")
  void missing() {
    BurnRule rule = BurnRule.STANDARD.getFirst();
    assertThat(rule.fires(budget(0.999), reading(span(HOUR, 99, 99)))).isEmpty();
    assertThat(rule.fires(budget(0.999), reading(span(MINUTES, 99, 99)))).isEmpty();
  }

  @Test
  @DisplayName("D4: rules longer than the objective's window are left out")
  void shortWindows() {
    assertThat(BurnRule.within(Duration.ofDays(28))).hasSize(4);
    assertThat(BurnRule.within(Duration.ofDays(1))).hasSize(3);
    assertThat(BurnRule.within(HOUR)).hasSize(1);
    assertThat(BurnRule.within(MINUTES)).isEmpty();
  }

  @ParameterizedTest(name = "before: {0} and {1} of 10000; since: {2} of {3}: {4}")
  @DisplayName("R1: a burn is the candidate's when it began with its traffic")
  @CsvSource({
    "0, 0, 200, 10000, true", // nothing before
    "0, 144, 200, 10000, false", // it burned in the five minutes before
    "0, 143, 300, 10000, true", // not that fast
    "120, 120, 200, 10000, false", // not twice as fast as over the hour before
    "100, 100, 200, 10000, true", // exactly twice
    "0, 0, 143, 10000, false", // what it burned since is too little
    "0, 0, 9, 9, false", // and so is this
    "0, 0, 0, 0, false", // nothing happened since
  })
  void isCandidates(
      double hourBefore, double minutesBefore, double bad, double total, boolean candidates) {
    BudgetReading reading =
        new BudgetReading(
            "availability",
            List.of(span(HOUR, 500, 10_000), span(MINUTES, 500, 10_000)),
            span(Duration.ofMinutes(10), bad, total),
            List.of(span(HOUR, hourBefore, 10_000), span(MINUTES, minutesBefore, 10_000)),
            null);
    assertThat(BurnRule.STANDARD.getFirst().isCandidates(budget(0.999), reading))
        .isEqualTo(candidates);
  }

  @Test
  @DisplayName("R1: a burn of which nobody knows how it was before is nobody's")
  void unknownBefore() {
    BudgetReading reading =
        new BudgetReading(
            "availability",
            List.of(span(HOUR, 500, 10_000), span(MINUTES, 500, 10_000)),
            span(Duration.ofMinutes(10), 500, 10_000),
            List.of(),
            null);
    assertThat(BurnRule.STANDARD.getFirst().isCandidates(budget(0.999), reading)).isFalse();
  }

  @Test
  @DisplayName("R1: after an hour of traffic the last hour is the candidate's own")
  void longExposed() {
    BudgetReading reading =
        new BudgetReading(
            "availability",
            List.of(span(HOUR, 200, 10_000), span(MINUTES, 200, 10_000)),
            span(Duration.ofHours(3), 210, 30_000),
            List.of(span(HOUR, 0, 10_000), span(MINUTES, 0, 10_000)),
            null);
    assertThat(BurnRule.STANDARD.getFirst().isCandidates(budget(0.999), reading)).isTrue();
  }
}
