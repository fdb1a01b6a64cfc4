package io.lockkeeper.simulation.architecture.planted.adapter;

import io.lockkeeper.simulation.architecture.planted.ClockReader;

/// An adapter, and one half of a circle.
public final class PlantedAdapter {

  private PlantedAdapter() {}

  /// Something an adapter may know and a decision may not.
  public static String describe() {
    return ClockReader.class.getSimpleName();
  }
}
