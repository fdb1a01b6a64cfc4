package io.lockkeeper.monitor;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is asked of monitoring for one release, and what it has said. A fold over facts; looks are
/// not facts and are not in it.
///
/// @param monitoring the runbook's monitoring section; null before the release is accepted
/// @param baseline   G2: the baseline that is asked for and not answered; null when there is none
/// @param stage      D4: the newest stage; null before the first
/// @param weight     the share of traffic that the candidate is to have, percent
/// @param armed      whether a traffic stage was ever started: from then on the candidate may have
///                   traffic
/// @param applied    whether a traffic stage was ever applied: from then on telemetry is owed
/// @param validation M1: what became of the observation at full traffic; null before it
/// @param confirmation M3: what is still to be confirmed; null when nothing is
/// @param lost       the loss of telemetry that has not ended; null while looking works
/// @param losses     how often telemetry was told to be lost
/// @param degraded   what is missing of telemetry that works, as it was told; null when nothing is
/// @param degradations how often that was told
/// @param held       the hold that rollout-service has not ended; null while it goes on
/// @param breached   R1: whether a breach was told; it is told once
/// @param halted     R1: nothing more is verified
/// @param ended      the release is settled, or never starts: nothing more is watched
public record Watch(
    @Nullable Monitoring monitoring,
    @Nullable BaselineWanted baseline,
    @Nullable StageWatch stage,
    int weight,
    boolean armed,
    boolean applied,
    @Nullable Validation validation,
    @Nullable Confirmation confirmation,
    MonitorEvent.@Nullable TelemetryLost lost,
    int losses,
    MonitorEvent.@Nullable TelemetryDegraded degraded,
    int degradations,
    RolloutEvent.@Nullable StagePaused held,
    boolean breached,
    boolean halted,
    boolean ended) {

  private static final int ALL = 100;

  private static final Watch NOTHING =
      new Watch(
          null, null, null, 0, false, false, null, null, null, 0, null, 0, null, false, false,
          false);

  /// G2: a baseline that gate-service waits for.
  ///
  /// @param asked when it asked
  public record BaselineWanted(EventId request, int attempt, Duration window, Instant asked) {}

  /// D4: one attempt of one stage.
  ///
  /// @param verdictDue by when rollout-service expects the verdict that is owed; null when none is,
  ///                   which is so unless it is a traffic stage, applied, and not completed
  /// @param said       the verdict given; null before it
  public record StageWatch(
      Stage stage, int attempt, @Nullable Instant verdictDue, @Nullable Verdict said) {

    /// Whether a verdict is owed.
    public boolean owed() {
      return verdictDue != null;
    }

    private StageWatch completed() {
      return new StageWatch(stage, attempt, null, said);
    }

    private StageWatch told(Verdict verdict) {
      return new StageWatch(stage, attempt, verdictDue, verdict);
    }

    private StageWatch later(Duration lost) {
      return new StageWatch(
          stage, attempt, verdictDue == null ? null : verdictDue.plus(lost), said);
    }

    private boolean is(int index, int which) {
      return stage.index() == index && attempt == which;
    }

    private boolean isBefore(Stage other, int which) {
      return stage.index() < other.index() || stage.index() == other.index() && attempt < which;
    }
  }

  /// M1: the observation at full traffic.
  ///
  /// @param started    whether it was told that it began
  /// @param verdictDue by when rollout-service expects the verdict; null when it did not say
  /// @param said       the verdict given; null before it
  public record Validation(boolean started, @Nullable Instant verdictDue, @Nullable Verdict said) {

    private Validation due(Instant at) {
      return new Validation(started, at, said);
    }

    private Validation begun() {
      return new Validation(true, verdictDue, said);
    }

    private Validation told(Verdict verdict) {
      return new Validation(true, verdictDue, verdict);
    }

    private Validation later(Duration lost) {
      return new Validation(started, verdictDue == null ? null : verdictDue.plus(lost), said);
    }
  }

  /// M3: what the observation asks for and nobody has confirmed.
  ///
  /// @param observation the fact that asked
  /// @param by          when it is told that it is not confirmed
  /// @param missed      whether that was told
  public record Confirmation(EventId observation, Instant by, boolean missed) {}

  /// The state after these facts of one release, in the order of its journal.
  public static Watch of(List<Fact> history) {
    Watch watch = NOTHING;
    for (Fact fact : history) {
      watch = watch.evolve(fact);
    }
    return watch;
  }

  /// What a verdict is owed on now; null when on nothing. The release comes before its last stage.
  public @Nullable Question question() {
    if (halted || ended) {
      return null;
    }
    if (validation != null) {
      return new Question.OfRelease();
    }
    return stage != null && stage.owed()
        ? new Question.OfStage(stage.stage().index(), stage.attempt())
        : null;
  }

  /// Whether the candidate may have traffic: from the first traffic stage on, until it was taken
  /// back to none.
  public boolean exposed() {
    return armed && !(halted && weight == 0);
  }

  /// Whether the target shows all the traffic that the stage, or the release, asks for.
  public boolean isFull() {
    int asked = validation != null ? 100 : stage == null ? 0 : stage.stage().weight();
    return weight >= asked;
  }

  /// Whether instances that do not answer are lost telemetry: the candidate was there once and
  /// should be still.
  public boolean telemetryOwed() {
    return applied && !halted && !ended;
  }

  /// The state after one more fact. Every fact is recorded, in whatever phase it comes.
  public Watch evolve(Fact fact) {
    return switch (fact.event()) {
      case GateEvent event -> gate(event, fact);
      case RolloutEvent event -> rollout(event);
      case MonitorEvent event -> said(event, fact.id());
      case AuditEvent _ -> this;
      case NotificationEvent _ -> this;
      case Unrecognised _ -> this;
    };
  }

  private Watch gate(GateEvent event, Fact fact) {
    return switch (event) {
      case GateEvent.ReleaseAccepted accepted ->
          with(draft -> draft.monitoring = accepted.runbook().monitoring());
      case GateEvent.ReleaseRefused _ -> finished();
      case GateEvent.BaselineRequested asked ->
          with(
              draft ->
                  draft.baseline =
                      new BaselineWanted(fact.id(), asked.attempt(), asked.window(), fact.time()));
      case GateEvent.ReleaseBlocked _ -> with(draft -> draft.baseline = null);
      case GateEvent.ReleaseWithdrawn _ -> with(draft -> draft.baseline = null);
      case GateEvent.RequestRefused _ -> this;
      case GateEvent.PreconditionChecked _ -> this;
      case GateEvent.GatePassed _ -> this;
      case GateEvent.GateFailed _ -> this;
      case GateEvent.ApprovalRequested _ -> this;
      case GateEvent.ApprovalGranted _ -> this;
      case GateEvent.ApprovalDenied _ -> this;
      case GateEvent.ApprovalExpired _ -> this;
      case GateEvent.ReleaseQueued _ -> this;
      case GateEvent.ReleaseCleared _ -> this;
      case GateEvent.ClearanceRenewed _ -> this;
      case GateEvent.ClearanceRevoked _ -> this;
      case GateEvent.ArtifactQuarantined _ -> this;
      case GateEvent.QuarantineLifted _ -> this;
    };
  }

  private Watch rollout(RolloutEvent event) {
    return switch (event) {
      case RolloutEvent.StageStarted started ->
          started(started.stage(), started.attempt()).with(draft -> draft.held = null);
      case RolloutEvent.StageApplied applied ->
          applied(applied.stage(), applied.attempt(), applied.verdictDue());
      case RolloutEvent.StageCompleted completed ->
          stage != null && stage.is(completed.stage().index(), completed.attempt())
              ? with(stage.completed())
              : this;
      case RolloutEvent.RolloutCompleted completed ->
          with(
              draft -> {
                draft.weight = ALL;
                draft.validation = observed().due(completed.verdictDue());
              });
      case RolloutEvent.DriftFound drift -> weighing(Math.min(drift.asked(), drift.observed()));
      case RolloutEvent.RolloutHalted _ -> with(draft -> draft.halted = true);
      case RolloutEvent.RollbackStepCompleted completed ->
          completed.step().kind() == RollbackStep.Kind.SHIFT ? weighing(0) : this;
      case RolloutEvent.RolledBack _ -> weighing(0);
      case RolloutEvent.RolloutSettled _ -> finished();
      case RolloutEvent.DeploymentStarted _ -> this;
      case RolloutEvent.StagePaused paused -> with(draft -> draft.held = paused);
      case RolloutEvent.StageResumed _ -> with(draft -> draft.held = null);
      case RolloutEvent.DecisionRequested _ -> this;
      case RolloutEvent.DecisionTaken _ -> this;
      case RolloutEvent.RollbackStarted _ -> this;
      case RolloutEvent.RollbackFailed _ -> this;
      case RolloutEvent.TakenOver _ -> this;
      case RolloutEvent.CommandRefused _ -> this;
    };
  }

  private Watch said(MonitorEvent event, EventId id) {
    return switch (event) {
      case MonitorEvent.BaselineCaptured captured -> answered(captured.request());
      case MonitorEvent.BaselineRefused refused -> answered(refused.request());
      case MonitorEvent.StageVerified verified ->
          stage != null && stage.is(verified.stage(), verified.attempt())
              ? with(stage.told(verified.verdict()))
              : this;
      case MonitorEvent.BudgetBreached _ -> with(draft -> draft.breached = true);
      case MonitorEvent.TelemetryLost loss ->
          with(
              draft -> {
                draft.lost = loss;
                draft.losses++;
              });
      case MonitorEvent.TelemetryRecovered recovered -> recovered(recovered.lost());
      case MonitorEvent.TelemetryDegraded part ->
          with(
              draft -> {
                draft.degraded = part;
                draft.degradations++;
              });
      case MonitorEvent.TelemetryRestored _ -> with(draft -> draft.degraded = null);
      case MonitorEvent.ObservationStarted begun ->
          with(
              draft -> {
                draft.validation = observed().begun();
                draft.confirmation =
                    begun.confirmBy() == null
                        ? null
                        : new Confirmation(id, begun.confirmBy(), false);
              });
      case MonitorEvent.ObservabilityConfirmed confirmed ->
          asks(confirmed.observation()) ? with(draft -> draft.confirmation = null) : this;
      case MonitorEvent.ObservabilityUnconfirmed missed ->
          confirmation != null && asks(missed.observation())
              ? with(
                  draft ->
                      draft.confirmation =
                          new Confirmation(missed.observation(), confirmation.by(), true))
              : this;
      case MonitorEvent.ReleaseVerified verified -> with(observed().told(verified.verdict()));
    };
  }

  private Validation observed() {
    return validation == null ? new Validation(false, null, null) : validation;
  }

  // As rollout-service counts it: time in which nothing could be read is no time to judge in.
  private Watch recovered(Duration lost) {
    return with(
        draft -> {
          draft.lost = null;
          draft.stage = stage == null ? null : stage.later(lost);
          draft.validation = validation == null ? null : validation.later(lost);
        });
  }

  private boolean asks(EventId observation) {
    return confirmation != null && confirmation.observation().equals(observation);
  }

  private Watch started(Stage next, int attempt) {
    if (stage != null && !stage.isBefore(next, attempt)) {
      return this;
    }
    Watch watch = with(new StageWatch(next, attempt, null, null));
    return next.isInfrastructure()
        ? watch
        : watch.weighing(next.weight()).with(draft -> draft.armed = true);
  }

  private Watch applied(Stage which, int attempt, @Nullable Instant verdictDue) {
    Watch watch = started(which, attempt);
    if (watch.stage == null || !watch.stage.is(which.index(), attempt)) {
      return watch; // an older stage, read late
    }
    if (which.isInfrastructure()) {
      return watch;
    }
    return watch
        .with(new StageWatch(which, attempt, verdictDue, watch.stage.said()))
        .weighing(which.weight())
        .with(draft -> draft.applied = true);
  }

  private Watch answered(EventId request) {
    return baseline != null && baseline.request().equals(request)
        ? with(draft -> draft.baseline = null)
        : this;
  }

  private Watch weighing(int share) {
    return with(draft -> draft.weight = share);
  }

  private Watch with(StageWatch newer) {
    return with(draft -> draft.stage = newer);
  }

  private Watch with(Validation newer) {
    return with(draft -> draft.validation = newer);
  }

  private Watch finished() {
    return with(
        draft -> {
          draft.baseline = null;
          draft.ended = true;
        });
  }

  private Watch with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /// A state in the making; lives within one call of [#with].
  private static final class Draft {

    @Nullable Monitoring monitoring;
    @Nullable BaselineWanted baseline;
    @Nullable StageWatch stage;
    int weight;
    boolean armed;
    boolean applied;
    @Nullable Validation validation;
    @Nullable Confirmation confirmation;
    MonitorEvent.@Nullable TelemetryLost lost;
    int losses;
    MonitorEvent.@Nullable TelemetryDegraded degraded;
    int degradations;
    RolloutEvent.@Nullable StagePaused held;
    boolean breached;
    boolean halted;
    boolean ended;

    Draft(Watch before) {
      monitoring = before.monitoring;
      baseline = before.baseline;
      stage = before.stage;
      weight = before.weight;
      armed = before.armed;
      applied = before.applied;
      validation = before.validation;
      confirmation = before.confirmation;
      lost = before.lost;
      losses = before.losses;
      degraded = before.degraded;
      degradations = before.degradations;
      held = before.held;
      breached = before.breached;
      halted = before.halted;
      ended = before.ended;
    }

    Watch done() {
      return new Watch(
          monitoring,
          baseline,
          stage,
          weight,
          armed,
          applied,
          validation,
          confirmation,
          lost,
          losses,
          degraded,
          degradations,
          held,
          breached,
          halted,
          ended);
    }
  }
}
