package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.journal.Decision;
import io.lockkeeper.rollout.RolloutCommand;
import io.lockkeeper.simulation.platform.Replica;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.platform.Timeline;
import java.util.function.Function;

/// Where people and CI reach the services: REST calls, which fail while no replica answers and are
/// then made
/// again, and the topic of requests, which delivers at least once.
public final class Office {

  private final Timeline timeline;
  private final Service gate;
  private final GateWiring gateWiring;
  private final Service rollout;
  private final RolloutWiring rolloutWiring;

  /// The way to these services.
  public Office(
      Timeline timeline,
      Service gate,
      GateWiring gateWiring,
      Service rollout,
      RolloutWiring rolloutWiring) {
    this.timeline = timeline;
    this.gate = gate;
    this.gateWiring = gateWiring;
    this.rollout = rollout;
    this.rolloutWiring = rolloutWiring;
  }

  /// Asks gate-service for something, until it has answered.
  public void ask(ReleaseId release, GateCommand command) {
    call(gate, release, _ -> gateWiring.answer(command));
  }

  /// Asks rollout-service for something, until it has answered.
  public void ask(ReleaseId release, RolloutCommand command) {
    call(rollout, release, replica -> rolloutWiring.answer(replica, command));
  }

  private void call(Service service, ReleaseId release, Function<Replica, Decision> decision) {
    service
        .anyReady()
        .ifPresentOrElse(
            replica -> {
              boolean[] answered = {false};
              replica.transact(
                  () -> replica.journal().recording(release, decision.apply(replica)),
                  _ -> answered[0] = true);
              timeline.after(
                  timeline.millis(20_000, 30_000),
                  () -> {
                    if (!answered[0]) {
                      call(service, release, decision);
                    }
                  });
            },
            () ->
                timeline.after(
                    timeline.millis(2_000, 8_000), () -> call(service, release, decision)));
  }
}
