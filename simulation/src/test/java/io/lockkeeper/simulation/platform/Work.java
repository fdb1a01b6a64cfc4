package io.lockkeeper.simulation.platform;

import io.lockkeeper.events.ReleaseId;

/// What one replica does besides taking in facts: effects, looks, messages. A crash forgets all of
/// it; the
/// next incarnation begins with [#started].
public interface Work {

  /// A service that only decides.
  Work NONE =
      new Work() {
        @Override
        public void rebuild(Transaction transaction) {}

        @Override
        public void started() {}

        @Override
        public void committed(ReleaseId release) {}
      };

  /// After recovery and before any decision: brings back the service's own rows for this release.
  void rebuild(Transaction transaction);

  /// The replica is up and may act.
  void started();

  /// Something about this release changed, by this replica. Returns quickly.
  void committed(ReleaseId release);
}
