package io.lockkeeper.monitor.adapter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts what went wrong at several instances into one sentence of bounded length.
final class Troubles {

  private static final int MOST = 3;
  private static final int LONGEST = 500;

  private Troubles() {}

  /// The same; null when nothing went wrong.
  static @Nullable String describeAny(List<String> troubles) {
    return troubles.isEmpty() ? null : describe(troubles);
  }

  static String describe(List<String> troubles) {
    if (troubles.isEmpty()) {
      return "no instance is named";
    }
    String some = String.join("; ", troubles.subList(0, Math.min(MOST, troubles.size())));
    String all =
        troubles.size() <= MOST ? some : some + "; and %d more".formatted(troubles.size() - MOST);
    return all.length() <= LONGEST ? all : all.substring(0, LONGEST - 1) + "…";
  }
}
