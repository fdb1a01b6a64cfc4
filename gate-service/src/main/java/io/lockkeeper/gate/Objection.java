package io.lockkeeper.gate;

/// Why a command is turned down.
///
/// @param reason in words, for the person who asked
public record Objection(Code code, String reason) {

  /// The rule that turned it down.
  public enum Code {
    /// Nothing is known of this release.
    UNKNOWN,
    /// The release ends, or has ended, in another way.
    ENDED,
    /// Nobody asked for this.
    NOT_WAITING,
    /// The answer is to something else than what is asked now.
    OTHER_DIGEST,
    /// G3: nobody approves their own release.
    OWN_RELEASE,
    /// Only who asked for the release, or an operator, may do this.
    NOT_REQUESTER,
    /// PRE4: the artifact is not in quarantine.
    NOT_QUARANTINED
  }
}
