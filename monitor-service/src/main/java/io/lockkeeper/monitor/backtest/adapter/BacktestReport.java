package io.lockkeeper.monitor.backtest.adapter;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.judge.Judgement;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the judge says of recorded looks. M2, M4.
///
/// @param release   whose looks they are; null for a case
/// @param recorded  the name of the case; null for a release
/// @param verdict   of the first breach, or after the last look at which the candidate had traffic
/// @param signal    the signal that decided it; null when none did
/// @param text      the reason in one sentence
/// @param at        the look it rests on; a case begins at 1970-01-01T00:00:00Z
/// @param seconds   the same from the candidate's first traffic on
/// @param detection when the regression was found; null when none was
/// @param signals   the evidence of each signal after that look
/// @param settings  all settings in force; they can be sent as they are
/// @param decided   what was said of the release when it was live; empty for a case
public record BacktestReport(
    @Nullable ReleaseId release,
    @JsonProperty("case") @Nullable String recorded,
    Verdict verdict,
    Judgement.Reason reason,
    @Nullable String signal,
    String text,
    Instant at,
    double seconds,
    @Nullable Detection detection,
    Looks looks,
    List<SignalReport> signals,
    JudgeOptions settings,
    List<Decided> decided) {

  /// When the regression was found.
  ///
  /// @param at      the look that showed it
  /// @param seconds from the candidate's first traffic on
  /// @param look    its id on `release-telemetry`; null for a case
  public record Detection(Instant at, double seconds, @Nullable UUID look) {}

  /// What was judged.
  ///
  /// @param count       how many looks
  /// @param digest      of the digests of these looks, a line each in their order
  /// @param baseline    the look that holds the baseline; null when there is none, and for a case
  /// @param complete    whether every look that a fact of the release names is still there and none
  ///                    was left out; true for a case
  /// @param sameVerdict after how many of them the verdict is the one that was given when the
  ///                    release was live; null for a case
  public record Looks(
      int count,
      Instant from,
      Instant until,
      Digest digest,
      MonitorEvent.@Nullable Look baseline,
      boolean complete,
      @Nullable Integer sameVerdict) {}

  /// What monitor-service said of the release, and what it would have said at the same look.
  ///
  /// @param stage   the stage it was about; null for a breach and for the whole release
  /// @param attempt its attempt
  /// @param verdict what was said: `FAILED` is a breach
  /// @param at      when
  /// @param look    the look it rests on
  /// @param now     the verdict by these settings after the same look; null when that is not there
  public record Decided(
      @Nullable Integer stage,
      @Nullable Integer attempt,
      Verdict verdict,
      Instant at,
      String reason,
      MonitorEvent.Look look,
      @Nullable Verdict now) {}

  public BacktestReport {
    signals = List.copyOf(signals);
    decided = List.copyOf(decided);
  }

  /// Seconds from `started` to a look.
  static double seconds(Instant started, Instant at) {
    return Duration.between(started, at).toMillis() / 1000.0;
  }

  /// Of this judgement, in a watch with its first traffic at `started`.
  ///
  /// @param look the id of the look that the judgement rests on; null for a case
  static BacktestReport of(
      @Nullable ReleaseId release,
      @Nullable String recorded,
      Instant started,
      Judgement judgement,
      @Nullable UUID look,
      Looks looks,
      JudgeOptions settings,
      List<Decided> decided) {
    var at = judgement.at();
    var verdict = ReleaseJudge.verdict(judgement);
    double seconds = seconds(started, at);
    return new BacktestReport(
        release,
        recorded,
        verdict,
        judgement.reason(),
        judgement.signal(),
        judgement.text(),
        at,
        seconds,
        verdict == Verdict.FAILED ? new Detection(at, seconds, look) : null,
        looks,
        judgement.signals().stream().map(one -> SignalReport.of(one, started)).toList(),
        settings,
        decided);
  }
}
