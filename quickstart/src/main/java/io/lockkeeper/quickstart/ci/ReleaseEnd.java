package io.lockkeeper.quickstart.ci;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// What a pipeline is told, and the exit code that tells it.
public enum ReleaseEnd {
  VERIFIED(0, "verified"),
  ROLLED_BACK(10, "rolled back"),
  REFUSED(11, "refused"),
  NOT_STARTED(12, "not started"),
  WAITING_FOR_A_PERSON(13, "waiting for a person"),
  NOT_ENDED_IN_TIME(14, "not ended in time"),
  /// Superseded, or the way back failed and somebody took over.
  ENDED_OTHERWISE(15, "ended otherwise");

  private final int exitCode;
  private final String words;

  ReleaseEnd(int exitCode, String words) {
    this.exitCode = exitCode;
    this.words = words;
  }

  /// Of the command that waits for the release.
  public int exitCode() {
    return exitCode;
  }

  /// As a person reads it.
  public String words() {
    return words;
  }

  /// The end that these answers show; empty while the release goes on by itself.
  ///
  /// @param gate    what gate-service says of the release
  /// @param rollout what rollout-service says of it; a missing node while it does not know it
  public static Optional<ReleaseEnd> of(JsonNode gate, JsonNode rollout) {
    String phase = gate.path("phase").asText();
    String outcome = rollout.path("outcome").asText("");
    if (phase.equals("REFUSED")) {
      return Optional.of(REFUSED);
    }
    if (!outcome.isEmpty() || phase.equals("SETTLED")) {
      return switch (outcome) {
        case "" -> Optional.empty();
        case "VERIFIED" -> Optional.of(VERIFIED);
        case "ROLLED_BACK" -> Optional.of(ROLLED_BACK);
        case "NOT_STARTED" -> Optional.of(NOT_STARTED);
        default -> Optional.of(ENDED_OTHERWISE);
      };
    }
    boolean approval = phase.equals("APPROVING") && gate.path("approval").isObject();
    boolean question = rollout.path("question").isObject();
    boolean paused = rollout.path("hold").asText("").equals("OPERATOR");
    return approval || question || paused ? Optional.of(WAITING_FOR_A_PERSON) : Optional.empty();
  }
}
