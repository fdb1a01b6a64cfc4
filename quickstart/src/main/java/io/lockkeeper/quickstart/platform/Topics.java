package io.lockkeeper.quickstart.platform;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// The topics that Lockkeeper needs, made by deployment and not by accident.
public final class Topics {

  /// What CI asks for; written by anyone.
  public static final String REQUESTS = "release-requests";
  /// Requests that could not be read, with the reason.
  public static final String DEAD_LETTERS = "release-requests-dead-letters";
  /// Every fact of every release; kept for ever.
  public static final String EVENTS = "release-events";
  /// Samples and assessments, one record per look.
  public static final String TELEMETRY = "release-telemetry";

  /// Partitions of each topic. Never changed in place: a release's key must stay on its partition.
  public static final int PARTITIONS = 12;

  private static final int MAX_MESSAGE = 1024 * 1024;
  /// A dead letter is a request of the greatest length and the reason why it was not read.
  private static final int MAX_DEAD_LETTER = MAX_MESSAGE + 64 * 1024;
  private static final String FOR_EVER = "-1";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  private Topics() {}

  /// Makes the topics that are missing and leaves those that exist as they are. Waits up to 30 s
  /// for
  /// the brokers.
  ///
  /// Throws `IllegalStateException` when the brokers do not answer, or when a topic exists with
  /// another number of partitions.
  public static void ensure(String bootstrapServers) {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
      Set<String> existing = admin.listTopics().names().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      List<NewTopic> missing = new ArrayList<>();
      for (NewTopic topic : wanted()) {
        if (!existing.contains(topic.name())) {
          missing.add(topic);
        }
      }
      if (!missing.isEmpty()) {
        admin.createTopics(missing).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
      checkPartitions(admin);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka at " + bootstrapServers + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  private static void checkPartitions(Admin admin)
      throws ExecutionException, TimeoutException, InterruptedException {
    for (TopicDescription topic : describe(admin).values()) {
      if (topic.partitions().size() != PARTITIONS) {
        throw new IllegalStateException(
            topic.name() + " has " + topic.partitions().size() + " partitions, not " + PARTITIONS);
      }
    }
  }

  /// A topic is created some time before every request of a broker knows it.
  private static Map<String, TopicDescription> describe(Admin admin)
      throws ExecutionException, TimeoutException, InterruptedException {
    List<String> names = wanted().stream().map(NewTopic::name).toList();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return admin
            .describeTopics(names)
            .allTopicNames()
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        boolean isNew = e.getCause() instanceof UnknownTopicOrPartitionException;
        if (!isNew || System.nanoTime() - end > 0) {
          throw e;
        }
        Thread.sleep(BETWEEN_LOOKS);
      }
    }
  }

  /// The topics with their settings, on one broker.
  public static List<NewTopic> wanted() {
    return List.of(
        topic(REQUESTS, days(7), MAX_MESSAGE),
        topic(DEAD_LETTERS, days(30), MAX_DEAD_LETTER),
        topic(EVENTS, FOR_EVER, MAX_MESSAGE),
        topic(TELEMETRY, days(30), MAX_MESSAGE));
  }

  private static NewTopic topic(String name, String retentionMillis, int maxMessage) {
    return new NewTopic(name, PARTITIONS, (short) 1)
        .configs(
            Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                retentionMillis,
                TopicConfig.RETENTION_BYTES_CONFIG,
                FOR_EVER,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                String.valueOf(maxMessage)));
  }

  private static String days(int days) {
    return String.valueOf(Duration.ofDays(days).toMillis());
  }
}
