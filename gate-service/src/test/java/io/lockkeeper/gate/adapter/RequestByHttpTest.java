package io.lockkeeper.gate.adapter;

import static io.restassured.RestAssured.given;
import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.EmbeddedPlatformResource;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.Topic;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// CI's one HTTP call: the same request, the same release, the same answer each time.
@QuarkusTest
@QuarkusTestResource(
    value = EmbeddedPlatformResource.class,
    initArgs = {
      @ResourceArg(name = "database", value = "gate"),
      @ResourceArg(name = "lockkeeper.runbooks", value = "src/test/resources/runbooks")
    })
class RequestByHttpTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final String key = UUID.randomUUID().toString();
  private final ReleaseId release = ReleaseId.of("/callers/pipeline", key);
  private final ObjectNode request = Outside.request(Outside.freshService());

  @Test
  @DisplayName("A request with an Idempotency-Key is accepted once, and answered the same again")
  void idempotent() {
    asked(request)
        .then()
        .statusCode(201)
        .header("Location", containsString("/releases/" + release))
        .body("release", equalTo(release.value()))
        .body("requester.name", equalTo("pipeline"))
        .body("requester.kind", equalTo("PERSON"))
        .body("phase", equalTo("IN_LANE"));
    asked(request).then().statusCode(200).body("release", equalTo(release.value()));
    ObjectNode other = request.deepCopy().put("version", "9.9.9");
    for (int i = 0; i < 2; i++) {
      asked(other)
          .then()
          .statusCode(409)
          .contentType("application/problem+json")
          .body("code", equalTo("different-content"));
    }
    try (Topic topic = new Topic()) {
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(topic.facts(Writer.GATE, release))
                      .filteredOn(fact -> fact.event() instanceof GateEvent.ReleaseAccepted)
                      .hasSize(1));
    }
  }

  @Test
  @DisplayName("The same CloudEvent by Kafka and by HTTP, in either mode, is one release")
  void sameAsByKafka() {
    ReleaseId byKafka = ReleaseId.of(Outside.SOURCE, key);
    as("pipeline", "ci")
        .headers(
            "ce-specversion",
            "1.0",
            "ce-id",
            key,
            "ce-source",
            Outside.SOURCE,
            "ce-type",
            EventTypes.RELEASE_REQUESTED)
        .body(request.toString())
        .post("/releases")
        .then()
        .statusCode(201)
        .body("release", equalTo(byKafka.value()));
    ObjectNode event =
        EventJson.mapper()
            .createObjectNode()
            .put("specversion", "1.0")
            .put("id", key)
            .put("source", Outside.SOURCE)
            .put("type", EventTypes.RELEASE_REQUESTED);
    event.set("data", request);
    as("pipeline", "ci")
        .contentType("application/cloudevents+json")
        .body(event.toString())
        .post("/releases")
        .then()
        .statusCode(200)
        .body("release", equalTo(byKafka.value()));
    try (Outside kafka = new Outside()) {
      kafka.ask(key, request);
    }
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                as("vera", "viewer")
                    .queryParam("source", Outside.SOURCE)
                    .queryParam("id", key)
                    .get("/requests")
                    .then()
                    .statusCode(200)
                    .body("release", equalTo(byKafka.value()))
                    .body("items.fate", hasItem("DUPLICATE")));
  }

  @Test
  @DisplayName("A request that is wrong is refused with every fault and its place, and again so")
  void refused() {
    request.put("version", "").put("environment", "No Such");
    for (int i = 0; i < 2; i++) {
      asked(request)
          .then()
          .statusCode(422)
          .contentType("application/problem+json")
          .body("code", equalTo("invalid"))
          .body("errors.pointer", hasItem("/version"))
          .body("errors.pointer", hasItem("/environment"))
          .body("detail", containsString(release.value()));
    }
    as("vera", "viewer")
        .get("/releases/" + release)
        .then()
        .statusCode(200)
        .body("phase", equalTo("REFUSED"))
        .body("problems.pointer", hasItem("/version"));
  }

  @ParameterizedTest
  @DisplayName("What cannot be read is no release, and the answer says why")
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | no-json",
        "[1] 2 | no-json",
        "{\"a\":1,\"a\":2} | no-json",
        "'' | empty",
      })
  void unreadable(String body, String code) {
    RequestSpecification call = as("pipeline", "ci").header("Idempotency-Key", key);
    (body.isEmpty() ? call : call.body(body))
        .post("/releases")
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("code", equalTo(code));
    as("vera", "viewer").get("/releases/" + release).then().statusCode(404);
  }

  @Test
  @DisplayName("Without a key or the attributes of an event nothing is asked")
  void withoutKey() {
    as("pipeline", "ci")
        .body(request.toString())
        .post("/releases")
        .then()
        .statusCode(400)
        .body("code", equalTo("no-idempotency-key"));
  }

  @Test
  @DisplayName("More than 1 MiB is answered by 413, and another media type by 415")
  void tooLarge() {
    request.put("description", "x".repeat(1024 * 1024));
    asked(request).then().statusCode(413).body("code", equalTo("too-large"));
    as("pipeline", "ci")
        .contentType("text/plain")
        .header("Idempotency-Key", key)
        .body("x")
        .post("/releases")
        .then()
        .statusCode(415);
  }

  @Test
  @DisplayName("Whoever only looks may not ask; nobody may without a token")
  void roles() {
    as("vera", "viewer")
        .header("Idempotency-Key", key)
        .body(request.toString())
        .post("/releases")
        .then()
        .statusCode(403)
        .body("detail", containsString("ci or operator"));
    given()
        .contentType("application/json")
        .body(request.toString())
        .post("/releases")
        .then()
        .statusCode(401);
  }

  @Test
  @DisplayName("A release is waited for until something else is to be said of it")
  void longPoll() {
    asked(request).then().statusCode(201);
    Response first = as("vera", "viewer").get("/releases/" + release);
    String tag = first.header("ETag");
    assertThat(tag).isNotBlank();
    as("vera", "viewer")
        .header("If-None-Match", tag)
        .get("/releases/" + release)
        .then()
        .statusCode(304);
    as("vera", "viewer")
        .header("If-None-Match", tag)
        .get("/releases/" + release + "?wait=PT0.5S")
        .then()
        .statusCode(304);
    CompletableFuture<Response> waiting =
        supplyAsync(
            () ->
                as("vera", "viewer")
                    .header("If-None-Match", tag)
                    .get("/releases/" + release + "?wait=PT60S"));
    as("pipeline", "ci")
        .body("{\"reason\":\"a mistake\"}")
        .post("/releases/" + release + "/withdrawal")
        .then()
        .statusCode(200);
    assertThat(waiting).succeedsWithin(SOON);
    waiting
        .join()
        .then()
        .statusCode(200)
        .header("ETag", not(equalTo(tag)))
        .body("phase", not(equalTo("IN_LANE")));
    as("vera", "viewer")
        .get("/releases/" + release + "?wait=soon")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem("wait"));
  }

  @Test
  @DisplayName("An action bound to a state that has passed is refused")
  void ifMatch() {
    asked(request).then().statusCode(201);
    as("olga", "operator")
        .header("If-Match", "\"of-another-time\"")
        .body("{\"reason\":\"a mistake\"}")
        .post("/releases/" + release + "/withdrawal")
        .then()
        .statusCode(412)
        .body("code", equalTo("changed-meanwhile"));
    String tag = as("olga", "operator").get("/releases/" + release).header("ETag");
    as("olga", "operator")
        .header("If-Match", tag)
        .body("{\"reason\":\"a mistake\"}")
        .post("/releases/" + release + "/withdrawal")
        .then()
        .statusCode(200)
        .body("stuck", nullValue());
    as("olga", "operator")
        .header("If-Match", tag)
        .body("{\"reason\":\"a mistake\"}")
        .post("/releases/" + release + "/withdrawal")
        .then()
        .statusCode(200);
  }

  private Response asked(ObjectNode body) {
    return as("pipeline", "ci")
        .header("Idempotency-Key", key)
        .body(body.toString())
        .post("/releases");
  }

  private static RequestSpecification as(String subject, String role) {
    String token =
        Jwt.issuer("lockkeeper").subject(subject).upn(subject).groups(Set.of(role)).sign();
    return given().auth().oauth2(token).contentType("application/json");
  }
}
