package io.lockkeeper.quickstart.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.BindException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPlatformTest {

  private final EmbeddedPlatform platform = EmbeddedPlatform.shared();
  private final Databases databases = platform.databases();

  @Test
  @DisplayName("D5: the four topics exist with 12 partitions, and events are kept for ever")
  void topics() throws Exception {
    Topics.ensure(platform.bootstrapServers());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
      Set<String> names =
          Set.of(Topics.REQUESTS, Topics.DEAD_LETTERS, Topics.EVENTS, Topics.TELEMETRY);
      Map<String, TopicDescription> topics =
          admin.describeTopics(names).allTopicNames().get(20, TimeUnit.SECONDS);
      assertThat(topics.values()).allSatisfy(topic -> assertThat(topic.partitions()).hasSize(12));
      ConfigResource events = new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVENTS);
      var config =
          admin.describeConfigs(Set.of(events)).all().get(20, TimeUnit.SECONDS).get(events);
      assertThat(config.get(TopicConfig.RETENTION_MS_CONFIG).value()).isEqualTo("-1");
      assertThat(config.get(TopicConfig.RETENTION_BYTES_CONFIG).value()).isEqualTo("-1");
      assertThat(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value()).isEqualTo("1048576");
    }
  }

  @Test
  @DisplayName("D5: a topic that somebody merely names is not made")
  void noTopicByAccident() {
    Map<String, Object> config =
        Map.of("bootstrap.servers", platform.bootstrapServers(), "max.block.ms", 1500);
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> producer.send(new ProducerRecord<>("typo", new byte[0])).get())
          .withCauseInstanceOf(TimeoutException.class);
    }
  }

  @Test
  @DisplayName("PRE1: a record over 1 MiB is refused by the broker itself")
  void tooLarge() {
    Map<String, Object> config =
        Map.of("bootstrap.servers", platform.bootstrapServers(), "max.request.size", 4_000_000);
    byte[] noise = new byte[1_100_000];
    new java.util.Random(1).nextBytes(noise);
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> producer.send(new ProducerRecord<>(Topics.REQUESTS, noise)).get())
          .withCauseInstanceOf(RecordTooLargeException.class);
    }
  }

  @Test
  @DisplayName("D5: every service owns its database and may make tables there")
  void owners() throws Exception {
    databases.ensure();
    for (String service : Databases.SERVICES) {
      assertThat(query(service, "select current_user || ' ' || current_database()"))
          .isEqualTo(service + " " + service);
      execute(service, "create table if not exists mine (id int)", "drop table mine");
    }
  }

  @Test
  @DisplayName("D5: a commit is on disk when it is acknowledged, and 200 connections fit")
  void durability() throws Exception {
    assertThat(query("gate", "show fsync")).isEqualTo("on");
    assertThat(query("gate", "show synchronous_commit")).isEqualTo("on");
    assertThat(query("gate", "show full_page_writes")).isEqualTo("on");
    assertThat(query("gate", "show max_connections")).isEqualTo("200");
    assertThat(query("gate", "show listen_addresses")).isEqualTo("127.0.0.1");
  }

  @Test
  @DisplayName("R3: a database set back to a dump is what it was, under its old owner")
  void dumpAndRestore() throws Exception {
    String name = database();
    execute(name, "create table facts (id int primary key)", "insert into facts values (1)");
    try (Connection user = databases.connectAsOwner(name)) {
      assertThat(user.isValid(5)).isTrue();
      Databases.Dump dump = databases.dump(name);
      execute(name, "insert into facts values (2)", "create table later (id int)");
      Databases.Dump second = databases.dump(name);

      databases.restore(dump);

      assertThat(query(name, "select string_agg(id::text, ',' order by id) from facts"))
          .isEqualTo("1");
      assertThat(query(name, "select to_regclass('later') is null")).isEqualTo("t");
      execute(name, "insert into facts values (3)");

      databases.restore(second);
      assertThat(query(name, "select string_agg(id::text, ',' order by id) from facts"))
          .isEqualTo("1,2");
      databases.dropDatabase(name);
      databases.restore(dump);
      assertThat(query(name, "select count(*) from facts")).isEqualTo("1");
    }
  }

  @Test
  @DisplayName("D5: a dropped database is gone although it is in use, and comes back empty")
  void dropAndCreate() throws Exception {
    String name = database();
    execute(name, "create table facts (id int)");
    try (Connection user = databases.connectAsOwner(name)) {
      databases.dropDatabase(name);
      databases.dropDatabase(name);
      assertThat(user.isValid(5)).isFalse();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> databases.connectAsOwner(name).close());
    }
    databases.createDatabase(name);
    databases.createDatabase(name);
    assertThat(query(name, "select to_regclass('facts') is null")).isEqualTo("t");
  }

  @Test
  @DisplayName("A name that could be more than a name is refused")
  void names() {
    for (String bad : new String[] {"", "Gate", "gate; drop database audit", "gate\"", "1gate"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> databases.createDatabase(bad));
      assertThatIllegalArgumentException().isThrownBy(() -> databases.dropDatabase(bad));
    }
  }

  @Test
  @DisplayName("A taken port is named, and nothing is taken for ours that is not")
  void takenPort(@TempDir Path folder) {
    int port = platform.postgres().orElseThrow().port();
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> PostgresServer.start(folder, port, "x"))
        .withMessageContaining(String.valueOf(port));
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> KafkaBroker.start(folder, port))
        .withMessageContaining(String.valueOf(port));
  }

  private String database() throws SQLException {
    String name = "t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    databases.createDatabase(name);
    return name;
  }

  private void execute(String database, String... sql) throws SQLException {
    try (Connection connection = databases.connectAsOwner(database);
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  private String query(String database, String sql) throws SQLException {
    try (Connection connection = databases.connectAsOwner(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }
}
