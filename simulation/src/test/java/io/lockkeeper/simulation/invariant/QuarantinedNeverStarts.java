package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ArtifactQuarantined;
import io.lockkeeper.events.GateEvent.QuarantineLifted;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.platform.Topic;
import java.util.HashSet;
import java.util.Set;

/// Across releases.
final class QuarantinedNeverStarts extends Invariant {

  private record Ban(Lane lane, Digest artifact, ReleaseId by) {}

  private final Set<Ban> bans = new HashSet<>();

  QuarantinedNeverStarts(Truth truth) {
    super(truth, "a quarantined digest never starts");
  }

  @Override
  public void published(Topic.Delivery delivery) {
    Fact fact = delivery.fact();
    switch (fact.event()) {
      case ArtifactQuarantined it -> bans.add(new Ban(it.lane(), it.artifact(), fact.release()));
      case QuarantineLifted it -> bans.remove(new Ban(it.lane(), it.artifact(), fact.release()));
      default -> {}
    }
  }

  @Override
  public void written(Fact fact) {
    if (fact.event() instanceof ReleaseCleared cleared) {
      Digest artifact = truth.course(fact.release()).accepted().request().artifact().digest();
      for (Ban ban : bans) {
        require(
            !ban.lane().equals(cleared.lane()) || !ban.artifact().equals(artifact),
            "%s is cleared with an artifact that %s put in quarantine",
            fact.release(),
            ban.by());
      }
    }
  }
}
