package io.lockkeeper.audit;

import io.lockkeeper.events.Fact;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a release waits for, until when, and who can end it, as its facts tell: the service that is
/// waited for may know more by now.
///
/// @param until when something else follows by itself; null when only the named party can end it
public record Waiting(String what, String who, @Nullable Instant until) {

  /// What the release of these facts waits for; null when its log is closed, or it was refused.
  static @Nullable Waiting of(Phase phase, List<Fact> facts) {
    Waiting waiting =
        switch (phase) {
          case REFUSED, CLOSED -> null;
          case SETTLED -> closing(Closing.of(facts));
          case GATES,
              QUEUED,
              APPROVAL,
              CLEARED,
              ROLLING,
              OBSERVED,
              HELD,
              HELD_OBSERVED,
              GOING_BACK ->
              Course.of(facts).waitsFor();
        };
    return waiting == null
        ? null
        : new Waiting(Words.foreign(waiting.what()), waiting.who(), waiting.until());
  }

  private static Waiting closing(Closing closing) {
    boolean halted = closing.halted();
    String owed =
        Stream.of(
                closing.summarized() ? "" : "its summary (C3)",
                !halted || closing.returnTold() ? "" : "word of the way back (R4)",
                !halted || closing.filed() ? "" : "its incident (R5)")
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining(", "));
    Instant due = AuditDecider.due(closing).orElse(null);
    return owed.isEmpty()
        ? new Waiting("its log to be closed", "audit-service", due)
        : new Waiting(owed + ", to close its log", "notification-service", due);
  }
}
