package io.lockkeeper.journal;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Pages as they were last committed or read by this replica, so that a turn reads only what is new
/// of its release. The facts of a journal never change; what is kept here can be short, never
/// wrong,
/// and [JournalPage] still looks whether the table agrees.
///
/// Keeps the releases used last: those under way are few, and reading one again costs a query.
final class RecentPages {

  private static final int RELEASES = 256;

  private final Map<ReleaseId, JournalPage.Snapshot> pages =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ReleaseId, JournalPage.Snapshot> eldest) {
          return size() > RELEASES;
        }
      };

  /// What is known of a release without asking the database; empty when nothing.
  synchronized Optional<JournalPage.Snapshot> of(ReleaseId release) {
    return Optional.ofNullable(pages.get(release));
  }

  /// Keeps a page whose transaction has been committed.
  synchronized void keep(ReleaseId release, JournalPage.Snapshot page) {
    pages.put(release, page);
  }

  /// Forgets everything, since the database turned out to be another one.
  synchronized void clear() {
    pages.clear();
  }

  /// Whether the fact of this id is known to be in the journal.
  boolean knows(ReleaseId release, UUID id) {
    List<Fact> facts = of(release).map(JournalPage.Snapshot::facts).orElse(List.of());
    // A delivery is mostly of a fact that was said just now.
    return facts.reversed().stream().anyMatch(fact -> fact.id().value().equals(id));
  }
}
