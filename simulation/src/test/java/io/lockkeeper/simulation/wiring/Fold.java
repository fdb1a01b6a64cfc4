package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// A product's fold that goes on from where it was, so that a run takes seconds and not minutes. It
/// lives as long
/// as an incarnation of a replica, in whose time a history only grows.
final class Fold<X> {

  private record Folded<X>(int facts, Fact last, X state) {}

  private final X nothing;
  private final BiFunction<X, Fact, X> evolve;
  private final Map<ReleaseId, Folded<X>> folded = new HashMap<>();

  Fold(X nothing, BiFunction<X, Fact, X> evolve) {
    this.nothing = nothing;
    this.evolve = evolve;
  }

  X of(List<Fact> history) {
    if (history.isEmpty()) {
      return nothing;
    }
    ReleaseId release = history.getFirst().release();
    @Nullable Folded<X> before = folded.get(release);
    X state = nothing;
    int from = 0;
    if (before != null
        && before.facts <= history.size()
        && history.get(before.facts - 1) == before.last) {
      state = before.state;
      from = before.facts;
    }
    for (int i = from; i < history.size(); i++) {
      state = evolve.apply(state, history.get(i));
    }
    folded.put(release, new Folded<>(history.size(), history.getLast(), state));
    return state;
  }
}
