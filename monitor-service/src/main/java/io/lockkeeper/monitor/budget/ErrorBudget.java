package io.lockkeeper.monitor.budget;

import io.lockkeeper.runbook.Runbook.Slo;
import java.time.Duration;
import java.util.Optional;

/// The arithmetic of one objective's error budget: of all events over its window, so many may be
/// bad. Of a calendar window not all events are known yet: the rest of a period is expected to have
/// as many as its part until now had. Results are rounded to nine decimals, so that exactly at a
/// limit is at it. Runbook G2, D4.
///
/// @param slo the objective
public record ErrorBudget(Slo slo) {

  /// A busy hour counts for at most so much more than the window's average.
  public static final double BUSIEST = 10;

  private static final Duration HOUR = Duration.ofHours(1);
  private static final double NANOS = 1e9;
  private static final double DECIMALS = 1e9;

  /// The share of events that may be bad; more than 0.
  public double allowed() {
    return rounded(1 - slo.target());
  }

  /// How many times as fast as allowed the budget was spent over this time: 1 spends all of it over
  /// the window. 0 when nothing happened.
  public double burn(Span span) {
    return rounded(span.ratio() / allowed());
  }

  /// What is left of the budget, as a fraction of it: 1 when nothing was spent or happened;
  /// 0 when all was; less when more than all was. Empty when the window was not read.
  public Optional<Double> remaining(BudgetReading reading) {
    return window(reading).map(this::remaining);
  }

  /// What was counted over the window until now; empty when it was not read.
  public Optional<Span> window(BudgetReading reading) {
    return slo.calendar() == null
        ? reading.span(slo.window())
        : Optional.ofNullable(reading.period());
  }

  /// What was counted over the window until the candidate got its first traffic; empty when it was
  /// not read.
  public Optional<Span> windowBefore(BudgetReading reading) {
    return slo.calendar() == null
        ? reading.before(slo.window())
        : Optional.ofNullable(reading.periodBefore());
  }

  /// The period of a calendar window in which this span ends; empty of a rolling window.
  public Optional<CalendarPeriod> period(Span window) {
    return Optional.ofNullable(slo.calendar())
        .map(calendar -> CalendarPeriod.at(calendar, window.until()));
  }

  /// What is left of the budget after this span, which is the window until then.
  public double remaining(Span window) {
    double part = period(window).map(period -> period.elapsed(window.until())).orElse(1.0);
    return rounded(1 - burn(window) * part);
  }

  /// What it may cost to give a candidate this share of the traffic for this time, as a fraction of
  /// the budget: the fastest burn that nothing stops, at the traffic of the last hour. That burn is
  /// 14.4, or less when the candidate could not do so much if all its requests failed.
  ///
  /// @param weight the candidate's share, 0 to 1
  public double cost(double weight, Duration time, BudgetReading reading) {
    double burn = Math.min(BurnRule.FASTEST_UNSTOPPED, weight / allowed());
    Duration whole =
        window(reading).flatMap(this::period).map(CalendarPeriod::length).orElse(slo.window());
    return rounded(burn * seconds(time) / seconds(whole) * busyness(reading));
  }

  /// How much busier the last hour was than the window's average, from 1 to [#BUSIEST].
  private double busyness(BudgetReading reading) {
    double usual = window(reading).map(ErrorBudget::rate).orElse(0.0);
    double now = reading.span(HOUR).map(ErrorBudget::rate).orElse(0.0);
    return usual > 0 ? Math.clamp(now / usual, 1, BUSIEST) : 1;
  }

  private static double rounded(double value) {
    return Math.rint(value * DECIMALS) / DECIMALS;
  }

  private static double rate(Span span) {
    return span.total() / seconds(span.length());
  }

  private static double seconds(Duration time) {
    return time.toSeconds() + time.toNanosPart() / NANOS;
  }
}
