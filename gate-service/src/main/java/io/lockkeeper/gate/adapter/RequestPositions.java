package io.lockkeeper.gate.adapter;

import io.quarkus.arc.Unremovable;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/// Begins each partition of `release-requests` after the last record whose fate this service's own
/// database knows, whatever the consumer group has committed: a database that was set back asks
/// again for what it lost, and what was answered before is a duplicate.
@Identifier("release-requests")
@Unremovable
@Singleton
final class RequestPositions implements KafkaConsumerRebalanceListener {

  private static final Logger LOG = Logger.getLogger(RequestPositions.class);
  private static final long WAIT_MILLIS = 1_000;

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      OptionalLong next = next(partition);
      if (next.isPresent()) {
        consumer.seek(partition, next.getAsLong());
      } else {
        consumer.seekToBeginning(List.of(partition));
      }
    }
  }

  private static OptionalLong next(TopicPartition partition) {
    while (true) {
      try {
        return QuarkusTransaction.requiringNew()
            .call(() -> RequestRecord.next(partition.partition()));
      } catch (RuntimeException e) {
        LOG.warnf("the position of %s is read again: %s", partition, e);
        rest();
      }
    }
  }

  private static void rest() {
    try {
      Thread.sleep(WAIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
