package io.lockkeeper.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.StageAttempt;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// Which trace a fact belongs to, and which span of it the fact is (W3C Trace Context). Both follow
/// from the fact alone, so that whoever reads or repeats it comes to the same.
///
/// A release is one trace and each attempt at one of its stages is another, from `StageStarted` to
/// `StageCompleted`: a release may take days, and a trace is to be looked at as a whole.
final class Trace {

  private static final HexFormat HEX = HexFormat.of();

  private Trace() {}

  /// The trace of what is about a release as a whole: 32 hexadecimal digits.
  static String of(ReleaseId release) {
    return hex(uuid(release.value()));
  }

  /// The trace that this event about the release belongs to.
  static String of(ReleaseId release, ReleaseEvent event) {
    return StageAttempt.of(event)
        .map(
            at ->
                hex(
                    UUID.nameUUIDFromBytes(
                        "%s/stages/%d/%d"
                            .formatted(release, at.stage(), at.attempt())
                            .getBytes(UTF_8))))
        .orElseGet(() -> of(release));
  }

  /// The trace that a fact belongs to.
  static String of(Fact fact) {
    return of(fact.release(), fact.event());
  }

  /// The trace that an event belongs to of which only the bytes are at hand. Most are about the
  /// release, and are not read for that; what cannot be read belongs to the release, too.
  static String of(ReleaseId release, String type, byte[] data) {
    Optional<Class<? extends ReleaseEvent>> known = EventTypes.classOf(type);
    if (known.isPresent() && StageAttempt.isNamedBy(known.get())) {
      try {
        return of(release, EventJson.read(type, data));
      } catch (UnreadableEvent e) {
        return of(release);
      }
    }
    return of(release);
  }

  /// The span that a fact of this id is: 16 hexadecimal digits.
  static String span(UUID id) {
    return HEX.toHexDigits(id.getLeastSignificantBits());
  }

  private static String hex(UUID id) {
    return HEX.toHexDigits(id.getMostSignificantBits())
        + HEX.toHexDigits(id.getLeastSignificantBits());
  }

  private static UUID uuid(String release) {
    try {
      return UUID.fromString(release);
    } catch (IllegalArgumentException otherForm) {
      return UUID.nameUUIDFromBytes(release.getBytes(UTF_8));
    }
  }
}
