package io.lockkeeper.notification;

import org.jspecify.annotations.Nullable;

/// What became of one attempt to deliver a message.
public sealed interface NotificationCommand {

  /// The channel took the message.
  ///
  /// @param key     of the [Bulletin]
  /// @param channel the channel that took it, which may be another than the runbook named
  /// @param receipt the receiver's own name for the message; null when it gives none
  record ReportDelivered(String key, String channel, @Nullable String receipt)
      implements NotificationCommand {}

  /// One attempt failed; the next one follows.
  ///
  /// @param key of the [Bulletin]
  record ReportUndeliverable(String key, String reason) implements NotificationCommand {}
}
