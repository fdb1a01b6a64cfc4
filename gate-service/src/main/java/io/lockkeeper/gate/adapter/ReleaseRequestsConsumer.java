package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.gate.adapter.CloudEvent.Unreadable;
import io.lockkeeper.gate.adapter.RequestOutcome.Unattributable;
import io.lockkeeper.gate.adapter.RequestReader.Asked;
import io.lockkeeper.gate.adapter.RequestRecord.Fate;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.FactTooLarge;
import io.lockkeeper.journal.JournalUnavailable;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.Startup;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Answers what CI asks, record by record in the order of the topic. Each record ends in exactly
/// one [Fate], in the transaction of its answer; trouble with database or brokers is retried in
/// place, for ever, so nothing is lost and nothing overtakes.
@Startup
@ApplicationScoped
public class ReleaseRequestsConsumer {

  private static final Logger LOG = Logger.getLogger(ReleaseRequestsConsumer.class);

  private static final long LONGEST_WAIT_MILLIS = 5_000;
  private static final int RECORDS_BETWEEN_TIDYING = 1_000;

  private final EventJournal journal;
  private final RequestReader reader;
  private final DeadLetters deadLetters;
  private final RequestTopic topic;
  private final MeterRegistry meters;

  // The last offset of each partition whose fate was settled here.
  private final Map<Integer, Long> settled = new ConcurrentHashMap<>();

  ReleaseRequestsConsumer(
      EventJournal journal,
      RequestReader reader,
      DeadLetters deadLetters,
      RequestTopic topic,
      MeterRegistry meters) {
    this.journal = journal;
    this.reader = reader;
    this.deadLetters = deadLetters;
    this.topic = topic;
    this.meters = meters;
    for (Fate fate : Fate.values()) {
      // Before the first one happens: what was never counted has no increase.
      counter(meters, fate);
    }
  }

  /// One record; returns when its fate is settled.
  @Incoming("release-requests")
  @Blocking(ordered = true)
  public void consume(ConsumerRecord<byte[], byte[]> record) {
    RequestDelivery delivery = RequestDelivery.of(record);
    for (int attempt = 1; ; attempt++) {
      try {
        switch (inTransaction(() -> standing(delivery))) {
          case KNOWN -> {}
          case NEW -> take(delivery);
          case BEHIND_LOST -> {
            takeLost(delivery);
            takeOnce(delivery);
          }
        }
        settled.put(delivery.partition(), delivery.offset());
        tidy(delivery);
        return;
      } catch (RuntimeException trouble) {
        if (Thread.currentThread().isInterrupted()) {
          throw trouble;
        }
        LOG.warnf(
            "%s is tried again: %s",
            delivery, trouble.getCause() == null ? trouble : trouble.getCause());
        rest(attempt, trouble);
      }
    }
  }

  /// What the database knows of a record.
  private enum Standing {
    /// Its fate.
    KNOWN,
    /// All before it.
    NEW,
    /// Not even what was settled here before it: the database was set back under way.
    BEHIND_LOST
  }

  private Standing standing(RequestDelivery delivery) {
    Long last = settled.get(delivery.partition());
    if (last != null
        && last < delivery.offset()
        && RequestRecord.at(delivery.partition(), last).isEmpty()) {
      return Standing.BEHIND_LOST;
    }
    return RequestRecord.isKnown(delivery) ? Standing.KNOWN : Standing.NEW;
  }

  /// Takes in again what a database that was set back forgot, up to this record.
  private void takeLost(RequestDelivery delivery) {
    int partition = delivery.partition();
    long from = inTransaction(() -> RequestRecord.next(partition)).orElse(0);
    LOG.warnf("records from %d on are taken in again: the database is older than it was", from);
    topic.forEach(
        partition, from, delivery.offset(), record -> takeOnce(RequestDelivery.of(record)));
  }

  private void takeOnce(RequestDelivery delivery) {
    if (!inTransaction(() -> RequestRecord.isKnown(delivery))) {
      take(delivery);
    }
  }

  private void take(RequestDelivery delivery) {
    Asked asked;
    try {
      asked = reader.read(delivery.record());
    } catch (Unreadable e) {
      bury(delivery, e.code(), e.reason());
      return;
    }
    try {
      answer(delivery, asked.release(), asked.command());
    } catch (FactTooLarge e) {
      if (!(asked.command() instanceof GateCommand.Request request)) {
        throw e;
      }
      answer(delivery, asked.release(), RequestReader.tooLarge(request));
    } catch (Unattributable e) {
      bury(delivery, "unknown-release", String.valueOf(e.getMessage()));
    } catch (JournalUnavailable | DeadLetters.NotWritten e) {
      throw e;
    } catch (RuntimeException e) {
      // Trying again would give the same and keep everybody behind it waiting.
      LOG.errorf(e, "%s cannot be answered", delivery);
      bury(delivery, "failed", e.toString());
    }
  }

  private void answer(RequestDelivery delivery, ReleaseId release, GateCommand command) {
    AtomicReference<@Nullable RequestOutcome> noted = new AtomicReference<>();
    journal.record(
        release,
        (history, now) -> {
          RequestOutcome outcome = RequestOutcome.of(history, command, now);
          boolean isNew =
              RequestRecord.note(
                  delivery, outcome.fate(), release, outcome.code(), outcome.reason());
          noted.set(isNew ? outcome : null);
          return isNew ? outcome.facts() : List.of();
        });
    RequestOutcome outcome = noted.get();
    if (outcome != null) {
      count(outcome.fate());
    } else if (note(delivery, Fate.DUPLICATE, release, "forgotten", "its release ended long ago")) {
      count(Fate.DUPLICATE);
    }
  }

  private void bury(RequestDelivery delivery, String code, String reason) {
    deadLetters.write(delivery, code, reason);
    ReleaseId release = CloudEvent.release(delivery.record()).orElse(null);
    if (note(delivery, Fate.DEAD_LETTER, release, code, reason)) {
      count(Fate.DEAD_LETTER);
      LOG.infof("%s is a dead letter: %s: %s", delivery, code, reason);
    }
  }

  private static boolean note(
      RequestDelivery delivery,
      Fate fate,
      @Nullable ReleaseId release,
      String code,
      String reason) {
    return inTransaction(() -> RequestRecord.note(delivery, fate, release, code, reason));
  }

  private static void tidy(RequestDelivery delivery) {
    if (delivery.offset() % RECORDS_BETWEEN_TIDYING == 0) {
      QuarkusTransaction.requiringNew().run(RequestRecord::forgetOld);
    }
  }

  private void count(Fate fate) {
    counter(meters, fate).increment();
  }

  private static Counter counter(MeterRegistry meters, Fate fate) {
    return Counter.builder("lockkeeper.requests")
        .description("Requests on the topic, by what became of them")
        .tag("fate", fate.name())
        .register(meters);
  }

  private static <T> T inTransaction(Supplier<T> work) {
    return QuarkusTransaction.requiringNew().call(work::get);
  }

  private static void rest(int attempt, RuntimeException trouble) {
    long longest = Math.min(LONGEST_WAIT_MILLIS, 50L << Math.min(attempt, 10));
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw trouble;
    }
  }
}
