package io.lockkeeper.events;

import io.lockkeeper.runbook.RunbookLine;
import org.jspecify.annotations.Nullable;

/// Written by notification-service. Runbook D1, C1–C3, R4, R5, P1, P4: who was told what.
///
/// `key` names the message for good; receivers that honour it act once, however often it is sent.
public sealed interface NotificationEvent extends ReleaseEvent {

  /// D1, C1: the deployment window is announced and the release has its thread in the channel.
  ///
  /// @param receipt the channel's own name for the message; null when it gives none
  record WindowAnnounced(String channel, String key, @Nullable String receipt)
      implements NotificationEvent {}

  /// C2, R4: a status update was delivered. `line` is C2, or R4 on the way back.
  record UpdatePosted(
      RunbookLine line, String channel, String key, String text, @Nullable String receipt)
      implements NotificationEvent {}

  /// A message could not be delivered within its bound; it is still tried.
  record UpdateFailed(RunbookLine line, String channel, String key, String reason)
      implements NotificationEvent {}

  /// R5: an incident is filed and linked to the release.
  record IncidentFiled(String tracker, String key, @Nullable String receipt)
      implements NotificationEvent {}

  /// C3: outcome, risks and follow-ups are summarized.
  record ReleaseSummarized(String channel, String key, String text, @Nullable String receipt)
      implements NotificationEvent {}
}
