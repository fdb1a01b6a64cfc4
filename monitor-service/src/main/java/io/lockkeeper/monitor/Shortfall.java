package io.lockkeeper.monitor;

import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a look did not see. Runbook D4, M1.
///
/// @param kind   the gravest of what is wrong
/// @param reason all of it, in words
public record Shortfall(TelemetryFault kind, String reason) {

  private static final int ALL = 100;

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

  /// Of a look that read the candidate; null when nothing is missing that counts.
  ///
  /// What is the stable version's alone counts while there is traffic for it to show. An instance
  /// of it whose samples end is no gap while others are read: instances leave it as the traffic
  /// moves.
  ///
  /// @param weight the candidate's share of traffic, percent
  /// @param beside whether the stable version was read
  public static @Nullable Shortfall ofPart(List<Trouble> troubles, int weight, boolean beside) {
    List<Trouble> missing =
        troubles.stream()
            .filter(trouble -> trouble.kind() != null)
            .filter(
                trouble ->
                    !trouble.stable()
                        || weight < ALL && !(beside && trouble.kind() == TelemetryFault.STALE))
            .toList();
    return missing.isEmpty() ? null : new Shortfall(gravest(missing), Trouble.describe(missing));
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
