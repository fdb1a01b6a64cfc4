package io.lockkeeper.monitor.observability;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.runbook.ReleaseRequest;
import java.time.Instant;
import java.util.List;

/// From one version to the next, as dashboards show it.
///
/// @param from      the version before; empty when there was none
/// @param started   when the deployment started, as rollout-service wrote it
/// @param completed when the candidate had all traffic
public record Transition(
    ReleaseId release, ReleaseRequest request, String from, Instant started, Instant completed) {

  /// The transition of a release that was accepted; times that no fact tells are those of its first
  /// and last fact.
  public static Transition of(ReleaseId release, List<Fact> history) {
    ReleaseRequest request = null;
    Instant started = history.getFirst().time();
    Instant completed = history.getLast().time();
    for (Fact fact : history) {
      if (fact.event() instanceof ReleaseAccepted accepted) {
        request = accepted.request();
      } else if (fact.event() instanceof DeploymentStarted) {
        started = fact.time();
      } else if (fact.event() instanceof RolloutCompleted) {
        completed = fact.time();
      }
    }
    if (request == null) {
      throw new IllegalArgumentException("release " + release + " was not accepted");
    }
    String from = request.stable() == null ? "" : request.stable().version();
    return new Transition(
        release, request, from, started, completed.isBefore(started) ? started : completed);
  }
}
