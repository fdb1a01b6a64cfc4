package io.lockkeeper.notification.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Census;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.notification.Announcements;
import io.lockkeeper.notification.NotificationDecider;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// Gives the journal what makes it notification-service's: in whose name it writes, whom it
/// listens to, and what follows from what it knows.
@ApplicationScoped
public class NotificationOwner {

  @Produces
  @Singleton
  JournalOwner owner(AnnouncementReconciler reconciler) {
    Reaction reaction =
        new Reaction(
            NotificationOwner::next,
            Reaction.Due.whileOpen(
                Fact::isOpen, history -> NotificationDecider.due(Announcements.of(history))),
            NoticeView::write);
    return new JournalOwner(
        Writer.NOTIFICATION,
        Set.of(Writer.GATE, Writer.ROLLOUT, Writer.MONITOR, Writer.AUDIT),
        reaction,
        reconciler::wake);
  }

  @Produces
  @Singleton
  Census census() {
    return NoticeView.CENSUS;
  }

  private static List<? extends ReleaseEvent> next(List<Fact> history, Instant now) {
    return NotificationDecider.next(Announcements.of(history), now);
  }
}
