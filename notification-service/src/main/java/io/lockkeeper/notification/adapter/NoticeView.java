package io.lockkeeper.notification.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.Census;
import io.lockkeeper.journal.Census.Gauge;
import io.lockkeeper.notification.Announcements;
import io.lockkeeper.notification.Bulletin;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row per release: how many messages it is owed, so that they are found after a restart.
/// Written with the facts; can be rebuilt from them at any time.
@Entity
@Table(name = "notice_view")
public class NoticeView extends PanacheEntityBase {

  @Id
  @Column(name = "release_id")
  public String release;

  public int outstanding;

  /// Since when the first of them is owed; null when none is.
  @Column(name = "owed_since")
  public @Nullable Instant owedSince;

  /// What the metrics show of the messages that nobody has got yet.
  static final Census CENSUS =
      new Census(
          "from notice_view where outstanding > 0",
          List.of(
              Gauge.count(
                  "coalesce(sum(outstanding), 0)",
                  "lockkeeper.notification.owed",
                  "Messages that people are owed"),
              Gauge.since(
                  "owed_since",
                  "lockkeeper.notification.owed.oldest",
                  "How long the oldest of them is owed")));

  /// Makes the rows of this release say what its history says.
  static void write(ReleaseId release, List<Fact> history) {
    if (history.isEmpty()) {
      deleteById(release.value());
      FeedEntry.delete("release", release.value());
      return;
    }
    Announcements announcements = Announcements.of(history);
    NoticeView row = findById(release.value());
    boolean isNew = row == null;
    if (row == null) {
      row = new NoticeView();
      row.release = release.value();
    }
    List<Bulletin> outstanding = announcements.outstanding();
    row.outstanding = outstanding.size();
    row.owedSince =
        outstanding.stream()
            .flatMap(bulletin -> announcements.owed(bulletin.key()).stream())
            .map(Announcements.Owed::since)
            .min(Comparator.naturalOrder())
            .orElse(null);
    if (isNew) {
      row.persist();
    }
    FeedEntry.write(history, announcements);
  }

  /// Releases that are owed messages, at most so many.
  static List<ReleaseId> owing(int limit) {
    return NoticeView.<NoticeView>find("outstanding > 0 order by release").page(0, limit).stream()
        .map(row -> new ReleaseId(row.release))
        .toList();
  }
}
