package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RollbackStarted;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// The world, not the words.
final class NeverRisesAfterHalt extends Invariant {

  private static final Duration CORRECTED = Duration.ofSeconds(90);

  private record Risen(TrafficTarget target, Digest candidate, Instant at) {}

  private final Map<ReleaseId, Risen> risen = new LinkedHashMap<>();
  private final Map<ReleaseId, Integer> acted = new HashMap<>();

  NeverRisesAfterHalt(Truth truth) {
    super(truth, "R1: the candidate's share never rises after RolloutHalted");
  }

  @Override
  public void shifted(TrafficTarget target, Digest candidate, int from, int to) {
    if (to <= from) {
      return;
    }
    for (Course course : truth.coursesOf(target.lane(), candidate)) {
      if (!course.isHalted() || isRunAgain(course, target, candidate)) {
        continue;
      }
      if (target.kind() == TrafficTarget.Kind.REFUSING
          && !course.hasLostStage()
          && !isOvertaken(course)) {
        throw violation("%s halted, and its share rose from %s to %s", course.release(), from, to);
      }
      // What was under way when it halted, and on a readable target a late call, must be seen and
      // undone.
      risen.put(course.release(), new Risen(target, candidate, truth.now()));
    }
  }

  /// Whether what acts was asked for before the halt, and the way back has not reached the target
  /// yet.
  private boolean isOvertaken(Course course) {
    int asked = acted.getOrDefault(course.release(), Integer.MAX_VALUE);
    return course.last(RollbackStarted.class).filter(back -> asked < back.effect()).isPresent();
  }

  @Override
  public void acted(TrafficTarget target, TrafficTarget.Effect effect) {
    acted.put(effect.release(), effect.fence().number());
  }

  /// Whether the same artifact is on its way in another release.
  private boolean isRunAgain(Course course, TrafficTarget target, Digest candidate) {
    return truth.coursesOf(target.lane(), candidate).stream()
        .anyMatch(other -> other != course && other.isUnderWay());
  }

  @Override
  public void step() {
    if (risen.isEmpty()) {
      return;
    }
    Iterator<Map.Entry<ReleaseId, Risen>> rest = risen.entrySet().iterator();
    while (rest.hasNext()) {
      Map.Entry<ReleaseId, Risen> entry = rest.next();
      Risen rise = entry.getValue();
      if (rise.target().share(rise.candidate()) == 0) {
        rest.remove();
        continue;
      }
      Instant undisturbed = truth.undisturbedSince(Writer.ROLLOUT);
      Instant from = rise.at().isAfter(undisturbed) ? rise.at() : undisturbed;
      require(
          !truth.now().isAfter(from.plus(CORRECTED)),
          "%s halted, its share rose late, and nobody lowered it",
          entry.getKey());
    }
  }
}
