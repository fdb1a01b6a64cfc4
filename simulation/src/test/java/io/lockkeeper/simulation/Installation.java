package io.lockkeeper.simulation;

import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.platform.Mutation;
import io.lockkeeper.simulation.platform.Replica;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.platform.Topic;
import io.lockkeeper.simulation.platform.Witness;
import io.lockkeeper.simulation.wiring.AuditWiring;
import io.lockkeeper.simulation.wiring.GateWiring;
import io.lockkeeper.simulation.wiring.MonitorWiring;
import io.lockkeeper.simulation.wiring.NotificationWiring;
import io.lockkeeper.simulation.wiring.Office;
import io.lockkeeper.simulation.wiring.RolloutWiring;
import io.lockkeeper.simulation.wiring.Surroundings;
import io.lockkeeper.simulation.world.Candidate;
import io.lockkeeper.simulation.world.Receiver;
import io.lockkeeper.simulation.world.Telemetry;
import io.lockkeeper.simulation.world.TrafficTarget;
import io.lockkeeper.simulation.world.WorldWitness;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Everything that is installed and everything around it: five services of two replicas each, the
/// topic, the
/// targets, channel and tracker.
final class Installation {

  private final Timeline timeline;
  private final Topic topic;
  private final Surroundings surroundings;
  private final Map<Writer, Service> services = new EnumMap<>(Writer.class);
  private final Office office;

  /// An installation that is not started.
  ///
  /// @param skew how far the clock of a service may be off
  <W extends Witness & WorldWitness> Installation(
      Timeline timeline,
      Collection<Scenario.Site> sites,
      Collection<Candidate> candidates,
      Duration skew,
      Mutation mutation,
      W witness) {
    this.timeline = timeline;
    this.topic = new Topic(3, witness::published);
    Map<Lane, TrafficTarget> targets = new LinkedHashMap<>();
    for (Scenario.Site site : sites) {
      targets.put(site.lane(), new TrafficTarget(site.lane(), site.kind(), timeline, witness));
    }
    Map<Digest, Candidate> byDigest = new LinkedHashMap<>();
    candidates.forEach(one -> byDigest.put(one.artifact().digest(), one));
    this.surroundings =
        new Surroundings(
            targets,
            byDigest,
            receivers(timeline),
            new Telemetry(),
            new HashMap<>(),
            new Surroundings.Network(),
            new EnumMap<>(Writer.class),
            mutation);
    GateWiring gate = new GateWiring(mutation);
    RolloutWiring rollout = new RolloutWiring(surroundings);
    for (Service.Role sound :
        List.of(
            gate.role(),
            rollout.role(),
            new MonitorWiring(surroundings).role(),
            new AuditWiring(mutation).role(),
            new NotificationWiring(surroundings).role())) {
      Duration off = timeline.between(skew.negated(), skew);
      Duration apart = timeline.between(skew.dividedBy(-20), skew.dividedBy(20));
      services.put(
          sound.writer(),
          new Service(
              surroundings.poisoned(sound),
              timeline,
              topic,
              witness,
              mutation,
              List.of(off, off.plus(apart))));
    }
    this.office =
        new Office(timeline, service(Writer.GATE), gate, service(Writer.ROLLOUT), rollout);
  }

  private static Map<String, Receiver> receivers(Timeline timeline) {
    Map<String, Receiver> receivers = new LinkedHashMap<>();
    for (String name : List.of("feed", "chat", "tracker")) {
      Receiver receiver = new Receiver(name, timeline);
      receivers.put(name, receiver);
      if (name.equals("feed")) {
        receiver.makeReliable();
      }
    }
    return receivers;
  }

  /// Starts every replica.
  void start() {
    services.values().forEach(service -> service.replicas().forEach(Replica::start));
  }

  /// From now on nothing is late, repeated or lost.
  void makeReliable() {
    surroundings.network().makeReliable();
    surroundings.receivers().values().forEach(Receiver::makeReliable);
    surroundings.targets().values().forEach(TrafficTarget::makeReliable);
    services.values().forEach(Service::makeReliable);
  }

  Timeline timeline() {
    return timeline;
  }

  Topic topic() {
    return topic;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  Map<Writer, Service> services() {
    return services;
  }

  Service service(Writer writer) {
    Service service = services.get(writer);
    if (service == null) {
      throw new IllegalStateException("no service " + writer);
    }
    return service;
  }

  /// Where people and CI reach the services.
  Office office() {
    return office;
  }
}
