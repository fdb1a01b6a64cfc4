package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.monitor.Assessment;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.BudgetRules;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.Shortfall;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchClock;
import io.lockkeeper.monitor.WatchClock.Extent;
import io.lockkeeper.monitor.WatchCommand;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.monitor.budget.BudgetReading;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.runbook.Runbook;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Looks at one candidate, from its first traffic to the end: judge and clock, made again from the
/// looks that are kept, so that a restart or another replica goes on where the last one was. Not
/// thread-safe. Runbook D4, M1, M2, R1.
final class CandidateWatch {

  private static final Logger LOG = Logger.getLogger(CandidateWatch.class);

  private final ReleaseId release;
  private final ReleaseAccepted accepted;
  private final Telemetry telemetry;
  private final LookBook book;
  private final ReleaseJudge judge;
  private final BudgetRules budgetRules;
  private final Function<Instant, BudgetWatch> beginBudgets;
  private WatchClock clock;
  private @Nullable BudgetWatch budgets;

  /// What a look came to.
  ///
  /// @param look the id of its record; null when it failed
  record Seen(WatchCommand command, @Nullable UUID look) {}

  private CandidateWatch(
      ReleaseId release,
      ReleaseAccepted accepted,
      Telemetry telemetry,
      LookBook book,
      ReleaseJudge judge,
      BudgetRules budgetRules,
      Function<Instant, BudgetWatch> beginBudgets,
      WatchClock clock) {
    this.release = release;
    this.accepted = accepted;
    this.telemetry = telemetry;
    this.book = book;
    this.judge = judge;
    this.budgetRules = budgetRules;
    this.beginBudgets = beginBudgets;
    this.clock = clock;
  }

  /// Goes on with a watch, or begins it.
  static CandidateWatch open(
      ReleaseId release,
      List<Fact> history,
      Telemetry telemetry,
      EventCounts counts,
      LookBook book,
      LookArchive archive) {
    ReleaseAccepted accepted = WatchHistory.accepted(history);
    Runbook runbook = accepted.runbook();
    Watch watch = Watch.of(history);
    if (!areKept(book, history)) {
      archive.restore(release, WatchHistory.since(history));
    }
    Baseline baseline = baseline(release, history, accepted, book);
    List<LookRecord> looks = book.candidateLooks(release);
    ReleaseJudge judge = new ReleaseJudge(runbook, baseline);
    for (LookRecord look : looks) {
      rejudge(judge, look);
    }
    List<BudgetReading> known = looks.isEmpty() ? List.of() : looks.getLast().budgets();
    CandidateWatch opened =
        new CandidateWatch(
            release,
            accepted,
            telemetry,
            book,
            judge,
            new BudgetRules(runbook),
            begin ->
                new BudgetWatch(
                    runbook.monitoring().budgets().slos(),
                    counts,
                    Thread::startVirtualThread,
                    begin,
                    known),
            clock(watch, looks));
    if (!looks.isEmpty()) {
      opened.budgets = opened.beginBudgets.apply(looks.getFirst().at());
    }
    return opened;
  }

  /// Looks once, and keeps the look when it succeeded.
  ///
  /// @param losses how often telemetry of the release was told to be lost
  Seen look(WatchGoal.Candidate goal, int losses, Instant at) {
    BudgetWatch budget = budgets == null ? beginBudgets.apply(at) : budgets;
    budgets = budget;
    List<BudgetReading> readings = budget.look(at);
    Telemetry.Scrape scrape = telemetry.scrape(accepted);
    if (scrape.candidate().isEmpty()) {
      return failed(goal, losses, at, Shortfall.ofNothing(scrape.troubles()));
    }
    Assessment assessment;
    try {
      Assessment judged =
          judge.look(LookRecord.look(at, goal.weight(), scrape.stable(), scrape.candidate()));
      assessment = budgetRules.assess(goal.question(), goal.weight(), readings, judged);
    } catch (IllegalArgumentException e) {
      return failed(goal, losses, at, Shortfall.unusable(TelemetryCalls.describe(e)));
    }
    Shortfall missing =
        Shortfall.ofPart(scrape.troubles(), goal.weight(), !scrape.stable().isEmpty());
    WatchClock after = clock.after(goal, losses, missing == null ? Extent.ALL : Extent.PART, at);
    LookRecord record =
        LookRecord.ofCandidate(release, at, goal.weight(), scrape, assessment, after, readings);
    MonitorEvent.Look look = book.append(record);
    clock = after;
    return new Seen(new WatchCommand.Looked(look, after, assessment, missing), record.id());
  }

  private Seen failed(WatchGoal.Candidate goal, int losses, Instant at, Shortfall missing) {
    clock = clock.after(goal, losses, Extent.NOTHING, at);
    return new Seen(new WatchCommand.TelemetryFailed(clock, missing), null);
  }

  private static WatchClock clock(Watch watch, List<LookRecord> looks) {
    LookRecord.Clock last = looks.isEmpty() ? null : looks.getLast().clock();
    return last == null ? WatchClock.of(watch) : last.at(looks.getLast().at()).told(watch);
  }

  private static void rejudge(ReleaseJudge judge, LookRecord look) {
    try {
      judge.look(look.toLook());
    } catch (IllegalArgumentException e) {
      LOG.warnf("look %s cannot be judged again: %s", look.id(), e.getMessage());
    }
  }

  /// Whether the book has the looks that our facts name. If not, the database was lost or set back.
  private static boolean areKept(LookBook book, List<Fact> history) {
    return WatchHistory.looks(history).allMatch(look -> kept(book, look).isPresent());
  }

  /// The stored baseline; when it is lost, what its fact says. A first release has none.
  private static @Nullable Baseline baseline(
      ReleaseId release, List<Fact> history, ReleaseAccepted accepted, LookBook book) {
    MonitorEvent.BaselineCaptured captured = WatchHistory.baseline(history);
    if (captured == null || accepted.request().first()) {
      return null;
    }
    Baseline stored = kept(book, captured.look()).map(LookRecord::baseline).orElse(null);
    if (stored != null) {
      return stored;
    }
    LOG.warnf("the baseline of release %s is lost; its numbers in the log remain", release);
    return BaselineRules.rebuilt(accepted.runbook().monitoring(), captured);
  }

  private static Optional<LookRecord> kept(LookBook book, MonitorEvent.Look look) {
    try {
      return book.find(UUID.fromString(look.id())).map(found -> LookRecord.read(found.record()));
    } catch (IllegalArgumentException | UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
