package io.lockkeeper.journal;

/// A value that is not what its type promises.
public final class UnreadableEvent extends RuntimeException {

  /// The value of this type could not be read, and why.
  public UnreadableEvent(String type, Throwable cause) {
    super("cannot read a value of " + type + ": " + cause.getMessage(), cause);
  }
}
