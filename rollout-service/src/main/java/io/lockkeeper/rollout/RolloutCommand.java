package io.lockkeeper.rollout;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.runbook.Choice;

/// What people ask of a rollout, and what the reconciler saw at the target. Runbook D2–D4, R1–R3.
public sealed interface RolloutCommand {

  /// What a person asks for, and why. It can be turned down, and is recorded either way.
  sealed interface OfPerson extends RolloutCommand {

    /// Who asks.
    Actor by();

    /// Why, in that person's words.
    String reason();
  }

  /// R1: halt and go back, at once, whatever holds; before the start: do not start.
  record Abort(Actor by, String reason) implements OfPerson {}

  /// D4: let nothing advance, and nothing start, until [Resume].
  record Pause(Actor by, String reason) implements OfPerson {}

  /// D4: end an operator's [Pause].
  record Resume(Actor by, String reason) implements OfPerson {}

  /// Answer the open question.
  record Decide(EventId question, Choice choice, Actor by, String reason) implements OfPerson {}

  /// R2: a person has gone back by hand; see [TakingOver].
  ///
  /// @param outcome what it has come to, `ROLLED_BACK` or `ROLLBACK_FAILED`
  record TakeOver(Actor by, String reason, Outcome outcome) implements OfPerson {}

  /// The target was read back and shows the change `effect`.
  record ReportDone(int effect) implements RolloutCommand {}

  /// The target says that the change `effect` failed.
  record ReportFailed(int effect, String reason) implements RolloutCommand {}

  /// The target, asked for nothing at the moment, shows this share of the candidate, percent.
  record ReportShare(int observed) implements RolloutCommand {}

  /// The target, read back because a person took over, rests and shows this share of the candidate,
  /// percent.
  record ReportReadBack(int observed) implements RolloutCommand {}
}
