package io.lockkeeper.notification.adapter;

import io.lockkeeper.notification.Bulletin;
import org.jspecify.annotations.Nullable;

/// Somewhere that people read. Delivers a message under its key, so that the same message
/// delivered twice is one message there.
public interface Channel {

  /// Delivers the message, within seconds; whatever goes wrong is an answer and no exception.
  Delivery deliver(Bulletin bulletin) throws InterruptedException;

  /// What became of an attempt.
  sealed interface Delivery {

    /// The channel has the message.
    ///
    /// @param channel the name of the channel that has it
    /// @param receipt its own name for the message; null when it gives none
    record Taken(String channel, @Nullable String receipt) implements Delivery {}

    /// The channel does not have the message, or did not say so.
    record Failed(String reason) implements Delivery {}
  }
}
