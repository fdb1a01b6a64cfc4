package io.lockkeeper.gate;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.gate.GateBoard.Admission;
import io.lockkeeper.gate.GateBoard.Approval;
import io.lockkeeper.gate.GateBoard.Quarantine;
import io.lockkeeper.gate.Objection.Code;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What follows from commands. The same command again says nothing new and is no mistake.
final class Answers {

  private Answers() {}

  static List<GateEvent> to(GateBoard board, GateCommand command, Instant now) {
    return switch (command) {
      case GateCommand.Request request -> request(board, request);
      case GateCommand.Refuse refuse -> refuse(board, refuse);
      case GateCommand.Withdraw withdraw -> withdraw(board, withdraw, now);
      case GateCommand.Approve approve -> approve(board, approve, now);
      case GateCommand.Deny deny -> deny(board, deny, now);
      case GateCommand.LiftQuarantine lift -> lift(board, lift, now);
    };
  }

  static Optional<Objection> objection(GateBoard board, GateCommand command, Instant now) {
    return Optional.ofNullable(
        switch (command) {
          // Requests are answered by facts, whatever they are.
          case GateCommand.Request _, GateCommand.Refuse _ -> null;
          case GateCommand.Withdraw withdraw -> againstWithdrawal(board, withdraw);
          case GateCommand.Approve(var digest, var by, _) -> {
            Approval approval = board.approval();
            if (approval != null && approval.granted().contains(by)) {
              yield approval.digest().equals(digest) ? null : otherDigest(approval);
            }
            Admission admission = board.admission();
            yield admission != null && ApprovalRule.isOwn(admission, by)
                ? new Objection(
                    Code.OWN_RELEASE,
                    by.name() + " asked for this release or wrote it, so somebody else approves it")
                : againstAnswer(board, digest, now);
          }
          case GateCommand.Deny(var digest, var by, _) -> {
            Approval approval = board.approval();
            yield approval != null
                    && approval.denied() != null
                    && by.equals(approval.denied().by())
                    && approval.digest().equals(digest)
                ? null
                : againstAnswer(board, digest, now);
          }
          case GateCommand.LiftQuarantine(var artifact, _, _) -> {
            Quarantine quarantine = board.quarantine();
            yield quarantine != null && quarantine.artifact().equals(artifact)
                ? null
                : new Objection(
                    Code.NOT_QUARANTINED, "this release put no quarantine on " + artifact);
          }
        });
  }

  private static List<GateEvent> request(GateBoard board, GateCommand.Request asked) {
    Admission admission = board.admission();
    if (admission != null) {
      return admission.request().equals(asked.request())
          ? List.of()
          : turnDown(board, "different-content", different(asked.digest()));
    }
    return board.refusal() != null
        ? turnDown(board, "refused-before", refused(asked.digest()))
        : List.of(
            new GateEvent.ReleaseAccepted(
                asked.request(), asked.runbook(), asked.digest(), asked.requester()));
  }

  private static List<GateEvent> refuse(GateBoard board, GateCommand.Refuse asked) {
    GateEvent.ReleaseRefused refusal = board.refusal();
    if (board.admission() != null) {
      return turnDown(board, "different-content", different(asked.content()));
    }
    if (refusal == null) {
      return List.of(
          new GateEvent.ReleaseRefused(
              asked.code(), asked.problems(), asked.requester(), asked.subject()));
    }
    return refusal.code().equals(asked.code()) && refusal.problems().equals(asked.problems())
        ? List.of()
        : turnDown(board, "refused-before", refused(asked.content()));
  }

  private static String different(Digest content) {
    return "another request of the same source and id, with other content: " + content;
  }

  private static String refused(Digest content) {
    return "the request of this source and id was refused; " + content + " needs an id of its own";
  }

  private static List<GateEvent> withdraw(
      GateBoard board, GateCommand.Withdraw asked, Instant now) {
    Optional<Objection> objection = objection(board, asked, now);
    if (objection.isPresent()) {
      // Who came by Kafka gets no answer but a fact.
      return asked.by().kind() == Actor.Kind.CLAIMED && board.admission() != null
          ? turnDown(
              board,
              "withdrawal-refused",
              asked.by().name() + " cannot take it back: " + objection.get().reason())
          : List.of();
    }
    return board.withdrawn() == null
        ? List.of(new GateEvent.ReleaseWithdrawn(asked.by(), asked.reason()))
        : List.of();
  }

  private static @Nullable Objection againstWithdrawal(
      GateBoard board, GateCommand.Withdraw asked) {
    Admission admission = board.admission();
    if (admission == null) {
      return new Objection(Code.UNKNOWN, "no release of this id was accepted");
    }
    boolean requester =
        asked.by().equals(admission.requester())
            || asked.by().name().equals(admission.request().requestedBy());
    if (!asked.operator() && !requester) {
      return new Objection(
          Code.NOT_REQUESTER,
          "only " + admission.request().requestedBy() + ", who asked for it, or an operator may");
    }
    return board.withdrawn() == null && board.phase() instanceof GatePhase.Settled settled
        ? new Objection(Code.ENDED, "the release ended: " + settled.outcome())
        : null;
  }

  private static List<GateEvent> approve(GateBoard board, GateCommand.Approve asked, Instant now) {
    Approval approval = board.approval();
    return approval == null
            || objection(board, asked, now).isPresent()
            || approval.granted().contains(asked.by())
        ? List.of()
        : List.of(
            new GateEvent.ApprovalGranted(
                approval.request(), asked.digest(), asked.by(), asked.comment()));
  }

  private static List<GateEvent> deny(GateBoard board, GateCommand.Deny asked, Instant now) {
    Approval approval = board.approval();
    return approval == null || objection(board, asked, now).isPresent() || approval.denied() != null
        ? List.of()
        : List.of(new GateEvent.ApprovalDenied(approval.request(), asked.by(), asked.reason()));
  }

  private static @Nullable Objection againstAnswer(GateBoard board, Digest digest, Instant now) {
    Approval approval = board.approval();
    if (board.admission() == null) {
      return new Objection(Code.UNKNOWN, "no release of this id was accepted");
    }
    switch (board.phase()) {
      case GatePhase.Settled _, GatePhase.Ending _, GatePhase.Uncontrolled _ -> {
        return new Objection(Code.ENDED, "nothing is left to approve");
      }
      case GatePhase.Unknown _,
          GatePhase.Refused _,
          GatePhase.Reviewing _,
          GatePhase.Approving _,
          GatePhase.Ready _,
          GatePhase.Queued _,
          GatePhase.InLane _,
          GatePhase.Cleared _,
          GatePhase.Revoked _ -> {}
    }
    if (approval == null || approval.isGiven()) {
      return new Objection(Code.NOT_WAITING, "nobody waits for an approval");
    }
    if (!approval.digest().equals(digest)) {
      return otherDigest(approval);
    }
    return approval.denied() != null || approval.expired() || !now.isBefore(approval.due())
        ? new Objection(Code.ENDED, "the request for approval was open until " + approval.due())
        : null;
  }

  private static Objection otherDigest(Approval approval) {
    return new Objection(Code.OTHER_DIGEST, "the approval asked for is of " + approval.digest());
  }

  private static List<GateEvent> lift(
      GateBoard board, GateCommand.LiftQuarantine asked, Instant now) {
    Optional<Lane> lane = board.lane();
    Quarantine quarantine = board.quarantine();
    return lane.isEmpty()
            || quarantine == null
            || quarantine.lifted()
            || objection(board, asked, now).isPresent()
        ? List.of()
        : List.of(
            new GateEvent.QuarantineLifted(
                lane.get(), asked.artifact(), asked.by(), asked.reason()));
  }

  private static List<GateEvent> turnDown(GateBoard board, String code, String reason) {
    return board.turnedDown().contains(reason)
            || board.turnedDown().size() >= GateDecider.MAX_TURNED_DOWN
        ? List.of()
        : List.of(new GateEvent.RequestRefused(code, reason));
  }
}
