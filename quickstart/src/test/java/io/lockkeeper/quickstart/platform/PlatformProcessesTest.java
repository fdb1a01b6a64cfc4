package io.lockkeeper.quickstart.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.OwnProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every other module waits for this one, and system tests start the same processes.
@Tag("deep")
class PlatformProcessesTest {

  private static final int TERMINATED = 143;

  @TempDir private Path folder;

  @Test
  @DisplayName("D5: what Kafka acknowledged and a group's place survive SIGKILL and SIGTERM")
  void kafka() throws Exception {
    int port = Loopback.freePort();
    int controller = Loopback.freePort();
    List<String> seen = new ArrayList<>();

    try (OwnProcess broker = kafka(port, controller)) {
      produce(port, "one");
      seen.addAll(consume(port, 1));
      produce(port, "two");
      broker.kill();
    }
    try (OwnProcess broker = kafka(port, controller)) {
      produce(port, "three");
      assertThat(broker.terminate()).isEqualTo(TERMINATED);
      assertThat(broker.readyLines()).isEqualTo(1);
    }
    try (OwnProcess broker = kafka(port, controller)) {
      assertThat(broker.said("bootstrap")).isEqualTo("127.0.0.1:" + port);
      seen.addAll(consume(port, 2));
    }
    assertThat(seen).containsExactly("one", "two", "three");
  }

  @Test
  @DisplayName("D5: what PostgreSQL committed survives SIGKILL of launcher and server, and SIGTERM")
  void postgres() throws Exception {
    int port = Loopback.freePort();
    Path password = Files.writeString(folder.resolve("password"), "secret");
    Databases databases = new Databases("127.0.0.1:" + port, PostgresServer.ADMIN, "", "secret");

    try (OwnProcess server = postgres(port, password)) {
      execute(databases, "create table facts (id int)", "insert into facts values (1)");
      server.kill();
    }
    // The launcher is gone, its server is not: the next launcher replaces it.
    execute(databases, "insert into facts values (2)");
    long leftOver = serverPid();
    try (OwnProcess server = postgres(port, password)) {
      assertThat(ProcessHandle.of(leftOver)).isEmpty();
      execute(databases, "insert into facts values (3)");
      ProcessHandle.of(serverPid()).orElseThrow().destroyForcibly();
      assertThat(server.exit()).isEqualTo(1);
      assertThat(server.text()).contains("PostgreSQL ended");
    }
    try (OwnProcess server = postgres(port, password)) {
      assertThat(count(databases)).isEqualTo(3);
      long pid = serverPid();
      assertThat(server.terminate()).isEqualTo(TERMINATED);
      assertThat(ProcessHandle.of(pid)).isEmpty();
      assertThat(server.text().lines()).hasSize(1);
    }
    assertThat(Loopback.isFree(port)).isTrue();
  }

  @Test
  @DisplayName("D5: broker and database can be stopped and started inside a JVM")
  void inProcess() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"), 0);
        PostgresServer server = PostgresServer.start(folder.resolve("postgres"), 0, "secret")) {
      int port = Integer.parseInt(broker.bootstrapServers().split(":")[1]);
      produce(port, "one");
      execute(server.databases(), "create table facts (id int)", "insert into facts values (1)");

      broker.stop();
      server.stop();
      server.stop();
      assertThat(Loopback.isFree(port) && Loopback.isFree(server.port())).isTrue();
      broker.start();
      server.start();
      server.start();

      assertThat(consume(port, 1)).containsExactly("one");
      assertThat(count(server.databases())).isEqualTo(1);
    }
  }

  @Test
  @DisplayName(
      "D5: what a killed JVM of tests left behind is removed, what a living one uses is not")
  void orphans() throws Exception {
    Path living = PlatformFolder.create(folder);
    Path orphan = Files.createDirectory(folder.resolve("lockkeeper-platform-orphan"));
    Path password = Files.writeString(folder.resolve("password"), "secret");
    try (OwnProcess tests =
        OwnProcess.start(
            folder,
            "256m",
            PostgresServer.class,
            orphan.resolve("postgres"),
            0,
            "--password-file",
            password)) {
      Files.writeString(orphan.resolve("owner"), String.valueOf(tests.pid()));
      Path next = PlatformFolder.create(folder);
      assertThat(orphan).exists();
      tests.kill();
      int port = Integer.parseInt(tests.said("port"));
      assertThat(Loopback.isFree(port)).isFalse();

      PlatformFolder.create(folder);

      assertThat(orphan).doesNotExist();
      assertThat(Loopback.isFree(port)).isTrue();
      assertThat(living).exists();
      assertThat(next).exists();
    }
  }

  private OwnProcess kafka(int port, int controller) throws Exception {
    return OwnProcess.start(
        folder, "256m", KafkaBroker.class, folder.resolve("kafka"), port, controller);
  }

  private OwnProcess postgres(int port, Path password) throws Exception {
    return OwnProcess.start(
        folder,
        "256m",
        PostgresServer.class,
        folder.resolve("postgres"),
        port,
        "--password-file",
        password);
  }

  private long serverPid() throws Exception {
    return Long.parseLong(
        Files.readAllLines(folder.resolve("postgres/data/postmaster.pid")).getFirst().strip());
  }

  private static void produce(int port, String value) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", "127.0.0.1:" + port, "acks", "all");
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(Topics.EVENTS, "release", value)).get();
    }
  }

  /// The next records after what this group has read before.
  private static List<String> consume(int port, int wanted) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            "127.0.0.1:" + port,
            "group.id",
            "test",
            "auto.offset.reset",
            "earliest",
            "enable.auto.commit",
            false);
    List<String> values = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(Topics.EVENTS));
      await()
          .atMost(Duration.ofSeconds(40))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= wanted;
              });
      consumer.commitSync();
    }
    return values;
  }

  private static void execute(Databases databases, String... sql) throws Exception {
    try (Connection connection = databases.connectAsOwner("gate");
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  private static int count(Databases databases) throws Exception {
    try (Connection connection = databases.connectAsOwner("gate");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from facts")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
