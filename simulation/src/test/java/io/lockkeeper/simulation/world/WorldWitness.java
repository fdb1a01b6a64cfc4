package io.lockkeeper.simulation.world;

import io.lockkeeper.runbook.Digest;

/// Sees what really happens in the world.
public interface WorldWitness {

  /// A candidate's share of traffic changed.
  void shifted(TrafficTarget target, Digest candidate, int from, int to);

  /// An effect began to act.
  void acted(TrafficTarget target, TrafficTarget.Effect effect);

  /// Traffic was let in again, or shut out.
  void opened(TrafficTarget target, boolean open);

  /// An engineer lowered a share by hand.
  void touched(TrafficTarget target, Digest candidate, int to);
}
