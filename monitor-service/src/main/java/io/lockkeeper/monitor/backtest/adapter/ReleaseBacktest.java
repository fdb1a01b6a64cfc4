package io.lockkeeper.monitor.backtest.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.adapter.LookRecord;
import io.lockkeeper.monitor.adapter.WatchHistory;
import io.lockkeeper.monitor.backtest.Replay;
import io.lockkeeper.monitor.backtest.adapter.BacktestReport.Decided;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.JudgeSettings;
import io.lockkeeper.monitor.judge.Judgement;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Judges the recorded looks of one release again, as they are read: no more of them are in memory
/// than the judge keeps. At most [#MOST_LOOKS] from the first on. Not thread-safe. M2.
final class ReleaseBacktest {

  static final int MOST_LOOKS = 20_000;

  private final ReleaseId release;
  private final List<Fact> history;
  private final JudgeSettings settings;
  private final MonitorEvent.@Nullable BaselineCaptured captured;
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Verdict> verdicts = new HashMap<>();
  private final StringBuilder digests = new StringBuilder();
  /// Looks while the candidate had no traffic by plan; judged when it has some again.
  private final List<LookRecord> idle = new ArrayList<>();
  private final List<Digest> idleDigests = new ArrayList<>();
  private @Nullable Baseline baseline;
  private @Nullable Replay replay;
  private @Nullable Instant first;
  private @Nullable Instant started;
  private @Nullable Instant last;
  private @Nullable Judgement judgement;
  private @Nullable UUID decisive;
  private int count;
  private int same;
  private boolean complete = true;

  /// A backtest of the release with this history.
  ReleaseBacktest(ReleaseId release, List<Fact> history, JudgeSettings settings) {
    this.release = release;
    this.history = history;
    this.settings = settings;
    captured = WatchHistory.baseline(history);
  }

  /// Takes the next record, the oldest first; one that came already changes nothing.
  ///
  /// @return whether more are wanted
  boolean add(LookRecord look, byte[] record) {
    if (!seen.add(look.id().toString())) {
      return true;
    }
    switch (look.kind()) {
      case BASELINE_LOOK -> {
        // Summed up in the baseline.
      }
      case BASELINE -> {
        if (captured != null && captured.look().id().equals(look.id().toString())) {
          baseline = look.baseline();
        }
      }
      case CANDIDATE -> {
        if (count + idle.size() >= MOST_LOOKS) {
          complete = false;
          return false;
        }
        idle.add(look);
        idleDigests.add(Digest.of(record));
        if (look.weight() > 0) {
          judgeIdle();
        }
      }
    }
    return true;
  }

  /// What came of it; empty when there was no look at the candidate.
  Optional<BacktestReport> report() {
    if (judgement == null) {
      judgeIdle();
    }
    var from = first;
    var until = last;
    var found = judgement;
    if (found == null || from == null || until == null) {
      return Optional.empty();
    }
    boolean all = WatchHistory.looks(history).allMatch(look -> seen.contains(look.id()));
    return Optional.of(
        BacktestReport.of(
            release,
            null,
            started == null ? from : started,
            found,
            decisive,
            new BacktestReport.Looks(
                count,
                from,
                until,
                Digest.of(digests.toString().getBytes(UTF_8)),
                captured == null ? null : captured.look(),
                complete && all,
                same),
            JudgeOptions.of(settings),
            decided()));
  }

  private void judgeIdle() {
    for (int i = 0; i < idle.size(); i++) {
      judge(idle.get(i));
      digests.append(idleDigests.get(i)).append('\n');
    }
    idle.clear();
    idleDigests.clear();
  }

  private void judge(LookRecord look) {
    if (replay == null) {
      replay = new Replay(settings, baseline());
      first = look.at();
    }
    if (started == null && look.weight() > 0) {
      started = look.at();
    }
    last = look.at();
    count++;
    boolean isDecided = judgement != null && ReleaseJudge.verdict(judgement) == Verdict.FAILED;
    judgement = replay.look(look.toLook());
    decisive = isDecided ? decisive : look.id();
    var verdict = ReleaseJudge.verdict(judgement);
    verdicts.put(look.id().toString(), verdict);
    same += look.assessment() != null && look.assessment().verdict() == verdict ? 1 : 0;
  }

  /// The stored baseline; when it is lost, what its fact says. A first release has none.
  private @Nullable Baseline baseline() {
    if (baseline != null || captured == null) {
      return baseline;
    }
    var accepted = WatchHistory.accepted(history);
    if (accepted.request().first()) {
      return null;
    }
    complete = false;
    return BaselineRules.rebuilt(accepted.runbook().monitoring(), captured);
  }

  private List<Decided> decided() {
    return history.stream().map(this::decided).flatMap(Optional::stream).toList();
  }

  private Optional<Decided> decided(Fact fact) {
    return switch (fact.event()) {
      case MonitorEvent.StageVerified it ->
          Optional.of(
              decided(fact, it.stage(), it.attempt(), it.verdict(), it.reason(), it.look()));
      case MonitorEvent.BudgetBreached it ->
          Optional.of(decided(fact, null, null, Verdict.FAILED, it.evidence(), it.look()));
      case MonitorEvent.ReleaseVerified it ->
          Optional.of(decided(fact, null, null, it.verdict(), it.reason(), it.look()));
      case MonitorEvent.BaselineCaptured _,
          MonitorEvent.BaselineRefused _,
          MonitorEvent.TelemetryLost _,
          MonitorEvent.TelemetryRecovered _,
          MonitorEvent.TelemetryDegraded _,
          MonitorEvent.TelemetryRestored _,
          MonitorEvent.ObservationStarted _,
          MonitorEvent.ObservabilityConfirmed _,
          MonitorEvent.ObservabilityUnconfirmed _ ->
          Optional.empty();
      case GateEvent _ -> Optional.empty();
      case RolloutEvent _ -> Optional.empty();
      case AuditEvent _ -> Optional.empty();
      case NotificationEvent _ -> Optional.empty();
      case Unrecognised _ -> Optional.empty();
    };
  }

  private Decided decided(
      Fact fact,
      @Nullable Integer stage,
      @Nullable Integer attempt,
      Verdict verdict,
      String reason,
      MonitorEvent.Look look) {
    return new Decided(stage, attempt, verdict, fact.time(), reason, look, verdicts.get(look.id()));
  }
}
