package io.lockkeeper.simulation.architecture.planted;

import java.util.UUID;

/// A decision that rolls dice.
final class DiceRoller {

  private DiceRoller() {}

  static String name() {
    return UUID.randomUUID().toString();
  }
}
