package io.lockkeeper.monitor;

/// What monitoring owes a verdict on. Answers name it, so that an answer about another stage, or
/// another attempt of the same one, changes nothing. Runbook D4, M1.
public sealed interface Question {

  /// D4: has this attempt of this stage shown itself good enough to go on?
  record OfStage(int stage, int attempt) implements Question {}

  /// M1: has the release, at full traffic, shown itself good enough to stay?
  record OfRelease() implements Question {}
}
