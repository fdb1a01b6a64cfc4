package io.lockkeeper.rollout;

import static java.util.Objects.requireNonNull;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.Stage;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// R2, R3: how a person goes back without this service: the same steps in the same order as it
/// takes them itself, each with all that it needs. Computed from the facts alone, so it is at hand
/// when the target, or the service's way to it, is not.
public final class WayBackByHand {

  private final ReleaseId release;
  private final Rollout rollout;
  private final DeploymentStarted deployment;
  private final ReleaseRequest request;
  private final String target;

  private WayBackByHand(ReleaseId release, Rollout rollout, DeploymentStarted deployment) {
    this.release = release;
    this.rollout = rollout;
    this.deployment = deployment;
    this.request = requireNonNull(rollout.accepted()).request();
    this.target = requireNonNull(rollout.accepted()).runbook().rollout().target().url().toString();
  }

  /// One step.
  ///
  /// @param done whether the target has been seen to show it
  public record Step(String what, boolean done) {}

  /// The steps in order; empty before the start, and when the release is verified and stays.
  public static List<Step> of(ReleaseId release, Rollout rollout) {
    DeploymentStarted deployment = rollout.deployment();
    return deployment == null || hasEndedAs(rollout, Outcome.VERIFIED)
        ? List.of()
        : new WayBackByHand(release, rollout, deployment).steps();
  }

  private List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    if (RolloutDecider.mayHalt(rollout)) {
      steps.add(
          new Step(
              "Let nothing rise meanwhile: POST /rollouts/" + release + "/pause",
              RolloutDecider.isPausedBy(rollout, Hold.OPERATOR)));
    }
    List<RollbackStep> back = Rollback.steps(rollout);
    for (int i = 0; i < back.size(); i++) {
      RollbackStep step = back.get(i);
      boolean read =
          step.kind() == RollbackStep.Kind.SHIFT && hasEndedAs(rollout, Outcome.ROLLED_BACK);
      steps.add(new Step(words(step), read || i < rollout.stepsBack()));
    }
    List<String> flags = request.backout().flags();
    if (!flags.isEmpty()) {
      steps.add(
          new Step(
              "Set the feature flags to their state before the release: "
                  + String.join(", ", flags),
              false));
    }
    if (!(rollout.phase() instanceof Phase.Settled)) {
      steps.add(
          new Step(
              "Say that it is done: POST /rollouts/"
                  + release
                  + "/take-over; the target is then read back, and the lane is free",
              rollout.takenOver() != null));
    }
    return List.copyOf(steps);
  }

  private String words(RollbackStep step) {
    String subject = step.subject();
    return switch (step.kind()) {
      case SHIFT -> shift();
      case SCRIPT -> "Run the rollback script " + subject + " for " + deployment.lane();
      case REVERT -> "At " + target + ", undo the infrastructure step " + subject;
      case CLOSE ->
          "At "
              + target
              + ", close all traffic of "
              + deployment.lane()
              + ", because this cannot be undone: "
              + irreversible()
              + (request.backout().backups().isEmpty()
                  ? ". The request names no backup; ask its owners: "
                      + String.join(", ", request.owners())
                  : "");
      case RESTORE -> "Restore the backup " + subject;
      case VALIDATE -> "Validate the integrity of the data";
      case REOPEN -> "At " + target + ", reopen the traffic of " + deployment.lane();
    };
  }

  private String shift() {
    Artifact stable = deployment.stable();
    return "At "
        + target
        + ", set the share of "
        + words(deployment.candidate())
        + " in "
        + deployment.lane()
        + " from "
        + rollout.shownShare()
        + " % to 0 %, "
        + (stable == null
            ? "and remove it: nothing ran there before"
            : "so that " + words(stable) + " serves all traffic");
  }

  private String irreversible() {
    return rollout.startedStages().stream()
        .filter(stage -> stage.isInfrastructure() && !stage.reversible())
        .map(Stage::title)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String words(Artifact artifact) {
    return artifact.version() + " (" + artifact.purl() + ", " + artifact.digest() + ")";
  }

  private static boolean hasEndedAs(Rollout rollout, Outcome outcome) {
    return rollout.phase() instanceof Phase.Settled it && it.outcome() == outcome;
  }
}
