package io.lockkeeper.rollout.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.RollbackFailed;
import io.lockkeeper.events.RolloutEvent.RollbackStarted;
import io.lockkeeper.events.RolloutEvent.RollbackStepCompleted;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Census;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.RolloutDecider;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// Gives the journal what makes it rollout-service's: in whose name it writes, whom it listens to,
/// and what
/// follows from what it knows.
@ApplicationScoped
public class RolloutOwner {

  @Produces
  @Singleton
  JournalOwner owner(PlatformReconciler reconciler) {
    Reaction reaction =
        new Reaction(
            RolloutOwner::next,
            Reaction.Due.whileOpen(
                Fact::isOpen, history -> RolloutDecider.due(Rollout.of(history))),
            RolloutView::write);
    return new JournalOwner(
        Writer.ROLLOUT,
        Set.of(Writer.GATE, Writer.MONITOR, Writer.NOTIFICATION),
        reaction,
        reconciler::wake,
        RolloutOwner::isOnTheWayBack);
  }

  @Produces
  @Singleton
  Census census() {
    return RolloutView.CENSUS;
  }

  private static List<? extends ReleaseEvent> next(List<Fact> history, Instant now) {
    return RolloutDecider.next(Rollout.of(history), now);
  }

  /// A release with too many facts may still halt, go back and settle.
  private static boolean isOnTheWayBack(ReleaseEvent event) {
    return event instanceof RolloutHalted
        || event instanceof RollbackStarted
        || event instanceof RollbackStepCompleted
        || event instanceof RollbackFailed
        || event instanceof TakenOver
        || event instanceof RolledBack
        || event instanceof RolloutSettled
        || event instanceof DecisionRequested
        || event instanceof DecisionTaken;
  }
}
