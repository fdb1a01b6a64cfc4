package io.lockkeeper.journal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/// What the journal counts.
final class JournalCounters {

  private final Counter consumed;
  private final Counter appended;
  private final Counter repeated;
  private final Counter foreign;
  private final Counter late;
  private final Counter gaps;
  private final Counter conflicts;
  private final Counter failures;

  JournalCounters(MeterRegistry registry) {
    consumed = counter(registry, "consumed", "Facts of others taken in");
    appended = counter(registry, "appended", "Own facts appended");
    repeated = counter(registry, "repeated", "Deliveries of facts that were here already");
    foreign = counter(registry, "foreign", "Records on the topic that are of none of our writers");
    late = counter(registry, "late", "Facts about releases that were forgotten");
    gaps = counter(registry, "gaps", "Facts whose sequence does not follow on the one before");
    conflicts = counter(registry, "conflicts", "Transactions that another writer overtook");
    failures = counter(registry, "failures", "Facts whose consequences could not be decided");
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

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder("lockkeeper.journal." + name)
        .description(description)
        .register(registry);
  }
}
