package io.lockkeeper.audit.adapter;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.audit.Releases;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.AuditEvent.ReleaseClosed;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Deliveries;
import io.lockkeeper.journal.EmbeddedPlatformResource;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.MetricsPage;
import io.lockkeeper.journal.OpenApi;
import io.lockkeeper.journal.Topic;
import io.lockkeeper.quickstart.platform.Databases;
import io.lockkeeper.quickstart.platform.EmbeddedPlatform;
import io.lockkeeper.runbook.Digest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.HttpClientConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/// audit-service on a real Kafka and PostgreSQL: what the other four say comes out as the log.
@QuarkusTest
@QuarkusTestResource(EmbeddedPlatformResource.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AuditServiceTest {

  @RegisterExtension static final OpenApi API = new OpenApi("audit-service");

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static Topic topic;
  private static KafkaProducer<String, byte[]> anybody;

  @Inject LedgerWriter writer;

  @ConfigProperty(name = "quarkus.datasource.username")
  String database;

  @BeforeAll
  static void open() {
    topic = new Topic();
    anybody =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", EmbeddedPlatform.shared().bootstrapServers()),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  @AfterAll
  static void close() {
    topic.close();
    anybody.close();
  }

  private static RequestSpecification as(String role) {
    return given()
        .auth()
        .oauth2(Jwt.subject("ada").issuer("lockkeeper").groups(role).expiresIn(600).sign());
  }

  private static ReleaseId said(List<? extends ReleaseEvent> events) {
    ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
    events.forEach(event -> topic.say(writer(event), release, event));
    return release;
  }

  private static Writer writer(ReleaseEvent event) {
    return switch (event) {
      case GateEvent _ -> Writer.GATE;
      case RolloutEvent _ -> Writer.ROLLOUT;
      case MonitorEvent _ -> Writer.MONITOR;
      case NotificationEvent _ -> Writer.NOTIFICATION;
      case AuditEvent _, Unrecognised _ -> throw new IllegalArgumentException("not theirs");
    };
  }

  private static void awaitPhase(ReleaseId release, String phase) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                as("viewer")
                    .get("/releases/" + release)
                    .then()
                    .statusCode(200)
                    .body("phase", equalTo(phase)));
  }

  private static List<JsonNode> lines(String path, String mediaType) throws IOException {
    String text = as("ci").accept(mediaType).get(path).then().statusCode(200).extract().asString();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : text.lines().toList()) {
      lines.add(EventJson.mapper().readTree(line));
    }
    return lines;
  }

  @Test
  @Order(1)
  @DisplayName("An empty ledger is an empty list; what is unknown is a problem")
  void empty() {
    as("viewer")
        .get("/releases")
        .then()
        .statusCode(200)
        .body("items", hasSize(0))
        .body("next", nullValue());
    for (String path : List.of("/releases/nobody", "/releases/nobody/log", "/releases/a%00b")) {
      as("viewer")
          .urlEncodingEnabled(false)
          .get(path)
          .then()
          .statusCode(404)
          .contentType("application/problem+json")
          .body("code", equalTo("unknown-release"));
    }
    as("viewer").accept("text/markdown").get("/releases/nobody/log").then().statusCode(404);
    as("viewer").accept("application/x-ndjson").get("/releases/nobody/log").then().statusCode(404);
    as("viewer").get("/releases?after=nonsense").then().statusCode(400);
    as("viewer").get("/releases?limit=0").then().statusCode(422);
  }

  @Test
  @DisplayName("The log is for those who have a role")
  void roles() {
    given().get("/releases").then().statusCode(401);
    as("nobody").get("/releases").then().statusCode(403);
    as("operator").get("/facts").then().statusCode(200);
  }

  @Test
  @DisplayName("D5: a good release: closed by the service itself, once, and shown whole")
  void goodRelease() throws IOException {
    List<ReleaseEvent> events = Releases.and(Releases.good(), Releases.SUMMARIZED);
    ReleaseId release = said(events);
    awaitPhase(release, "closed");

    List<Fact> own = topic.facts(Writer.AUDIT, release);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(topic.facts(Writer.AUDIT, release)).hasSize(1));
    assertThat(own.size()).isLessThanOrEqualTo(1);
    ReleaseClosed closed = topic.heard(Writer.AUDIT, release, ReleaseClosed.class).getFirst();
    assertThat(closed.outcome()).isEqualTo(Outcome.VERIFIED);
    assertThat(closed.facts()).isEqualTo(events.size());

    as("viewer")
        .get("/releases/" + release + "/log")
        .then()
        .statusCode(200)
        .contentType("application/json")
        .body("overview.service", equalTo("demo/shop"))
        .body("overview.outcome", equalTo("VERIFIED"))
        .body("overview.closed", notNullValue())
        .body("steps", hasSize(events.size() + 1))
        .body("steps[0].entry.type", equalTo("io.lockkeeper.release.accepted.v1"))
        .body("steps[0].entry.who.kind", equalTo("CLAIMED"))
        .body("steps[-1].because", startsWith("Outcome summarized"))
        .body("coverage", hasSize(29))
        .body("notes", hasSize(0));
    as("viewer")
        .accept("text/markdown")
        .get("/releases/" + release + "/log")
        .then()
        .statusCode(200)
        .contentType(containsString("text/markdown"))
        .body(startsWith("# demo/shop 2.0.0 in production: VERIFIED\n"))
        .body(containsString("## Runbook coverage"));
    as("viewer").get("/releases").then().body("items.release", hasItems(release.value()));
  }

  @Test
  @DisplayName(
      "D5: the ledger keeps headers and bytes as the topic has them, audit's own facts too")
  void bytes() throws IOException {
    ReleaseId release = said(Releases.and(Releases.bad(), Releases.RETURN_TOLD));
    topic.say(Writer.NOTIFICATION, release, Releases.FILED);
    topic.say(Writer.NOTIFICATION, release, Releases.SUMMARIZED);
    awaitPhase(release, "closed");

    List<JsonNode> lines = lines("/releases/" + release + "/log", "application/x-ndjson");

    assertThat(lines).hasSize(Releases.bad().size() + 4);
    for (JsonNode line : lines) {
      assertThat(line.at("/headers/ce_subject").asText()).isEqualTo(release.value());
      assertThat(line.path("digest").asText())
          .isEqualTo(Digest.of(line.path("body").toString().getBytes(UTF_8)).value());
    }
    assertThat(lines.getLast().at("/headers/ce_source").asText()).isEqualTo(Writer.AUDIT.source());
    assertThat(lines.stream().map(line -> line.path("offset").asLong()).toList()).isSorted();
  }

  @Test
  @DisplayName("D5: the first delivery counts; repeats, holes and foreign hands are kept and noted")
  void oddDeliveries() throws IOException, ExecutionException, InterruptedException {
    ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
    ProducerRecord<String, byte[]> accepted = sent(release, 1, Releases.good().getFirst());
    anybody.send(accepted).get();
    anybody.send(accepted).get();
    int partition = anybody.send(sent(release, 3, Releases.good().get(1))).get().partition();
    anybody
        .send(
            new ProducerRecord<>(
                Deliveries.TOPIC, partition, release.value(), new byte[] {0, (byte) 0xff, 10}))
        .get();
    anybody.send(sent(release, 4, Releases.good().get(2))).get();

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                as("viewer")
                    .get("/releases/" + release + "/log")
                    .then()
                    .statusCode(200)
                    .body("steps", hasSize(3))
                    .body("notes", hasSize(2))
                    .body("notes[0]", containsString("repeats partition " + partition))
                    .body("notes[1]", containsString("has number 3 where 2 comes next")));

    List<JsonNode> deliveries =
        lines("/facts?limit=5000&partition=" + partition, "application/x-ndjson");
    assertThat(deliveries)
        .anySatisfy(
            line -> {
              assertThat(line.path("note").asText()).isEqualTo("no fact of ours");
              assertThat(line.path("bodyBase64").asText()).isEqualTo("AP8K");
            });
    assertThat(deliveries.stream().map(line -> line.path("offset").asLong()).toList())
        .isSorted()
        .doesNotHaveDuplicates();
    long last = deliveries.getLast().path("offset").asLong();
    assertThat(lines("/facts?partition=" + partition + "&after=" + last, "application/x-ndjson"))
        .isEmpty();
  }

  @Test
  @DisplayName("D5: a hole in the ledger is never passed over unless the topic itself has it")
  void holes() throws SQLException, IOException {
    int partition = 99;
    assertThat(writer.add(List.of(at(partition, 0), at(partition, 1)), OptionalLong.empty()))
        .isEmpty();
    assertThat(writer.add(List.of(at(partition, 0), at(partition, 1)), OptionalLong.empty()))
        .isEmpty();
    List<ConsumerRecord<String, byte[]>> later = List.of(at(partition, 5));

    assertThat(writer.add(later, OptionalLong.empty())).hasValue(2);
    assertThat(writer.add(later, OptionalLong.of(0))).hasValue(2);
    assertThat(writer.next(partition)).isEqualTo(2);
    assertThat(writer.add(later, OptionalLong.of(2))).isEmpty();

    List<JsonNode> lines = lines("/facts?partition=" + partition, "application/x-ndjson");
    assertThat(lines).extracting(line -> line.path("offset").asInt()).containsExactly(0, 1, 5);
    assertThat(lines.getLast().path("note").asText())
        .startsWith("offsets from 2 on are missing before it");
  }

  private static ConsumerRecord<String, byte[]> at(int partition, long offset) {
    return new ConsumerRecord<>(Deliveries.TOPIC, partition, offset, "r", new byte[] {'1'});
  }

  private static ProducerRecord<String, byte[]> sent(
      ReleaseId release, int sequence, ReleaseEvent event) {
    return Deliveries.sent(Writer.GATE, release, sequence, Instant.now(), event);
  }

  @Test
  @DisplayName("Lists come in pages, newest first, without a repeat")
  void pages() {
    said(Releases.begun());
    ReleaseId newest = said(Releases.begun());
    awaitPhase(newest, "rolling out");

    List<String> seen = new ArrayList<>();
    String next = null;
    do {
      RequestSpecification page = as("viewer").queryParam("limit", 1);
      if (next != null) {
        page = page.queryParam("after", next);
      }
      var body = page.get("/releases").then().statusCode(200).extract().jsonPath();
      seen.addAll(body.getList("items.release", String.class));
      next = body.getString("next");
    } while (next != null);

    List<String> all =
        as("viewer").get("/releases?limit=200").jsonPath().getList("items.release", String.class);
    assertThat(seen).isEqualTo(all).doesNotHaveDuplicates().contains(newest.value());
  }

  @Test
  @DisplayName("D5: facts are streamed as they come, and again from where a reader was cut off")
  void streams() {
    ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
    try (EventStream all = stream("/facts", null);
        EventStream one = stream("/releases/" + release + "/facts", null)) {
      List<ReleaseEvent> events = Releases.begun();
      events.forEach(event -> topic.say(writer(event), release, event));
      one.awaitEvents(events.size());
      all.awaitEvents(events.size());
      assertThat(one.types(release)).hasSize(events.size());
      assertThat(all.types(release)).containsAll(one.types(release));
      try (EventStream again = stream("/releases/" + release + "/facts", one.id(1))) {
        again.awaitEvents(events.size() - 2);
        assertThat(again.types(release)).isEqualTo(one.types(release).subList(2, events.size()));
      }
      try (EventStream again = stream("/facts?after=" + all.id(0), null)) {
        again.awaitEvents(events.size() - 1);
        assertThat(again.types(release)).containsAll(one.types(release).subList(1, events.size()));
      }
    }
    as("viewer").accept("text/event-stream").get("/facts?after=nowhere").then().statusCode(400);
  }

  private static EventStream stream(String path, @Nullable String last) {
    return new EventStream(
        URI.create("http://localhost:" + RestAssured.port + path),
        Jwt.subject("ada").issuer("lockkeeper").groups("viewer").expiresIn(600).sign(),
        last);
  }

  @Test
  @DisplayName("A refused release says in lists why, and what it was about")
  void refusedInLists() {
    ReleaseId release =
        said(
            List.of(
                new GateEvent.ReleaseRefused(
                    "unknown-runbook",
                    List.of(),
                    Actor.claimed("ci"),
                    new GateEvent.Subject("demo/shop", "production", null))));
    awaitPhase(release, "refused");
    as("viewer")
        .get("/releases?limit=200")
        .then()
        .rootPath("items.find { it.release == '" + release + "' }")
        .body("reason", equalTo("unknown-runbook"))
        .body("service", equalTo("demo/shop"))
        .body("environment", equalTo("production"))
        .body("version", nullValue());
  }

  @Test
  @Order(Integer.MAX_VALUE)
  @DisplayName("D5: a database set back while the service runs is brought up to the topic again")
  void databaseSetBack() throws SQLException {
    Databases databases = EmbeddedPlatform.shared().databases();
    Databases.Dump dump = databases.dump(database);
    ReleaseId release = said(Releases.and(Releases.good(), Releases.SUMMARIZED));
    awaitPhase(release, "closed");
    databases.restore(dump);
    ReleaseId later = said(Releases.begun());

    awaitPhase(later, "rolling out");
    awaitPhase(release, "closed");
    as("viewer")
        .get("/releases/" + release + "/log")
        .then()
        .body("steps", hasSize(Releases.good().size() + 2))
        .body("notes", hasSize(0));
    await().until(() -> !topic.facts(Writer.AUDIT, release).isEmpty());
    assertThat(topic.facts(Writer.AUDIT, release)).hasSize(1);
  }

  @Test
  @Order(99)
  @DisplayName("The metrics are those of docs/metrics.md")
  void metrics() throws IOException {
    MetricsPage.check(
        "audit-service",
        given().accept("text/plain").get("/q/metrics").then().extract().asString());
  }

  @Test
  @Tag("deep")
  @DisplayName(
      "Every call answers as /q/openapi describes and shows it, and as docs/openapi has it")
  void openApi() throws IOException {
    ReleaseId release;
    try (EventStream all = stream("/facts", null)) {
      release = said(Releases.and(Releases.good(), Releases.SUMMARIZED));
      all.awaitEvents(1);
      API.streamed("GET /facts", all.text());
    }
    awaitPhase(release, "closed");
    try (EventStream one = stream("/releases/" + release + "/facts", null)) {
      one.awaitEvents(1);
      API.streamed("GET /releases/{id}/facts", one.text());
    }
    String log = "/releases/" + release + "/log";
    JsonNode first = lines(log, "application/x-ndjson").getFirst();
    lines(
        "/facts?partition=%d&after=%d&limit=1"
            .formatted(first.path("partition").asInt(), first.path("offset").asLong() - 1),
        "application/x-ndjson");
    as("viewer").get(log).then().statusCode(200);
    as("viewer").accept("text/markdown").get(log).then().statusCode(200);
    as("viewer").get("/releases?limit=1").then().statusCode(200);
    ReleaseId open = said(Releases.begun());
    awaitPhase(open, "rolling out");
    await()
        .atMost(PATIENCE)
        .until(() -> as("viewer").get("/releases/" + open).path("waitsFor.until") != null);
    as("viewer").get("/releases?limit=1").then().body("items[0].who", equalTo("monitor-service"));
    as("viewer").accept("text/event-stream").get("/facts?after=nowhere").then().statusCode(400);
    as("viewer")
        .accept("text/event-stream")
        .header("Last-Event-ID", "nowhere")
        .get("/releases/" + release + "/facts")
        .then()
        .statusCode(400);
    as("viewer").urlEncodingEnabled(false).get("/releases/a%00b/facts").then().statusCode(404);
    API.tries(Map.of("id", release));
    tooManyStreams(release);
    API.isTrue();
    API.equalsSnapshot();
  }

  /// As many as are served, and then one more of either kind.
  private void tooManyStreams(ReleaseId release) {
    List<EventStream> streams = new ArrayList<>();
    try {
      while (streams.size() < FactStream.MOST_STREAMS) {
        // Those that were closed just now may count for a moment still.
        await().untilAsserted(() -> streams.add(stream("/facts", null)));
      }
      // A stream that is served after all would never end.
      RestAssuredConfig impatient =
          RestAssured.config()
              .httpClient(
                  HttpClientConfig.httpClientConfig().setParam("http.socket.timeout", 5_000));
      for (String path : List.of("/facts", "/releases/" + release + "/facts")) {
        as("viewer")
            .config(impatient)
            .accept("text/event-stream")
            .get(path)
            .then()
            .statusCode(503)
            .body("code", equalTo("too-many-streams"));
      }
    } finally {
      streams.forEach(EventStream::close);
    }
    await().untilAsserted(() -> stream("/facts", null).close());
  }
}
