package io.lockkeeper.notification;

import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.ReleaseSummarized;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.notification.NotificationCommand.ReportDelivered;
import io.lockkeeper.notification.NotificationCommand.ReportUndeliverable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Decides what is put on record about messages. Runbook D1, C1–C3, R4, R5.
public final class NotificationDecider {

  /// How long a message may be owed before its failure is put on record, once; it is tried on.
  public static final Duration BOUND = Duration.ofMinutes(2);

  private NotificationDecider() {}

  /// D1: an announcement that its channel did not take in half of the time that rollout-service
  /// waits for it goes to the feed from now on, so that an outage of chat alone never blocks a
  /// start.
  public static List<NotificationEvent> next(Announcements announcements, Instant now) {
    return announcements
        .fallBackAt()
        .filter(at -> !now.isBefore(at))
        .flatMap(at -> announcements.announcement())
        .<List<NotificationEvent>>map(
            owed -> List.of(failure(owed.bulletin(), "not taken in time; the feed takes it")))
        .orElse(List.of());
  }

  /// What one attempt adds to the record: a delivery at once and only once; a failure once per
  /// message, when the message has been owed longer than [#BOUND]. A report about an unknown
  /// message, or one that is delivered already, adds nothing.
  public static List<NotificationEvent> answer(
      Announcements announcements, NotificationCommand command, Instant now) {
    return switch (command) {
      case ReportDelivered delivered ->
          announcements
              .owed(delivered.key())
              .map(owed -> List.of(delivery(owed.bulletin(), delivered)))
              .orElse(List.of());
      case ReportUndeliverable undeliverable ->
          announcements
              .owed(undeliverable.key())
              .filter(owed -> !announcements.failed().contains(owed.bulletin().key()))
              .filter(owed -> !now.isBefore(owed.since().plus(BOUND)))
              .<List<NotificationEvent>>map(
                  owed -> List.of(failure(owed.bulletin(), undeliverable.reason())))
              .orElse(List.of());
    };
  }

  /// When [#next] must be asked although nothing happens: when the announcement falls back to
  /// the feed.
  public static Optional<Instant> due(Announcements announcements) {
    return announcements.fallBackAt();
  }

  private static NotificationEvent delivery(Bulletin bulletin, ReportDelivered delivered) {
    String channel = delivered.channel();
    String key = bulletin.key();
    return switch (bulletin.kind()) {
      case ANNOUNCEMENT -> new WindowAnnounced(channel, key, delivered.receipt());
      case UPDATE ->
          new UpdatePosted(bulletin.line(), channel, key, told(bulletin), delivered.receipt());
      case INCIDENT -> new IncidentFiled(channel, key, delivered.receipt());
      case SUMMARY -> new ReleaseSummarized(channel, key, told(bulletin), delivered.receipt());
    };
  }

  private static String told(Bulletin bulletin) {
    return bulletin.title() + "\n" + bulletin.text();
  }

  private static UpdateFailed failure(Bulletin bulletin, String reason) {
    return new UpdateFailed(
        bulletin.line(), bulletin.channel(), bulletin.key(), Words.foreign(reason));
  }
}
