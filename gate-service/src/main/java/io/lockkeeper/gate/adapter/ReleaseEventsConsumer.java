package io.lockkeeper.gate.adapter;

import io.lockkeeper.journal.EventJournal;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/// Takes in every fact of every release, in the order of the topic.
@ApplicationScoped
public class ReleaseEventsConsumer {

  private final EventJournal journal;

  ReleaseEventsConsumer(EventJournal journal) {
    this.journal = journal;
  }

  /// One delivery; returns when it is dealt with for good.
  @Incoming("release-events")
  @Blocking(ordered = true)
  public void consume(ConsumerRecord<String, byte[]> record) {
    journal.consume(record);
  }
}
