package io.lockkeeper.simulation.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.EventTypes;
import io.lockkeeper.quickstart.demo.ReleaseRequests;
import io.lockkeeper.quickstart.demo.Version;
import io.lockkeeper.quickstart.local.Credentials;
import io.lockkeeper.quickstart.local.Part;
import io.lockkeeper.quickstart.platform.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Requests that are wrong in every way that chance finds, through the real topic. What of them can
/// be read names a runbook that does not exist, for a service of its own, so that none becomes a
/// release under way.
final class Mutants {

  private static final int LARGE = 300 * 1024;

  /// A machine that has other work settles a few dozen a second.
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private Mutants() {}

  /// Sends so many; returns when Kafka has them. The seed is printed.
  static void send(Site site, int count, long seed)
      throws IOException, InterruptedException, ExecutionException {
    System.out.println("mutants of seed " + seed);
    Random random = new Random(seed);
    byte[] good =
        ReleaseRequests.body(Version.good("9.9.9"), Version.good("9.9.8"))
            .replace("demo-canary", "no-such-runbook")
            .replace("demo/shop", "demo/mutant")
            .getBytes(StandardCharsets.UTF_8);
    Map<String, Object> config =
        Map.of("bootstrap.servers", site.stack().layout().kafka(), "acks", "all");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<?>> sent = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        sent.add(producer.send(mutant(good, "mutant-" + seed + "-" + number, random)));
      }
      for (Future<?> acknowledgement : sent) {
        acknowledgement.get();
      }
    }
  }

  /// Waits until every record on the topic has its fate, and compares the counts: one fate for each
  /// record, one dead letter for each that has that fate.
  static void checkFates(Site site) throws IOException, SQLException {
    long records = onTopic(site, Topics.REQUESTS);
    await("a fate for every record")
        .atMost(PATIENCE)
        .until(() -> fates(site).values().stream().mapToLong(Long::longValue).sum() == records);
    Map<String, Long> fates = fates(site);
    System.out.println("fates of requests: " + fates);
    assertThat(fates).containsKeys("ACCEPTED", "REFUSED", "DEAD_LETTER");
    assertThat(onTopic(site, Topics.DEAD_LETTERS)).isEqualTo(fates.get("DEAD_LETTER"));
  }

  private static ProducerRecord<byte[], byte[]> mutant(byte[] good, String id, Random random) {
    byte[] key = new byte[random.nextInt(8)];
    random.nextBytes(key);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(Topics.REQUESTS, key, body(good, random));
    Map<String, String> headers =
        new TreeMap<>(
            Map.of(
                "ce_specversion", "1.0",
                "ce_id", id,
                "ce_source", "https://ci.example/mutants",
                "ce_type", EventTypes.RELEASE_REQUESTED,
                "content-type", "application/json"));
    if (random.nextInt(10) == 0) {
      List<String> names = List.copyOf(headers.keySet());
      String name = names.get(random.nextInt(names.size()));
      if (random.nextBoolean()) {
        headers.remove(name);
      } else {
        headers.put(name, headers.get(name) + (char) random.nextInt(256));
      }
    }
    headers.forEach(
        (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    return record;
  }

  private static byte[] body(byte[] good, Random random) {
    String text = new String(good, StandardCharsets.UTF_8);
    int at = random.nextInt(good.length);
    return switch (random.nextInt(40)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> garbage(random);
      case 3, 4, 5 -> Arrays.copyOf(good, at);
      case 6, 7, 8 -> bytes(text.replaceFirst("\"version\" *: *\"", "\"version\": \"\\\\u0000"));
      case 9, 10, 11 -> bytes(text.substring(0, at) + '\0' + text.substring(at));
      case 12, 13, 14, 15 -> bytes(text.replaceFirst("\"[a-z]+\" *: *\"[^\"]*\" *, *", ""));
      case 16 -> bytes(text.replaceFirst("\"version\" *: *\"", "$0" + "9".repeat(LARGE)));
      case 17 -> bytes(text + " ".repeat(LARGE));
      case 18, 19 -> bytes("[".repeat(random.nextInt(5_000)));
      default -> flipped(good, random);
    };
  }

  private static byte[] garbage(Random random) {
    byte[] garbage = new byte[random.nextInt(2_000)];
    random.nextBytes(garbage);
    return garbage;
  }

  private static byte[] flipped(byte[] good, Random random) {
    byte[] flipped = good.clone();
    for (int changes = 0; changes <= random.nextInt(3); changes++) {
      flipped[random.nextInt(flipped.length)] = (byte) random.nextInt(256);
    }
    return flipped;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long onTopic(Site site, String topic) {
    Map<String, Object> config = Map.of("bootstrap.servers", site.stack().layout().kafka());
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      return consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private static Map<String, Long> fates(Site site) throws IOException, SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                site.stack().layout().database(Part.GATE),
                Part.GATE.database(),
                Credentials.read(site.stack().credentials().databasePassword()));
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select fate, count(*) from request_record group by fate")) {
      Map<String, Long> fates = new TreeMap<>();
      while (rows.next()) {
        fates.put(rows.getString(1), rows.getLong(2));
      }
      return fates;
    }
  }
}
