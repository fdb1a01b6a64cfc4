package io.lockkeeper.notification.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.ReleaseSummarized;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.notification.Announcements;
import io.lockkeeper.notification.Announcements.Owed;
import io.lockkeeper.notification.Bulletin;
import io.lockkeeper.problem.Page.Cursor;
import io.lockkeeper.runbook.RunbookLine;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One message on the feed. Written with the fact that says that the feed took it; can be
/// rebuilt from the facts at any time.
@Entity
@Table(name = "feed_entry")
public class FeedEntry extends PanacheEntityBase {

  @Id public String key;

  @Column(name = "release_id")
  public String release;

  public String service;
  public String environment;
  public String version;

  @Enumerated(EnumType.STRING)
  public Bulletin.Kind kind;

  @Enumerated(EnumType.STRING)
  public RunbookLine line;

  public String title;
  public String text;

  /// The channel that the message was meant for; null when that was the feed.
  @Column(name = "meant_for")
  public @Nullable String meantFor;

  @Column(name = "posted_at")
  public Instant at;

  /// Writes the rows that this release's facts ask for and that are missing.
  static void write(List<Fact> history, Announcements announcements) {
    for (Fact fact : history) {
      if (fact.event() instanceof NotificationEvent event) {
        keyOnFeed(event)
            .filter(key -> findById(key) == null)
            .flatMap(key -> bulletin(announcements, key))
            .ifPresent(bulletin -> of(bulletin, fact.time()).persist());
      }
    }
  }

  /// The key of the message that this fact says the feed took.
  private static Optional<String> keyOnFeed(NotificationEvent event) {
    return switch (event) {
      case WindowAnnounced it -> onFeed(it.channel(), it.key());
      case UpdatePosted it -> onFeed(it.channel(), it.key());
      case IncidentFiled it -> onFeed(it.tracker(), it.key());
      case ReleaseSummarized it -> onFeed(it.channel(), it.key());
      case UpdateFailed _ -> Optional.empty();
    };
  }

  private static Optional<String> onFeed(String channel, String key) {
    return channel.equals(Bulletin.FEED) ? Optional.of(key) : Optional.empty();
  }

  private static Optional<Bulletin> bulletin(Announcements announcements, String key) {
    return announcements.owed().stream()
        .map(Owed::bulletin)
        .filter(bulletin -> bulletin.key().equals(key))
        .findFirst();
  }

  private static FeedEntry of(Bulletin bulletin, Instant at) {
    FeedEntry entry = new FeedEntry();
    entry.key = bulletin.key();
    entry.release = bulletin.release().value();
    entry.service = bulletin.service();
    entry.environment = bulletin.environment();
    entry.version = bulletin.version();
    entry.kind = bulletin.kind();
    entry.line = bulletin.line();
    entry.title = bulletin.title();
    entry.text = bulletin.text();
    entry.meantFor = bulletin.channel().equals(Bulletin.FEED) ? null : bulletin.channel();
    entry.at = at;
    return entry;
  }

  /// A page of messages, newest first, before this position if there is one.
  static List<FeedEntry> page(Cursor before, int limit) {
    return FeedEntry.<FeedEntry>find(
            "at < ?1 or (at = ?1 and key < ?2) order by at desc, key desc",
            before.time(),
            before.id())
        .page(0, limit)
        .list();
  }
}
