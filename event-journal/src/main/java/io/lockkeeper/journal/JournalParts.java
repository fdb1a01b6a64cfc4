package io.lockkeeper.journal;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.transaction.TransactionManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import javax.sql.DataSource;

/// The parts of one service's journal, joined.
record JournalParts(
    PostgresJournal journal,
    Admission admission,
    Relay relay,
    Alarms alarms,
    Recovery recovery,
    Retention retention,
    JournalStatus status)
    implements AutoCloseable {

  /// Joins the parts; nothing runs until [#start].
  ///
  /// @param broker how to reach the brokers
  /// @param keep how long facts are kept after the end of a release; empty for ever
  static JournalParts of(
      JournalOwner owner,
      DataSource dataSource,
      TransactionManager transactions,
      Clock clock,
      MeterRegistry registry,
      Map<String, Object> broker,
      String topic,
      Optional<Duration> keep) {
    Admission admission = new Admission();
    PostgresJournal journal =
        new PostgresJournal(
            owner, dataSource, transactions, clock, admission, new JournalCounters(registry));
    Relay relay = new Relay(dataSource, () -> Relay.producer(broker), topic);
    Alarms alarms = new Alarms(dataSource, journal, clock, admission);
    Recovery recovery =
        new Recovery(owner, dataSource, new TopicReader(broker, topic), clock, admission);
    journal.onSetBack(recovery::start);
    journal.onCommitted(
        committed -> {
          if (!committed.own().isEmpty()) {
            relay.wake();
          }
          committed.due().ifPresent(alarms::arm);
        });
    JournalParts parts =
        new JournalParts(
            journal,
            admission,
            relay,
            alarms,
            recovery,
            new Retention(dataSource, clock, keep),
            new JournalStatus(dataSource));
    parts.measure(registry);
    return parts;
  }

  /// Starts everything; the journal opens when recovery says so.
  void start() {
    recovery.start();
    relay.start();
    alarms.start();
    retention.start();
  }

  @Override
  public void close() {
    retention.close();
    recovery.close();
    alarms.close();
    relay.close();
  }

  private void measure(MeterRegistry registry) {
    gauge(registry, "unpublished", "Own facts on their way", JournalStatus.Numbers::unpublished);
    gauge(
        registry,
        "unpublished.oldest.seconds",
        "How long the oldest of them has waited",
        numbers -> numbers.oldest().toMillis() / 1000.0);
    gauge(registry, "stuck", "Releases that cannot be decided on", JournalStatus.Numbers::stuck);
    gauge(registry, "open", "Releases with an alarm", JournalStatus.Numbers::alarms);
    Gauge.builder(
            "lockkeeper.journal.recovered",
            recovery,
            it -> it.state() == Recovery.State.DONE ? 1 : 0)
        .description("1 when the journal was compared with the topic")
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<JournalStatus.Numbers> number) {
    Gauge.builder("lockkeeper.journal." + name, status, it -> read(it, number))
        .description(description)
        .register(registry);
  }

  private static double read(JournalStatus status, ToDoubleFunction<JournalStatus.Numbers> number) {
    try {
      return number.applyAsDouble(status.numbers());
    } catch (SQLException e) {
      return Double.NaN;
    }
  }
}
