package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Writer;

/// Telemetry.
final class LostTelemetryNeverPromotes extends Invariant {

  LostTelemetryNeverPromotes(Truth truth) {
    super(truth, "lost telemetry never promotes");
  }

  @Override
  public void written(Fact fact) {
    boolean promotes =
        switch (fact.event()) {
          case StageStarted it -> it.attempt() == 1 && it.stage().weight() > 0;
          case StageCompleted it -> !it.stage().bake().isZero();
          case RolloutSettled it -> it.outcome() == Outcome.VERIFIED;
          default -> false;
        };
    require(
        !promotes || !isLost(fact.release()),
        "%s without telemetry: %s",
        fact.release(),
        fact.event());
  }

  private boolean isLost(ReleaseId release) {
    boolean lost = false;
    for (Fact known : truth.service(Writer.ROLLOUT).database().history(release)) {
      if (known.event() instanceof TelemetryLost) {
        lost = true;
      } else if (known.event() instanceof TelemetryRecovered) {
        lost = false;
      }
    }
    return lost;
  }
}
