package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ArtifactQuarantined;
import io.lockkeeper.events.GateEvent.ClearanceRevoked;
import io.lockkeeper.events.GateEvent.ReleaseBlocked;
import io.lockkeeper.events.GateEvent.ReleaseWithdrawn;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.GateDecider;
import io.lockkeeper.journal.Census;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.Reaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// Gives the journal what makes it gate-service's: in whose name it writes, whom it listens to, and
/// what follows from what it knows. Gate has no effects, so nobody is woken after a commit.
@ApplicationScoped
public class GateOwner {

  @Produces
  @Singleton
  JournalOwner owner(Lanes lanes) {
    Reaction reaction =
        new Reaction(
            (history, now) -> next(lanes, history, now),
            history -> GateDecider.due(GateBoard.of(history)),
            (release, history) -> write(lanes, release, history));
    return new JournalOwner(
        Writer.GATE,
        Set.of(Writer.ROLLOUT, Writer.MONITOR),
        reaction,
        release -> {},
        GateOwner::isRestraint);
  }

  @Produces
  @Singleton
  Census census() {
    return GateView.CENSUS;
  }

  private static List<? extends ReleaseEvent> next(Lanes lanes, List<Fact> history, Instant now) {
    GateBoard board = GateBoard.of(history);
    return board
        .lane()
        .map(lane -> GateDecider.next(board, lanes.locked(lane), now))
        .orElse(List.of());
  }

  private static void write(Lanes lanes, ReleaseId release, List<Fact> history) {
    if (history.isEmpty()) {
      GateView.deleteById(release.value());
      return;
    }
    GateBoard board = GateBoard.of(history);
    lanes.write(board);
    GateView.write(release, board, history);
  }

  /// A release with too many facts may still be kept from production.
  private static boolean isRestraint(ReleaseEvent event) {
    return event instanceof ClearanceRevoked
        || event instanceof ReleaseBlocked
        || event instanceof ReleaseWithdrawn
        || event instanceof ArtifactQuarantined;
  }
}
