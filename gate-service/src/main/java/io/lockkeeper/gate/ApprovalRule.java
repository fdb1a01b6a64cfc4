package io.lockkeeper.gate;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.gate.GateBoard.Admission;
import io.lockkeeper.gate.GateBoard.Approval;
import io.lockkeeper.gate.GateBoard.Standing;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Approval.When;
import io.lockkeeper.runbook.Runbook.Freeze;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// G3: who must say yes, who may, and what a freeze does.
final class ApprovalRule {

  private ApprovalRule() {}

  /// What keeps G3 from holding now; empty when it holds.
  ///
  /// @param on the freeze that is on, unless an approval covers it
  record Lack(boolean asksPeople, Optional<Freeze> on) {}

  static Optional<Lack> lack(GateBoard board, Admission admission, Instant now) {
    Approval approval = board.approval();
    if (approval != null && approval.isGiven()) {
      return Optional.empty();
    }
    Optional<Freeze> on = calendar(admission).at(now);
    boolean asksPeople =
        isAlwaysAsked(admission) || (on.isPresent() && when(admission) != When.NEVER);
    boolean denied = approval != null && approval.denied() != null;
    return asksPeople || on.isPresent() || denied
        ? Optional.of(new Lack(asksPeople, on))
        : Optional.empty();
  }

  /// Whether people are asked whatever the calendar says.
  static boolean isAlwaysAsked(Admission admission) {
    return switch (when(admission)) {
      case NEVER -> false;
      case ELEVATED -> admission.request().elevated();
      case ALWAYS -> true;
    };
  }

  private static When when(Admission admission) {
    return admission.runbook().gates().approval().when();
  }

  /// What is to be said about G3 while it does not hold; nothing when the answer is awaited.
  ///
  /// @param started whether the release touches production: then nobody's silence or refusal blocks
  ///     it, and what follows is rollout-service's to decide
  static List<GateEvent> pursue(
      GateBoard board, Admission admission, Lack lack, boolean started, Instant now) {
    Approval approval = board.approval();
    if (approval == null) {
      return lack.asksPeople() ? List.of(request(admission, lack, now)) : untilThaw(board, lack);
    }
    if (approval.denied() != null) {
      return started
          ? List.of()
          : List.of(
              new GateEvent.ReleaseBlocked(
                  RunbookLine.G3,
                  "denied by " + approval.denied().by() + ": " + approval.denied().reason()));
    }
    if (approval.expired()) {
      return started
          ? List.of()
          : List.of(new GateEvent.ReleaseBlocked(RunbookLine.G3, "nobody approved it in time"));
    }
    return now.isBefore(approval.due())
        ? List.of()
        : List.of(new GateEvent.ApprovalExpired(approval.request()));
  }

  /// Why G3 holds, in words.
  static String reason(GateBoard board) {
    Approval approval = board.approval();
    return approval != null && approval.isGiven()
        ? "approved by "
            + approval.granted().stream().map(Actor::toString).collect(Collectors.joining(", "))
        : "not required: not an elevated change, and no freeze";
  }

  static FreezeCalendar calendar(Admission admission) {
    return new FreezeCalendar(admission.runbook().gates().freezes());
  }

  /// The end of a lease that begins now: no lease reaches into a freeze that no approval covers.
  static Instant leaseEnd(GateBoard board, Admission admission, Instant now) {
    Instant end = now.plus(admission.runbook().gates().lease());
    Approval approval = board.approval();
    if (approval != null && approval.isGiven()) {
      return end;
    }
    return calendar(admission).nextAfter(now).filter(end::isAfter).orElse(end);
  }

  /// Separation of duties goes by person: the claimed requester and the authors of the code are
  /// excluded, under whichever spelling of their name the token gives.
  static boolean isOwn(Admission admission, Actor by) {
    return Stream.concat(
            Stream.of(admission.request().requestedBy(), admission.requester().name()),
            admission.request().source().authors().stream())
        .flatMap(ApprovalRule::spellings)
        .anyMatch(spellings(by.name()).collect(Collectors.toSet())::contains);
  }

  /// A commit's author is often written `Name <address>`: each part names the person too.
  private static Stream<String> spellings(String name) {
    String plain = name.strip().toLowerCase(Locale.ROOT);
    int open = plain.indexOf('<');
    int close = plain.indexOf('>', Math.max(open, 0));
    return open < 0 || close < 0
        ? Stream.of(plain)
        : Stream.of(
                plain, plain.substring(0, open).strip(), plain.substring(open + 1, close).strip())
            .filter(part -> !part.isEmpty());
  }

  private static GateEvent request(Admission admission, Lack lack, Instant now) {
    Runbook.Approval asked = admission.runbook().gates().approval();
    String reason =
        lack.on()
            .map(ApprovalRule::words)
            .orElse(
                asked.when() == When.ALWAYS
                    ? "the runbook always asks for approval"
                    : "an elevated change");
    return new GateEvent.ApprovalRequested(
        admission.digest(), asked.quorum(), now.plus(asked.expiry()), reason);
  }

  private static List<GateEvent> untilThaw(GateBoard board, Lack lack) {
    Standing standing = board.gates().get(RunbookLine.G3);
    return lack.on().isEmpty() || (standing != null && !standing.passed())
        ? List.of()
        : List.of(new GateEvent.GateFailed(RunbookLine.G3, words(lack.on().get())));
  }

  static String words(Freeze freeze) {
    return "freeze until " + freeze.until() + ": " + freeze.reason();
  }
}
