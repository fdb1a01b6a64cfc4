package io.lockkeeper.events;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thing that happened to one release, as it stands in a journal and on `release-events`.
///
/// @param sequence the nth fact of this writer about this release: 1, 2, 3 … without a gap
/// @param time     when it was appended, by the writer's clock, never earlier than what the writer
/// knew then;
///                 it orders and displays and measures nothing
/// @param cause    the fact that led to this one; null when a person, an alarm or the world did
public record Fact(
    EventId id,
    Writer writer,
    ReleaseId release,
    int sequence,
    Instant time,
    @Nullable EventId cause,
    ReleaseEvent event) {
  /// Whether the release of these facts is accepted and not settled yet: more will be said of it,
  /// however long that takes.
  public static boolean isOpen(List<Fact> history) {
    return history.stream().anyMatch(fact -> fact.event() instanceof GateEvent.ReleaseAccepted)
        && history.stream().noneMatch(fact -> fact.event() instanceof RolloutEvent.RolloutSettled);
  }
}
