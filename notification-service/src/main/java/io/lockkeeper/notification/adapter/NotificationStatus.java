package io.lockkeeper.notification.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.ReleaseSummarized;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.notification.Announcements;
import io.lockkeeper.notification.Bulletin;
import io.lockkeeper.notification.Waiting;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The messages of one release: what was told, what is still owed, until when, and who can end
/// that.
///
/// @param told        what people were told, oldest first
/// @param failed      what could not be delivered in time; it is in `told` too when it was
///                    delivered later
/// @param outstanding what they are owed, in the order in which each channel gets it
/// @param waitsFor    what is owed, in words; null when nobody is owed a message
/// @param nextAttempt when the next attempt is made, as far as this replica makes them; null while
///                    one is made, when another replica does, and when nothing is owed
/// @param stuck       why the release's facts cannot be decided on; null normally
public record NotificationStatus(
    ReleaseId release,
    List<Told> told,
    List<Failure> failed,
    List<Bulletin> outstanding,
    @Nullable Waiting waitsFor,
    @Nullable Instant nextAttempt,
    @Nullable String stuck) {

  /// One delivered message.
  ///
  /// @param receipt the receiver's own name for it; null when it gave none
  public record Told(
      RunbookLine line, String key, String channel, @Nullable String receipt, Instant at) {}

  /// One message that was late.
  public record Failure(RunbookLine line, String key, String channel, String reason, Instant at) {}

  static NotificationStatus of(
      ReleaseId release,
      List<Fact> history,
      @Nullable Instant nextAttempt,
      @Nullable String stuck) {
    List<Told> told = new ArrayList<>();
    List<Failure> failed = new ArrayList<>();
    for (Fact fact : history) {
      if (fact.event() instanceof NotificationEvent event) {
        Instant at = fact.time();
        switch (event) {
          case WindowAnnounced it ->
              told.add(new Told(RunbookLine.D1, it.key(), it.channel(), it.receipt(), at));
          case UpdatePosted it ->
              told.add(new Told(it.line(), it.key(), it.channel(), it.receipt(), at));
          case IncidentFiled it ->
              told.add(new Told(RunbookLine.R5, it.key(), it.tracker(), it.receipt(), at));
          case ReleaseSummarized it ->
              told.add(new Told(RunbookLine.C3, it.key(), it.channel(), it.receipt(), at));
          case UpdateFailed it ->
              failed.add(new Failure(it.line(), it.key(), it.channel(), it.reason(), at));
        }
      }
    }
    Announcements announcements = Announcements.of(history);
    return new NotificationStatus(
        release,
        told,
        failed,
        announcements.outstanding(),
        Waiting.of(announcements),
        nextAttempt,
        stuck);
  }
}
