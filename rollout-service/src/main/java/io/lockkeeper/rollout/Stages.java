package io.lockkeeper.rollout;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Stage;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Runbook.StagePlan;
import java.util.ArrayList;
import java.util.List;

/// D2/D3: the stages of a release in order: the runbook's infrastructure, the request's, then the
/// traffic.
final class Stages {

  private Stages() {}

  static List<Stage> of(ReleaseAccepted accepted) {
    List<Stage> stages = new ArrayList<>();
    List<InfrastructureStep> steps = new ArrayList<>(accepted.runbook().rollout().infrastructure());
    steps.addAll(accepted.request().scope().infrastructure());
    for (InfrastructureStep step : steps) {
      stages.add(Stage.infrastructure(stages.size(), step.name(), step.reversible()));
    }
    for (StagePlan plan : accepted.runbook().rollout().stages()) {
      stages.add(Stage.traffic(stages.size(), plan.weight(), plan.bake(), plan.maxBake()));
    }
    return List.copyOf(stages);
  }
}
