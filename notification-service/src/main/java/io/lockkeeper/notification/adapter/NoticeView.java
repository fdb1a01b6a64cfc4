package io.lockkeeper.notification.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.notification.Announcements;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.List;

/// One row per release: how many messages it is owed, so that they are found after a restart.
/// Written with the facts; can be rebuilt from them at any time.
@Entity
@Table(name = "notice_view")
public class NoticeView extends PanacheEntityBase {

  @Id
  @Column(name = "release_id")
  public String release;

  public int outstanding;

  /// Makes the rows of this release say what its history says.
  static void write(ReleaseId release, List<Fact> history) {
    Announcements announcements = Announcements.of(history);
    NoticeView row = findById(release.value());
    if (row == null) {
      row = new NoticeView();
      row.release = release.value();
      row.outstanding = announcements.outstanding().size();
      row.persist();
    } else {
      row.outstanding = announcements.outstanding().size();
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
