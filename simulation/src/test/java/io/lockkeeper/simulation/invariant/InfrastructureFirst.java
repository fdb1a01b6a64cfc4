package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Stage;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.simulation.world.TrafficTarget;

/// Order.
final class InfrastructureFirst extends Invariant {

  InfrastructureFirst(Truth truth) {
    super(truth, "D2: infrastructure before application");
  }

  @Override
  public void written(Fact fact) {
    if (fact.event() instanceof StageStarted started && !started.stage().isInfrastructure()) {
      Course course = truth.course(fact.release());
      course.deployment().ifPresent(deployed -> requireInfrastructure(course, deployed));
    }
  }

  @Override
  public void shifted(TrafficTarget target, Digest candidate, int from, int to) {
    if (to > from) {
      truth.coursesOf(target.lane(), candidate).stream()
          .filter(Course::isUnderWay)
          .forEach(
              course ->
                  course
                      .deployment()
                      .ifPresent(deployed -> requireInfrastructure(course, deployed)));
    }
  }

  private void requireInfrastructure(Course course, DeploymentStarted deployed) {
    for (Stage stage : deployed.stages()) {
      if (stage.isInfrastructure()) {
        require(
            course
                .all(StageCompleted.class)
                .anyMatch(completed -> completed.stage().index() == stage.index()),
            "%s: traffic before %s",
            course.release(),
            stage.title());
      }
    }
  }
}
