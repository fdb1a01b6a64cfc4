package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Census;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchDecider;
import io.lockkeeper.monitor.WatchGoal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Gives the journal what makes it monitor-service's: in whose name it writes, whom it listens to,
/// and what follows from what it knows.
@ApplicationScoped
public class MonitorOwner {

  @Produces
  @Singleton
  JournalOwner owner(Watching watching) {
    return new JournalOwner(
        Writer.MONITOR,
        Set.of(Writer.GATE, Writer.ROLLOUT),
        new Reaction(
            MonitorOwner::next,
            MonitorOwner::due,
            (release, history) -> {
              WatchView.write(release, history);
              watching.note(release, WatchGoal.of(Watch.of(history)));
            }),
        watching::wake,
        MonitorOwner::isBreach);
  }

  @Produces
  @Singleton
  Census census() {
    return WatchView.CENSUS;
  }

  private static List<? extends ReleaseEvent> next(List<Fact> history, Instant now) {
    return WatchDecider.next(Watch.of(history), now);
  }

  private static Optional<Instant> due(List<Fact> history) {
    Watch watch = Watch.of(history);
    return watch.ended()
        ? Optional.empty()
        : WatchDecider.due(watch).or(() -> Optional.of(Reaction.NOT_SOON));
  }

  /// A release with too many facts may still be told to be in breach.
  private static boolean isBreach(ReleaseEvent event) {
    return event instanceof MonitorEvent.BudgetBreached;
  }
}
