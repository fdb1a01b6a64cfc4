package io.lockkeeper.simulation;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.simulation.invariant.Course;
import io.lockkeeper.simulation.invariant.Truth;
import io.lockkeeper.simulation.platform.Database;
import io.lockkeeper.simulation.platform.Replica;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.platform.Topic;
import io.lockkeeper.simulation.wiring.Surroundings;
import io.lockkeeper.simulation.world.Receiver;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The faults of a run: crashes, freezes, outages, lost databases. They stop at a set time, and
/// then everything
/// that was taken away is there again.
final class Weather {

  private enum Fault {
    CRASH,
    CRASH_ALL,
    FREEZE,
    DATABASE_AWAY,
    DATABASE_LOST,
    KAFKA_AWAY,
    CUT_OFF,
    LAG,
    BUG,
    TELEMETRY,
    GARBLE,
    RECEIVER,
    TARGET,
    HAND
  }

  private static final Duration SETTLING = Duration.ofSeconds(25);

  private final Installation installation;
  private final Timeline timeline;
  private final Scenario scenario;
  private final Topic topic;
  private final Map<Writer, Service> services;
  private final Surroundings surroundings;
  private final Truth truth;
  private final Consumer<String> log;
  private boolean over;
  private boolean kafkaAway;
  private Instant restoring = Timeline.START;

  Weather(Installation installation, Scenario scenario, Truth truth, Consumer<String> log) {
    this.installation = installation;
    this.timeline = installation.timeline();
    this.scenario = scenario;
    this.topic = installation.topic();
    this.services = installation.services();
    this.surroundings = installation.surroundings();
    this.truth = truth;
    this.log = log;
  }

  /// Draws the faults and enters them. Each run draws from a few kinds only, so that some runs meet
  /// much of one
  /// kind and odd combinations come together.
  void begin() {
    truth.disturbAll(SETTLING);
    List<Fault> kinds = new ArrayList<>(dwelling());
    while (kinds.isEmpty()) {
      for (Fault fault : Fault.values()) {
        if (timeline.chance(280)) {
          kinds.add(fault);
        }
      }
    }
    int dwelt = scenario.theme() == Scenario.Theme.MIXED ? 0 : 15;
    int faults = 3 + dwelt + timeline.random().nextInt(scenario.gentle() ? 20 : 30);
    int last = (int) scenario.faultsUntil().toMillis();
    for (int i = 0; i < faults; i++) {
      timeline.after(timeline.millis(0, last), () -> strike(kinds));
    }
    if (scenario.chatDies() != null) {
      timeline.after(scenario.chatDies(), () -> receiver("chat").setAway(true));
    }
    timeline.after(scenario.faultsUntil(), this::stop);
  }

  private List<Fault> dwelling() {
    return switch (scenario.theme()) {
      case MIXED -> List.of();
      case LATE_EVIDENCE -> List.of(Fault.LAG);
      case LATE_ANNOUNCEMENT -> List.of(Fault.RECEIVER, Fault.RECEIVER, Fault.LAG);
    };
  }

  private void strike(List<Fault> kinds) {
    if (over) {
      return;
    }
    Service service = any(new ArrayList<>(services.values()));
    switch (any(kinds)) {
      case CRASH -> crash(service, any(service.replicas()));
      case CRASH_ALL -> service.replicas().forEach(replica -> crash(service, replica));
      case FREEZE -> freeze(service, any(service.replicas()));
      case DATABASE_AWAY -> takeDatabase(service);
      case DATABASE_LOST -> loseDatabase(timeline.chance(400) ? gate() : service);
      case KAFKA_AWAY -> takeKafka();
      case CUT_OFF -> cutOff(service);
      case LAG -> lag(timeline.chance(700) ? lagging() : service);
      case BUG -> poison(service);
      case TELEMETRY -> takeTelemetry();
      case GARBLE -> garbleTelemetry();
      case RECEIVER -> takeReceiver();
      case TARGET -> breakTarget();
      case HAND -> touchTarget();
    }
  }

  private Service gate() {
    return installation.service(Writer.GATE);
  }

  private Service lagging() {
    Writer writer =
        scenario.theme() == Scenario.Theme.LATE_ANNOUNCEMENT ? Writer.NOTIFICATION : Writer.ROLLOUT;
    return services.getOrDefault(writer, any(new ArrayList<>(services.values())));
  }

  private void crash(Service service, Replica replica) {
    Duration down = outage(1, 30, 240);
    log.accept("CRASH " + replica + " for " + down);
    truth.disturb(service.writer(), down.plus(SETTLING));
    replica.crash();
    timeline.after(down, replica::start);
  }

  private void freeze(Service service, Replica replica) {
    Duration length = outage(1, 35, 90);
    log.accept("FREEZE " + replica + " for " + length);
    truth.disturb(service.writer(), length.plus(SETTLING));
    replica.freeze(length);
  }

  private void takeDatabase(Service service) {
    Duration length = outage(1, 45, 300);
    log.accept("DATABASE of " + service.writer() + " away for " + length);
    truth.disturb(service.writer(), length.plus(SETTLING));
    Database database = service.database();
    database.setAway(true);
    timeline.after(length, () -> database.setAway(false));
  }

  private void takeKafka() {
    if (kafkaAway || isRestoring()) {
      return;
    }
    Duration length = outage(2, 70, 600);
    log.accept("KAFKA away for " + length);
    kafkaAway = true;
    topic.setAway(true);
    timeline.after(
        length,
        () -> {
          kafkaAway = false;
          topic.setAway(false);
        });
  }

  /// One disaster at a time: with an older database and without brokers nobody can know what was
  /// said already, and
  /// the journal then prefers that a person can still halt a release.
  private boolean isRestoring() {
    return timeline.now().isBefore(restoring);
  }

  private void takeTelemetry() {
    Duration length = outage(5, 100, 900);
    log.accept("TELEMETRY away for " + length);
    surroundings.telemetry().setAway(true);
    timeline.after(
        length,
        () -> {
          surroundings.telemetry().setAway(false);
          surroundings.telemetry().setPartial(!over); // one source comes back later than the other
          timeline.after(length, () -> surroundings.telemetry().setPartial(false));
        });
  }

  private void cutOff(Service service) {
    if (isRestoring()) {
      return;
    }
    Duration length = outage(5, 60, 300);
    log.accept("KAFKA unreachable for " + service.writer() + " for " + length);
    truth.disturb(service.writer(), length.plus(SETTLING));
    service.cutOff(length);
  }

  /// A consumer that is far behind, in a service that is well otherwise.
  private void lag(Service service) {
    Duration length = outage(30, 200, 500);
    log.accept("LAG of " + service.writer() + " for " + length);
    service.lag(length);
  }

  /// A bug that throws on one release, until the next deployment brings its fix.
  private void poison(Service service) {
    List<ReleaseId> releases = service.database().releases();
    if (releases.isEmpty()) {
      return;
    }
    ReleaseId release = any(releases);
    Duration length = outage(5, 40, 200);
    log.accept("BUG in " + service.writer() + " on " + release + " for " + length);
    truth.disturb(service.writer(), length.plus(SETTLING).plusSeconds(10));
    surroundings.poisoned().put(service.writer(), release);
    timeline.after(
        length,
        () -> {
          surroundings.poisoned().remove(service.writer());
          for (Replica replica : service.replicas()) {
            replica.crash();
            timeline.after(timeline.millis(500, 5_000), replica::start);
          }
        });
  }

  private void garbleTelemetry() {
    Duration length = outage(20, 200, 900);
    log.accept("GARBLED telemetry for " + length);
    surroundings.telemetry().setGarbled(true);
    timeline.after(length, () -> surroundings.telemetry().setGarbled(false));
  }

  private void takeReceiver() {
    Receiver receiver = receiver(timeline.chance(850) ? "chat" : "tracker");
    Duration length = outage(10, 120, 900);
    log.accept(receiver.name() + " away for " + length);
    receiver.setAway(true);
    timeline.after(
        length,
        () -> {
          boolean dead =
              scenario.chatDies() != null
                  && receiver.name().equals("chat")
                  && timeline.now().isAfter(Timeline.START.plus(scenario.chatDies()));
          receiver.setAway(dead);
        });
  }

  private void breakTarget() {
    TrafficTarget target = any(List.copyOf(surroundings.targets().values()));
    Duration length = outage(5, 60, 400);
    log.accept("TARGET " + target.lane() + " fails for " + length);
    truth.disturb(Writer.ROLLOUT, length.plus(SETTLING));
    target.setBroken(true);
    timeline.after(length, () -> target.setBroken(false));
  }

  private void touchTarget() {
    for (TrafficTarget target : surroundings.targets().values()) {
      if (target.isSettled() && truth.courses().stream().noneMatch(this::isMoving)) {
        surroundings.candidates().keySet().stream()
            .filter(candidate -> target.share(candidate) > 0)
            .forEach(
                candidate -> {
                  log.accept("HAND at " + target.lane());
                  target.lowerByHand(candidate);
                });
      }
    }
  }

  private boolean isMoving(Course course) {
    return course.isUnderWay() && (course.isApplying() || course.isHalted());
  }

  /// Drops a database, or sets it back to a dump that is a while old.
  private void loseDatabase(Service service) {
    if (timeline.chance(400)) {
      replace(service, new Database(), "DROPPED");
    } else {
      Database dump = service.database().copy();
      timeline.after(timeline.millis(2_000, 600_000), () -> replace(service, dump, "SET BACK"));
    }
  }

  private void replace(Service service, Database other, String what) {
    if (over || service.isCutOff()) {
      return;
    }
    restoring = timeline.now().plus(Duration.ofMinutes(4));
    Duration down = outage(1, 20, 60);
    log.accept("DATABASE of " + service.writer() + " " + what + ", down for " + down);
    truth.disturb(service.writer(), down.plus(SETTLING));
    service.replaceDatabase(other);
    timeline.after(down, () -> service.replicas().forEach(Replica::start));
  }

  private void stop() {
    log.accept("FAULTS STOP");
    over = true;
    topic.setAway(false);
    surroundings.telemetry().setAway(false);
    surroundings.telemetry().setGarbled(false);
    surroundings.telemetry().setPartial(false);
    surroundings.poisoned().clear();
    installation.makeReliable();
    for (Receiver receiver : surroundings.receivers().values()) {
      receiver.setAway(scenario.chatDies() != null && receiver.name().equals("chat"));
    }
    for (Service service : services.values()) {
      if (!service.database().stuck().isEmpty()) {
        service.replicas().forEach(Replica::crash);
      }
      service.database().setAway(false);
      service.replicas().forEach(Replica::thaw);
      service.replicas().forEach(Replica::start);
    }
    truth.disturbAll(Duration.ofSeconds(60));
    timeline.after(Duration.ofSeconds(60), truth::becomeCalm);
  }

  private Duration outage(int least, int gentle, int harsh) {
    boolean isLong = !scenario.gentle() && timeline.chance(400);
    return timeline.millis(least * 1_000, (isLong ? harsh : gentle) * 1_000);
  }

  private Receiver receiver(String name) {
    Receiver receiver = surroundings.receivers().get(name);
    if (receiver == null) {
      throw new IllegalStateException("no receiver " + name);
    }
    return receiver;
  }

  private <T> T any(List<T> list) {
    return list.get(timeline.random().nextInt(list.size()));
  }
}
