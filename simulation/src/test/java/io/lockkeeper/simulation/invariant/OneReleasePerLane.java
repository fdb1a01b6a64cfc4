package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import java.util.List;

/// Across releases.
final class OneReleasePerLane extends Invariant {

  OneReleasePerLane(Truth truth) {
    super(truth, "at most one release between DeploymentStarted and RolloutSettled per lane");
  }

  @Override
  public void written(Fact fact) {
    if (fact.event() instanceof DeploymentStarted started) {
      List<Course> underWay =
          truth.courses().stream()
              .filter(Course::isUnderWay)
              .filter(
                  course ->
                      course
                          .deployment()
                          .filter(other -> other.lane().equals(started.lane()))
                          .isPresent())
              .toList();
      require(
          underWay.size() == 1,
          "%s are under way at once on %s",
          underWay.stream().map(Course::release).toList(),
          started.lane());
    }
  }
}
