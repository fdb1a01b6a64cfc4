package io.lockkeeper.simulation;

import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.simulation.Scenario.Plan;
import io.lockkeeper.simulation.invariant.Course;
import io.lockkeeper.simulation.invariant.Invariants;
import io.lockkeeper.simulation.invariant.Truth;
import io.lockkeeper.simulation.invariant.Truth.Expectation;
import io.lockkeeper.simulation.invariant.Violation;
import io.lockkeeper.simulation.platform.Mutation;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.platform.Topic;
import io.lockkeeper.simulation.platform.Witness;
import io.lockkeeper.simulation.world.TrafficTarget;
import io.lockkeeper.simulation.world.WorldWitness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One run of everything from one seed: the services, the world, the people, the faults, and the
/// invariants that
/// watch. Equal seeds give equal runs.
final class Run {

  private static final Duration SKEW = Duration.ofMillis(9_500);
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
  private final Installation installation;
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
    this.installation =
        new Installation(
            timeline,
            scenario.sites(),
            scenario.plans().stream().map(Plan::candidate).toList(),
            SKEW,
            mutation,
            new Ears());
    this.truth =
        new Truth(
            timeline,
            installation.topic(),
            installation.services(),
            installation.surroundings().targets(),
            installation.surroundings().receivers());
    this.invariants = new Invariants(truth);
    this.crew =
        new Crew(timeline, scenario, installation.office(), installation.surroundings().targets());
    this.weather = new Weather(installation, scenario, truth, this::note);
    scenario.plans().forEach(plan -> truth.expect(plan.release(), expectation(plan)));
  }

  private Expectation expectation(Plan plan) {
    if (plan.candidate().bad()) {
      return scenario.gentle() ? Expectation.NOT_VERIFIED : Expectation.ANY;
    }
    return scenario.gentle()
            && plan.abortedAfter() == null
            && plan.withdrawnAfter() == null
            && !plan.mayBeTurnedBack()
            && !plan.mayNotBeFirst(scenario.plans())
        ? Expectation.VERIFIED
        : Expectation.ANY;
  }

  /// Runs to the end; throws a [Violation] at the first step after which an invariant does not
  /// hold.
  void play() {
    installation.start();
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
    Service audit = installation.service(Writer.AUDIT);
    for (int partition = 0; partition < installation.topic().partitions(); partition++) {
      if (audit.database().position(partition) < installation.topic().end(partition)) {
        return false;
      }
    }
    return installation.services().values().stream()
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
