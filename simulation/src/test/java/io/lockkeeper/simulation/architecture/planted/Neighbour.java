package io.lockkeeper.simulation.architecture.planted;

import io.lockkeeper.events.GateEvent.GatePassed;
import io.lockkeeper.rollout.RolloutCommand;
import io.lockkeeper.runbook.RunbookLine;

/// Knows another service, an event type, and a framework's mapper.
final class Neighbour {

  private Neighbour() {}

  static GatePassed passed() {
    return new GatePassed(RunbookLine.G1, RolloutCommand.class.getName());
  }

  static Object mapper() {
    return io.lockkeeper.journal.EventJson.mapper();
  }
}
