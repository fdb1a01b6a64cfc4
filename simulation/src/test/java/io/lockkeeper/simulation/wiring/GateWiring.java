package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ArtifactQuarantined;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.gate.GateDecider;
import io.lockkeeper.gate.Occupancy;
import io.lockkeeper.journal.Decision;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.platform.Mutation;
import io.lockkeeper.simulation.platform.Replica;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.platform.Transaction;
import io.lockkeeper.simulation.platform.Work;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// gate-service: the real decider, and the lane's row that releases share.
public final class GateWiring {

  private final Mutation mutation;

  /// The wiring with this bug in it.
  public GateWiring(Mutation mutation) {
    this.mutation = mutation;
  }

  /// What gate-service is.
  public Service.Role role() {
    return new Service.Role(
        Writer.GATE, Set.of(Writer.ROLLOUT, Writer.MONITOR), this::reaction, this::work);
  }

  private Reaction reaction(Replica replica) {
    Fold<GateBoard> boards = new Fold<>(GateBoard.of(List.of()), GateBoard::evolve);
    return new Reaction(
        (history, now) -> next(replica, boards.of(history), now),
        history -> GateDecider.due(boards.of(history)),
        (_, history) -> occupy(replica.journal().open(), boards.of(history)));
  }

  private static List<? extends ReleaseEvent> next(Replica replica, GateBoard board, Instant now) {
    return board
        .lane()
        .map(lane -> GateDecider.next(board, row(replica.journal().open(), lane), now))
        .orElse(List.of());
  }

  private static Occupancy row(Transaction transaction, Lane lane) {
    return transaction.row(lane) instanceof Occupancy row ? row : Occupancy.free(lane);
  }

  private void occupy(Transaction transaction, GateBoard board) {
    Optional<Lane> lane = board.lane();
    if (lane.isEmpty()) {
      return;
    }
    Occupancy before = row(transaction, lane.get());
    Occupancy after = before.evolve(board);
    if (mutation == Mutation.QUARANTINE_FORGOTTEN_AT_REBUILD
        && transaction.appended().stream()
            .noneMatch(fact -> fact.event() instanceof ArtifactQuarantined)) {
      after =
          new Occupancy(
              after.lane(),
              after.token(),
              after.holder(),
              after.queue(),
              after.stable(),
              before.quarantine());
    }
    if (!after.equals(before)) {
      transaction.write(lane.get(), after);
      after.next().filter(next -> !next.equals(transaction.release())).ifPresent(transaction::wake);
    }
  }

  private Work work(Replica replica) {
    return new Work() {
      @Override
      public void rebuild(Transaction transaction) {
        occupy(transaction, GateBoard.of(transaction.history()));
      }

      @Override
      public void started() {}

      @Override
      public void committed(ReleaseId release) {}
    };
  }

  /// What a command leads to.
  public Decision answer(GateCommand command) {
    return (history, now) -> {
      GateBoard board = GateBoard.of(history);
      return mutation == Mutation.APPROVER_BY_TOKEN
              && command instanceof GateCommand.Approve approve
          ? byToken(GateDecider.answer(board, byToken(approve), now), approve.by())
          : GateDecider.answer(board, command, now);
    };
  }

  /// The planted bug compares tokens, of which every call has another, where it should compare
  /// people.
  private static GateCommand byToken(GateCommand.Approve approve) {
    return new GateCommand.Approve(
        approve.digest(), Actor.person("token of " + approve.by().name()), approve.comment());
  }

  private static List<GateEvent> byToken(List<GateEvent> events, Actor by) {
    return events.stream()
        .map(
            event ->
                event instanceof GateEvent.ApprovalGranted(var request, var digest, _, var comment)
                    ? new GateEvent.ApprovalGranted(request, digest, by, comment)
                    : event)
        .toList();
  }

  /// The lane as its row says; free when there is none.
  public static Occupancy lane(Service gate, Lane lane) {
    @Nullable Object row = gate.database().row(lane);
    return row instanceof Occupancy occupancy ? occupancy : Occupancy.free(lane);
  }
}
