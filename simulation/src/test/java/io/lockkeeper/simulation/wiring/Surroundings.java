package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.platform.Mutation;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.world.Candidate;
import io.lockkeeper.simulation.world.Receiver;
import io.lockkeeper.simulation.world.Telemetry;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the services find outside of themselves.
///
/// @param candidates every artifact that is ever released, and how good it is
/// @param poisoned   on which release a service's reaction throws, for now
/// @param archive    `release-telemetry`: looks, which outlive a lost database
/// @param receivers  channels and incident trackers by name
public record Surroundings(
    Map<Lane, TrafficTarget> targets,
    Map<Digest, Candidate> candidates,
    Map<String, Receiver> receivers,
    Telemetry telemetry,
    Map<ReleaseId, Sight> archive,
    Network network,
    Map<Writer, ReleaseId> poisoned,
    Mutation mutation) {

  /// The way between services and the world.
  public static final class Network {
    private boolean unsteady = true;

    /// From now on every call arrives soon and once.
    public void makeReliable() {
      unsteady = false;
    }

    boolean isUnsteady() {
      return unsteady;
    }
  }

  /// This role, with the bug that throws on one release while there is one.
  public Service.Role poisoned(Service.Role role) {
    return new Service.Role(
        role.writer(),
        role.listensTo(),
        replica -> poisoned(role.writer(), role.reaction().apply(replica)),
        role.work());
  }

  private Reaction poisoned(Writer writer, Reaction reaction) {
    return new Reaction(
        (history, now) -> {
          requireSound(writer, history);
          return reaction.next().decide(history, now);
        },
        reaction.due(),
        reaction.views());
  }

  private void requireSound(Writer writer, List<Fact> history) {
    if (!history.isEmpty() && history.getFirst().release().equals(poisoned.get(writer))) {
      throw new IllegalStateException("a bug on this release");
    }
  }

  Optional<Sight> archived(ReleaseId release) {
    return Optional.ofNullable(archive.get(release));
  }

  void archive(ReleaseId release, Sight sight) {
    archive.merge(release, sight, (one, other) -> one.looks() > other.looks() ? one : other);
  }

  TrafficTarget target(Lane lane) {
    TrafficTarget target = targets.get(lane);
    if (target == null) {
      throw new IllegalStateException("no target for " + lane);
    }
    return target;
  }

  Candidate candidate(Digest digest) {
    Candidate candidate = candidates.get(digest);
    if (candidate == null) {
      throw new IllegalStateException("no candidate " + digest);
    }
    return candidate;
  }

  Receiver receiver(String name) {
    Receiver receiver = receivers.get(name);
    if (receiver == null) {
      throw new IllegalStateException("no receiver " + name);
    }
    return receiver;
  }
}
