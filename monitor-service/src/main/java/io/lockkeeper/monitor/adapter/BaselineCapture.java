package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.BudgetRules;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.Trouble;
import io.lockkeeper.monitor.WatchClock;
import io.lockkeeper.monitor.WatchCommand;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.monitor.budget.BudgetReading;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Captures one baseline: looks at the stable version until the window is covered. Looks of before
/// a restart count, unless the gap is too long, and so does what the source has kept already: then
/// nobody waits for the window. The same hour of earlier days is added, where the source has it.
/// Before a first release nothing is looked at: only its queries and error budgets are. Not
/// thread-safe. Runbook G2.
final class BaselineCapture {

  private static final int LOOKS_IN_A_WINDOW = 4;
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(250);
  private static final int MOST_LOOKS = 20_000;

  private final ReleaseId release;
  private final WatchGoal.Baseline goal;
  private final ReleaseAccepted accepted;
  private final BaselineRules rules;
  private final BudgetRules budgetRules;
  private final BudgetWatch budgets;
  private final Telemetry telemetry;
  private final LookBook book;
  private final List<Baseline.Scrape> scrapes = new ArrayList<>();
  private int failed;
  private @Nullable Finished finished;

  /// What the looks came to.
  ///
  /// @param look the record that the fact rests on; null when the baseline is refused
  record Finished(WatchCommand command, @Nullable LookRecord look) {}

  BaselineCapture(
      ReleaseId release,
      WatchGoal.Baseline goal,
      ReleaseAccepted accepted,
      BaselineRules rules,
      Telemetry telemetry,
      EventCounts counts,
      LookBook book) {
    this.release = release;
    this.goal = goal;
    this.accepted = accepted;
    this.rules = rules;
    this.budgetRules = new BudgetRules(accepted.runbook());
    this.budgets =
        new BudgetWatch(
            accepted.runbook().monitoring().budgets().slos(),
            counts,
            Thread::startVirtualThread,
            null,
            List.of());
    this.telemetry = telemetry;
    this.book = book;
    Duration patience = WatchClock.patience(interval());
    for (LookRecord look : book.baselineLooks(release, goal.request())) {
      add(new Baseline.Scrape(look.at(), look.stable()), patience);
    }
  }

  WatchGoal.Baseline goal() {
    return goal;
  }

  /// Time between two looks: the runbook's, or shorter when the window is short. What is away
  /// before a first release is asked again at the runbook's pace.
  Duration interval() {
    Duration part = goal.window().dividedBy(LOOKS_IN_A_WINDOW);
    Duration atLeast = part.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : part;
    Duration usual = ReleaseJudge.interval(goal.monitoring());
    boolean patient = accepted.request().first() && failed > 0;
    return patient || usual.compareTo(atLeast) < 0 ? usual : atLeast;
  }

  /// Looks once.
  ///
  /// @return what the baseline came to, again and again until it is recorded; empty while the
  /// window is open
  Optional<Finished> look(Instant at) {
    if (finished != null) {
      return Optional.of(finished);
    }
    boolean settled = budgets.isSettled(); // before the look: what comes meanwhile is not in it
    List<BudgetReading> readings = budgets.look(at);
    boolean first = accepted.request().first();
    Telemetry.Scrape scrape =
        first ? telemetry.scrapeNothing(accepted) : telemetry.scrapeStable(accepted);
    if (scrape.refused() != null) {
      return Optional.of(refused(scrape.refused()));
    }
    if (first ? scrape.isPartial() : scrape.stable().isEmpty()) {
      failed++;
      return failed < WatchClock.FAILED_LOOKS
          ? Optional.empty()
          : Optional.of(refused("unreachable: " + Trouble.describe(scrape.troubles())));
    }
    failed = 0;
    if (first) {
      return settled ? Optional.of(finishFirst(at, readings)) : Optional.empty();
    }
    if (scrapes.isEmpty()) {
      recall(at);
    }
    book.append(
        LookRecord.forBaseline(
            release, goal.request(), at, scrape.stable(), Trouble.describeAny(scrape.troubles())));
    add(new Baseline.Scrape(at, scrape.stable()), WatchClock.patience(interval()));
    Duration covered = Duration.between(scrapes.getFirst().at(), at);
    boolean enough = covered.compareTo(goal.window()) >= 0 && scrapes.size() > 1;
    return (enough || scrapes.size() >= MOST_LOOKS) && settled
        ? Optional.of(finish(at, readings))
        : Optional.empty();
  }

  /// Takes what the source has kept of the window as if it had been looked at then.
  private void recall(Instant at) {
    Instant until = at.minus(interval());
    for (Baseline.Scrape past : telemetry.history(accepted, goal.window(), interval(), until)) {
      book.append(LookRecord.forBaseline(release, goal.request(), past.at(), past.samples(), null));
      add(past, WatchClock.patience(interval()));
    }
  }

  private void add(Baseline.Scrape scrape, Duration patience) {
    if (!scrapes.isEmpty()) {
      Duration gap = Duration.between(scrapes.getLast().at(), scrape.at());
      if (gap.isNegative() || gap.compareTo(patience) > 0) {
        scrapes.clear();
      }
    }
    scrapes.add(scrape);
  }

  private Finished finishFirst(Instant at, List<BudgetReading> readings) {
    Optional<String> objection = budgetRules.objection(readings);
    return objection.isPresent()
        ? refused(objection.get())
        : taken(
            LookRecord.ofBaseline(release, goal.request(), at, null, readings),
            at,
            at,
            budgetRules.baseline(readings),
            List.of());
  }

  private Finished finish(Instant at, List<BudgetReading> readings) {
    List<Signal> judged = ReleaseJudge.judged(goal.monitoring().signals());
    Baseline today = Baseline.of(scrapes, judged);
    Optional<String> objection =
        rules.objection(today, judged).or(() -> budgetRules.objection(readings));
    if (objection.isPresent()) {
      return refused(objection.get());
    }
    Baseline baseline = today.with(EarlierDays.before(today.from(), accepted, rules, telemetry));
    List<Measure> measures = new ArrayList<>(BaselineRules.measures(goal.monitoring(), baseline));
    measures.addAll(budgetRules.baseline(readings));
    return taken(
        LookRecord.ofBaseline(release, goal.request(), at, baseline, readings),
        baseline.from(),
        baseline.to(),
        measures,
        baseline.earlier().stream().map(Baseline::from).toList());
  }

  private Finished taken(
      LookRecord record,
      Instant from,
      Instant until,
      List<Measure> measures,
      List<Instant> earlier) {
    MonitorEvent.Look look = book.append(record);
    Finished taken =
        new Finished(
            new WatchCommand.BaselineTaken(goal.request(), from, until, measures, look, earlier),
            record);
    finished = taken;
    return taken;
  }

  private Finished refused(String reason) {
    Finished refused = new Finished(new WatchCommand.BaselineFailed(goal.request(), reason), null);
    finished = refused;
    return refused;
  }
}
