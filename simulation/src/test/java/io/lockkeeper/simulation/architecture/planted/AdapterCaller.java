package io.lockkeeper.simulation.architecture.planted;

import io.lockkeeper.simulation.architecture.planted.adapter.PlantedAdapter;

/// A decision that knows its adapter.
final class AdapterCaller {

  private AdapterCaller() {}

  static String call() {
    return PlantedAdapter.describe();
  }
}
