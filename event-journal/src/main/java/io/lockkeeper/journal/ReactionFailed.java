package io.lockkeeper.journal;

/// What follows from a release's facts could not be decided or written; its facts are kept all the
/// same.
final class ReactionFailed extends RuntimeException {

  private static final int LONGEST = 500;

  ReactionFailed(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }

  ReactionFailed(String message) {
    super(message);
  }

  /// Why, in words that the database can keep, at most 500 characters.
  String reason() {
    String text = String.valueOf(getMessage()).replaceAll("\\p{Cntrl}", " ");
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }
}
