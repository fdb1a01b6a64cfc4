package io.lockkeeper.simulation.world;

/// Whether metrics can be read at all.
public final class Telemetry {

  private boolean away;

  /// Whether nothing can be read.
  public boolean isAway() {
    return away;
  }

  /// Takes it away, or brings it back.
  public void setAway(boolean away) {
    this.away = away;
  }
}
