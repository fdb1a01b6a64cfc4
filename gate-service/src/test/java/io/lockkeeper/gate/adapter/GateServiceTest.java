package io.lockkeeper.gate.adapter;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Writer;
import io.lockkeeper.gate.adapter.RequestRecord.Fate;
import io.lockkeeper.journal.EmbeddedPlatformResource;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.MetricsPage;
import io.lockkeeper.journal.OpenApi;
import io.lockkeeper.journal.Topic;
import io.lockkeeper.runbook.Digest;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import jakarta.inject.Inject;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The whole service on real Kafka and PostgreSQL.
@QuarkusTest
@QuarkusTestResource(
    value = EmbeddedPlatformResource.class,
    initArgs = {
      @ResourceArg(name = "database", value = "gate"),
      @ResourceArg(name = "lockkeeper.runbooks", value = "src/test/resources/runbooks")
    })
class GateServiceTest {

  @RegisterExtension static final OpenApi API = new OpenApi("gate-service");

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Look LOOK = new Look("look", Digest.of(new byte[0]));

  @Inject EventJournal journal;
  @Inject JournalOwner owner;
  @Inject MeterRegistry meters;
  @Inject DataSource dataSource;

  private final String service = Outside.freshService();
  private Topic topic;
  private Outside requests;

  @BeforeEach
  void start() {
    topic = new Topic();
    requests = new Outside();
  }

  @AfterEach
  void end() {
    topic.close();
    requests.close();
  }

  @Test
  @DisplayName("PRE1–PRE4, G1–G4: CI's request by Kafka is reviewed, measured and cleared")
  void cleared() {
    ReleaseId release = requests.ask(Outside.request(service));
    capture(release);
    GateEvent.ReleaseCleared cleared = awaitFact(release, GateEvent.ReleaseCleared.class);
    assertThat(cleared.token()).isEqualTo(1);
    assertThat(topic.facts(Writer.GATE, release))
        .extracting(fact -> fact.event().getClass().getSimpleName())
        .containsExactly(
            "ReleaseAccepted",
            "PreconditionChecked",
            "PreconditionChecked",
            "PreconditionChecked",
            "PreconditionChecked",
            "GatePassed",
            "GatePassed",
            "BaselineRequested",
            "GatePassed",
            "GatePassed",
            "ReleaseCleared");
    as("viewer")
        .get("/releases/" + release)
        .then()
        .statusCode(200)
        .body("phase", equalTo("CLEARED"))
        .body("clearance.token", equalTo(1))
        .body("waitsFor.who", equalTo("rollout-service"));
    as("viewer").get("/releases").then().body("items.release", hasItem(release.value()));
    as("viewer")
        .get("/lanes/" + service + "/production")
        .then()
        .statusCode(200)
        .body("holder.release", equalTo(release.value()));
    forget(release);
    as("viewer").get("/releases").then().body("items.release", not(hasItem(release.value())));
  }

  @Test
  @DisplayName("one release at a time: the next takes the lane when the first is settled")
  void queue() {
    ReleaseId first = requests.ask(Outside.request(service));
    capture(first);
    awaitFact(first, GateEvent.ReleaseCleared.class);
    ReleaseId second = requests.ask(Outside.nextRequest(service));
    assertThat(awaitFact(second, GateEvent.ReleaseQueued.class).behind()).containsExactly(first);
    topic.say(Writer.ROLLOUT, first, settled(Outcome.VERIFIED));
    capture(second);
    GateEvent.ReleaseCleared cleared = awaitFact(second, GateEvent.ReleaseCleared.class);
    assertThat(cleared.token()).isEqualTo(2);
    assertThat(cleared.stable().version()).isEqualTo("1.1.0");
  }

  @Test
  @DisplayName(
      "G3: two people approve over REST what they were shown; nobody else, and nothing else")
  void approvals() {
    ReleaseId release = requests.ask(Outside.request(service).put("runbook", "careful"));
    Digest digest = awaitFact(release, GateEvent.ApprovalRequested.class).digest();
    String path = "/releases/" + release + "/approvals";
    String yes = answer("APPROVE", digest);
    given().contentType("application/json").body(yes).post(path).then().statusCode(401);
    as("viewer").body(yes).post(path).then().statusCode(403);
    problem(as("alice", "operator").body(yes).post(path).then(), 403, "own-release");
    problem(as("ci", "operator").body(yes).post(path).then(), 403, "own-release");
    problem(
        as("grace", "operator")
            .body(answer("APPROVE", Digest.of(new byte[] {1})))
            .post(path)
            .then(),
        409,
        "other-digest");
    problem(
        as("operator").body("{\"decision\":\"APPROVE\"}").post(path).then(),
        422,
        "invalid-request");
    for (int i = 0; i < 2; i++) {
      as("grace", "operator")
          .body(yes)
          .post(path)
          .then()
          .statusCode(200)
          .body("phase", equalTo("APPROVING"))
          .body("waitsFor.what", startsWith("1 approval"));
    }
    as("edsger", "operator")
        .body(yes)
        .post(path)
        .then()
        .statusCode(200)
        .body("phase", equalTo("IN_LANE"));
    problem(as("barbara", "operator").body(yes).post(path).then(), 409, "not-waiting");
    assertThat(heard(release, GateEvent.ApprovalGranted.class))
        .extracting(GateEvent.ApprovalGranted::by)
        .containsExactly(Actor.person("grace"), Actor.person("edsger"));
  }

  @Test
  @DisplayName("G3: a no over REST blocks the release")
  void denial() {
    ReleaseId release = requests.ask(Outside.request(service).put("runbook", "careful"));
    Digest digest = awaitFact(release, GateEvent.ApprovalRequested.class).digest();
    String path = "/releases/" + release + "/approvals";
    for (int i = 0; i < 2; i++) {
      as("grace", "operator")
          .body(answer("DENY", digest))
          .post(path)
          .then()
          .statusCode(200)
          .body("phase", equalTo("ENDING"));
    }
    problem(
        as("edsger", "operator").body(answer("APPROVE", digest)).post(path).then(), 409, "ended");
  }

  @Test
  @DisplayName("a refused release is on the list with what it was about")
  void refusedInLists() {
    ObjectNode request = Outside.request(service).put("runbook", "unheard-of");
    ReleaseId release = requests.ask(request);
    String version = request.path("version").asText();
    assertThat(awaitFact(release, GateEvent.ReleaseRefused.class).subject())
        .isEqualTo(new GateEvent.Subject(service, "production", version));
    as("viewer")
        .get("/releases")
        .then()
        .rootPath("items.find { it.release == '" + release + "' }")
        .body("phase", equalTo("REFUSED"))
        .body("service", equalTo(service))
        .body("environment", equalTo("production"))
        .body("version", equalTo(version));
    as("viewer")
        .get("/releases/" + release)
        .then()
        .body("reason", equalTo("unknown-runbook"))
        .body("subject.service", equalTo(service));
  }

  @Test
  @DisplayName("every record between two good ones has one fate, and both good ones are served")
  void garbage() throws SQLException {
    double counted = counted();
    ReleaseId before = requests.ask(Outside.request(service));
    List<RecordMetadata> unreadable = new ArrayList<>();
    List<RecordMetadata> refused = new ArrayList<>();
    Map<String, String> none = Map.of();
    unreadable.add(requests.write((byte[]) null, headers()));
    unreadable.add(requests.write(new byte[] {(byte) 0xff, 0, (byte) 0xfe}, headers()));
    unreadable.add(requests.write(new byte[] {(byte) 0xff, 0, (byte) 0xfe}, none));
    unreadable.add(requests.write("{\"service\":", headers()));
    unreadable.add(requests.write("{\"a\":1,\"a\":2}", headers()));
    unreadable.add(requests.write("{} {}", headers()));
    unreadable.add(requests.write("[".repeat(5_000), headers()));
    unreadable.add(requests.write("{}", none));
    unreadable.add(requests.write("{}", Map.of("ce_specversion", "1.0", "ce_id", "1")));
    unreadable.add(requests.write("{}", Outside.headers("1", "io.lockkeeper.release.deleted.v1")));
    unreadable.add(requests.write("{}", Outside.headers("a\u0000b", EventTypes.RELEASE_REQUESTED)));
    unreadable.add(
        requests.write("{}", Map.of("content-type", "application/cloudevents-batch+json")));
    unreadable.add(requests.write("\"" + "x".repeat(900_000), headers()));
    unreadable.add(
        requests.write(
            "{\"release\":\"nobody-knows\",\"requestedBy\":\"ci\",\"reason\":\"x\"}",
            Outside.headers("1", EventTypes.WITHDRAWAL_REQUESTED)));
    refused.add(requests.write("{}", headers()));
    refused.add(requests.write("[]", headers()));
    refused.add(requests.write("null", headers()));
    refused.add(ask(Outside.request(service).put("elevated", "true")));
    refused.add(ask(Outside.request(service).put("description", "a\u0000b")));
    refused.add(
        requests.write(
            Outside.request(service).toString().replace("Shop 1.1.0", "\\ud800"), headers()));
    refused.add(ask(Outside.request(service).put("runbook", "unheard-of")));
    refused.add(ask(Outside.request(service).put("colour", "red")));
    refused.add(ask(Outside.request(service).put("description", "x".repeat(300_000))));
    RecordMetadata twice =
        ask(Outside.request(service).without(List.of("artifact", "requestedBy")));
    refused.add(twice);
    ReleaseId after = requests.ask(Outside.request(Outside.freshService()));

    awaitFact(before, GateEvent.BaselineRequested.class);
    awaitFact(after, GateEvent.BaselineRequested.class);
    for (RecordMetadata record : unreadable) {
      fate(record)
          .statusCode(200)
          .body("fate", equalTo("DEAD_LETTER"))
          .body("reason", notNullValue());
      await().atMost(SOON).until(() -> !requests.lettersOf(record).isEmpty());
      assertThat(requests.lettersOf(record)).hasSize(1);
      assertThat(Outside.text(requests.lettersOf(record).getFirst(), "dead-letter-reason"))
          .isNotBlank();
    }
    for (RecordMetadata record : refused) {
      fate(record).statusCode(200).body("fate", equalTo("REFUSED")).body("release", notNullValue());
      assertThat(requests.lettersOf(record)).isEmpty();
    }
    fate(twice).body("reason", allOf(containsString("artifact"), containsString("requestedBy")));
    // One partition is read in order: when the last record is answered, every other one has its
    // fate.
    int all = unreadable.size() + refused.size() + 2;
    await().atMost(SOON).until(() -> counted() - counted == all);
    fate(refused.get(8)).body("code", equalTo("too-large"));
    fate(refused.get(6)).body("code", equalTo("unknown-runbook"));
    String refusedRelease = fate(refused.getFirst()).extract().path("release");
    as("viewer")
        .get("/releases/" + refusedRelease)
        .then()
        .statusCode(200)
        .body("phase", equalTo("REFUSED"))
        .body("problems.detail", hasItem(notNullValue()));
  }

  @Test
  @DisplayName("the same request twice is one release, in whatever mode it comes")
  void twice() {
    String id = UUID.randomUUID().toString();
    ObjectNode request = Outside.request(service);
    ObjectNode structured = EventJson.mapper().createObjectNode();
    structured.put("specversion", "1.0").put("id", id).put("source", Outside.SOURCE);
    structured.put("type", EventTypes.RELEASE_REQUESTED).set("data", request);
    List<RecordMetadata> records =
        List.of(
            requests.ask(id, request),
            requests.ask(id, request),
            requests.write(structured.toString(), Map.of()),
            requests.write(
                structured.toString(),
                Map.of("content-type", "application/cloudevents+json; charset=UTF-8")),
            requests.ask(id, Outside.request(service).put("version", "6.6.6")),
            requests.ask(id, Outside.request(service).put("version", "6.6.6")));
    List<String> fates = new ArrayList<>();
    for (RecordMetadata record : records) {
      fates.add(fate(record).statusCode(200).extract().path("fate"));
    }
    assertThat(fates)
        .containsExactly("ACCEPTED", "DUPLICATE", "DUPLICATE", "DUPLICATE", "REFUSED", "DUPLICATE");
    fate(records.getLast()).body("code", equalTo("different-content"));
    ReleaseId release = ReleaseId.of(Outside.SOURCE, id);
    assertThat(awaitFact(release, GateEvent.RequestRefused.class).code())
        .isEqualTo("different-content");
    assertThat(heard(release, GateEvent.ReleaseAccepted.class)).hasSize(1);
  }

  @Test
  @DisplayName(
      "records that a set back database does not know of are taken in again, before the next")
  void setBack() throws SQLException {
    String id = UUID.randomUUID().toString();
    RecordMetadata lost = requests.ask(id, Outside.request(service));
    fate(lost).body("fate", equalTo("ACCEPTED"));
    try (Connection connection = dataSource.getConnection();
        PreparedStatement delete =
            connection.prepareStatement(
                "delete from request_record where topic_partition = ? and topic_offset >= ?")) {
      delete.setInt(1, lost.partition());
      delete.setLong(2, lost.offset());
      delete.executeUpdate();
    }
    RecordMetadata next = ask(Outside.request(Outside.freshService()));
    fate(next).body("fate", equalTo("ACCEPTED"));
    // Its answer was kept: the journal learns lost answers from the topic.
    fate(lost).body("fate", equalTo("DUPLICATE"));
    ReleaseId release = ReleaseId.of(Outside.SOURCE, id);
    awaitFact(release, GateEvent.ReleaseAccepted.class);
    assertThat(heard(release, GateEvent.ReleaseAccepted.class)).hasSize(1);
  }

  @Test
  @DisplayName("CI takes a release back by Kafka, an operator over REST, a stranger not at all")
  void withdrawals() {
    String id = UUID.randomUUID().toString();
    requests.ask(id, Outside.request(service).put("runbook", "careful"));
    ReleaseId release = ReleaseId.of(Outside.SOURCE, id);
    awaitFact(release, GateEvent.ApprovalRequested.class);
    String path = "/releases/" + release + "/withdrawal";
    problem(as("mallory", "ci").body("{\"reason\":\"x\"}").post(path).then(), 403, "not-requester");
    as("viewer").body("{\"reason\":\"x\"}").post(path).then().statusCode(403);
    RecordMetadata stranger = requests.write(withdrawal(id, "mallory"), withdrawalHeaders());
    fate(stranger).body("fate", equalTo("REFUSED"));
    RecordMetadata own = requests.write(withdrawal(id, "ci"), withdrawalHeaders());
    fate(own).body("fate", equalTo("ACCEPTED"));
    assertThat(awaitFact(release, GateEvent.ReleaseWithdrawn.class).by())
        .isEqualTo(Actor.claimed("ci"));
    as("operator").body("{\"reason\":\"x\"}").post(path).then().statusCode(200);
    assertThat(heard(release, GateEvent.ReleaseWithdrawn.class)).hasSize(1);
  }

  @Test
  @DisplayName("PRE4: after a breach the artifact is in quarantine until an operator lifts it")
  void quarantine() {
    ReleaseId first = requests.ask(Outside.request(service));
    capture(first);
    awaitFact(first, GateEvent.ReleaseCleared.class);
    topic.say(
        Writer.MONITOR,
        first,
        new MonitorEvent.BudgetBreached(
            new Measure("errors", 0.1, 0.0, "fraction", 9), "more errors", LOOK));
    topic.say(Writer.ROLLOUT, first, settled(Outcome.ROLLED_BACK));
    awaitFact(first, GateEvent.ArtifactQuarantined.class);
    ReleaseId again = requests.ask(Outside.request(service));
    assertThat(awaitFact(again, GateEvent.ReleaseBlocked.class).reason())
        .startsWith("quarantined since");
    String artifact = Outside.request(service).at("/artifact/digest").asText();
    String lift = "{\"artifact\":\"" + artifact + "\",\"reason\":\"it was the database\"}";
    String path = "/lanes/" + service + "/production/quarantine/lift";
    as("ci").body(lift).post(path).then().statusCode(403);
    problem(
        as("operator").header("If-Match", "\"another\"").body(lift).post(path).then(),
        412,
        "changed-meanwhile");
    for (int i = 0; i < 2; i++) {
      as("operator")
          .body(lift)
          .post(path)
          .then()
          .statusCode(200)
          .body("quarantine.size()", equalTo(0));
    }
    assertThat(heard(first, GateEvent.QuarantineLifted.class)).hasSize(1);
    topic.say(Writer.ROLLOUT, again, settled(Outcome.NOT_STARTED));
    awaitFact(requests.ask(Outside.request(service)), GateEvent.BaselineRequested.class);
    as("viewer")
        .get("/releases/" + again)
        .then()
        .body("phase", equalTo("SETTLED"))
        .body("reason", equalTo("settled: NOT_STARTED: the end"));
  }

  @Test
  @DisplayName(
      "lanes whose releases were adopted from the topic are made again before they are given away")
  void adoption() throws SQLException {
    ReleaseId model = requests.ask(Outside.request(service));
    capture(model);
    awaitFact(model, GateEvent.ReleaseCleared.class);
    String lostService = Outside.freshService();
    ReleaseId lost = new ReleaseId(UUID.randomUUID().toString());
    adopt(lost, lostService, journal.history(model));
    ReleaseId next = requests.ask(Outside.nextRequest(lostService));
    assertThat(awaitFact(next, GateEvent.ReleaseQueued.class).behind()).containsExactly(lost);
    topic.say(Writer.ROLLOUT, lost, settled(Outcome.VERIFIED));
    capture(next);
    assertThat(awaitFact(next, GateEvent.ReleaseCleared.class).token()).isEqualTo(2);
  }

  @Test
  @DisplayName("what is not there is not found, and what cannot be meant is said to be so")
  void wrongRequests() {
    problem(as("viewer").get("/releases/unheard-of").then(), 404, "unknown-release");
    problem(
        as("viewer").urlEncodingEnabled(false).get("/releases/a%00b").then(),
        404,
        "unknown-release");
    problem(as("viewer").get("/lanes/a/b/c").then(), 404, "unknown-lane");
    problem(as("viewer").get("/requests/0/999999999").then(), 404, "unknown-request");
    problem(as("viewer").get("/releases?after=x").then(), 400, "bad-cursor");
    problem(as("viewer").get("/releases?limit=0").then(), 422, "invalid-request");
    problem(
        as("operator").body("{\"reason\":\"a\\u0000b\"}").post("/releases/x/withdrawal").then(),
        422,
        "invalid-request");
    given().get("/releases").then().statusCode(401);
    given().get("/requests/0/0").then().statusCode(401);
    given().get("/lanes/a/b/c").then().statusCode(401);
  }

  @Test
  @DisplayName("pages of releases follow each other without a gap")
  void pages() {
    List<ReleaseId> asked = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      asked.add(requests.ask(Outside.request(Outside.freshService())));
    }
    asked.forEach(release -> awaitFact(release, GateEvent.BaselineRequested.class));
    List<String> seen = new ArrayList<>();
    String after = null;
    do {
      RequestSpecification page = as("viewer").queryParam("limit", 2);
      ValidatableResponse answer =
          (after == null ? page : page.queryParam("after", after)).get("/releases").then();
      seen.addAll(answer.statusCode(200).extract().<List<String>>path("items.release"));
      after = answer.extract().path("next");
    } while (after != null);
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(seen).containsAll(asked.stream().map(ReleaseId::value).toList());
    as("viewer").get("/releases/" + asked.getFirst()).then().body("stuck", nullValue());
  }

  /// What adoption leaves in the table: facts of ours that stand on the topic.
  private void adopt(ReleaseId release, String lane, List<Fact> model) throws SQLException {
    String sql =
        """
        insert into release_event (id, release_id, revision, source, sequence, type, time, data,
          topic_partition, topic_offset) values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)""";
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert = connection.prepareStatement(sql)) {
      int revision = 0;
      for (Fact fact : model) {
        byte[] data =
            new String(EventJson.write(fact.event()), UTF_8).replace(service, lane).getBytes(UTF_8);
        insert.setObject(1, UUID.randomUUID());
        insert.setString(2, release.value());
        insert.setInt(3, ++revision);
        insert.setString(4, fact.writer().source());
        insert.setInt(5, fact.sequence());
        insert.setString(6, EventTypes.nameOf(fact.event()));
        insert.setObject(7, Instant.now().atOffset(ZoneOffset.UTC));
        insert.setBytes(8, data);
        insert.setLong(9, 1_000_000L + revision);
        insert.executeUpdate();
      }
    }
  }

  private void capture(ReleaseId release) {
    awaitFact(release, GateEvent.BaselineRequested.class);
    EventId question =
        topic.facts(Writer.GATE, release).stream()
            .filter(fact -> fact.event() instanceof GateEvent.BaselineRequested)
            .toList()
            .getLast()
            .id();
    Instant now = Instant.now();
    topic.say(
        Writer.MONITOR,
        release,
        new MonitorEvent.BaselineCaptured(question, now.minusSeconds(600), now, List.of(), LOOK));
  }

  private static RolloutEvent settled(Outcome outcome) {
    return new RolloutEvent.RolloutSettled(outcome, "the end", Actor.RUNBOOK);
  }

  private <T extends ReleaseEvent> T awaitFact(ReleaseId release, Class<T> kind) {
    await(kind.getSimpleName() + " of " + release)
        .atMost(SOON)
        .until(() -> !heard(release, kind).isEmpty());
    return heard(release, kind).getLast();
  }

  private <T extends ReleaseEvent> List<T> heard(ReleaseId release, Class<T> kind) {
    return topic.heard(Writer.GATE, release, kind);
  }

  private RecordMetadata ask(ObjectNode request) {
    return requests.ask(UUID.randomUUID().toString(), request);
  }

  private static Map<String, String> headers() {
    return Outside.headers(UUID.randomUUID().toString(), EventTypes.RELEASE_REQUESTED);
  }

  private static Map<String, String> withdrawalHeaders() {
    return Outside.headers(UUID.randomUUID().toString(), EventTypes.WITHDRAWAL_REQUESTED);
  }

  private static String withdrawal(String id, String by) {
    return """
    {"source":"%s","id":"%s","requestedBy":"%s","reason":"wrong build"}"""
        .formatted(Outside.SOURCE, id, by);
  }

  private static String answer(String decision, Digest digest) {
    return """
    {"decision":"%s","digest":"%s","comment":"as discussed"}"""
        .formatted(decision, digest);
  }

  private double counted() {
    double all = 0;
    for (Fate fate : Fate.values()) {
      all += meters.counter("lockkeeper.requests", "fate", fate.name()).count();
    }
    return all;
  }

  private static ValidatableResponse fate(RecordMetadata record) {
    String path = "/requests/" + record.partition() + "/" + record.offset();
    await(path).atMost(SOON).until(() -> as("ci").get(path).statusCode() == 200);
    return as("ci").get(path).then();
  }

  private static void problem(ValidatableResponse answer, int status, String code) {
    answer.statusCode(status).contentType("application/problem+json").body("code", equalTo(code));
  }

  private static RequestSpecification as(String role) {
    return as("olga", role);
  }

  private static RequestSpecification as(String subject, String role) {
    String token =
        Jwt.issuer("lockkeeper").subject(subject).upn(subject).groups(Set.of(role)).sign();
    return given().auth().oauth2(token).contentType("application/json");
  }

  @Test
  @DisplayName("The metrics are those of docs/metrics.md")
  void metrics() throws IOException {
    MetricsPage.check(
        "gate-service", given().accept("text/plain").get("/q/metrics").then().extract().asString());
  }

  @Test
  @Tag("deep")
  @DisplayName(
      "Every call answers as /q/openapi describes and shows it, and as docs/openapi has it")
  void openApi() throws Exception {
    String id = UUID.randomUUID().toString();
    ObjectNode request = API.body("POST /releases").put("service", service);
    asked(id, request).then().statusCode(201);
    as("viewer").get("/releases?limit=1").then().statusCode(200);
    asked(id, request).then().statusCode(200);
    asked(id, request.deepCopy().put("version", "9.9.9")).then().statusCode(409);
    String release = asked(id, request).path("release");
    ObjectNode event = API.body("POST /releases", "application/cloudevents+json");
    event.put("id", UUID.randomUUID().toString()).withObject("/data").put("service", service);
    as("ci")
        .contentType("application/cloudevents+json")
        .body(event.toString())
        .post("/releases")
        .then()
        .statusCode(201);
    wrong(request);
    approve();

    as("mallory", "ci")
        .body(API.body("POST /releases/{id}/withdrawal").toString())
        .post("/releases/" + release + "/withdrawal")
        .then()
        .statusCode(403);
    as("viewer").get("/releases/" + release + "?wait=soon").then().statusCode(422);
    String lane = "/lanes/" + service + "/production";
    as("viewer").get(lane).then().statusCode(200);
    as("operator")
        .body(API.body("POST /lanes/{team}/{name}/{environment}/quarantine/lift").toString())
        .post(lane + "/quarantine/lift")
        .then()
        .statusCode(200);
    String byKafka = UUID.randomUUID().toString();
    RecordMetadata record = requests.ask(byKafka, Outside.request(Outside.freshService()));
    fate(record).statusCode(200);
    Map<String, String> identity = Map.of("source", Outside.SOURCE, "id", byKafka);
    as("ci").queryParams(identity).get("/requests").then().statusCode(200);

    Map<String, Object> known = new HashMap<>(Map.of("id", release));
    known.put("GET /requests source", Outside.SOURCE);
    known.put("GET /requests id", byKafka);
    known.put("GET /requests/{partition}/{offset} partition", record.partition());
    known.put("GET /requests/{partition}/{offset} offset", record.offset());
    known.put("team", "demo");
    known.put("name", service.substring("demo/".length()));
    known.put("environment", "production");
    API.tries(known);
    API.isTrue();
    API.equalsSnapshot();
  }

  private void wrong(ObjectNode request) {
    asked("1", "").then().statusCode(400).body("code", equalTo("empty"));
    asked("1", "{").then().statusCode(400).body("code", equalTo("no-json"));
    as("ci")
        .header("Idempotency-Key", "1")
        .body("{\"a\":\"\u00e4\"}".getBytes(ISO_8859_1))
        .post("/releases")
        .then()
        .statusCode(400)
        .body("code", equalTo("no-utf-8"));
    as("ci")
        .body(request.toString())
        .post("/releases")
        .then()
        .statusCode(400)
        .body("code", equalTo("no-idempotency-key"));
    as("ci")
        .header("ce-specversion", "0.3")
        .body(request.toString())
        .post("/releases")
        .then()
        .statusCode(400)
        .body("code", equalTo("no-cloud-event"));
    ObjectNode event = API.body("POST /releases", "application/cloudevents+json");
    as("ci")
        .contentType("application/cloudevents+json")
        .body(event.put("type", "io.example.other.v1").toString())
        .post("/releases")
        .then()
        .statusCode(400)
        .body("code", equalTo("unknown-type"));
    ObjectNode invalid = request.deepCopy().put("version", "");
    asked("invalid-" + service, invalid).then().statusCode(422).body("code", equalTo("invalid"));
    asked("invalid-" + service, request)
        .then()
        .statusCode(409)
        .body("code", equalTo("refused-before"));
    ObjectNode unheard = request.deepCopy().put("runbook", "unheard-of");
    asked("unheard-" + service, unheard)
        .then()
        .statusCode(422)
        .body("code", equalTo("unknown-runbook"));
    ObjectNode large = request.deepCopy().put("description", "x".repeat(300_000));
    asked("large-" + service, large).then().statusCode(422).body("code", equalTo("too-large"));
  }

  private void approve() {
    ReleaseId careful =
        requests.ask(Outside.request(Outside.freshService()).put("runbook", "careful"));
    Digest digest = awaitFact(careful, GateEvent.ApprovalRequested.class).digest();
    String path = "/releases/" + careful + "/approvals";
    ObjectNode yes = API.body("POST /releases/{id}/approvals");
    as("edsger", "operator").body(yes.toString()).post(path).then().statusCode(409);
    yes.put("digest", digest.value());
    as("ci", "operator").body(yes.toString()).post(path).then().statusCode(403);
    as("grace", "operator").body(yes.toString()).post(path).then().statusCode(200);
    as("edsger", "operator").body(yes.toString()).post(path).then().statusCode(200);
    as("barbara", "operator").body(yes.toString()).post(path).then().statusCode(409);
    String reason = API.body("POST /releases/{id}/withdrawal").toString();
    as("operator").body(reason).post("/releases/" + careful + "/withdrawal").then().statusCode(200);
    as("barbara", "operator").body(yes.toString()).post(path).then().statusCode(409);
  }

  private static Response asked(String key, Object body) {
    return as("ci").header("Idempotency-Key", key).body(body.toString()).post("/releases");
  }

  /// As retention does when the release's facts are deleted.
  private void forget(ReleaseId forgotten) {
    QuarkusTransaction.requiringNew()
        .run(() -> owner.reaction().views().write(forgotten, List.of()));
  }
}
