package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.monitor.Assessment;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchClock;
import io.lockkeeper.monitor.WatchCommand;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.runbook.Runbook;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Looks at one candidate, from its first traffic to the end: judge and clock, made again from the looks that
/// are kept, so that a restart or another replica goes on where the last one was. Not thread-safe.
/// Runbook D4, M1, M2, R1.
final class CandidateWatch {

  private static final Logger LOG = Logger.getLogger(CandidateWatch.class);

  private final ReleaseId release;
  private final Telemetry telemetry;
  private final LookBook book;
  private final ReleaseJudge judge;
  private WatchClock clock;

  /// What a look came to.
  ///
  /// @param look the id of its record; null when it failed
  record Seen(WatchCommand command, @Nullable UUID look) {}

  private CandidateWatch(
      ReleaseId release,
      Telemetry telemetry,
      LookBook book,
      ReleaseJudge judge,
      WatchClock clock) {
    this.release = release;
    this.telemetry = telemetry;
    this.book = book;
    this.judge = judge;
    this.clock = clock;
  }

  /// Goes on with a watch, or begins it.
  static CandidateWatch open(
      ReleaseId release,
      List<Fact> history,
      Telemetry telemetry,
      LookBook book,
      LookArchive archive) {
    Runbook runbook = runbook(history);
    Watch watch = Watch.of(history);
    List<LookRecord> looks = book.candidateLooks(release);
    boolean archiveRead = false;
    if (looks.isEmpty() && watch.applied()) {
      archive.restore(release, history.getFirst().time());
      archiveRead = true;
      looks = book.candidateLooks(release);
    }
    Baseline baseline = baseline(release, history, runbook, book, archiveRead ? null : archive);
    ReleaseJudge judge = new ReleaseJudge(runbook, baseline);
    for (LookRecord look : looks) {
      rejudge(judge, look);
    }
    return new CandidateWatch(release, telemetry, book, judge, clock(watch, looks));
  }

  /// Looks once, and keeps the look when it succeeded.
  Seen look(WatchGoal.Candidate goal, Instant at) {
    Telemetry.Scrape scrape = telemetry.scrape(goal.monitoring());
    if (scrape.candidate().isEmpty()) {
      return failed(goal, at, Troubles.describe(scrape.troubles()));
    }
    Assessment assessment;
    try {
      assessment =
          judge.look(LookRecord.look(at, goal.weight(), scrape.stable(), scrape.candidate()));
    } catch (IllegalArgumentException e) {
      return failed(goal, at, "cannot be judged: " + e.getMessage());
    }
    WatchClock after = clock.after(goal, true, at);
    LookRecord record =
        LookRecord.ofCandidate(release, at, goal.weight(), scrape, assessment, after);
    MonitorEvent.Look look = book.append(record);
    clock = after;
    return new Seen(new WatchCommand.Looked(look, after, assessment), record.id());
  }

  private Seen failed(WatchGoal.Candidate goal, Instant at, String reason) {
    clock = clock.after(goal, false, at);
    return new Seen(new WatchCommand.TelemetryFailed(clock, reason), null);
  }

  /// What the facts say of a loss counts: they, and not the looks, are what others heard.
  private static WatchClock clock(Watch watch, List<LookRecord> looks) {
    LookRecord.Clock last = looks.isEmpty() ? null : looks.getLast().clock();
    if (last == null) {
      return WatchClock.of(watch);
    }
    WatchClock kept = last.at(looks.getLast().at());
    MonitorEvent.TelemetryLost told = watch.lost();
    return told == null
        ? kept
        : new WatchClock(kept.question(), kept.observed(), kept.seen(), 0, 0, told.since());
  }

  private static void rejudge(ReleaseJudge judge, LookRecord look) {
    try {
      judge.look(look.toLook());
    } catch (IllegalArgumentException e) {
      LOG.warnf("look %s cannot be judged again: %s", look.id(), e.getMessage());
    }
  }

  private static Runbook runbook(List<Fact> history) {
    return history.stream()
        .map(fact -> fact.event() instanceof GateEvent.ReleaseAccepted it ? it.runbook() : null)
        .filter(runbook -> runbook != null)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a release is watched after it is accepted"));
  }

  /// The stored baseline: from the book, from the topic, or what the fact itself says.
  private static @Nullable Baseline baseline(
      ReleaseId release,
      List<Fact> history,
      Runbook runbook,
      LookBook book,
      @Nullable LookArchive archive) {
    MonitorEvent.BaselineCaptured captured = null;
    for (Fact fact : history) {
      if (fact.event() instanceof MonitorEvent.BaselineCaptured newer) {
        captured = newer;
      }
    }
    if (captured == null) {
      return null;
    }
    Optional<Baseline> kept = kept(book, captured.look());
    if (kept.isEmpty() && archive != null) {
      archive.restore(release, history.getFirst().time());
      kept = kept(book, captured.look());
    }
    if (kept.isPresent()) {
      return kept.get();
    }
    LOG.warnf("the baseline of release %s is lost; its numbers in the log remain", release);
    return BaselineRules.rebuilt(runbook.monitoring(), captured);
  }

  private static Optional<Baseline> kept(LookBook book, MonitorEvent.Look look) {
    try {
      return book.find(UUID.fromString(look.id()))
          .map(found -> LookRecord.read(found.record()).baseline());
    } catch (IllegalArgumentException | UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
