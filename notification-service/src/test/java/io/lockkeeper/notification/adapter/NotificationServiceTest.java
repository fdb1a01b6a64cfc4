package io.lockkeeper.notification.adapter;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.created;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serviceUnavailable;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.ReleaseSummarized;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.EmbeddedPlatformResource;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.MetricsPage;
import io.lockkeeper.journal.OpenApi;
import io.lockkeeper.journal.Topic;
import io.lockkeeper.notification.Bulletin;
import io.lockkeeper.notification.Story;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// notification-service on a real Kafka and PostgreSQL: what happens to a release reaches
/// people once.
@QuarkusTest
@QuarkusTestResource(EmbeddedPlatformResource.class)
@QuarkusTestResource(WebhookReceivers.class)
final class NotificationServiceTest {

  @RegisterExtension static final OpenApi API = new OpenApi("notification-service");

  @Inject JournalOwner owner;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static Topic topic;

  @BeforeAll
  static void open() {
    topic = new Topic();
  }

  @AfterAll
  static void close() {
    topic.close();
  }

  @BeforeEach
  void everythingWorks() {
    WebhookReceivers.CHAT.resetAll();
    WebhookReceivers.TRACKER.resetAll();
    WebhookReceivers.CHAT.stubFor(
        post(anyUrl()).willReturn(created().withBody("{\"id\":\"MSG-1\"}")));
    WebhookReceivers.TRACKER.stubFor(
        post(anyUrl()).willReturn(created().withBody("{\"id\":\"INC-1\"}")));
  }

  private static RequestSpecification as(String role) {
    return given()
        .auth()
        .oauth2(Jwt.subject("ada").issuer("lockkeeper").groups(role).expiresIn(600).sign());
  }

  /// Calls about this release alone: messages of other tests may still be under way.
  private static MappingBuilder to(ReleaseId release) {
    return post(anyUrl()).withHeader("idempotency-key", containing(release.value()));
  }

  private static ReleaseId release() {
    return new ReleaseId(UUID.randomUUID().toString());
  }

  private static void say(ReleaseId release, ReleaseEvent... events) {
    for (ReleaseEvent event : events) {
      Writer writer =
          event instanceof GateEvent
              ? Writer.GATE
              : event instanceof MonitorEvent ? Writer.MONITOR : Writer.ROLLOUT;
      topic.say(writer, release, event);
    }
  }

  private static ReleaseCleared cleared(Duration toAnnounce) {
    Instant now = Instant.now();
    return new ReleaseCleared(
        Story.LANE, 7, null, now.plus(Duration.ofMinutes(10)), now.plus(toAnnounce));
  }

  private static <T extends ReleaseEvent> List<T> heard(
      ReleaseId release, Class<T> kind, int count) {
    await()
        .atMost(PATIENCE)
        .until(() -> topic.heard(Writer.NOTIFICATION, release, kind).size() >= count);
    return topic.heard(Writer.NOTIFICATION, release, kind);
  }

  private static int calls(WireMockServer server, ReleaseId release) {
    return server
        .findAll(
            postRequestedFor(anyUrl()).withHeader("idempotency-key", containing(release.value())))
        .size();
  }

  @Test
  @DisplayName("D1, C2, R4, R5, C3: each is told once, in order, and is on record with its receipt")
  void wholeStory() {
    ReleaseId release = release();
    say(
        release,
        Story.accepted("chat"),
        cleared(Duration.ofMinutes(5)),
        Story.started(),
        Story.halted(),
        new RolledBack(),
        Story.settled(Outcome.ROLLED_BACK));

    ReleaseSummarized summarized = heard(release, ReleaseSummarized.class, 1).getFirst();
    assertThat(summarized.channel()).isEqualTo("chat");
    assertThat(heard(release, WindowAnnounced.class, 1))
        .containsExactly(new WindowAnnounced("chat", release + ":window", "MSG-1"));
    assertThat(heard(release, IncidentFiled.class, 1))
        .containsExactly(new IncidentFiled("tracker", release + ":incident", "INC-1"));
    assertThat(heard(release, UpdatePosted.class, 3))
        .extracting(UpdatePosted::key)
        .containsExactly(
            release + ":update:started",
            release + ":update:halted",
            release + ":update:rolled-back");
    assertThat(calls(WebhookReceivers.CHAT, release)).isEqualTo(5);
    assertThat(calls(WebhookReceivers.TRACKER, release)).isEqualTo(1);

    as("viewer")
        .get("/releases/" + release)
        .then()
        .statusCode(200)
        .body("told", hasSize(6))
        .body("told.receipt", hasItem("INC-1"))
        .body("outstanding", hasSize(0))
        .body("failed", hasSize(0));
  }

  @Test
  @DisplayName(
      "C2: a channel that fails is tried again, under the same key, until it takes the message")
  void failingChannel() {
    ReleaseId release = release();
    WebhookReceivers.CHAT.stubFor(
        to(release)
            .inScenario("outage")
            .whenScenarioStateIs("Started")
            .willReturn(serviceUnavailable())
            .willSetStateTo("still"));
    WebhookReceivers.CHAT.stubFor(
        to(release)
            .inScenario("outage")
            .whenScenarioStateIs("still")
            .willReturn(aResponse().withStatus(500))
            .willSetStateTo("over"));
    say(release, Story.accepted("chat"), Story.started());

    assertThat(heard(release, UpdatePosted.class, 1).getFirst().channel()).isEqualTo("chat");
    assertThat(calls(WebhookReceivers.CHAT, release)).isEqualTo(3);
    assertThat(topic.heard(Writer.NOTIFICATION, release, UpdateFailed.class)).isEmpty();
  }

  @Test
  @DisplayName("D1, R5: an outage of chat blocks neither the announcement nor an incident")
  void chatIsAway() {
    ReleaseId release = release();
    WebhookReceivers.CHAT.stubFor(to(release).willReturn(serviceUnavailable()));
    // Half of the time to announce is over already.
    say(
        release,
        Story.accepted("chat"),
        cleared(Duration.ofMinutes(2)),
        Story.started(),
        Story.halted());

    assertThat(heard(release, WindowAnnounced.class, 1))
        .containsExactly(new WindowAnnounced("feed", release + ":window", null));
    assertThat(heard(release, IncidentFiled.class, 1)).hasSize(1);
    assertThat(heard(release, UpdateFailed.class, 1).getFirst().key())
        .isEqualTo(release + ":window");
    as("operator")
        .get("/releases/" + release)
        .then()
        .body(
            "outstanding.key",
            equalTo(List.of(release + ":update:started", release + ":update:halted")))
        .body("waitsFor.what", equalTo("an update (C2), an update (R4) to be taken"))
        .body("waitsFor.who", equalTo("the channel chat"));
    as("viewer")
        .get("/feed")
        .then()
        .statusCode(200)
        .body(
            "items.findAll { it.key == '" + release + ":window' }.meantFor",
            equalTo(List.of("chat")));
  }

  @Test
  @DisplayName(
      "C1: a channel that nobody configured is the feed, and the feed shows whom it was for")
  void unknownChannel() {
    ReleaseId release = release();
    say(release, Story.accepted("pigeons"), cleared(Duration.ofMinutes(5)), Story.started());

    assertThat(heard(release, UpdatePosted.class, 1).getFirst().channel()).isEqualTo(Bulletin.FEED);
    as("viewer")
        .get("/feed?limit=200")
        .then()
        .body(
            "items.findAll { it.release == '" + release + "' }.meantFor",
            equalTo(List.of("pigeons", "pigeons")));
    assertThat(calls(WebhookReceivers.CHAT, release)).isZero();
    forget(release);
    as("viewer").get("/feed?limit=200").then().body("items.release", not(hasItem(release.value())));
  }

  @Test
  @DisplayName("The feed comes in pages; what is unknown, forbidden or nonsense is a problem")
  void rest() {
    ReleaseId release = release();
    say(release, Story.accepted("feed"), cleared(Duration.ofMinutes(5)), Story.started());
    heard(release, UpdatePosted.class, 1);

    String next =
        as("ci")
            .get("/feed?limit=1")
            .then()
            .statusCode(200)
            .body("items", hasSize(1))
            .extract()
            .path("next");
    as("ci").queryParam("after", next).get("/feed").then().statusCode(200);
    as("ci").get("/feed?after=nonsense").then().statusCode(400);
    as("ci")
        .get("/releases/nobody")
        .then()
        .statusCode(404)
        .body("code", equalTo("unknown-release"));
    as("ci").urlEncodingEnabled(false).get("/releases/a%00b").then().statusCode(404);
    given().get("/feed").then().statusCode(401);
    as("nobody").get("/feed").then().statusCode(403);
  }

  @Test
  @DisplayName("The metrics are those of docs/metrics.md")
  void metrics() throws IOException {
    MetricsPage.check(
        "notification-service",
        given().accept("text/plain").get("/q/metrics").then().extract().asString());
  }

  @Test
  @Tag("deep")
  @DisplayName(
      "Every call answers as /q/openapi describes and shows it, and as docs/openapi has it")
  void openApi() throws IOException {
    ReleaseId release = release();
    say(release, Story.accepted("feed"), cleared(Duration.ofMinutes(5)), Story.started());
    heard(release, UpdatePosted.class, 1);
    as("viewer").get("/releases/" + release).then().statusCode(200);
    as("viewer").get("/feed?limit=1").then().statusCode(200);
    ReleaseId owed = release();
    WebhookReceivers.CHAT.stubFor(to(owed).willReturn(serviceUnavailable()));
    say(owed, Story.accepted("chat"), cleared(Duration.ofMinutes(5)));
    await()
        .atMost(PATIENCE)
        .until(() -> as("viewer").get("/releases/" + owed).path("nextAttempt") != null);
    API.tries(Map.of("id", release));
    API.isTrue();
    API.equalsSnapshot();
  }

  /// As retention does when the release's facts are deleted.
  private void forget(ReleaseId forgotten) {
    QuarkusTransaction.requiringNew()
        .run(() -> owner.reaction().views().write(forgotten, List.of()));
  }
}
