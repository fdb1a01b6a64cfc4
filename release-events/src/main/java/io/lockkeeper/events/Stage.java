package io.lockkeeper.events;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One step of a rollout, in order from 0: first the infrastructure (D2), then the traffic (D3).
///
/// @param weight     the candidate's share while and after the stage, percent; 0 for infrastructure
/// @param step       the infrastructure step; null for traffic
/// @param reversible whether the target can undo the infrastructure step
/// @param bake       observed time the stage must have (D4)
/// @param maxBake    observed time it may take when traffic is thin
public record Stage(
    int index,
    int weight,
    @Nullable String step,
    boolean reversible,
    Duration bake,
    Duration maxBake) {

  /// An infrastructure step as a stage.
  public static Stage infrastructure(int index, String step, boolean reversible) {
    return new Stage(index, 0, step, reversible, Duration.ZERO, Duration.ZERO);
  }

  /// A share of traffic as a stage.
  public static Stage traffic(int index, int weight, Duration bake, Duration maxBake) {
    return new Stage(index, weight, null, true, bake, maxBake);
  }

  /// Whether this stage changes infrastructure and not traffic.
  public boolean isInfrastructure() {
    return step != null;
  }

  /// The stage in words: `10 % of traffic`, or the step's name.
  public String title() {
    return step == null ? weight + " % of traffic" : step;
  }
}
