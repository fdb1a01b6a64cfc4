package io.lockkeeper.simulation;

import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.GateEvent.ArtifactQuarantined;
import io.lockkeeper.events.GateEvent.BaselineRequested;
import io.lockkeeper.events.GateEvent.GatePassed;
import io.lockkeeper.events.GateEvent.PreconditionChecked;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.MonitorEvent.BaselineCaptured;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.MonitorEvent.ObservationStarted;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.MonitorEvent.TelemetryDegraded;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.MonitorEvent.TelemetryRestored;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.ReleaseSummarized;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.RollbackStarted;
import io.lockkeeper.events.RolloutEvent.RollbackStepCompleted;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The runbook in a minute: a good release, a bad one, and one nobody can see, fact by fact.
/// Whoever reads this has
/// met every
/// service and most of what they say to each other.
@DisplayName("A release, told from beginning to end")
final class StoryTest {

  @Test
  @DisplayName("a good one goes to full traffic, is observed for 30 minutes, and stays")
  void good() {
    Story.givenGoodCandidate()
        .whenCiAsks()
        .then(
            "gate-service finds the evidence, needs nobody's approval, and asks for a baseline",
            ReleaseAccepted.class,
            PreconditionChecked.class, // PRE1
            GatePassed.class, // G1
            GatePassed.class, // G3
            BaselineRequested.class)
        .when("the stable version was watched for half a minute", Duration.ofSeconds(40))
        .then(
            "every gate holds, people are told, and the target is brought to 10 % and read back",
            BaselineCaptured.class,
            GatePassed.class, // G2
            GatePassed.class, // G4
            ReleaseCleared.class,
            WindowAnnounced.class, // D1
            DeploymentStarted.class,
            StageStarted.class, // D3
            StageApplied.class)
        .andTheCandidateServes(10)
        .when("the stage has baked for two minutes", Duration.ofSeconds(135))
        .then(
            "monitor-service has seen enough, and the last stage follows",
            StageVerified.class, // D4
            StageCompleted.class,
            StageStarted.class,
            StageApplied.class,
            StageCompleted.class,
            RolloutCompleted.class,
            ObservationStarted.class)
        .andTheCandidateServes(100)
        .when("half an hour was observed", Duration.ofMinutes(31))
        .then(
            "it stays, the outcome is told, and the log is closed",
            ReleaseVerified.class, // M1, M2
            RolloutSettled.class,
            ReleaseSummarized.class, // C3
            ReleaseClosed.class)
        .andTheCandidateServes(100);
  }

  @Test
  @DisplayName("a bad one is halted by its own telemetry, goes back, and does not come again")
  void bad() {
    Story.givenBadCandidate()
        .whenCiAsks()
        .when("the first stage is applied", Duration.ofSeconds(40))
        .andTheCandidateServes(10)
        .when("the evidence against it suffices", Duration.ofSeconds(60))
        .then(
            "rollout-service halts at once, gives all traffic back, and people are told",
            BudgetBreached.class,
            RolloutHalted.class, // R1
            RollbackStarted.class,
            IncidentFiled.class, // R5
            RollbackStepCompleted.class,
            RolledBack.class, // R2
            RolloutSettled.class,
            ArtifactQuarantined.class,
            ReleaseSummarized.class,
            ReleaseClosed.class)
        .andTheCandidateServes(0);
  }

  @Test
  @DisplayName("without telemetry for five minutes a good one holds once, and goes on")
  void fiveMinutesBlind() {
    Story.givenGoodCandidate()
        .whenCiAsks()
        .when("the first stage is applied", Duration.ofSeconds(40))
        .whenTelemetryIsAway(Duration.ofMinutes(5))
        .then("it holds, and nobody is asked", TelemetryLost.class, StagePaused.class)
        .andTheCandidateServes(10)
        .when("the stage has baked for the rest of its two minutes", Duration.ofMinutes(3))
        .then(
            "it goes on by itself, and nothing went back",
            TelemetryRecovered.class,
            StageResumed.class,
            StageVerified.class,
            StageCompleted.class,
            StageStarted.class,
            StageApplied.class,
            StageCompleted.class,
            RolloutCompleted.class,
            ObservationStarted.class)
        .andTheCandidateServes(100);
  }

  @Test
  @DisplayName("one source of several that is away is told once, ended once, and holds nothing")
  void oneSourceAway() {
    Story.givenGoodCandidate()
        .whenCiAsks()
        .when("the first stage is applied", Duration.ofSeconds(40))
        .whenASourceIsAway(Duration.ofSeconds(35))
        .then("it is told, and nothing follows", TelemetryDegraded.class)
        .andTheCandidateServes(10)
        .when("the stage has baked for the rest of its two minutes", Duration.ofSeconds(100))
        .then(
            "everything is read again, and the stage ends when it would have ended",
            TelemetryRestored.class,
            StageVerified.class,
            StageCompleted.class,
            StageStarted.class,
            StageApplied.class,
            StageCompleted.class,
            RolloutCompleted.class,
            ObservationStarted.class)
        .andTheCandidateServes(100)
        .whenASourceFlaps(Duration.ofSeconds(40), 20)
        .then("that is one episode, and not twenty", TelemetryDegraded.class);
  }

  @Test
  @DisplayName("without telemetry for longer than it may hold, one person is asked once")
  void blindForTooLong() {
    Story.givenGoodCandidate()
        .whenCiAsks()
        .when("the first stage is applied", Duration.ofSeconds(40))
        .whenTelemetryIsAway(Duration.ofMinutes(25))
        .then(
            "it holds for ten minutes, then asks",
            TelemetryLost.class,
            StagePaused.class,
            DecisionRequested.class)
        .andTheCandidateServes(10);
  }
}
