package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something that a look met with when it read its numbers.
///
/// @param kind     why numbers are missing; null for a note, which is told and misses nothing
/// @param stable   whether it is the stable version's alone, so that nothing of the candidate's is
///                 missing for it
/// @param sentence what is missing and why, for people
public record Trouble(@Nullable TelemetryFault kind, boolean stable, String sentence) {

  private static final int MOST = 3;
  private static final int LONGEST = 500;

  /// Something is missing.
  public static Trouble of(TelemetryFault kind, boolean stable, String sentence) {
    return new Trouble(kind, stable, sentence);
  }

  /// Something is missing that may be of both versions.
  public static Trouble of(TelemetryFault kind, String sentence) {
    return new Trouble(kind, false, sentence);
  }

  /// Nothing is missing, but people should know.
  public static Trouble note(String sentence) {
    return new Trouble(null, false, sentence);
  }

  /// All of them in one sentence of bounded length; null when there are none.
  public static @Nullable String describeAny(List<Trouble> troubles) {
    return troubles.isEmpty() ? null : describe(troubles);
  }

  /// The same of a look that read nothing; so there is something to say.
  public static String describe(List<Trouble> troubles) {
    if (troubles.isEmpty()) {
      return "no instance is named";
    }
    List<String> sentences = troubles.stream().map(Trouble::sentence).distinct().toList();
    int more = sentences.size() - MOST;
    String some = String.join("; ", sentences.subList(0, Math.min(MOST, sentences.size())));
    String all = more <= 0 ? some : some + "; and %d more".formatted(more);
    return all.length() <= LONGEST ? all : all.substring(0, LONGEST - 1) + "…";
  }
}
