package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Decision;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.RolloutCommand;
import io.lockkeeper.rollout.RolloutDecider;
import io.lockkeeper.simulation.platform.Replica;
import io.lockkeeper.simulation.platform.Service;
import java.util.List;
import java.util.Set;

/// rollout-service: the real decider, and a reconciler that brings the target to the goal.
public final class RolloutWiring {

  private final Surroundings surroundings;
  private final RolloutBugs bugs;

  /// The wiring in these surroundings.
  public RolloutWiring(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.bugs = new RolloutBugs(surroundings.mutation());
  }

  /// What rollout-service is.
  public Service.Role role() {
    return new Service.Role(
        Writer.ROLLOUT,
        Set.of(Writer.GATE, Writer.MONITOR, Writer.NOTIFICATION),
        this::reaction,
        replica -> new Reconciler(replica, this, surroundings));
  }

  private Reaction reaction(Replica replica) {
    return new Reaction(
        (history, now) -> {
          Rollout rollout = rollout(replica, history);
          return bugs.done(RolloutDecider.next(rollout, now), rollout, now);
        },
        history -> RolloutDecider.due(rollout(replica, history)),
        (_, _) -> {});
  }

  Rollout rollout(Replica replica, List<Fact> history) {
    return Rollout.of(bugs.shown(history, replica.startedAt()));
  }

  RolloutBugs bugs() {
    return bugs;
  }

  /// What a command of a person, or a report, leads to.
  public Decision answer(Replica replica, RolloutCommand command) {
    return (history, now) -> {
      Rollout rollout = rollout(replica, history);
      return bugs.done(RolloutDecider.answer(rollout, command, now), rollout, now);
    };
  }
}
