package io.lockkeeper.gate;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.events.GateEvent.Subject;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What somebody asks of the gate.
public sealed interface GateCommand {

  /// A request that can be read and whose runbook is known.
  ///
  /// @param digest of the request and the resolved runbook together
  record Request(ReleaseRequest request, Runbook runbook, Digest digest, Actor requester)
      implements GateCommand {}

  /// A request that can be read but not accepted.
  ///
  /// @param code    stable and documented
  /// @param subject what it is about, as far as that can be read
  /// @param content of the request as it came
  record Refuse(
      String code, List<Problem> problems, Actor requester, Subject subject, Digest content)
      implements GateCommand {
    public Refuse {
      problems = List.copyOf(problems);
    }
  }

  /// The release is to be taken back.
  ///
  /// @param operator whether `by` has proven to be an operator; otherwise only who asked for it may
  /// do so
  record Withdraw(Actor by, boolean operator, String reason) implements GateCommand {}

  /// G3: a person says yes to what `digest` names.
  record Approve(Digest digest, Actor by, @Nullable String comment) implements GateCommand {}

  /// G3: a person says no.
  record Deny(Digest digest, Actor by, String reason) implements GateCommand {}

  /// PRE4: an operator lets a quarantined artifact start again.
  record LiftQuarantine(Digest artifact, Actor by, String reason) implements GateCommand {}
}
