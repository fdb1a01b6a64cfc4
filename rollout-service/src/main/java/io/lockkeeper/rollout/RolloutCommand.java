package io.lockkeeper.rollout;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Choice;
import io.lockkeeper.events.EventId;

/// What people ask of a rollout, and what the reconciler saw at the target. Runbook D2–D4, R1–R3.
public sealed interface RolloutCommand {

  /// R1: halt and go back, at once, whatever holds; before the start: do not start.
  record Abort(Actor by, String reason) implements RolloutCommand {}

  /// D4: let nothing advance until [Resume].
  record Pause(Actor by, String reason) implements RolloutCommand {}

  /// D4: end an operator's [Pause].
  record Resume(Actor by, String reason) implements RolloutCommand {}

  /// Answer the open question.
  record Decide(EventId question, Choice choice, Actor by, String reason)
      implements RolloutCommand {}

  /// The target was read back and shows the change `effect`.
  record ReportDone(int effect) implements RolloutCommand {}

  /// The target says that the change `effect` failed.
  record ReportFailed(int effect, String reason) implements RolloutCommand {}

  /// The target, asked for nothing at the moment, shows this share of the candidate, percent.
  record ReportShare(int observed) implements RolloutCommand {}
}
