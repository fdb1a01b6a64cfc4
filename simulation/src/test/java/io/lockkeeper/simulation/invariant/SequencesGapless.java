package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.simulation.platform.Topic;
import java.util.HashMap;
import java.util.Map;

/// The record.
final class SequencesGapless extends Invariant {

  private record Line(Writer writer, ReleaseId release) {}

  private final Map<Line, Integer> newest = new HashMap<>();
  private final Map<EventId, Fact> published = new HashMap<>();

  SequencesGapless(Truth truth) {
    super(truth, "sequences gapless; no fact contradicts a published one");
  }

  @Override
  public void published(Topic.Delivery delivery) {
    Fact fact = delivery.fact();
    Fact before = published.putIfAbsent(fact.id(), fact);
    if (before != null) {
      require(before.equals(fact), "%s was published, and now %s", before, fact);
      return;
    }
    Line line = new Line(fact.writer(), fact.release());
    int expected = newest.getOrDefault(line, 0) + 1;
    require(
        fact.sequence() == expected,
        "%s of %s publishes %s, not %s: %s",
        fact.writer(),
        fact.release(),
        fact.sequence(),
        expected,
        fact.event().getClass().getSimpleName());
    newest.put(line, expected);
  }

  @Override
  public void end() {
    for (Writer writer : Writer.values()) {
      int left = truth.service(writer).database().unpublishedCount();
      require(left == 0, "%s has %s facts that it never published", writer, left);
    }
  }
}
