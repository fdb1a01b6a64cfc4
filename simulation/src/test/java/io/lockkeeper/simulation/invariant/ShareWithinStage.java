package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The world, not the words.
final class ShareWithinStage extends Invariant {

  private final Map<ReleaseId, Integer> byHand = new HashMap<>();

  ShareWithinStage(Truth truth) {
    super(truth, "the candidate's share never exceeds that of the last StageStarted");
  }

  @Override
  public void written(Fact fact) {
    if (fact.event() instanceof StageStarted || fact.event() instanceof DecisionTaken) {
      byHand.remove(fact.release());
    }
  }

  @Override
  public void touched(TrafficTarget target, Digest candidate, int to) {
    truth.coursesOf(target.lane(), candidate).stream()
        .filter(Course::isUnderWay)
        .forEach(course -> byHand.put(course.release(), to));
  }

  @Override
  public void shifted(TrafficTarget target, Digest candidate, int from, int to) {
    if (to <= from) {
      return;
    }
    List<Course> courses = truth.coursesOf(target.lane(), candidate);
    int ceiling = courses.stream().mapToInt(Course::ceiling).max().orElse(0);
    require(
        to <= ceiling,
        "%s %% of %s goes to %s, and the last stage allows %s %%",
        to,
        target.lane(),
        candidate,
        ceiling);
    for (Course course : courses) {
      Integer lowered = byHand.get(course.release());
      require(
          lowered == null || to <= lowered || !course.isUnderWay(),
          "%s: an engineer lowered the share to %s %%, and it was raised to %s %%",
          course.release(),
          lowered,
          to);
    }
  }
}
