package io.lockkeeper.events;

import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Written by gate-service. Runbook PRE1–PRE4 (preconditions) and G1–G4 (gates): whether a release
/// may start,
/// and whether it still may.
public sealed interface GateEvent extends ReleaseEvent {

  /// The request is understood and its runbook known. Carries both whole, so that every later
  /// decision, and
  /// every replay, needs nothing else.
  ///
  /// @param digest of the request and the resolved runbook together: what an approval is bound to
  record ReleaseAccepted(ReleaseRequest request, Runbook runbook, Digest digest, Actor requester)
      implements GateEvent {}

  /// The request can be read but not accepted; the release ends here. `code` is stable and
  /// documented.
  ///
  /// @param subject what it was about; null in facts from before it was said
  record ReleaseRefused(
      String code, List<Problem> problems, Actor requester, @Nullable Subject subject)
      implements GateEvent {
    public ReleaseRefused {
      problems = List.copyOf(problems);
    }
  }

  /// A later request of the same identity had other content; nothing changes.
  record RequestRefused(String code, String reason) implements GateEvent {}

  /// PRE1–PRE4: what the evidence for one precondition came to.
  record PreconditionChecked(RunbookLine line, String check, Verdict verdict, String reason)
      implements GateEvent {}

  /// G1–G4 holds. Waived gates (a first release, a relaxed runbook) say so in the reason.
  record GatePassed(RunbookLine gate, String reason) implements GateEvent {}

  /// G1–G4 does not hold now. The release waits; [ReleaseBlocked] follows where waiting cannot
  /// help.
  record GateFailed(RunbookLine gate, String reason) implements GateEvent {}

  /// G3: a person must say yes to exactly what `digest` names. Answers carry this fact's id.
  record ApprovalRequested(Digest digest, int quorum, Instant due, String reason)
      implements GateEvent {}

  /// G3: one person said yes.
  record ApprovalGranted(EventId request, Digest digest, Actor by, @Nullable String comment)
      implements GateEvent {}

  /// G3: one person said no; the release does not start.
  record ApprovalDenied(EventId request, Actor by, String reason) implements GateEvent {}

  /// G3: nobody answered in time.
  record ApprovalExpired(EventId request) implements GateEvent {}

  /// G2: monitor-service owes a baseline over the last `window`. Its answer carries this fact's id.
  ///
  /// @param window nothing for a first release, which has no baseline: then it is asked whether
  /// error budgets can pay and queries are in order
  record BaselineRequested(int attempt, Duration window) implements GateEvent {}

  /// Every gate that can wait outside holds; others are before this release on its lane.
  record ReleaseQueued(Lane lane, List<ReleaseId> behind) implements GateEvent {
    public ReleaseQueued {
      behind = List.copyOf(behind);
    }
  }

  /// All preconditions and gates hold at once: the release may start, and may go on while the lease
  /// lives.
  ///
  /// @param token      grows with each release on the lane; the first half of every fence
  /// @param stable     what to go back to; null for a first release, whose way back is "remove it"
  /// @param validUntil the end of the lease unless renewed
  /// @param announceBy D1: until when rollout-service waits for the announcement
  record ReleaseCleared(
      Lane lane,
      long token,
      ReleaseRequest.@Nullable Artifact stable,
      Instant validUntil,
      Instant announceBy)
      implements GateEvent {}

  /// Every gate still holds.
  record ClearanceRenewed(Instant validUntil) implements GateEvent {}

  /// A gate no longer holds. Nothing advances until [ReleaseCleared] comes again; going back never
  /// asks.
  record ClearanceRevoked(RunbookLine gate, String reason) implements GateEvent {}

  /// A gate cannot hold any more; a release that has not started does not start.
  record ReleaseBlocked(RunbookLine gate, String reason) implements GateEvent {}

  /// Who asked for the release, or an operator, takes it back: before the start it does not start,
  /// after it goes back.
  record ReleaseWithdrawn(Actor by, String reason) implements GateEvent {}

  /// The artifact was taken back from production; it does not start again until the quarantine is
  /// lifted.
  record ArtifactQuarantined(Lane lane, Digest artifact, String reason) implements GateEvent {}

  /// An operator lets a quarantined artifact start again.
  record QuarantineLifted(Lane lane, Digest artifact, Actor by, String reason)
      implements GateEvent {}

  /// What is wrong with a request, and where.
  ///
  /// @param pointer a JSON pointer into the request; empty for the whole of it
  record Problem(String pointer, String detail) {}

  /// What a request that was not accepted was about, as far as that could be read.
  record Subject(
      @Nullable String service, @Nullable String environment, @Nullable String version) {}
}
