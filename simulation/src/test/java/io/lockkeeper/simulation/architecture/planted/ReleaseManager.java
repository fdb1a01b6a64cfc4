package io.lockkeeper.simulation.architecture.planted;

/// A name that says nothing.
final class ReleaseManager {

  private ReleaseManager() {}
}
