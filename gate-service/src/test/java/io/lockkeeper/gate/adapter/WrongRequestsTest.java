package io.lockkeeper.gate.adapter;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Writer;
import io.lockkeeper.gate.GateDecider;
import io.lockkeeper.journal.EmbeddedPlatformResource;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.Topic;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each row of docs/requests.md is what happens.
@QuarkusTest
@QuarkusTestResource(
    value = EmbeddedPlatformResource.class,
    initArgs = {
      @ResourceArg(name = "database", value = "gate"),
      @ResourceArg(name = "lockkeeper.runbooks", value = "src/test/resources/runbooks")
    })
class WrongRequestsTest {

  private static final Path TABLE =
      Path.of(System.getenv("LOCKKEEPER_HOME"), "docs", "requests.md");
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String KAFKA_REFUSES = "the broker refuses it";

  /// One row of the table.
  record Row(String name, String byKafka, String byHttp, List<String> codes) {
    @Override
    public String toString() {
      return name;
    }
  }

  /// What is sent for a row.
  ///
  /// @param first   sent before it, and accepted or refused; null for nothing
  /// @param headers beside those of the event, or in their place
  private record Sent(
      @Nullable ObjectNode first, byte @Nullable [] body, Map<String, String> headers) {

    static Sent of(byte @Nullable [] body) {
      return new Sent(null, body, Map.of());
    }

    static Sent of(String body) {
      return of(body.getBytes(UTF_8));
    }

    static Sent of(ObjectNode request) {
      return of(request.toString());
    }
  }

  private final String id = UUID.randomUUID().toString();
  private Outside kafka;

  @Inject DataSource dataSource;

  @BeforeEach
  void start() {
    kafka = new Outside();
  }

  @AfterEach
  void end() {
    kafka.close();
  }

  static List<Row> rows() throws IOException {
    return Files.readAllLines(TABLE).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| case"))
        .map(line -> line.split(" *[|] *", -1))
        .map(
            cells ->
                new Row(
                    cells[1],
                    cells[2],
                    cells[3],
                    Stream.of(cells[4].split(", *")).filter(code -> !code.isEmpty()).toList()))
        .toList();
  }

  private static ObjectNode good() {
    return Outside.request(Outside.freshService());
  }

  private static Map<String, Sent> cases() {
    Map<String, Sent> cases = new LinkedHashMap<>();
    cases.put("nothing is sent", Sent.of((byte[]) null));
    cases.put("it is not JSON", Sent.of("{\"service\":"));
    cases.put("a name stands twice in one object", Sent.of("{\"a\":1,\"a\":2}"));
    cases.put("there is something behind the JSON", Sent.of("{} {}"));
    cases.put("it is nested more than 64 deep", Sent.of("[".repeat(65) + "]".repeat(65)));
    cases.put("it is not UTF-8", Sent.of("{\"a\":\"\u00e4\"}".getBytes(ISO_8859_1)));
    cases.put("it has more than 1 MiB", Sent.of("\"" + "x".repeat(1024 * 1024) + "\""));
    cases.put(
        "an attribute of the CloudEvent is missing",
        new Sent(null, good().toString().getBytes(UTF_8), Map.of("source", "")));
    cases.put(
        "the `specversion` is not 1.0",
        new Sent(null, good().toString().getBytes(UTF_8), Map.of("specversion", "0.3")));
    cases.put(
        "the type of the event is not known",
        new Sent(null, good().toString().getBytes(UTF_8), Map.of("type", "io.example.other.v1")));
    cases.put(
        "an attribute has more than 200 characters, or a control character",
        new Sent(
            null,
            good().toString().getBytes(UTF_8),
            Map.of("source", "https://ci.example/" + "x".repeat(200))));
    cases.put(
        "`data_base64` is not Base64",
        new Sent(
            null,
            EventJson.mapper()
                .createObjectNode()
                .put("specversion", "1.0")
                .put("id", "1")
                .put("source", Outside.SOURCE)
                .put("type", EventTypes.RELEASE_REQUESTED)
                .put("data_base64", "*")
                .toString()
                .getBytes(UTF_8),
            Map.of("content-type", "application/cloudevents+json")));
    cases.put(
        "it is a batch of events",
        new Sent(
            null,
            "[]".getBytes(UTF_8),
            Map.of("content-type", "application/cloudevents-batch+json")));
    cases.put("a field is missing", Sent.of(good().without(List.of("artifact"))));
    cases.put("a field is not known", Sent.of(good().put("colour", "red")));
    cases.put("a field has another type", Sent.of(good().put("elevated", "true")));
    cases.put("a text has a control character", Sent.of(good().put("description", "a\u0000b")));
    ObjectNode window = good();
    window
        .putObject("window")
        .put("start", "2026-01-02T00:00:00Z")
        .put("end", "2026-01-01T00:00:00Z");
    cases.put("the window ends before it starts", Sent.of(window));
    ObjectNode contradiction = good();
    contradiction
        .withObject("/artifact")
        .put("purl", "pkg:oci/shop@sha256:" + "0".repeat(64) + "?tag=1.1.0");
    cases.put("the purl names another digest than the one beside it", Sent.of(contradiction));
    ObjectNode stages = good();
    ArrayNode steps = stages.withObject("/scope").putArray("infrastructure");
    for (int step = 0; step < 50; step++) {
      steps.addObject().put("name", "step-" + step).put("reversible", true);
    }
    cases.put("with those of the runbook there are more than 50 stages", Sent.of(stages));
    cases.put("there is no such runbook", Sent.of(good().put("runbook", "unheard-of")));
    ObjectNode large = good().put("description", "x".repeat(300_000));
    cases.put("with its runbook it is larger than a fact may be, 256 KiB", Sent.of(large));
    ObjectNode before = good();
    cases.put(
        "the same source and id asked for something else before",
        new Sent(
            before,
            before.deepCopy().put("version", "9.9.9").toString().getBytes(UTF_8),
            Map.of()));
    ObjectNode refused = good().put("runbook", "unheard-of");
    cases.put(
        "the same source and id were refused before",
        new Sent(
            refused,
            refused.deepCopy().put("runbook", "standard").toString().getBytes(UTF_8),
            Map.of()));
    ObjectNode again = good();
    cases.put(
        "the same request again", new Sent(again, again.toString().getBytes(UTF_8), Map.of()));
    return cases;
  }

  /// Rows whose call is of another form.
  private static final Set<String> OTHERS =
      Set.of(
          "neither a CloudEvent nor a key",
          "an attribute comes twice",
          "a header has a `%` that begins no character",
          "the same source and id asked for more than ten other things before",
          "the same source and id had a release whose facts are forgotten",
          "the media type is another",
          "there is no token",
          "the token has not the role",
          "a withdrawal names a release that nobody asked for",
          "a withdrawal by somebody who did not ask and is no operator",
          "a withdrawal without a reason",
          "a withdrawal of what is over");

  @Test
  @DisplayName("The table has a row for each case, and each row is tried")
  void complete() throws IOException {
    Set<String> tried = new java.util.TreeSet<>(cases().keySet());
    tried.addAll(OTHERS);
    assertThat(rows().stream().map(Row::name)).containsExactlyInAnyOrderElementsOf(tried);
  }

  static List<Row> requests() throws IOException {
    return rows().stream().filter(row -> !OTHERS.contains(row.name())).toList();
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("A request that is wrong gets the answer that the table says")
  @MethodSource("requests")
  void wrong(Row row) {
    Sent sent = cases().get(row.name());
    if (row.byKafka().equals(KAFKA_REFUSES)) {
      assertThatThrownBy(() -> byKafka(sent)).hasRootCauseInstanceOf(RecordTooLargeException.class);
    } else {
      JsonPath fate = fate(byKafka(sent));
      assertThat(fate.getString("fate")).isEqualTo(row.byKafka());
      assertThat(fate.getString("code")).isEqualTo(code(row, true));
    }
    Response answer = byHttp(sent);
    assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(row.byHttp()));
    if (answer.statusCode() >= 400) {
      assertThat(answer.contentType()).isEqualTo("application/problem+json");
      assertThat(answer.jsonPath().getString("code")).isEqualTo(code(row, false));
    }
    if (answer.statusCode() == 422) {
      assertThat(answer.jsonPath().getList("errors")).isNotEmpty();
    }
  }

  @Test
  @DisplayName("Neither a CloudEvent nor a key; another media type; no token; another role")
  void calls() {
    assertThat(fate(kafka.write("{}", Map.of())).getString("code")).isEqualTo("no-cloud-event");
    RequestSpecification plain = as("pipeline", "ci").contentType("application/json").body("{}");
    assertThat(plain.post("/releases").jsonPath().getString("code"))
        .isEqualTo("no-idempotency-key");
    Response other = as("pipeline", "ci").contentType("text/plain").body("x").post("/releases");
    assertThat(other.statusCode()).isEqualTo(415);
    assertThat(other.jsonPath().getString("code")).isEqualTo("unsupported-media-type");
    Response nobody = given().contentType("application/json").body("{}").post("/releases");
    assertThat(nobody.statusCode()).isEqualTo(401);
    assertThat(nobody.jsonPath().getString("code")).isEqualTo("unauthorized");
    Response viewer =
        as("vera", "viewer").contentType("application/json").body("{}").post("/releases");
    assertThat(viewer.statusCode()).isEqualTo(403);
    assertThat(viewer.jsonPath().getString("code")).isEqualTo("forbidden");
  }

  @Test
  @DisplayName("An attribute that comes twice; a header with a % that begins no character")
  void headers() {
    Map<String, String> once = Outside.headers(id, EventTypes.RELEASE_REQUESTED);
    JsonPath twice = fate(kafka.writeTwice(good().toString(), once));
    assertThat(twice.getString("fate")).isEqualTo("DEAD_LETTER");
    assertThat(twice.getString("code")).isEqualTo("no-cloud-event");
    for (RequestSpecification wrong :
        List.of(
            call(Sent.of(good()), id).header("ce-id", "another"), call(Sent.of(good()), "100%"))) {
      Response answer = wrong.body(good().toString()).post("/releases");
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.jsonPath().getString("code")).isEqualTo("no-cloud-event");
    }
  }

  @Test
  @DisplayName("An eleventh other request under one source and id; one whose release is forgotten")
  void tooManyAndForgotten() throws SQLException {
    ObjectNode asked = good();
    for (int other = 0; other <= GateDecider.MAX_TURNED_DOWN; other++) {
      kafka.ask(id, asked.put("description", "another " + other));
      byHttp(Sent.of(asked));
    }
    JsonPath fate = fate(kafka.ask(id, asked.put("description", "one more")));
    assertThat(fate.getString("fate")).isEqualTo("REFUSED");
    assertThat(fate.getString("code")).isEqualTo("too-many");
    Response answer = byHttp(Sent.of(asked));
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(answer.jsonPath().getString("code")).isEqualTo("too-many");

    String longAgo = UUID.randomUUID().toString();
    for (String each : List.of(longAgo, "http-" + longAgo)) {
      try (Connection connection = dataSource.getConnection();
          PreparedStatement insert =
              connection.prepareStatement("insert into forgotten values (?, 1, now())")) {
        insert.setString(1, ReleaseId.of(Outside.SOURCE, each).value());
        insert.execute();
      }
    }
    JsonPath forgotten = fate(kafka.ask(longAgo, good()));
    assertThat(forgotten.getString("fate")).isEqualTo("DUPLICATE");
    assertThat(forgotten.getString("code")).isEqualTo("forgotten");
    Response late =
        call(Sent.of(good()), "http-" + longAgo).body(good().toString()).post("/releases");
    assertThat(late.statusCode()).isEqualTo(409);
    assertThat(late.jsonPath().getString("code")).isEqualTo("forgotten");
  }

  @Test
  @DisplayName("A withdrawal without a reason, and of what is over")
  void lateWithdrawals() {
    Map<String, String> headers = Outside.headers(id, EventTypes.WITHDRAWAL_REQUESTED);
    Response asked = byHttp(Sent.of(good().put("runbook", "careful")));
    String release = asked.jsonPath().getString("release");
    String path = "/releases/" + release;
    JsonPath silent =
        fate(kafka.write("{\"release\":\"" + release + "\",\"requestedBy\":\"ci\"}", headers));
    assertThat(silent.getString("fate")).isEqualTo("DEAD_LETTER");
    assertThat(silent.getString("code")).isEqualTo("invalid-withdrawal");
    Response none =
        as("pipeline", "ci").contentType("application/json").body("{}").post(path + "/withdrawal");
    assertThat(none.statusCode()).isEqualTo(422);
    assertThat(none.jsonPath().getString("code")).isEqualTo("invalid-request");
    assertThat(none.jsonPath().getList("errors.pointer")).containsExactly("/reason");

    try (Topic topic = new Topic()) {
      topic.say(
          Writer.ROLLOUT,
          new ReleaseId(release),
          new RolloutEvent.RolloutSettled(Outcome.ROLLED_BACK, "the end", Actor.RUNBOOK));
    }
    await(path)
        .atMost(SOON)
        .until(
            () -> "SETTLED".equals(as("vera", "viewer").get(path).jsonPath().getString("phase")));
    JsonPath late = fate(kafka.write(withdrawal(release, "ci"), headers));
    assertThat(late.getString("fate")).isEqualTo("REFUSED");
    assertThat(late.getString("code")).isEqualTo("withdrawal-refused");
    Response over = withdraw(release, "pipeline");
    assertThat(over.statusCode()).isEqualTo(409);
    assertThat(over.jsonPath().getString("code")).isEqualTo("ended");
  }

  @Test
  @DisplayName("A withdrawal of what nobody asked for, and by somebody else than who asked")
  void withdrawals() {
    Map<String, String> headers = Outside.headers(id, EventTypes.WITHDRAWAL_REQUESTED);
    JsonPath unknown = fate(kafka.write(withdrawal("nobody-knows", "ci"), headers));
    assertThat(unknown.getString("fate")).isEqualTo("DEAD_LETTER");
    assertThat(unknown.getString("code")).isEqualTo("unknown-release");
    Response none = withdraw("nobody-knows", "pipeline");
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(none.jsonPath().getString("code")).isEqualTo("unknown-release");

    Response asked = byHttp(Sent.of(good()));
    assertThat(asked.statusCode()).isEqualTo(201);
    String release = asked.jsonPath().getString("release");
    JsonPath stranger = fate(kafka.write(withdrawal(release, "mallory"), headers));
    assertThat(stranger.getString("fate")).isEqualTo("REFUSED");
    assertThat(stranger.getString("code")).isEqualTo("withdrawal-refused");
    Response other = withdraw(release, "mallory");
    assertThat(other.statusCode()).isEqualTo(403);
    assertThat(other.jsonPath().getString("code")).isEqualTo("not-requester");
    assertThat(withdraw(release, "pipeline").statusCode()).isEqualTo(200);
  }

  private static @Nullable String code(Row row, boolean byKafka) {
    if (row.codes().isEmpty()) {
      return null;
    }
    return byKafka ? row.codes().getFirst() : row.codes().getLast();
  }

  private RecordMetadata byKafka(Sent sent) {
    if (sent.first() != null) {
      kafka.ask(id, sent.first());
    }
    Map<String, String> headers = new LinkedHashMap<>();
    attributes(sent)
        .forEach(
            (name, value) -> headers.put(name.equals("content-type") ? name : "ce_" + name, value));
    return kafka.write(sent.body(), headers);
  }

  private Response byHttp(Sent sent) {
    String own = "http-" + id;
    if (sent.first() != null) {
      Response first =
          call(Sent.of(sent.first()), own).body(sent.first().toString()).post("/releases");
      assertThat(first.statusCode()).isIn(201, 422);
    }
    RequestSpecification call = call(sent, own);
    return sent.body() == null ? call.post("/releases") : call.body(sent.body()).post("/releases");
  }

  private RequestSpecification call(Sent sent, String ownId) {
    RequestSpecification call = as("pipeline", "ci");
    attributes(sent)
        .forEach(
            (name, value) -> {
              if (name.equals("content-type")) {
                call.contentType(value);
              } else {
                call.header("ce-" + name, name.equals("id") ? ownId : value);
              }
            });
    return call;
  }

  private Map<String, String> attributes(Sent sent) {
    Map<String, String> attributes =
        new LinkedHashMap<>(
            Map.of(
                "specversion",
                "1.0",
                "id",
                id,
                "source",
                Outside.SOURCE,
                "type",
                EventTypes.RELEASE_REQUESTED,
                "content-type",
                "application/json"));
    attributes.putAll(sent.headers());
    attributes.values().removeIf(String::isEmpty);
    return attributes;
  }

  private static String withdrawal(String release, String by) {
    return EventJson.mapper()
        .createObjectNode()
        .put("release", release)
        .put("requestedBy", by)
        .put("reason", "a mistake")
        .toString();
  }

  private static Response withdraw(String release, String by) {
    return as(by, "ci")
        .contentType("application/json")
        .body("{\"reason\":\"a mistake\"}")
        .post("/releases/" + release + "/withdrawal");
  }

  private static JsonPath fate(RecordMetadata place) {
    String path = "/requests/" + place.partition() + "/" + place.offset();
    await(path).atMost(SOON).until(() -> as("vera", "viewer").get(path).statusCode() == 200);
    return as("vera", "viewer").get(path).jsonPath();
  }

  private static RequestSpecification as(String subject, String role) {
    String token =
        Jwt.issuer("lockkeeper").subject(subject).upn(subject).groups(Set.of(role)).sign();
    return given().auth().oauth2(token);
  }
}
