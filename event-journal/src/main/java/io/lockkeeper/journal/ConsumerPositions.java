package io.lockkeeper.journal;

import io.agroal.api.AgroalDataSource;
import io.quarkus.arc.Unremovable;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/// Begins each partition of `release-events` after the last delivery that this service's own
/// database holds, whatever the consumer group has committed; and not before recovery has made its
/// comparison.
@Identifier("release-events")
@Unremovable
@Singleton
final class ConsumerPositions implements KafkaConsumerRebalanceListener {

  private static final Logger LOG = Logger.getLogger(ConsumerPositions.class);
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final AgroalDataSource dataSource;
  private final JournalParts parts;

  ConsumerPositions(AgroalDataSource dataSource, JournalParts parts) {
    this.dataSource = dataSource;
    this.parts = parts;
  }

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    Backoff.untilDone("the start of consumption", this::awaitRecovery);
    for (TopicPartition partition : partitions) {
      Backoff.untilDone("the position of " + partition, () -> seek(consumer, partition));
    }
  }

  private void awaitRecovery() {
    try {
      while (!parts.recovery().awaitCompared(PATIENCE)) {
        LOG.infof("consumption waits for recovery: %s", parts.recovery().state().title());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JournalUnavailable("interrupted", e);
    }
  }

  private void seek(Consumer<?, ?> consumer, TopicPartition partition) {
    try (Connection connection = dataSource.getConnection()) {
      OptionalLong next = JournalTables.nextOffset(connection, partition.partition());
      if (next.isPresent()) {
        consumer.seek(partition, next.getAsLong());
      } else {
        consumer.seekToBeginning(List.of(partition));
      }
    } catch (SQLException e) {
      throw new JournalUnavailable("the position of " + partition + " cannot be read", e);
    }
  }
}
