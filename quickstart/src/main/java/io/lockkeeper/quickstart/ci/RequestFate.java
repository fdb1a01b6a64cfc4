package io.lockkeeper.quickstart.ci;

import io.lockkeeper.events.ReleaseId;
import org.jspecify.annotations.Nullable;

/// What became of a request on Kafka, as gate-service tells it.
///
/// @param fate    ACCEPTED, REFUSED, DUPLICATE or DEAD_LETTER
/// @param release which release it is about; null when that cannot be told
/// @param code    why it is refused; null when it is not
/// @param reason  the same in words, with the pointer of each fault
public record RequestFate(
    String fate, @Nullable String release, @Nullable String code, @Nullable String reason) {

  /// Whether this can be about the release. A topic that was made anew has other records at the
  /// places of the old one, whose fates are told until gate-service has read the new ones.
  boolean isOf(ReleaseId id) {
    return release == null || release.equals(id.value());
  }

  /// Whether it asks for nothing that is carried out: it is refused, a dead letter, or says again
  /// what was refused before.
  public boolean isRefused() {
    return code != null;
  }

  /// Why, in the sentence that the same request gets by HTTP.
  public String problem() {
    return "%s (%s)%s"
        .formatted(
            fate.equals("DEAD_LETTER") ? "The request cannot be read" : "The release is refused",
            code,
            reason == null ? "" : ": " + reason);
  }
}
