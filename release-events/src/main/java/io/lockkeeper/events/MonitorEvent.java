package io.lockkeeper.events;

import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Written by monitor-service. Runbook G2, D4, M1–M3 and R1: what it sees, never what follows.
///
/// A fact that rests on telemetry names its [Look]: the samples and numbers stand under that id on
/// `release-telemetry`, sent and acknowledged before the fact was appended.
public sealed interface MonitorEvent extends ReleaseEvent {

  /// G2: the health baseline that `request` asked for. Before a first release there is none: then
  /// error budgets can pay and queries are in order, and what remains of the budgets is measured.
  ///
  /// @param earlier when the same hour of earlier days began, of those days that count, latest
  ///                first; null where there are none
  record BaselineCaptured(
      EventId request,
      Instant from,
      Instant until,
      List<Measure> measures,
      Look look,
      @Nullable List<Instant> earlier)
      implements MonitorEvent {
    public BaselineCaptured {
      measures = List.copyOf(measures);
      earlier = earlier == null || earlier.isEmpty() ? null : List.copyOf(earlier);
    }

    /// A baseline of its window alone.
    public BaselineCaptured(
        EventId request, Instant from, Instant until, List<Measure> measures, Look look) {
      this(request, from, until, measures, look, null);
    }
  }

  /// G2: no baseline that anything could be compared with, or a release that may not start on its
  /// error budgets or queries.
  record BaselineRefused(EventId request, String reason) implements MonitorEvent {}

  /// D4, M2: what monitoring saw of the stage after it had baked.
  record StageVerified(
      int stage, int attempt, Verdict verdict, String reason, List<Measure> measures, Look look)
      implements MonitorEvent {
    public StageVerified {
      measures = List.copyOf(measures);
    }
  }

  /// R1: a critical signal is worse than its budget or baseline allows.
  ///
  /// @param evidence what was compared, how sure that is, and by which rule, in words
  record BudgetBreached(Measure measure, String evidence, Look look) implements MonitorEvent {}

  /// Nothing could be read since `since`; the watch's clock stands.
  ///
  /// @param kind the gravest of what is wrong; null in facts from before it was told
  record TelemetryLost(Instant since, @Nullable TelemetryFault kind, String reason)
      implements MonitorEvent {

    /// A loss of which only words are known.
    public TelemetryLost(Instant since, String reason) {
      this(since, null, reason);
    }
  }

  /// Reading works again; the watch's clock lost `lost`.
  record TelemetryRecovered(Duration lost) implements MonitorEvent {}

  /// Telemetry works, and something of it was missing again and again since `since`. Holds nothing
  /// and stops no clock: what the verdict makes of it is the runbook's to say.
  ///
  /// It is told once for as long as it comes and goes, a [TelemetryLost] in between included.
  ///
  /// @param kind   the gravest of what is wrong
  /// @param reason all of it, in words
  record TelemetryDegraded(Instant since, TelemetryFault kind, String reason)
      implements MonitorEvent {}

  /// Nothing of the telemetry is missing any more; something was for `lasted`.
  record TelemetryRestored(Duration lasted) implements MonitorEvent {}

  /// M1: observation at full traffic began.
  ///
  /// @param confirmBy until when it should be confirmed that the version can be observed (M3); null
  ///                  when the runbook does not ask for it
  record ObservationStarted(Duration length, @Nullable Instant confirmBy) implements MonitorEvent {}

  /// M3: everything that the runbook asks about was confirmed. Said once.
  ///
  /// @param observation the [ObservationStarted] that it belongs to
  record ObservabilityConfirmed(EventId observation, List<ObservabilityCheck> checks)
      implements MonitorEvent {
    public ObservabilityConfirmed {
      checks = List.copyOf(checks);
    }
  }

  /// M3: by the time that the observation named, not everything was confirmed. Halts nothing; said
  /// once, and followed by [ObservabilityConfirmed] when it is repaired while the observation
  /// lasts.
  ///
  /// @param observation the [ObservationStarted] that it belongs to
  /// @param checks      all of them, as they stood at last
  record ObservabilityUnconfirmed(EventId observation, List<ObservabilityCheck> checks)
      implements MonitorEvent {
    public ObservabilityUnconfirmed {
      checks = List.copyOf(checks);
    }
  }

  /// M1, M2: what monitoring saw over `observed` time at full traffic.
  record ReleaseVerified(
      Verdict verdict, String reason, Duration observed, List<Measure> measures, Look look)
      implements MonitorEvent {
    public ReleaseVerified {
      measures = List.copyOf(measures);
    }
  }

  /// Why numbers are missing, the gravest first.
  enum TelemetryFault {
    /// Nobody looked: monitoring itself was away for too long.
    UNOBSERVED,
    /// A source or an instance cannot be asked: down, too slow, failing, or letting nobody in.
    UNAVAILABLE,
    /// The source refuses the question, or it cannot be put as the runbook has it; asking again is
    /// no help.
    REFUSED,
    /// There is an answer that cannot be used.
    UNUSABLE,
    /// What is known of the version is too old to say anything of now. Comes before `NO_DATA`: an
    /// expression over what is too old has nothing.
    STALE,
    /// There is an answer, and nothing of the version in it.
    NO_DATA
  }

  /// M3: one thing that was looked at.
  ///
  /// @param subject   an alert, a dashboard, an address
  /// @param confirmed whether it is as the runbook asks
  /// @param found     what was found, or why nothing could be
  record ObservabilityCheck(Aspect aspect, String subject, boolean confirmed, String found) {

    /// What the line asks about.
    public enum Aspect {
      ALERTING,
      DASHBOARD,
      SYNTHETIC
    }
  }

  /// One signal in numbers.
  ///
  /// @param candidate the candidate's value: a fraction for errors, seconds for durations,
  /// otherwise the signal's own unit
  /// @param control   what it is compared with, in the same unit; null when there is none
  /// @param unit      `fraction`, `s`, `req/s`, `cores`, `bytes`, `times`
  /// @param samples   how many requests (or looks) the candidate's value rests on
  record Measure(
      String signal,
      @Nullable Double candidate,
      @Nullable Double control,
      String unit,
      long samples) {}

  /// Where the samples of a fact stand on `release-telemetry`.
  ///
  /// @param digest of the record's value
  record Look(String id, Digest digest) {}
}
