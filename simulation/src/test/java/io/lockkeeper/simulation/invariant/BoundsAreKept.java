package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// It ends: each single bound of the sum. A hold asks when its time is up, whoever crashed
/// meanwhile.
final class BoundsAreKept extends Invariant {

  private static final Duration GRACE = Duration.ofSeconds(75);

  /// @param asked whether a person is asked already: a further hold of the same reason waits for
  /// that answer
  private record Bound(Instant until, Hold hold, boolean asked) {}

  private final Map<ReleaseId, Bound> bounds = new LinkedHashMap<>();

  BoundsAreKept(Truth truth) {
    super(
        truth,
        "after faults stop every accepted release settles within the sum of its bounds and closes");
  }

  @Override
  public void written(Fact fact) {
    switch (fact.event()) {
      case StagePaused paused -> {
        Bound open = bounds.get(fact.release());
        if (open == null || !open.asked() || open.hold() != paused.hold()) {
          bounds.put(fact.release(), new Bound(paused.until(), paused.hold(), false));
        }
      }
      case DecisionRequested asked ->
          bounds.put(fact.release(), new Bound(asked.due(), asked.hold(), true));
      case StageResumed _, DecisionTaken _, RolloutHalted _, RolloutSettled _, StageStarted _ ->
          bounds.remove(fact.release());
      default -> {}
    }
  }

  @Override
  public void step() {
    if (bounds.isEmpty()) {
      return;
    }
    Instant now = truth.now();
    Instant undisturbed = truth.undisturbedSince(Writer.ROLLOUT);
    Iterator<Map.Entry<ReleaseId, Bound>> rest = bounds.entrySet().iterator();
    while (rest.hasNext()) {
      Map.Entry<ReleaseId, Bound> entry = rest.next();
      Instant until = entry.getValue().until();
      Instant from = until.isAfter(undisturbed) ? until : undisturbed;
      if (now.isAfter(from.plus(GRACE))) {
        throw violation(
            "%s: the %s about %s was to end at %s and goes on",
            entry.getKey(),
            entry.getValue().asked() ? "question" : "hold",
            entry.getValue().hold(),
            until);
      }
    }
  }
}
