package io.lockkeeper.journal;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.transaction.TransactionManager;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;

/// The parts of one service's journal, joined.
record JournalParts(
    PostgresJournal journal,
    Admission admission,
    Relay relay,
    Alarms alarms,
    Recovery recovery,
    Retention retention,
    JournalStatus status,
    Sampling sampling,
    ScheduledExecutorService timer)
    implements AutoCloseable {

  /// Joins the parts; nothing runs until [#start].
  ///
  /// @param broker how to reach the brokers
  /// @param keep how long facts are kept after the end of a release; empty for ever
  /// @param spans says facts as spans; empty when nobody collects them
  /// @param censuses what the service counts besides the journal's own numbers
  static JournalParts of(
      JournalOwner owner,
      DataSource dataSource,
      TransactionManager transactions,
      Clock clock,
      MeterRegistry registry,
      Map<String, Object> broker,
      String topic,
      Optional<Duration> keep,
      List<Census> censuses,
      Optional<FactSpans> spans) {
    Admission admission = new Admission();
    JournalMeters meters = new JournalMeters(registry);
    PostgresJournal journal =
        new PostgresJournal(owner, dataSource, transactions, clock, admission, meters);
    Relay relay =
        new Relay(
            dataSource, () -> Relay.producer(broker), topic, clock, meters, spans.isPresent());
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
    spans.ifPresent(say -> journal.onCommitted(say::say));
    Gauge.builder(
            "lockkeeper.journal.recovered",
            recovery,
            it -> it.state() == Recovery.State.DONE ? 1 : 0)
        .description("1 when the journal was compared with the topic")
        .register(registry);
    List<Census> all = new ArrayList<>(censuses);
    all.add(JournalStatus.CENSUS);
    return new JournalParts(
        journal,
        admission,
        relay,
        alarms,
        recovery,
        new Retention(owner, dataSource, transactions, clock, keep),
        new JournalStatus(dataSource),
        new Sampling(dataSource, registry, all),
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("journal-housekeeping").factory()));
  }

  /// Starts everything; the journal opens when recovery says so.
  void start() {
    recovery.start();
    relay.start();
    alarms.start();
    retention.start(timer);
    sampling.start(timer);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    recovery.close();
    alarms.close();
    relay.close();
  }
}
