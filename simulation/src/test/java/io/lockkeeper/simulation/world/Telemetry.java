package io.lockkeeper.simulation.world;

/// Whether metrics can be read at all, and are worth it.
public final class Telemetry {

  private boolean away;
  private boolean garbled;
  private boolean partial;

  /// Whether nothing can be read.
  public boolean isAway() {
    return away;
  }

  /// Whether what can be read is of no use.
  public boolean isGarbled() {
    return garbled;
  }

  /// Makes it useless, or useful again.
  public void setGarbled(boolean garbled) {
    this.garbled = garbled;
  }

  /// Whether some of it is missing.
  public boolean isPartial() {
    return partial;
  }

  /// Takes some of it away, or brings it back.
  public void setPartial(boolean partial) {
    this.partial = partial;
  }

  /// Takes it away, or brings it back.
  public void setAway(boolean away) {
    this.away = away;
  }
}
