package io.lockkeeper.gate;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Instant;
import java.util.List;

/// Where a release stands before its gates.
public sealed interface GatePhase {

  /// Nothing was asked.
  record Unknown() implements GatePhase {}

  /// The request was not accepted; the release ended there.
  record Refused(String code) implements GatePhase {}

  /// PRE1–PRE4, G1: the evidence is gone through.
  record Reviewing() implements GatePhase {}

  /// G3: a person, or the end of a freeze, is awaited. Nothing is held meanwhile.
  record Approving() implements GatePhase {}

  /// Every gate that can wait outside holds; the lane is next.
  record Ready() implements GatePhase {}

  /// Others are before it on its lane.
  ///
  /// @param behind who was before it when it joined the queue
  record Queued(Instant since, List<ReleaseId> behind) implements GatePhase {}

  /// G2, G4: in the lane, not yet cleared.
  record InLane(Instant since) implements GatePhase {}

  /// It may start, and go on, until the lease ends.
  record Cleared(Instant validUntil) implements GatePhase {}

  /// A gate holds no longer; cleared again when it does.
  record Revoked(RunbookLine gate, String reason, Instant at) implements GatePhase {}

  /// At full traffic or on the way back: nothing needs the clearance any more.
  record Uncontrolled(String reason) implements GatePhase {}

  /// Blocked or withdrawn: rollout-service settles it.
  record Ending(String reason) implements GatePhase {}

  /// It ended, as rollout-service says.
  record Settled(Outcome outcome, String reason) implements GatePhase {}
}
