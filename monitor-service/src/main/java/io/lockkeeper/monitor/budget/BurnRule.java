package io.lockkeeper.monitor.budget;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A budget burns too fast when it does so over two lengths of time: the long one shows that it
/// matters, the short one that it still goes on. The defaults are those of Google's SRE workbook,
/// chapter 5. Runbook D4, R1.
///
/// A burn rate of 1 spends exactly the whole budget over the objective's window.
///
/// @param factor  the burn rate, at least, over both
/// @param isFast  whether it halts a release (the workbook's page) or is only told (its ticket)
public record BurnRule(double factor, Duration window, Duration confirm, boolean isFast) {

  /// Fewer bad events over the long time are no burn, whatever their share: at little traffic one
  /// failure is a large one.
  public static final int FEWEST_BAD_EVENTS = 10;

  /// 14.4 over 1 h and 5 min, 6 over 6 h and 30 min: fast. 3 over 1 d and 2 h, 1 over 3 d and 6 h.
  public static final List<BurnRule> STANDARD =
      List.of(
          new BurnRule(14.4, Duration.ofHours(1), Duration.ofMinutes(5), true),
          new BurnRule(6, Duration.ofHours(6), Duration.ofMinutes(30), true),
          new BurnRule(3, Duration.ofDays(1), Duration.ofHours(2), false),
          new BurnRule(1, Duration.ofDays(3), Duration.ofHours(6), false));

  /// The fastest burn that none of the rules stops.
  public static final double FASTEST_UNSTOPPED =
      STANDARD.stream().mapToDouble(BurnRule::factor).max().orElseThrow();

  /// The rules that fit into an objective's window: a shorter one is spent before they could tell.
  public static List<BurnRule> within(Duration window) {
    return STANDARD.stream().filter(rule -> rule.window().compareTo(window) <= 0).toList();
  }

  /// The burn rate over the long time if the rule fires; empty when it does not, or when a span is
  /// missing.
  public Optional<Double> fires(ErrorBudget budget, BudgetReading reading) {
    Optional<Span> longer = reading.span(window);
    Optional<Span> shorter = reading.span(confirm);
    if (longer.isEmpty() || shorter.isEmpty() || longer.get().bad() < FEWEST_BAD_EVENTS) {
      return Optional.empty();
    }
    double burn = budget.burn(longer.get());
    return burn >= factor && budget.burn(shorter.get()) >= factor
        ? Optional.of(burn)
        : Optional.empty();
  }

  /// Whether what burns by this rule began with the candidate's first traffic. It did when
  ///
  /// - it is known how the budget burned before;
  /// - it was not burning that fast already in the short time before;
  /// - it burns that fast since, and at least twice as fast as over the long time before.
  public boolean isCandidates(ErrorBudget budget, BudgetReading reading) {
    Optional<Span> longBefore = reading.before(window);
    Optional<Span> shortBefore = reading.before(confirm);
    if (longBefore.isEmpty() || shortBefore.isEmpty()) {
      return false;
    }
    Span exposed = reading.exposed();
    Span since =
        exposed != null && exposed.length().compareTo(window) < 0
            ? exposed
            : reading.span(window).orElse(null);
    if (since == null || since.bad() < FEWEST_BAD_EVENTS) {
      return false;
    }
    double burn = budget.burn(since);
    return budget.burn(shortBefore.get()) < factor
        && burn >= factor
        && burn >= 2 * budget.burn(longBefore.get());
  }
}
