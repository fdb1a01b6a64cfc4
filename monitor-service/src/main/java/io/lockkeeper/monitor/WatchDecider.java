package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.Stage;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Says what was seen of a release, never what follows from it: that is rollout-service's and
/// gate-service's to decide. All policy of monitoring is here and in [WatchClock]. Runbook G2, D4,
/// M1–M3, R1.
///
/// - A breach of a critical signal is told with the look that shows it, in whatever phase, once.
/// - Lost telemetry is told once per episode, and stops the watch's clock.
/// - Telemetry of which a part is missing is told once per episode, too, and does nothing more.
/// - A stage passes when it has baked for its observed time and the judge has seen enough. When
///   traffic stays too thin, or nothing usable is measured, the verdict at `maxBake` says so; it
///   never says passed.
/// - A verdict that said neither passed nor failed is followed by `PASSED` when the evidence comes
///   in later and the question still stands.
/// - What cannot be confirmed of alerts, dashboards and synthetic checks (M3) is told when its time
///   is over, once, and holds nothing up; what is repaired later is told as confirmed.
public final class WatchDecider {

  private static final Shortfall NOBODY_LOOKED =
      new Shortfall(TelemetryFault.UNOBSERVED, "no look succeeded for too long");

  private WatchDecider() {}

  /// What follows from the state alone.
  public static List<? extends MonitorEvent> next(Watch watch, Instant now) {
    Monitoring monitoring = watch.monitoring();
    Watch.Validation validation = watch.validation();
    if (monitoring == null || validation == null || watch.halted() || watch.ended()) {
      return List.of();
    }
    return validation.started()
        ? List.of()
        : List.of(
            new MonitorEvent.ObservationStarted(
                monitoring.validation(), confirmBy(monitoring, now)));
  }

  /// What follows from a report.
  public static List<? extends MonitorEvent> answer(
      Watch watch, WatchCommand command, Instant now) {
    if (watch.ended()) {
      return List.of();
    }
    return switch (command) {
      case WatchCommand.BaselineTaken taken ->
          watch.baseline() != null && watch.baseline().request().equals(taken.request())
              ? List.of(
                  new MonitorEvent.BaselineCaptured(
                      taken.request(),
                      taken.from(),
                      taken.until(),
                      taken.measures(),
                      taken.look(),
                      taken.earlier()))
              : List.of();
      case WatchCommand.BaselineFailed failed ->
          watch.baseline() != null && watch.baseline().request().equals(failed.request())
              ? List.of(new MonitorEvent.BaselineRefused(failed.request(), failed.reason()))
              : List.of();
      case WatchCommand.TelemetryFailed failed -> failed(watch, failed);
      case WatchCommand.Looked looked -> looked(watch, looked);
      case WatchCommand.ObservabilityChecked checked -> confirmed(watch, checked, now);
    };
  }

  /// When the state must be asked again without any fact: never. Nothing here waits for a time of
  /// day. A watch waits for the next look, which comes by itself every `monitoring.interval`; a
  /// baseline for its capture.
  public static Optional<Instant> due(Watch watch) {
    return Optional.empty();
  }

  /// When it is told that M3 is not confirmed: not so late that the observation is over before.
  private static @Nullable Instant confirmBy(Monitoring monitoring, Instant now) {
    return monitoring.observability() == null
        ? null
        : now.plus(
            shorter(monitoring.observability().within(), monitoring.validation().dividedBy(2)));
  }

  private static List<MonitorEvent> confirmed(
      Watch watch, WatchCommand.ObservabilityChecked checked, Instant now) {
    Watch.Confirmation open = watch.confirmation();
    if (open == null || watch.halted() || !open.observation().equals(checked.observation())) {
      return List.of();
    }
    if (checked.checks().stream().allMatch(ObservabilityCheck::confirmed)) {
      return List.of(
          new MonitorEvent.ObservabilityConfirmed(checked.observation(), checked.checks()));
    }
    return open.missed() || now.isBefore(open.by())
        ? List.of()
        : List.of(
            new MonitorEvent.ObservabilityUnconfirmed(checked.observation(), checked.checks()));
  }

  private static List<MonitorEvent> looked(Watch watch, WatchCommand.Looked looked) {
    List<MonitorEvent> facts = new ArrayList<>();
    Assessment.Breach breach = looked.assessment().breach();
    if (breach != null && watch.exposed() && !watch.breached()) {
      facts.add(
          new MonitorEvent.BudgetBreached(breach.measure(), breach.evidence(), looked.look()));
    }
    telemetry(watch, looked.clock(), NOBODY_LOOKED).ifPresent(facts::add);
    completeness(watch, looked.clock(), looked.missing()).ifPresent(facts::add);
    verdict(watch, looked).ifPresent(facts::add);
    return facts;
  }

  private static List<MonitorEvent> failed(Watch watch, WatchCommand.TelemetryFailed failed) {
    List<MonitorEvent> facts = new ArrayList<>();
    telemetry(watch, failed.clock(), failed.missing()).ifPresent(facts::add);
    if (failed.clock().failed() == 1) { // more in a row are about to be a loss, which says it all
      completeness(watch, failed.clock(), failed.missing()).ifPresent(facts::add);
    }
    return facts;
  }

  private static Optional<MonitorEvent> telemetry(
      Watch watch, WatchClock clock, Shortfall missing) {
    MonitorEvent.TelemetryLost told = watch.lost();
    Instant lost = clock.lost();
    if (told == null) {
      return lost != null && watch.telemetryOwed()
          ? Optional.of(new MonitorEvent.TelemetryLost(lost, missing.kind(), missing.reason()))
          : Optional.empty();
    }
    Instant seen = clock.seen();
    return lost != null || seen == null
        ? Optional.empty()
        : Optional.of(new MonitorEvent.TelemetryRecovered(between(told.since(), seen)));
  }

  /// A look that failed misses something like any other, while it is not yet a loss.
  private static Optional<MonitorEvent> completeness(
      Watch watch, WatchClock clock, @Nullable Shortfall missing) {
    MonitorEvent.TelemetryDegraded told = watch.degraded();
    if (told == null) {
      Instant since = clock.completeness().degradedSince();
      return since != null && missing != null && clock.lost() == null && watch.telemetryOwed()
          ? Optional.of(new MonitorEvent.TelemetryDegraded(since, missing.kind(), missing.reason()))
          : Optional.empty();
    }
    Instant until = clock.completeness().completeSince(watch.degradations());
    return until == null || clock.lost() != null
        ? Optional.empty()
        : Optional.of(new MonitorEvent.TelemetryRestored(between(told.since(), until)));
  }

  private static Duration between(Instant from, Instant until) {
    return until.isBefore(from) ? Duration.ZERO : Duration.between(from, until);
  }

  private static Optional<MonitorEvent> verdict(Watch watch, WatchCommand.Looked looked) {
    Question question = watch.question();
    Monitoring monitoring = watch.monitoring();
    if (question == null
        || monitoring == null
        || !question.equals(looked.clock().question())
        || looked.clock().lost() != null
        || watch.breached()) {
      return Optional.empty();
    }
    return switch (question) {
      case Question.OfStage _ ->
          watch.stage() == null
              ? Optional.empty()
              : ofStage(watch.stage(), WatchClock.patience(monitoring.interval()), looked);
      case Question.OfRelease _ ->
          watch.validation() == null
              ? Optional.empty()
              : ofRelease(watch.validation(), monitoring.validation(), looked);
    };
  }

  private static Optional<MonitorEvent> ofStage(
      Watch.StageWatch owed, Duration patience, WatchCommand.Looked looked) {
    Assessment assessment = looked.assessment();
    Duration observed = looked.clock().observed();
    Verdict verdict = afterBake(owed.stage(), patience, observed, assessment.verdict());
    if (verdict == null || !isNews(owed.said(), verdict)) {
      return Optional.empty();
    }
    return Optional.of(
        new MonitorEvent.StageVerified(
            owed.stage().index(),
            owed.attempt(),
            verdict,
            reason(observed, owed.stage().bake(), assessment),
            assessment.measures(),
            looked.look()));
  }

  /// The verdict that is due after this much observed time; null while none is. A stage without a
  /// bake asks for no evidence but that telemetry works and shows no breach; a verdict that nothing
  /// was measured waits at least as long as lost telemetry would.
  private static @Nullable Verdict afterBake(
      Stage stage, Duration patience, Duration observed, Verdict judged) {
    if (observed.compareTo(stage.bake()) < 0) {
      return null;
    }
    Duration most = longer(stage.bake(), stage.maxBake());
    return switch (judged) {
      case PASSED -> Verdict.PASSED;
      case INCONCLUSIVE ->
          stage.bake().isZero()
              ? Verdict.PASSED
              : observed.compareTo(most) >= 0 ? Verdict.INCONCLUSIVE : null;
      case ERRORED -> observed.compareTo(longer(most, patience)) >= 0 ? Verdict.ERRORED : null;
      case FAILED -> null; // told as a breach
    };
  }

  private static Optional<MonitorEvent> ofRelease(
      Watch.Validation validation, Duration length, WatchCommand.Looked looked) {
    Assessment assessment = looked.assessment();
    Duration observed = looked.clock().observed();
    Look look = looked.look();
    if (observed.compareTo(length) < 0
        || assessment.verdict() == Verdict.FAILED
        || !isNews(validation.said(), assessment.verdict())) {
      return Optional.empty();
    }
    return Optional.of(
        new MonitorEvent.ReleaseVerified(
            assessment.verdict(),
            reason(observed, length, assessment),
            observed,
            assessment.measures(),
            look));
  }

  /// A first verdict is news, and so is `PASSED` after one that could not say.
  private static boolean isNews(@Nullable Verdict said, Verdict verdict) {
    return said == null || said != Verdict.PASSED && verdict == Verdict.PASSED;
  }

  private static String reason(Duration observed, Duration asked, Assessment assessment) {
    return "observed %s of %s: %s".formatted(whole(observed), whole(asked), assessment.reason());
  }

  private static Duration whole(Duration time) {
    return Duration.ofSeconds(time.toSeconds());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
