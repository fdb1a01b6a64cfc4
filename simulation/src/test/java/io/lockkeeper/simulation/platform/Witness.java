package io.lockkeeper.simulation.platform;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.Writer;

/// Sees everything that happens on the platform, with eyes that no service has.
public interface Witness {

  /// A fact is now in this service's journal.
  ///
  /// @param recovering whether it was adopted from the topic after the database was lost
  void committed(Writer service, Fact fact, boolean recovering);

  /// A record is now on the topic.
  void published(Topic.Delivery delivery);

  /// A service lost its database, and with it these facts that it had not published.
  void lost(Writer service, java.util.List<Fact> unpublished);
}
