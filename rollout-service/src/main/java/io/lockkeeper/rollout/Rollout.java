package io.lockkeeper.rollout;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.CommandRefused;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.events.RolloutEvent.Trigger;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where one release stands on its way to full traffic or back: a fold over everything that was
/// said about it.
///
/// Every fact is recorded in whatever phase it comes, so none is lost for coming early; what
/// follows from the
/// whole is [RolloutDecider]'s to say. Read-only once folded.
public final class Rollout {

  private @Nullable ReleaseAccepted accepted;
  private @Nullable Clearance clearance;
  private boolean announced;
  private boolean startAnyway;
  private @Nullable Refusal refusal;
  private @Nullable Cause cause;
  private @Nullable String unrecognised;
  private @Nullable Instant telemetryLostSince;
  private @Nullable StageVerified stageVerdict;
  private @Nullable ReleaseVerified releaseVerdict;
  private @Nullable DeploymentStarted deployment;
  private final List<Stage> startedStages = new ArrayList<>();
  private Phase phase = new Phase.Waiting();
  private @Nullable StagePaused pause;
  private @Nullable Question question;
  private @Nullable Answer answer;
  private @Nullable DriftFound drift;
  private final List<Refused> refused = new ArrayList<>();
  private final List<RolloutEvent.DecisionTaken> decisions = new ArrayList<>();
  private @Nullable StageResumed resumed;
  private @Nullable RolloutHalted halted;
  private int stepsBack;
  private @Nullable TakenOver takenOver;
  private @Nullable RolloutSettled settled;
  private @Nullable Instant settledAt;
  private int share;
  private int effects;

  private Rollout() {}

  /// The state that these facts, in the order of the journal, lead to.
  public static Rollout of(List<Fact> history) {
    Rollout rollout = new Rollout();
    history.forEach(rollout::evolve);
    return rollout;
  }

  private void evolve(Fact fact) {
    switch (fact.event()) {
      case GateEvent event -> evolve(fact, event);
      case MonitorEvent event -> evolve(fact, event);
      case NotificationEvent event -> evolve(event);
      case RolloutEvent event -> evolve(fact, event);
      case AuditEvent _ -> {}
      case Unrecognised event -> {
        if (fact.writer() == Writer.GATE || fact.writer() == Writer.MONITOR) {
          unrecognised = event.type() + " from " + fact.writer().source();
        }
      }
    }
  }

  private void evolve(Fact fact, GateEvent event) {
    switch (event) {
      case ReleaseAccepted it -> accepted = it;
      case GateEvent.ReleaseCleared it ->
          clearance =
              new Clearance(
                  it.lane(), it.token(), it.stable(), it.validUntil(), it.announceBy(), null);
      case GateEvent.ClearanceRenewed it -> {
        if (clearance != null) {
          clearance = clearance.renewed(it.validUntil());
        }
      }
      case GateEvent.ClearanceRevoked it -> {
        if (clearance != null) {
          clearance = clearance.revoked(it.gate() + ": " + it.reason());
        }
      }
      case GateEvent.ReleaseBlocked it ->
          refusal = new Refusal(it.gate() + ": " + it.reason(), Actor.RUNBOOK);
      case GateEvent.ReleaseWithdrawn it -> {
        refusal = new Refusal("withdrawn: " + it.reason(), it.by());
        because(new Cause(Trigger.WITHDRAWN, it.reason(), it.by(), fact.id(), fact.time()));
      }
      case GateEvent.ReleaseRefused _,
          GateEvent.RequestRefused _,
          GateEvent.PreconditionChecked _,
          GateEvent.GatePassed _,
          GateEvent.GateFailed _,
          GateEvent.ApprovalRequested _,
          GateEvent.ApprovalGranted _,
          GateEvent.ApprovalDenied _,
          GateEvent.ApprovalExpired _,
          GateEvent.BaselineRequested _,
          GateEvent.ReleaseQueued _,
          GateEvent.ArtifactQuarantined _,
          GateEvent.QuarantineLifted _ -> {}
    }
  }

  private void evolve(Fact fact, MonitorEvent event) {
    switch (event) {
      case StageVerified it -> stageVerdict = it;
      case ReleaseVerified it -> releaseVerdict = it;
      case MonitorEvent.BudgetBreached it ->
          because(new Cause(Trigger.BREACH, it.evidence(), Actor.RUNBOOK, fact.id(), fact.time()));
      case MonitorEvent.TelemetryLost it -> telemetryLostSince = it.since();
      case MonitorEvent.TelemetryRecovered it -> {
        telemetryLostSince = null;
        phase = phase.later(it.lost());
      }
      case MonitorEvent.BaselineCaptured _,
          MonitorEvent.BaselineRefused _,
          MonitorEvent.TelemetryDegraded _,
          MonitorEvent.TelemetryRestored _,
          MonitorEvent.ObservationStarted _,
          MonitorEvent.ObservabilityConfirmed _,
          MonitorEvent.ObservabilityUnconfirmed _ -> {}
    }
  }

  private void evolve(NotificationEvent event) {
    switch (event) {
      case NotificationEvent.WindowAnnounced _ -> announced = true;
      case NotificationEvent.UpdatePosted _,
          NotificationEvent.UpdateFailed _,
          NotificationEvent.IncidentFiled _,
          NotificationEvent.ReleaseSummarized _ -> {}
    }
  }

  private void evolve(Fact fact, RolloutEvent event) {
    switch (event) {
      case DeploymentStarted it -> {
        deployment = it;
        phase = new Phase.Between(0);
      }
      case RolloutEvent.StageStarted it -> {
        startedStages.add(it.stage());
        effects = it.effect();
        phase = new Phase.Applying(it.stage(), it.attempt(), it.effect(), it.deadline());
        drift = null;
        continued();
      }
      case RolloutEvent.StageApplied it -> {
        share = it.stage().weight();
        phase = new Phase.Baking(it.stage(), it.attempt(), it.verdictDue());
      }
      case RolloutEvent.StageCompleted it -> {
        phase = new Phase.Between(it.stage().index() + 1);
        answer = null;
      }
      case StagePaused it -> {
        pause = it;
        answer = null;
        if (it.hold() == Hold.OPERATOR) {
          resumed = null;
        }
        if (question != null && question.asked().hold() != it.hold()) {
          question = null; // nobody's silence decides about a reason that counts no more
        }
      }
      case StageResumed it -> {
        if (it.by() != null) {
          resumed = it;
        }
        continued();
      }
      case DecisionRequested it -> question = new Question(fact.id(), it);
      case RolloutEvent.DecisionTaken it -> evolve(it);
      case RolloutEvent.RolloutCompleted it -> phase = new Phase.Observing(it.verdictDue());
      case RolloutHalted it -> {
        halted = it;
        phase = new Phase.Halted();
        continued();
      }
      case RolloutEvent.RollbackStarted it -> {
        effects = it.effect();
        phase = new Phase.GoingBack(it.steps(), 1, it.effect(), null, it.deadline());
      }
      case RolloutEvent.RollbackStepCompleted it -> {
        if (it.step().kind() == RollbackStep.Kind.SHIFT) {
          share = 0;
        }
        stepsBack++;
        effects = it.effect() + 1;
        phase = phase.stepDone(it.deadline());
        continued();
      }
      case RolloutEvent.RollbackFailed it -> {
        effects = it.effect();
        answer = null;
        phase = phase.stepFailed(it.attempt() + 1, it.effect(), it.retryAt(), it.deadline());
      }
      case RolloutEvent.RolledBack _ -> {
        phase = new Phase.RolledBack();
        drift = null;
      }
      case TakenOver it -> {
        takenOver = it;
        phase = new Phase.TakenOver(it);
        drift = null;
        continued();
      }
      case DriftFound it -> {
        drift = it;
        if (it.effect() != null) {
          effects = it.effect();
        }
      }
      case RolloutSettled it -> {
        phase = new Phase.Settled(it.outcome());
        settled = it;
        if (it.outcome() == Outcome.ROLLED_BACK) {
          share = 0;
        }
        settledAt = fact.time();
        continued();
      }
      case CommandRefused it -> refused.add(new Refused(it, fact.time()));
    }
  }

  private void evolve(RolloutEvent.DecisionTaken taken) {
    if (question == null || !question.id().equals(taken.question())) {
      return;
    }
    Hold hold = question.asked().hold();
    decisions.add(taken);
    question = null;
    answer = new Answer(hold, taken.choice(), taken.by(), taken.reason());
    if (taken.choice() == Choice.START) {
      startAnyway = true;
    }
    if (taken.choice() == Choice.RETRY) {
      phase = phase.atOnce();
    }
    if (hold == Hold.UNRECOGNISED && taken.choice() == Choice.ADVANCE) {
      unrecognised = null;
    }
  }

  private void continued() {
    pause = null;
    question = null;
    answer = null;
  }

  private void because(Cause first) {
    if (cause == null) {
      cause = first;
    }
  }

  /// The request and its runbook; null before gate-service accepted the release.
  public @Nullable ReleaseAccepted accepted() {
    return accepted;
  }

  /// The newest clearance, live or not; null before the first.
  public @Nullable Clearance clearance() {
    return clearance;
  }

  /// Whether the gates hold at this time.
  public boolean isCleared(Instant now) {
    return clearance != null && clearance.isLive(now);
  }

  /// Why the gates no longer hold; null when nobody said so.
  public @Nullable String revocation() {
    return clearance == null ? null : clearance.revoked();
  }

  /// D1: whether the window is announced, or a person said to start without.
  public boolean isAnnounced() {
    return announced || startAnyway;
  }

  /// Why the release may not start at all; null when nothing says so.
  public @Nullable Refusal refusal() {
    return refusal;
  }

  /// What makes the release turn back: the first breach or withdrawal; null when there was none.
  public @Nullable Cause cause() {
    return cause;
  }

  /// The fact of an unknown type that came from gate or monitor; null when there was none.
  public @Nullable String unrecognised() {
    return unrecognised;
  }

  /// Since when monitoring sees nothing; null when it does.
  public @Nullable Instant telemetryLostSince() {
    return telemetryLostSince;
  }

  /// What monitoring said of this attempt of this stage; null when it said nothing.
  public @Nullable StageVerified verdict(Stage stage, int attempt) {
    StageVerified said = stageVerdict;
    return said != null && said.stage() == stage.index() && said.attempt() == attempt ? said : null;
  }

  /// What monitoring said of the release at full traffic; null when it said nothing.
  public @Nullable ReleaseVerified releaseVerdict() {
    return releaseVerdict;
  }

  /// What was deployed, where, by which stages; null before the start.
  public @Nullable DeploymentStarted deployment() {
    return deployment;
  }

  /// The stages begun so far, retries included, in order.
  public List<Stage> startedStages() {
    return List.copyOf(startedStages);
  }

  /// Where the release stands.
  public Phase phase() {
    return phase;
  }

  /// Why nothing advances; null when something does.
  public @Nullable StagePaused pause() {
    return pause;
  }

  /// The question a person has not answered; at most one.
  public @Nullable Question question() {
    return question;
  }

  /// The answer that has not been acted upon; null when there is none.
  public @Nullable Answer answer() {
    return answer;
  }

  /// What the target showed instead of what it was asked for; null when it never did since the last
  /// stage began.
  public @Nullable DriftFound drift() {
    return drift;
  }

  /// The candidate's share that the target was last seen to have been brought to, percent.
  public int share() {
    return share;
  }

  /// The candidate's share that the target was last reported to show, percent; not [#share] while
  /// it drifts.
  public int shownShare() {
    return drift == null ? share : drift.observed();
  }

  /// What was decided so far, in order.
  List<RolloutEvent.DecisionTaken> decisions() {
    return List.copyOf(decisions);
  }

  /// How a person ended the last operator's pause; null when none did, or one is on again.
  @Nullable StageResumed resumed() {
    return resumed;
  }

  /// Why nothing rises any more; null when something may.
  @Nullable RolloutHalted halted() {
    return halted;
  }

  /// How many steps of the way back the target has been seen to have made.
  int stepsBack() {
    return stepsBack;
  }

  /// Who goes back by hand, and why; null when nobody took over.
  public @Nullable TakenOver takenOver() {
    return takenOver;
  }

  /// How the release ended; null while it is open.
  public @Nullable RolloutSettled settled() {
    return settled;
  }

  /// When the release was settled; null while it is open.
  public @Nullable Instant settledAt() {
    return settledAt;
  }

  /// The number of the newest change asked of the target; 0 before the first.
  public int effects() {
    return effects;
  }

  /// Whether the same refusal was recorded since `from`; then it is not recorded again.
  boolean refusedSince(CommandRefused refusal, Instant from) {
    return refused.stream()
        .anyMatch(earlier -> earlier.event().equals(refusal) && earlier.time().isAfter(from));
  }

  /// Gate-service's word that the release may start and go on.
  ///
  /// @param revoked why it no longer may; null while it may
  public record Clearance(
      Lane lane,
      long token,
      @Nullable Artifact stable,
      Instant validUntil,
      Instant announceBy,
      @Nullable String revoked) {

    boolean isLive(Instant now) {
      return revoked == null && now.isBefore(validUntil);
    }

    Clearance renewed(Instant until) {
      return new Clearance(lane, token, stable, until, announceBy, revoked);
    }

    Clearance revoked(String reason) {
      return new Clearance(lane, token, stable, validUntil, announceBy, reason);
    }
  }

  /// Why a release may not start at all, and who said so.
  public record Refusal(String reason, Actor by) {}

  /// What makes a release turn back.
  public record Cause(
      Trigger trigger, String reason, Actor by, @Nullable EventId fact, Instant time) {}

  /// A question, by its own id.
  public record Question(EventId id, DecisionRequested asked) {}

  /// An answer that waits to be acted upon.
  public record Answer(Hold hold, Choice choice, Actor by, String reason) {}

  private record Refused(CommandRefused event, Instant time) {}

  /// Where a release stands; one record per phase.
  public sealed interface Phase {

    /// Not started: gates, announcement.
    record Waiting() implements Phase {}

    /// Ready to begin the stage `next`, or complete when there is none.
    record Between(int next) implements Phase {}

    /// The target is brought to the stage.
    record Applying(Stage stage, int attempt, int effect, Instant deadline) implements Phase {}

    /// The target shows the stage; monitoring looks at it until `verdictDue`, if it bakes at all.
    record Baking(Stage stage, int attempt, @Nullable Instant verdictDue) implements Phase {}

    /// At full traffic, observed.
    record Observing(Instant verdictDue) implements Phase {}

    /// Nothing rises any more; the way back is about to begin.
    record Halted() implements Phase {}

    /// The first of `steps` is under way, by the change `effect`, not before `notBefore`.
    record GoingBack(
        List<RollbackStep> steps,
        int attempt,
        int effect,
        @Nullable Instant notBefore,
        Instant deadline)
        implements Phase {}

    /// A person goes back by hand; the target is read back and nothing else.
    record TakenOver(RolloutEvent.TakenOver how) implements Phase {}

    /// The candidate serves nothing.
    record RolledBack() implements Phase {}

    /// Over.
    record Settled(Outcome outcome) implements Phase {}

    private Phase later(Duration lost) {
      return switch (this) {
        case Baking it when it.verdictDue() != null ->
            new Baking(it.stage(), it.attempt(), it.verdictDue().plus(lost));
        case Observing it -> new Observing(it.verdictDue().plus(lost));
        case Waiting _,
            Between _,
            Applying _,
            Baking _,
            Halted _,
            GoingBack _,
            TakenOver _,
            RolledBack _,
            Settled _ ->
            this;
      };
    }

    private Phase stepDone(Instant deadline) {
      return this instanceof GoingBack back
          ? new GoingBack(
              back.steps().subList(1, back.steps().size()), 1, back.effect() + 1, null, deadline)
          : this;
    }

    /// Whoever says "once more" need not wait for it.
    private Phase atOnce() {
      return this instanceof GoingBack back
          ? new GoingBack(back.steps(), back.attempt(), back.effect(), null, back.deadline())
          : this;
    }

    private Phase stepFailed(int attempt, int effect, Instant notBefore, Instant deadline) {
      return this instanceof GoingBack back
          ? new GoingBack(back.steps(), attempt, effect, notBefore, deadline)
          : this;
    }
  }
}
