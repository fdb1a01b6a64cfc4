package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// The world, not the words.
final class BreachToZeroInTime extends Invariant {

  /// One effect delay of a target that works, and of one that fails, is slow, or answers into the
  /// void.
  private static final Duration CALM = Duration.ofSeconds(45);
  private static final Duration FAULTY = Duration.ofMinutes(4);

  private final Set<ReleaseId> told = new LinkedHashSet<>();
  private final Map<ReleaseId, Instant> halted = new LinkedHashMap<>();

  BreachToZeroInTime(Truth truth) {
    super(
        truth,
        "R1: from BudgetBreached consumed to share 0 takes one delivery and one effect delay"
            + " whatever else is slow");
  }

  @Override
  public void known(Writer service, Fact fact, boolean recovering) {
    if (service == Writer.ROLLOUT
        && !recovering
        && fact.event() instanceof BudgetBreached
        && truth.course(fact.release()).isUnderWay()) {
      told.add(fact.release());
    }
  }

  @Override
  public void written(Fact fact) {
    if (fact.event() instanceof RolloutHalted) {
      halted.put(fact.release(), truth.now());
    }
  }

  @Override
  public void step() {
    for (ReleaseId release : told) {
      require(
          truth.course(release).isHalted()
              || !truth.course(release).isUnderWay()
              || truth.service(Writer.ROLLOUT).database().stuckReason(release).isPresent(),
          "rollout-service knows of the breach of %s and does not halt",
          release);
    }
    told.clear();
    Iterator<Map.Entry<ReleaseId, Instant>> rest = halted.entrySet().iterator();
    while (rest.hasNext()) {
      Map.Entry<ReleaseId, Instant> entry = rest.next();
      if (share(entry.getKey()) == 0 || truth.course(entry.getKey()).isTakenOver()) {
        rest.remove();
        continue;
      }
      Instant undisturbed = truth.undisturbedSince(Writer.ROLLOUT);
      Instant from = entry.getValue().isAfter(undisturbed) ? entry.getValue() : undisturbed;
      require(
          !truth.now().isAfter(from.plus(truth.isCalm() ? CALM : FAULTY)),
          "%s halted at %s and still has %s %%",
          entry.getKey(),
          entry.getValue(),
          share(entry.getKey()));
    }
  }

  private int share(ReleaseId release) {
    return truth
        .course(release)
        .deployment()
        .map(
            started -> {
              TrafficTarget target = truth.target(started.lane());
              Digest candidate = started.candidate().digest();
              return target == null ? 0 : target.share(candidate);
            })
        .orElse(0);
  }
}
