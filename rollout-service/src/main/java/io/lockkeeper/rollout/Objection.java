package io.lockkeeper.rollout;

/// Why a person's command is turned down.
public record Objection(Code code, String reason) {

  /// What stands against it.
  public enum Code {
    /// The release has ended.
    ENDED,
    /// The release does not stand where the command makes sense.
    OUT_OF_PLACE
  }

  static Objection outOfPlace(String reason) {
    return new Objection(Code.OUT_OF_PLACE, reason);
  }
}
