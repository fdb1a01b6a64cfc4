package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.monitor.budget.BudgetReading;
import io.lockkeeper.monitor.budget.BurnRule;
import io.lockkeeper.monitor.budget.ErrorBudget;
import io.lockkeeper.monitor.budget.Span;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Slo;
import io.lockkeeper.runbook.Runbook.StagePlan;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Whether the error budgets of a runbook can pay for a release, and whether the release is what
/// spends them. Runbook G2, D4, R1.
///
/// A budget cannot pay when
///
/// - it is spent down to the runbook's floor;
/// - what comes next may cost more than what remains above the floor;
/// - it burns fast already;
/// - it cannot be read.
///
/// What comes next is the whole release for the baseline (G2), and for the verdict on a stage (D4)
/// everything until the next verdict. Since nothing else is bought with the verdict on the release,
/// a spent budget does not delay that.
public final class BudgetRules {

  private static final String MEASURE = "budget ";
  private static final double PERCENT = 100;
  private static final double ALL = 1;

  private final Runbook runbook;
  private final double floor;

  /// The rules for one release.
  public BudgetRules(Runbook runbook) {
    this.runbook = runbook;
    this.floor = runbook.monitoring().budgets().floor();
  }

  /// A span of the release, and what share of the traffic the candidate has meanwhile.
  private record Exposure(double weight, Duration time) {}

  /// G2: why the release may not start on these budgets; empty when it may.
  public Optional<String> objection(List<BudgetReading> readings) {
    List<Exposure> whole = new ArrayList<>();
    for (StagePlan stage : runbook.rollout().stages()) {
      whole.add(new Exposure(stage.weight() / PERCENT, stage.bake()));
    }
    whole.add(new Exposure(ALL, runbook.monitoring().validation()));
    return objection(readings, whole, "the release");
  }

  /// D4, R1: the assessment of a look with what the budgets say. A breach of the judge's comes
  /// first.
  ///
  /// @param question what a verdict is owed on; null when on nothing
  /// @param weight   the candidate's share now, percent
  public Assessment assess(
      @Nullable Question question, int weight, List<BudgetReading> readings, Assessment judged) {
    if (runbook.monitoring().budgets().slos().isEmpty()) {
      return judged;
    }
    List<Measure> measures = new ArrayList<>(judged.measures());
    measures.addAll(measures(readings));
    if (judged.breach() != null) {
      return Assessment.failed(judged.reason(), measures, judged.breach());
    }
    Optional<Assessment.Breach> breach = breach(readings);
    if (breach.isPresent()) {
      return Assessment.failed(breach.get().evidence(), measures, breach.get());
    }
    Optional<String> objection =
        switch (question) {
          case Question.OfStage _ -> objection(readings, next(weight), words(weight));
          case Question.OfRelease _ -> unread(readings);
          case null -> Optional.empty();
        };
    String told = notes(readings);
    return objection
        .map(
            reason ->
                new Assessment(
                    Verdict.ERRORED,
                    judged.verdict() == Verdict.ERRORED ? judged.reason() + "; " + reason : reason,
                    measures,
                    null))
        .orElseGet(() -> new Assessment(judged.verdict(), judged.reason() + told, measures, null));
  }

  /// What remains of each budget; beside it, once there is a candidate, what remained before it. Of
  /// what cannot be read there is none.
  public List<Measure> measures(List<BudgetReading> readings) {
    List<Measure> measures = new ArrayList<>();
    each(
        readings,
        (budget, reading) -> {
          Span now = budget.window(reading).orElse(null);
          Span before = budget.windowBefore(reading).orElse(null);
          if (now != null) {
            measures.add(
                new Measure(
                    MEASURE + budget.slo().name(),
                    budget.remaining(now),
                    before == null ? null : budget.remaining(before),
                    "fraction",
                    Math.round(now.total())));
          }
        });
    return measures;
  }

  /// Whether this is what remains of a budget, and no signal.
  static boolean isBudget(Measure measure) {
    return measure.signal().startsWith(MEASURE);
  }

  /// The same for a baseline: they stand where what is compared with stands.
  public List<Measure> baseline(List<BudgetReading> readings) {
    return measures(readings).stream()
        .map(one -> new Measure(one.signal(), null, one.candidate(), one.unit(), one.samples()))
        .toList();
  }

  /// What follows until the next verdict: the next stage, those after it up to the first that
  /// bakes, and when none does, the observation.
  private List<Exposure> next(int weight) {
    List<Exposure> next = new ArrayList<>();
    for (StagePlan stage : runbook.rollout().stages()) {
      if (stage.weight() > weight) {
        next.add(new Exposure(stage.weight() / PERCENT, stage.bake()));
        if (stage.bake().isPositive()) {
          return next;
        }
      }
    }
    next.add(new Exposure(ALL, runbook.monitoring().validation()));
    return next;
  }

  private String words(int weight) {
    return runbook.rollout().stages().stream()
        .filter(stage -> stage.weight() > weight && stage.bake().isPositive())
        .findFirst()
        .map(stage -> "the stage of " + stage.weight() + " %")
        .orElse("the observation at full traffic");
  }

  private Optional<String> objection(
      List<BudgetReading> readings, List<Exposure> next, String what) {
    List<String> objections = new ArrayList<>();
    each(
        readings,
        (budget, reading) -> objection(budget, reading, next, what).ifPresent(objections::add));
    return objections.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", objections));
  }

  private Optional<String> objection(
      ErrorBudget budget, BudgetReading reading, List<Exposure> next, String what) {
    String name = "error budget " + budget.slo().name();
    Double remaining = budget.remaining(reading).orElse(null);
    if (reading.trouble() != null || remaining == null) {
      return Optional.of(name + " cannot be read: " + trouble(reading));
    }
    Span window = budget.window(reading).orElseThrow();
    if (remaining <= floor) {
      return Optional.of(
          "%s is spent: %s remains and %s has to; %s of %s were bad %s"
              .formatted(
                  name,
                  percent(remaining),
                  floor > 0 ? percent(floor) : "something",
                  count(window.bad()),
                  count(window.total()),
                  over(budget, window)));
    }
    for (BurnRule rule : rules(budget)) {
      Optional<Double> burn = rule.isFast() ? rule.fires(budget, reading) : Optional.empty();
      if (burn.isPresent()) {
        return Optional.of(
            name + " is being spent: " + burning(rule, burn.get()) + cause(budget, reading, rule));
      }
    }
    double cost = 0;
    for (Exposure part : next) {
      cost += budget.cost(part.weight(), part.time(), reading);
    }
    return remaining - cost < floor
        ? Optional.of(
            "%s cannot pay for %s: %s remains, %s has to, and it may cost %s"
                .formatted(name, what, percent(remaining), percent(floor), percent(cost)))
        : Optional.empty();
  }

  /// Why that is no breach of the candidate's, once there is one.
  private static String cause(ErrorBudget budget, BudgetReading reading, BurnRule rule) {
    Span before = reading.before(rule.confirm()).orElse(null);
    if (before == null) {
      return "";
    }
    return "; not attributed to the candidate: over %s before it had traffic it burned %s times as fast as allowed"
        .formatted(length(rule.confirm()), number(budget.burn(before)));
  }

  private Optional<String> unread(List<BudgetReading> readings) {
    List<String> unread = new ArrayList<>();
    each(
        readings,
        (budget, reading) -> {
          if (reading.trouble() != null || budget.remaining(reading).isEmpty()) {
            unread.add(
                "error budget " + budget.slo().name() + " cannot be read: " + trouble(reading));
          }
        });
    return unread.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", unread));
  }

  private Optional<Assessment.Breach> breach(List<BudgetReading> readings) {
    List<Assessment.Breach> breaches = new ArrayList<>();
    each(
        readings,
        (budget, reading) -> {
          for (BurnRule rule : rules(budget)) {
            Optional<Double> burn = rule.fires(budget, reading);
            if (rule.isFast()
                && reading.trouble() == null
                && burn.isPresent()
                && rule.isCandidates(budget, reading)) {
              breaches.add(breach(budget, reading, rule, burn.get()));
            }
          }
        });
    return breaches.stream().findFirst();
  }

  private static Assessment.Breach breach(
      ErrorBudget budget, BudgetReading reading, BurnRule rule, double burn) {
    Span span = reading.span(rule.window()).orElseThrow();
    double before = budget.burn(reading.before(rule.window()).orElseThrow());
    String evidence =
        "error budget %s: %s; it burned %s times as fast as allowed before the candidate had traffic; %s of %s were bad; %s of the budget remains"
            .formatted(
                budget.slo().name(),
                burning(rule, burn),
                number(before),
                count(span.bad()),
                count(span.total()),
                budget.remaining(reading).map(BudgetRules::percent).orElse("an unknown part"));
    return new Assessment.Breach(
        new Measure(
            "burn rate of " + budget.slo().name(), burn, before, "times", Math.round(span.total())),
        evidence);
  }

  /// What is worth telling and stops nothing.
  private String notes(List<BudgetReading> readings) {
    List<String> notes = new ArrayList<>();
    each(
        readings,
        (budget, reading) ->
            rules(budget).stream()
                .flatMap(
                    rule -> rule.fires(budget, reading).map(burn -> burning(rule, burn)).stream())
                .findFirst()
                .ifPresent(it -> notes.add("; error budget " + budget.slo().name() + ": " + it)));
    return String.join("", notes);
  }

  private static List<BurnRule> rules(ErrorBudget budget) {
    return BurnRule.within(budget.slo().window());
  }

  private static String burning(BurnRule rule, double burn) {
    return "it burns %s times as fast as allowed over %s, and at least %s times over %s"
        .formatted(
            number(burn), length(rule.window()), number(rule.factor()), length(rule.confirm()));
  }

  /// What is done with one objective and what is known of it.
  @FunctionalInterface
  private interface Work {
    void with(ErrorBudget budget, BudgetReading reading);
  }

  private void each(List<BudgetReading> readings, Work work) {
    Map<String, BudgetReading> byName =
        readings.stream()
            .collect(
                Collectors.toMap(
                    BudgetReading::slo, Function.identity(), (first, second) -> second));
    for (Slo slo : runbook.monitoring().budgets().slos()) {
      BudgetReading reading = byName.get(slo.name());
      work.with(
          new ErrorBudget(slo),
          reading == null ? BudgetReading.unreadable(slo.name(), "not read yet") : reading);
    }
  }

  private static String trouble(BudgetReading reading) {
    return Objects.requireNonNullElse(reading.trouble(), "not read yet");
  }

  /// Over which time was counted.
  private static String over(ErrorBudget budget, Span window) {
    Instant from = window.until().minus(window.length());
    Slo.Calendar calendar = budget.slo().calendar();
    boolean isPeriod = budget.period(window).filter(it -> it.start().equals(from)).isPresent();
    return calendar != null && isPeriod
        ? "since " + from.atZone(calendar.zone()).toOffsetDateTime()
        : "in " + length(window.length());
  }

  private static String percent(double fraction) {
    return number(PERCENT * fraction) + " %";
  }

  private static String count(double events) {
    return String.valueOf(Math.round(events));
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.1f", value);
    return text.replaceFirst("\\.?0+$", "");
  }

  private static String length(Duration time) {
    return time.toDays() > 0 && time.equals(Duration.ofDays(time.toDays()))
        ? time.toDays() + " d"
        : time.toMinutes() % 60 == 0 ? time.toHours() + " h" : time.toMinutes() + " min";
  }
}
