package io.lockkeeper.journal;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What one transaction did to a release.
///
/// @param own the facts of our own that it appended; they are on their way to the topic
/// @param history everything that is known of the release now, oldest first
/// @param due when the release's alarm rings
record Committed(ReleaseId release, List<Fact> own, List<Fact> history, Optional<Instant> due) {}
