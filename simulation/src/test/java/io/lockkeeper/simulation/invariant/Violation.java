package io.lockkeeper.simulation.invariant;

/// An invariant does not hold.
public final class Violation extends RuntimeException {

  private final String invariant;

  /// This invariant does not hold, and why.
  public Violation(String invariant, String line, String what) {
    super(invariant + " (" + line + "): " + what);
    this.invariant = invariant;
  }

  /// The simple name of the invariant's class.
  public String invariant() {
    return invariant;
  }
}
