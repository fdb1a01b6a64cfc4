package io.lockkeeper.journal;

/// What follows from a release's facts could not be decided or written; its facts are kept all the
/// same.
final class ReactionFailed extends RuntimeException {

  ReactionFailed(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }

  ReactionFailed(String message) {
    super(message);
  }
}
