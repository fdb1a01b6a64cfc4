package io.lockkeeper.simulation;

import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.Digest;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.Scenario.Plan;
import io.lockkeeper.simulation.invariant.Course;
import io.lockkeeper.simulation.invariant.Invariants;
import io.lockkeeper.simulation.invariant.Truth;
import io.lockkeeper.simulation.invariant.Truth.Expectation;
import io.lockkeeper.simulation.invariant.Violation;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One run of everything from one seed: the services, the world, the people, the faults, and the
/// invariants that
/// watch. Equal seeds give equal runs.
final class Run {

  private static final Duration LONGEST = Duration.ofHours(24);
  private static final Duration AFTERGLOW = Duration.ofMinutes(4);
  private static final long MOST_STEPS = 500_000;

  /// One line of the log of a run: a fact when it was written, or something that happened in the
  /// world.
  record Entry(Instant at, String what, @Nullable Fact fact) {
    @Override
    public String toString() {
      return fact == null
          ? at + " ---- " + what
          : "%s %s.%d %s %s"
              .formatted(
                  at,
                  fact.writer(),
                  fact.sequence(),
                  fact.release().value().substring(0, 4),
                  words(fact));
    }

    private static String words(Fact fact) {
      return fact.event() instanceof ReleaseAccepted accepted
          ? "ReleaseAccepted[" + accepted.request().artifact().purl() + "]"
          : fact.event().toString();
    }
  }

  private final Scenario scenario;
  private final Timeline timeline;
  private final Topic topic;
  private final Map<Writer, Service> services = new EnumMap<>(Writer.class);
  private final Map<Lane, TrafficTarget> targets = new LinkedHashMap<>();
  private final Truth truth;
  private final Invariants invariants;
  private final Crew crew;
  private final Weather weather;
  private final List<Entry> log = new ArrayList<>();

  /// A run that has not begun.
  Run(long seed, Mutation mutation) {
    this(Scenario.of(seed), mutation);
  }

  /// A run of this scenario.
  Run(Scenario scenario, Mutation mutation) {
    this.scenario = scenario;
    this.timeline = new Timeline(scenario.seed());
    Ears ears = new Ears();
    this.topic = new Topic(3, ears::published);
    for (Scenario.Site site : scenario.sites()) {
      targets.put(site.lane(), new TrafficTarget(site.lane(), site.kind(), timeline, ears));
    }
    Map<String, Receiver> receivers = new LinkedHashMap<>();
    for (String name : List.of("feed", "chat", "tracker")) {
      receivers.put(name, new Receiver(name, timeline));
    }
    receiversAreSteady(receivers);
    Map<Digest, Candidate> candidates = new LinkedHashMap<>();
    for (Plan plan : scenario.plans()) {
      candidates.put(plan.candidate().artifact().digest(), plan.candidate());
    }
    Surroundings surroundings =
        new Surroundings(
            targets,
            candidates,
            receivers,
            new Telemetry(),
            new HashMap<>(),
            new Surroundings.Network(),
            new EnumMap<>(Writer.class),
            mutation);
    GateWiring gate = new GateWiring(mutation);
    RolloutWiring rollout = new RolloutWiring(surroundings);
    List<Service.Role> roles =
        List.of(
            gate.role(),
            rollout.role(),
            new MonitorWiring(surroundings).role(),
            new AuditWiring(mutation).role(),
            new NotificationWiring(surroundings).role());
    for (Service.Role sound : roles) {
      Service.Role role = surroundings.poisoned(sound);
      Duration skew = timeline.millis(-9_500, 9_500);
      services.put(
          role.writer(),
          new Service(
              role,
              timeline,
              topic,
              ears,
              mutation,
              List.of(skew, skew.plus(timeline.millis(-500, 500)))));
    }
    this.truth = new Truth(timeline, topic, services, targets, receivers);
    this.invariants = new Invariants(truth);
    Office office =
        new Office(timeline, service(Writer.GATE), gate, service(Writer.ROLLOUT), rollout);
    this.crew = new Crew(timeline, scenario, office, targets);
    this.weather =
        new Weather(timeline, scenario, topic, services, surroundings, truth, this::note);
    scenario.plans().forEach(plan -> truth.expect(plan.release(), expectation(plan)));
  }

  private static void receiversAreSteady(Map<String, Receiver> receivers) {
    Receiver feed = receivers.get("feed");
    if (feed != null) {
      feed.makeReliable();
    }
  }

  private Service service(Writer writer) {
    Service service = services.get(writer);
    if (service == null) {
      throw new IllegalStateException("no service " + writer);
    }
    return service;
  }

  private Expectation expectation(Plan plan) {
    if (plan.candidate().bad()) {
      return scenario.gentle() ? Expectation.NOT_VERIFIED : Expectation.ANY;
    }
    return scenario.gentle()
            && plan.abortedAfter() == null
            && plan.withdrawnAfter() == null
            && !plan.isFirstAgain(scenario.plans())
        ? Expectation.VERIFIED
        : Expectation.ANY;
  }

  /// Runs to the end; throws a [Violation] at the first step after which an invariant does not
  /// hold.
  void play() {
    services.values().forEach(service -> service.replicas().forEach(Replica::start));
    crew.begin();
    weather.begin();
    Instant last = Timeline.START.plus(LONGEST);
    @Nullable Instant quiet = null;
    while (timeline.step()) {
      invariants.step();
      if (timeline.steps() % 64 == 0) {
        quiet = isQuiet() ? quiet == null ? timeline.now() : quiet : null;
        if (quiet != null && timeline.now().isAfter(quiet.plus(AFTERGLOW))
            || timeline.now().isAfter(last)
            || timeline.steps() > MOST_STEPS) {
          break;
        }
      }
    }
    invariants.end();
  }

  private boolean isQuiet() {
    if (!truth.isCalm()) {
      return false;
    }
    for (Plan plan : scenario.plans()) {
      if (timeline.now().isBefore(Timeline.START.plus(plan.at()).plus(Duration.ofMinutes(11)))) {
        return false;
      }
      Course course = truth.course(plan.release());
      boolean over =
          course.settled().isPresent() && course.has(ReleaseClosed.class)
              || !course.has(ReleaseAccepted.class);
      if (!over) {
        return false;
      }
    }
    Service audit = service(Writer.AUDIT);
    for (int partition = 0; partition < topic.partitions(); partition++) {
      if (audit.database().position(partition) < topic.end(partition)) {
        return false;
      }
    }
    return services.values().stream()
        .allMatch(service -> service.database().unpublishedCount() == 0);
  }

  private void note(String what) {
    log.add(new Entry(timeline.now(), what, null));
  }

  /// How many steps were taken.
  long steps() {
    return timeline.steps();
  }

  /// What was written, what was struck, in the order of the true clock.
  List<Entry> log() {
    return log;
  }

  /// Plays one seed; what does not hold, if anything.
  static Optional<Violation> play(long seed, Mutation mutation) {
    return new Run(seed, mutation).verdict();
  }

  /// Plays; what does not hold, if anything.
  Optional<Violation> verdict() {
    try {
      play();
      return Optional.empty();
    } catch (Violation violation) {
      return Optional.of(violation);
    }
  }

  /// Hands everything on to the invariants, the people, and the log.
  private final class Ears implements Witness, WorldWitness {
    @Override
    public void committed(Writer service, Fact fact, boolean recovering) {
      if (fact.writer() == service && !recovering) {
        log.add(new Entry(timeline.now(), "", fact));
      }
      invariants.committed(service, fact, recovering);
    }

    @Override
    public void published(Topic.Delivery delivery) {
      invariants.published(delivery);
      crew.hear(delivery.fact());
    }

    @Override
    public void lost(Writer service, List<Fact> unpublished) {
      unpublished.forEach(
          fact -> note("LOST " + service + "." + fact.sequence() + " " + fact.release()));
      invariants.lost(service, unpublished);
    }

    @Override
    public void shifted(TrafficTarget target, Digest candidate, int from, int to) {
      note("SHIFTED " + target.lane() + " " + from + " -> " + to);
      invariants.shifted(target, candidate, from, to);
    }

    @Override
    public void acted(TrafficTarget target, TrafficTarget.Effect effect) {
      note("ACTED " + effect.key() + " " + effect.action() + " " + effect.weight());
      invariants.acted(target, effect);
    }

    @Override
    public void opened(TrafficTarget target, boolean open) {
      note((open ? "OPENED " : "CLOSED ") + target.lane());
      invariants.opened(target, open);
    }

    @Override
    public void touched(TrafficTarget target, Digest candidate, int to) {
      invariants.touched(target, candidate, to);
    }
  }
}
