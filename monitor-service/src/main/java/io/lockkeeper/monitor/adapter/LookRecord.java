package io.lockkeeper.monitor.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.monitor.Assessment;
import io.lockkeeper.monitor.Completeness;
import io.lockkeeper.monitor.Question;
import io.lockkeeper.monitor.Trouble;
import io.lockkeeper.monitor.WatchClock;
import io.lockkeeper.monitor.budget.BudgetReading;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One look as it stands on `release-telemetry` and in the table `look`: the raw counters of both
/// versions and what was made of them. The looks of a release, judged again in their order, give
/// the same assessments.
///
/// @param request    the baseline that was asked for; null for looks at a candidate
/// @param weight     the candidate's share of traffic, percent
/// @param assessment what the judge made of it and all before it; null for looks at the stable
///                   version alone
/// @param clock      the watch's clock after it; null like `assessment`
/// @param baseline   what the looks for `request` came to; only in the last of them, and null
///                   before a first release
/// @param trouble    what could not be read and why, in one sentence; null when nothing was missing
/// @param budgets    what was known of the error budgets; empty when the runbook names none
public record LookRecord(
    UUID id,
    ReleaseId release,
    Kind kind,
    Instant at,
    @Nullable EventId request,
    int weight,
    List<Sample> stable,
    List<Sample> candidate,
    @Nullable Assessment assessment,
    @Nullable Clock clock,
    @Nullable Baseline baseline,
    @Nullable String trouble,
    List<BudgetReading> budgets) {

  private static final double PERCENT = 100;

  public LookRecord {
    stable = stable == null ? List.of() : List.copyOf(stable);
    candidate = candidate == null ? List.of() : List.copyOf(candidate);
    budgets = budgets == null ? List.of() : List.copyOf(budgets);
  }

  /// What the look was for.
  public enum Kind {
    /// G2: one look at the stable version.
    BASELINE_LOOK,
    /// G2: what those looks came to.
    BASELINE,
    /// D4, M1: a look at both versions.
    CANDIDATE
  }

  /// The watch's clock after the look.
  ///
  /// @param stage   the stage that a verdict was owed on; null for the release or nothing
  /// @param attempt its attempt
  /// @param release whether a verdict was owed on the release
  /// @param completeness null in looks from before it was counted
  public record Clock(
      @Nullable Integer stage,
      @Nullable Integer attempt,
      boolean release,
      Duration observed,
      int good,
      @Nullable Instant lost,
      @Nullable Completeness completeness) {

    static Clock of(WatchClock clock) {
      return switch (clock.question()) {
        case Question.OfStage(int stage, int attempt) -> of(clock, stage, attempt, false);
        case Question.OfRelease() -> of(clock, null, null, true);
        case null -> of(clock, null, null, false);
      };
    }

    private static Clock of(
        WatchClock clock, @Nullable Integer stage, @Nullable Integer attempt, boolean release) {
      return new Clock(
          stage,
          attempt,
          release,
          clock.observed(),
          clock.good(),
          clock.lost(),
          clock.completeness());
    }

    /// The clock again, which had its last good look at this time.
    WatchClock at(Instant seen) {
      Question question = null;
      if (release) {
        question = new Question.OfRelease();
      } else if (stage != null && attempt != null) {
        question = new Question.OfStage(stage, attempt);
      }
      return new WatchClock(
          question,
          observed,
          seen,
          0,
          good,
          lost,
          completeness == null ? Completeness.UNKNOWN : completeness);
    }
  }

  /// A look at the stable version for a baseline.
  static LookRecord forBaseline(
      ReleaseId release,
      EventId request,
      Instant at,
      List<Sample> stable,
      @Nullable String trouble) {
    return new LookRecord(
        UUID.randomUUID(),
        release,
        Kind.BASELINE_LOOK,
        at,
        request,
        0,
        stable,
        List.of(),
        null,
        null,
        null,
        trouble,
        List.of());
  }

  /// What the looks for a baseline came to.
  static LookRecord ofBaseline(
      ReleaseId release,
      EventId request,
      Instant at,
      @Nullable Baseline baseline,
      List<BudgetReading> budgets) {
    return new LookRecord(
        UUID.randomUUID(),
        release,
        Kind.BASELINE,
        at,
        request,
        0,
        List.of(),
        List.of(),
        null,
        null,
        baseline,
        null,
        budgets);
  }

  /// A look at both versions.
  static LookRecord ofCandidate(
      ReleaseId release,
      Instant at,
      int weight,
      Telemetry.Scrape scrape,
      Assessment assessment,
      WatchClock clock,
      List<BudgetReading> budgets) {
    return new LookRecord(
        UUID.randomUUID(),
        release,
        Kind.CANDIDATE,
        at,
        null,
        weight,
        scrape.stable(),
        scrape.candidate(),
        assessment,
        Clock.of(clock),
        null,
        Trouble.describeAny(scrape.troubles()),
        budgets);
  }

  /// The look as the judge takes it.
  public Look toLook() {
    return look(at, weight, stable, candidate);
  }

  /// A look for the judge; `weight` in percent.
  static Look look(Instant at, int weight, List<Sample> stable, List<Sample> candidate) {
    return new Look(at, weight / PERCENT, stable, candidate);
  }

  /// The record's value on the topic.
  byte[] toJson() {
    try {
      return EventJson.mapper().writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads a value from the topic or the table.
  ///
  /// @throws UncheckedIOException when it is none
  public static LookRecord read(byte[] json) {
    try {
      return EventJson.mapper().readValue(json, LookRecord.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
