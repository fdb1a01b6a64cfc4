package io.lockkeeper.journal;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import java.time.Instant;
import java.util.List;

/// What follows from what is known: a pure function from a release's history to new facts. It runs
/// inside the journal's transaction and runs again, on the newer history, when another writer was
/// quicker.
@FunctionalInterface
public interface Decision {

  /// Decides.
  ///
  /// @param history everything this service knows of the release, oldest first; empty when nothing
  /// @param now the time of the decision; never before the alarm that asked for it
  /// @return what happened, in order; empty when nothing follows
  List<? extends ReleaseEvent> decide(List<Fact> history, Instant now);
}
