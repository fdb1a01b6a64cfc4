package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import java.util.List;
import java.util.Objects;

/// What a look did not see. Runbook D4, M1.
///
/// @param kind   the gravest of what is wrong
/// @param reason all of it, in words
public record Shortfall(TelemetryFault kind, String reason) {

  /// Of a look that read nothing of the candidate. What is the stable version's alone is told, but
  /// is not the kind.
  public static Shortfall ofNothing(List<Trouble> troubles) {
    return new Shortfall(
        gravest(troubles.stream().filter(trouble -> !trouble.stable()).toList()),
        Trouble.describe(troubles));
  }

  /// Of a look whose numbers make no sense to the judge.
  public static Shortfall unusable(String why) {
    return new Shortfall(TelemetryFault.UNUSABLE, "cannot be judged: " + why);
  }

  /// Where nobody says what is wrong there was an answer, and nothing in it.
  private static TelemetryFault gravest(List<Trouble> troubles) {
    return troubles.stream()
        .map(Trouble::kind)
        .filter(Objects::nonNull)
        .min(TelemetryFault::compareTo)
        .orElse(TelemetryFault.NO_DATA);
  }
}
