package io.lockkeeper.journal;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What a service does with a release whenever anything about it changed, and when its alarm rings.
/// All three run in the transaction of the facts they follow from, and may run again after a
/// conflict.
///
/// @param next what follows; asked again and again until nothing does, at most [#ROUNDS] times
/// @param due when `next` must be asked although nothing came
/// @param views writes the rows that lists are read from; must be repeatable, so that they can be
///     rebuilt
public record Reaction(Decision next, Due due, Views views) {

  /// How often `next` is asked in one transaction before the release counts as stuck.
  public static final int ROUNDS = 16;

  /// The alarm of a release that is open and waits for facts alone: it never rings, and it keeps
  /// the release among those that are asked after a start and that retention leaves alone.
  public static final Instant NOT_SOON = Instant.parse("9999-12-31T00:00:00Z");

  /// When a release next needs attention although nothing came.
  @FunctionalInterface
  public interface Due {

    /// The time of the release's alarm; empty when it needs none, which is to say when it has
    /// ended.
    Optional<Instant> due(List<Fact> history);

    /// These times, and [#NOT_SOON] for a release that has none and is open by this rule.
    static Due whileOpen(Predicate<List<Fact>> open, Due due) {
      return history ->
          due.due(history).or(() -> open.test(history) ? Optional.of(NOT_SOON) : Optional.empty());
    }
  }

  /// Rows for lists and pages.
  @FunctionalInterface
  public interface Views {

    /// Makes the rows of this release say what its history says. An empty history leaves none: the
    /// release is being forgotten.
    void write(ReleaseId release, List<Fact> history);
  }
}
