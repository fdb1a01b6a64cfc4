package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.gate.GateDecider;
import io.lockkeeper.gate.Objection;
import io.lockkeeper.gate.adapter.RequestRecord.Fate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What becomes of a request or a withdrawal, however it came: by Kafka or by HTTP.
///
/// @param facts    to be appended
/// @param code     why it is refused; null when it is not
/// @param reason   in words
/// @param problems what is wrong where, when the request itself is refused
record RequestOutcome(
    Fate fate,
    List<GateEvent> facts,
    @Nullable String code,
    @Nullable String reason,
    List<Problem> problems) {

  RequestOutcome {
    facts = List.copyOf(facts);
    problems = List.copyOf(problems);
  }

  /// It belongs to no release that is known.
  static final class Unattributable extends RuntimeException {
    Unattributable(String reason) {
      super(reason, null, false, false);
    }
  }

  /// What follows from a command.
  ///
  /// @throws Unattributable when it names a release that nobody asked for
  static RequestOutcome of(List<Fact> history, GateCommand command, Instant now) {
    GateBoard board = GateBoard.of(history);
    List<GateEvent> answer = GateDecider.answer(board, command, now);
    if (answer.isEmpty()) {
      Objection objection = GateDecider.objection(board, command, now).orElse(null);
      if (objection != null && objection.code() == Objection.Code.UNKNOWN) {
        throw new Unattributable(objection.reason());
      }
      return silent(board, command, objection);
    }
    return switch (answer.getFirst()) {
      case GateEvent.ReleaseRefused(var code, var problems, _, _) ->
          new RequestOutcome(Fate.REFUSED, answer, code, words(problems), problems);
      case GateEvent.RequestRefused(var code, var reason) ->
          new RequestOutcome(Fate.REFUSED, answer, code, reason, List.of());
      case GateEvent.ReleaseAccepted _,
          GateEvent.ReleaseWithdrawn _,
          GateEvent.PreconditionChecked _,
          GateEvent.GatePassed _,
          GateEvent.GateFailed _,
          GateEvent.ApprovalRequested _,
          GateEvent.ApprovalGranted _,
          GateEvent.ApprovalDenied _,
          GateEvent.ApprovalExpired _,
          GateEvent.BaselineRequested _,
          GateEvent.ReleaseQueued _,
          GateEvent.ReleaseCleared _,
          GateEvent.ClearanceRenewed _,
          GateEvent.ClearanceRevoked _,
          GateEvent.ReleaseBlocked _,
          GateEvent.ArtifactQuarantined _,
          GateEvent.QuarantineLifted _ ->
          new RequestOutcome(Fate.ACCEPTED, answer, null, null, List.of());
    };
  }

  /// Nothing new is said: it was said before, or too much was.
  private static RequestOutcome silent(
      GateBoard board, GateCommand command, @Nullable Objection objection) {
    if (!isRepeated(board, command, objection)
        && board.turnedDown().size() >= GateDecider.MAX_TURNED_DOWN) {
      return new RequestOutcome(
          Fate.REFUSED, List.of(), "too-many", "refused before, with other contents", List.of());
    }
    if (board.admission() != null && asks(command) && !isRepeated(board, command, objection)) {
      // A fact said so already; whoever sends it again is no less refused.
      return new RequestOutcome(
          Fate.DUPLICATE,
          List.of(),
          "different-content",
          "another request of the same source and id, with other content, refused before",
          List.of());
    }
    GateEvent.ReleaseRefused refusal = board.refusal();
    return refusal == null
        ? new RequestOutcome(Fate.DUPLICATE, List.of(), null, null, List.of())
        : new RequestOutcome(
            Fate.DUPLICATE,
            List.of(),
            refusal.code(),
            words(refusal.problems()),
            refusal.problems());
  }

  /// Whether the command says what was said before. Of a full release it is not known of every
  /// refused one; those count as refused again.
  private static boolean isRepeated(
      GateBoard board, GateCommand command, @Nullable Objection objection) {
    return switch (command) {
      case GateCommand.Request(var request, _, _, _) ->
          board.admission() != null && request.equals(board.admission().request());
      case GateCommand.Refuse _ -> false;
      case GateCommand.Withdraw _,
          GateCommand.Approve _,
          GateCommand.Deny _,
          GateCommand.LiftQuarantine _ ->
          objection == null;
    };
  }

  private static boolean asks(GateCommand command) {
    return command instanceof GateCommand.Request || command instanceof GateCommand.Refuse;
  }

  private static @Nullable String words(List<Problem> problems) {
    return problems.isEmpty()
        ? null
        : problems.stream()
            .map(problem -> problem.pointer() + ": " + problem.detail())
            .collect(Collectors.joining("; "));
  }
}
