package io.lockkeeper.journal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;

/// What the journal counts and times.
final class JournalMeters {

  private static final Duration[] BOUNDS = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  private final Counter consumed;
  private final Counter appended;
  private final Counter repeated;
  private final Counter foreign;
  private final Counter late;
  private final Counter gaps;
  private final Counter conflicts;
  private final Counter failures;
  private final Timer onFact;
  private final Timer onCommand;
  private final Timer onAlarm;
  private final Timer reaction;
  private final Timer relay;

  JournalMeters(MeterRegistry registry) {
    consumed = counter(registry, "consumed", "Facts of others taken in");
    appended = counter(registry, "appended", "Own facts appended");
    repeated = counter(registry, "repeated", "Deliveries of facts that were here already");
    foreign = counter(registry, "foreign", "Records on the topic that are of none of our writers");
    late = counter(registry, "late", "Facts about releases that were forgotten");
    gaps = counter(registry, "gaps", "Facts whose sequence does not follow on the one before");
    conflicts = counter(registry, "conflicts", "Transactions that another writer overtook");
    failures = counter(registry, "failures", "Facts whose consequences could not be decided");
    onFact = decision(registry, "fact");
    onCommand = decision(registry, "command");
    onAlarm = decision(registry, "alarm");
    reaction =
        timer("reaction", "From a fact of another service to the commit of what follows from it")
            .register(registry);
    relay =
        timer("relay", "From an own fact to the topic's acknowledgement of it").register(registry);
  }

  void consumed() {
    consumed.increment();
  }

  void appended(int facts) {
    appended.increment(facts);
  }

  void repeated() {
    repeated.increment();
  }

  void foreign() {
    foreign.increment();
  }

  void late() {
    late.increment();
  }

  void gap() {
    gaps.increment();
  }

  void conflict() {
    conflicts.increment();
  }

  void failure() {
    failures.increment();
  }

  /// Times decisions that a fact of another service, or what it leads to, asked for.
  Timer onFact() {
    return onFact;
  }

  /// Times decisions that a command or a report asked for.
  Timer onCommand() {
    return onCommand;
  }

  /// Times decisions that an alarm asked for.
  Timer onAlarm() {
    return onAlarm;
  }

  /// What follows from this fact of another service is committed.
  void reacted(Instant said, Instant now) {
    reaction.record(between(said, now));
  }

  /// The topic acknowledged this fact of ours.
  void relayed(Instant said, Instant now) {
    relay.record(between(said, now));
  }

  // Clocks of two machines differ, and a fact's time may be moved behind the one it follows from.
  private static Duration between(Instant said, Instant now) {
    return now.isAfter(said) ? Duration.between(said, now) : Duration.ZERO;
  }

  private static Timer decision(MeterRegistry registry, String asked) {
    return timer("decision", "A turn on one release: begun, decided, committed")
        .tag("asked", asked)
        .register(registry);
  }

  private static Timer.Builder timer(String name, String description) {
    return Timer.builder("lockkeeper.journal." + name)
        .description(description)
        .serviceLevelObjectives(BOUNDS);
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder("lockkeeper.journal." + name)
        .description(description)
        .register(registry);
  }
}
