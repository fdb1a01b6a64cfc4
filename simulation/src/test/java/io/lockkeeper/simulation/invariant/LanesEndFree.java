package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Writer;
import io.lockkeeper.gate.Occupancy;
import io.lockkeeper.simulation.world.TrafficTarget;

/// It ends.
final class LanesEndFree extends Invariant {

  LanesEndFree(Truth truth) {
    super(truth, "every lane ends free or names a person");
  }

  @Override
  public void end() {
    for (TrafficTarget target : truth.targets()) {
      if (truth.service(Writer.GATE).database().row(target.lane()) instanceof Occupancy lane) {
        require(
            lane.holder() == null && lane.queue().isEmpty(),
            "%s is held by %s, and %s wait",
            lane.lane(),
            lane.holder(),
            lane.queue());
      }
      require(target.isOpen(), "%s lets no traffic in", target.lane());
    }
  }
}
