package io.lockkeeper.rollout.adapter;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.RollbackFailed;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.EmbeddedPlatformResource;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.MetricsPage;
import io.lockkeeper.journal.OpenApi;
import io.lockkeeper.journal.Topic;
import io.lockkeeper.rollout.RolloutScenario;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Verdict;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@QuarkusTest
@QuarkusTestResource(
    value = EmbeddedPlatformResource.class,
    initArgs = {
      @ResourceArg(name = "database", value = "rollout"),
      @ResourceArg(name = "lockkeeper.platform.secret", value = TargetFixture.SECRET),
      // No test waits so long: a call that is in the way of another is cancelled.
      @ResourceArg(name = "lockkeeper.platform.timeout", value = "PT5M")
    })
class RolloutServiceTest {

  @RegisterExtension static final OpenApi API = new OpenApi("rollout-service");

  @Inject JournalOwner owner;
  private static final Duration SOON = Duration.ofSeconds(30);

  private final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
  private Topic topic;
  private TargetFixture target;

  @BeforeEach
  void start() throws IOException {
    topic = new Topic();
    target = new TargetFixture();
  }

  @AfterEach
  void end() throws IOException {
    topic.close();
    target.close();
  }

  @Test
  @DisplayName(
      "D3, M1: a cleared release goes through its stages at the target, and is settled when verified")
  void goesForward() throws IOException {
    startRelease(10, 100);
    awaitFacts(StageApplied.class, 1);
    topic.say(Writer.MONITOR, release, RolloutScenario.verified(0, 1, Verdict.PASSED));
    awaitFacts(RolloutCompleted.class, 1);
    topic.say(
        Writer.MONITOR,
        release,
        new ReleaseVerified(
            Verdict.PASSED, "fine", Duration.ofMinutes(30), List.of(), RolloutScenario.LOOK));
    assertThat(awaitFacts(RolloutSettled.class, 1))
        .extracting(RolloutSettled::outcome)
        .containsExactly(Outcome.VERIFIED);
    assertThat(target.effects()).hasSize(2);
    as("viewer")
        .get("/rollouts/" + release)
        .then()
        .statusCode(200)
        .body("phase", equalTo("SETTLED"))
        .body("outcome", equalTo("VERIFIED"))
        .body("share", equalTo(100));
    as("viewer")
        .get("/rollouts")
        .then()
        .statusCode(200)
        .body("items.release", hasItem(release.value()));
    forget(release);
    as("viewer").get("/rollouts").then().body("items.release", not(hasItem(release.value())));
  }

  @Test
  @DisplayName("R1, R2: a breach halts and takes all traffic back")
  void goesBack() {
    startRelease(10, 100);
    awaitFacts(StageApplied.class, 1);
    topic.say(Writer.MONITOR, release, RolloutScenario.breach());
    awaitFacts(RolledBack.class, 1);
    assertThat(heard(RolloutSettled.class))
        .extracting(RolloutSettled::outcome)
        .containsExactly(Outcome.ROLLED_BACK);
  }

  @Test
  @DisplayName("R1: a target that does not say what it shows delays no way back")
  void goesBackWhileTheTargetIsSilent() throws Exception {
    startRelease(10, 100);
    awaitFacts(StageApplied.class, 1);
    target.misbehave("{\"stall\":1}");
    await().atMost(SOON).until(() -> target.faults().contains("\"stall\":0"));
    topic.say(Writer.MONITOR, release, RolloutScenario.breach());
    awaitFacts(RolledBack.class, 1);
  }

  @Test
  @DisplayName("R1: an operator aborts over REST, at once and once; a viewer may not")
  void abort() {
    startRelease(10, 100);
    awaitFacts(StageApplied.class, 1);
    String body = "{\"reason\":\"looks bad\"}";
    String path = "/rollouts/" + release + "/abort";
    given().contentType("application/json").body(body).post(path).then().statusCode(401);
    as("viewer")
        .body(body)
        .post(path)
        .then()
        .statusCode(403)
        .contentType("application/problem+json");
    as("operator").body(body).post(path).then().statusCode(200);
    as("operator").body(body).post(path).then().statusCode(200);
    awaitFacts(RolloutSettled.class, 1);
    as("operator")
        .body(body)
        .post(path)
        .then()
        .statusCode(200)
        .body("outcome", equalTo("ROLLED_BACK"));
    as("operator")
        .body(reason("still bad"))
        .post(path)
        .then()
        .statusCode(409)
        .body("code", equalTo("ended"));
    assertThat(heard(RolloutHalted.class))
        .extracting(RolloutHalted::by)
        .containsExactly(Actor.person("olga"));
    as("operator")
        .body("{\"reason\":\"lunch\"}")
        .post("/rollouts/" + release + "/pause")
        .then()
        .statusCode(409)
        .body("code", equalTo("ended"))
        .body("detail", notNullValue());
  }

  @Test
  @DisplayName(
      "D4: If-Match binds an action to what was seen; a repetition answers as the first did")
  void pauseAndResume() {
    startRelease(10, 100);
    awaitFacts(StageApplied.class, 1);
    String path = "/rollouts/" + release;
    String seen = as("viewer").get(path).header("ETag");
    as("operator")
        .header("If-Match", "\"another\"")
        .body(reason("lunch"))
        .post(path + "/pause")
        .then()
        .statusCode(412)
        .body("code", equalTo("changed-meanwhile"));
    for (int times = 0; times < 2; times++) {
      as("operator")
          .header("If-Match", seen)
          .body(reason("lunch"))
          .post(path + "/pause")
          .then()
          .statusCode(200)
          .body("hold", equalTo("OPERATOR"));
    }
    as("operator")
        .header("If-Match", seen)
        .body(reason("back"))
        .post(path + "/resume")
        .then()
        .statusCode(412);
    for (int times = 0; times < 2; times++) {
      as("operator")
          .body(reason("back"))
          .post(path + "/resume")
          .then()
          .statusCode(200)
          .body("hold", nullValue());
    }
    as("operator")
        .body(reason("once more"))
        .post(path + "/resume")
        .then()
        .statusCode(409)
        .body("code", equalTo("command-refused"));
    assertThat(awaitFacts(StageResumed.class, 1))
        .containsExactly(new StageResumed(Actor.person("olga"), "back"));
    assertThat(heard(StagePaused.class)).hasSize(1);
  }

  @Test
  @DisplayName(
      "D4: one call holds every release of an environment, started or not; a viewer may not")
  void stop() {
    startRelease(10, 100);
    awaitFacts(StageApplied.class, 1);
    ReleaseId waiting = new ReleaseId(UUID.randomUUID().toString());
    accept(waiting, 10, 100);
    ReleaseId stuck = new ReleaseId(UUID.randomUUID().toString());
    accept(stuck, 10, 100);
    topic.say(Writer.MONITOR, stuck, new Unrecognised("io.lockkeeper.stage.verified.v1", "[]"));
    awaitStatus(waiting, "phase", "WAITING");
    await().atMost(SOON).until(() -> as("viewer").get("/rollouts/" + stuck).path("stuck") != null);

    String production = "{\"environment\":\"production\",\"reason\":\"incident\"}";
    given().contentType("application/json").body(production).post("/stop").then().statusCode(401);
    as("viewer").body(production).post("/stop").then().statusCode(403);
    for (String action : List.of("abort", "pause", "resume", "take-over")) {
      as("viewer")
          .body(reason("curious"))
          .post("/rollouts/" + waiting + "/" + action)
          .then()
          .statusCode(403);
    }
    as("operator")
        .body(production)
        .post("/stop")
        .then()
        .statusCode(200)
        .body("environment", equalTo("production"))
        .body(done(release), equalTo("HELD"))
        .body(done(waiting), equalTo("HELD"))
        .body(done(stuck), equalTo("HELD"))
        .body("releases.find { it.release == '" + stuck + "' }.reason", notNullValue());
    as("operator")
        .body(production)
        .post("/stop")
        .then()
        .statusCode(200)
        .body(done(release), equalTo("HELD_ALREADY"))
        .body(done(waiting), equalTo("HELD_ALREADY"));

    topic.say(Writer.GATE, waiting, RolloutScenario.clearedFromNow());
    topic.say(Writer.NOTIFICATION, waiting, RolloutScenario.announced());
    as("operator")
        .body(reason("over"))
        .post("/rollouts/" + release + "/abort")
        .then()
        .statusCode(200);
    awaitFacts(RolloutSettled.class, 1);
    awaitStatus(waiting, "hold", "OPERATOR");
    awaitStatus(waiting, "phase", "WAITING");
    for (ReleaseId held : List.of(waiting, stuck)) {
      as("operator")
          .body(reason("over"))
          .post("/rollouts/" + held + "/abort")
          .then()
          .statusCode(200);
    }
    as("operator").body(production).post("/stop").then().body(done(release), nullValue());
  }

  @Test
  @DisplayName("D4: an environment without releases is stopped by doing nothing")
  void stopNothing() {
    as("operator")
        .body("{\"environment\":\"nowhere\",\"reason\":\"incident\"}")
        .post("/stop")
        .then()
        .statusCode(200)
        .body("releases", empty());
    as("operator")
        .body("{\"environment\":\"\",\"reason\":\"a\\u0000b\"}")
        .post("/stop")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItems("/environment", "/reason"));
  }

  @Test
  @DisplayName(
      "R2: who took over a failing way back is asked for nothing more; the target is read back")
  void takeOver() throws Exception {
    startRelease(10, 100);
    awaitFacts(StageApplied.class, 1);
    String path = "/rollouts/" + release + "/take-over";
    as("operator")
        .body(reason("by hand"))
        .post(path)
        .then()
        .statusCode(409)
        .body("code", equalTo("command-refused"));
    as("viewer")
        .get("/rollouts/" + release)
        .then()
        .body("wayBackByHand.what", hasItem(containsString("from 10 % to 0 %")));
    target.misbehave("{\"failNext\":1000}");
    topic.say(Writer.MONITOR, release, RolloutScenario.breach());
    awaitFacts(RollbackFailed.class, 1);

    given()
        .contentType("application/json")
        .body(reason("by hand"))
        .post(path)
        .then()
        .statusCode(401);
    as("viewer").body(reason("by hand")).post(path).then().statusCode(403);
    as("operator")
        .header("If-Match", "\"another\"")
        .body(reason("by hand"))
        .post(path)
        .then()
        .statusCode(412);
    as("operator").body(reason("by hand")).post(path).then().statusCode(200);
    assertThat(awaitFacts(RolloutSettled.class, 1))
        .containsExactly(
            new RolloutSettled(
                Outcome.ROLLBACK_FAILED,
                "by hand: by hand; the target shows 10 % of traffic",
                Actor.person("olga")));
    int asked = target.effects().size() + target.repeats().size();
    as("operator").body(reason("by hand")).post(path).then().statusCode(200);
    as("operator")
        .body("{\"reason\":\"by hand\",\"outcome\":\"ROLLBACK_FAILED\"}")
        .post(path)
        .then()
        .statusCode(409)
        .body("code", equalTo("ended"));
    await()
        .during(Duration.ofSeconds(6))
        .atMost(Duration.ofSeconds(8))
        .until(() -> target.effects().size() + target.repeats().size() == asked);
    assertThat(heard(TakenOver.class)).hasSize(1);
  }

  @Test
  @DisplayName(
      "R2: a held release that was taken back by hand settles as rolled back, by that person")
  void takeOverOfAHeldRelease() throws Exception {
    target.misbehave("{\"failNext\":1}");
    startRelease(10, 100);
    awaitFacts(StagePaused.class, 1);
    as("operator")
        .body("{\"reason\":\"drained\",\"outcome\":\"VERIFIED\"}")
        .post("/rollouts/" + release + "/take-over")
        .then()
        .statusCode(400);
    as("operator")
        .body(reason("drained"))
        .post("/rollouts/" + release + "/take-over")
        .then()
        .statusCode(200);
    assertThat(awaitFacts(RolloutSettled.class, 1))
        .containsExactly(
            new RolloutSettled(
                Outcome.ROLLED_BACK,
                "by hand: drained; the target shows 0 % of traffic",
                Actor.person("olga")));
    assertThat(heard(RolloutHalted.class)).hasSize(1);
    as("viewer")
        .get("/rollouts/" + release)
        .then()
        .body("outcome", equalTo("ROLLED_BACK"))
        .body("share", equalTo(0));
  }

  @Test
  @DisplayName("D4: a decision is taken once, however often it is sent")
  void decide() throws Exception {
    startRelease(10, 100);
    awaitFacts(StageApplied.class, 1);
    target.misbehave("{\"failNext\":1000}");
    topic.say(Writer.MONITOR, release, RolloutScenario.breach());
    awaitFacts(DecisionRequested.class, 1);
    String question = as("viewer").get("/rollouts/" + release).path("question.id");
    String path = "/rollouts/" + release + "/decisions";
    String decision =
        "{\"question\":\"%s\",\"choice\":\"RETRY\",\"reason\":\"it works again\"}"
            .formatted(question);
    as("viewer").body(decision).post(path).then().statusCode(403);
    as("operator")
        .header("If-Match", "\"another\"")
        .body(decision)
        .post(path)
        .then()
        .statusCode(412);
    as("operator").body(decision).post(path).then().statusCode(200);
    as("operator").body(decision).post(path).then().statusCode(200);
    target.misbehave("{\"failNext\":0}");
    awaitFacts(RolledBack.class, 1);
    assertThat(heard(DecisionTaken.class)).hasSize(1);
  }

  @Test
  @DisplayName(
      "D3: a target that failed a stage is not called over and over while the release holds")
  void aFailedStageIsNotHammered() throws Exception {
    target.misbehave("{\"failNext\":1}");
    startRelease(10, 100);
    awaitFacts(StagePaused.class, 1);
    await()
        .during(Duration.ofSeconds(4))
        .atMost(Duration.ofSeconds(6))
        .until(() -> target.repeats().size() <= 5);
    as("operator")
        .body("{\"reason\":\"enough\"}")
        .post("/rollouts/" + release + "/abort")
        .then()
        .statusCode(200);
    awaitFacts(RolledBack.class, 1);
  }

  @Test
  @DisplayName("A wrong request is answered with what is wrong about it")
  void wrongRequests() {
    as("operator")
        .body("{\"reason\":\"x\"}")
        .post("/rollouts/unknown/abort")
        .then()
        .statusCode(404)
        .body("code", equalTo("unknown-release"));
    as("operator")
        .body("{\"reason\":\"\"}")
        .post("/rollouts/unknown/abort")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem("/reason"));
    as("operator")
        .body("{\"reason\":\"a\\u0007b\"}")
        .post("/rollouts/unknown/pause")
        .then()
        .statusCode(422)
        .body("errors.pointer", hasItem("/reason"));
    as("operator")
        .urlEncodingEnabled(false)
        .body("{\"reason\":\"x\"}")
        .post("/rollouts/un%07known/resume")
        .then()
        .statusCode(404)
        .body("code", equalTo("unknown-release"));
    as("operator")
        .body("{")
        .post("/rollouts/unknown/abort")
        .then()
        .statusCode(400)
        .contentType("application/problem+json");
    as("operator").get("/rollouts?after=nonsense").then().statusCode(400);
    as("operator").get("/rollouts?limit=0").then().statusCode(422);
  }

  private void startRelease(int... weights) {
    accept(release, weights);
    topic.say(Writer.GATE, release, RolloutScenario.clearedFromNow());
    topic.say(Writer.NOTIFICATION, release, RolloutScenario.announced());
  }

  private void accept(ReleaseId id, int... weights) {
    RolloutScenario scenario =
        RolloutScenario.accepted(RolloutScenario.runbook(target.url(), weights));
    ReleaseAccepted accepted = scenario.state().accepted();
    topic.say(
        Writer.GATE,
        id,
        new ReleaseAccepted(
            accepted.request(), accepted.runbook(), Digest.of(new byte[0]), accepted.requester()));
  }

  private static void awaitStatus(ReleaseId id, String field, String value) {
    await(field + " of " + id)
        .atMost(SOON)
        .until(() -> value.equals(as("viewer").get("/rollouts/" + id).path(field)));
  }

  private static String reason(String reason) {
    return "{\"reason\":\"" + reason + "\"}";
  }

  private static String done(ReleaseId id) {
    return "releases.find { it.release == '" + id + "' }?.done";
  }

  private <T extends RolloutEvent> List<T> awaitFacts(Class<T> kind, int atLeast) {
    await(kind.getSimpleName()).atMost(SOON).until(() -> heard(kind).size() >= atLeast);
    return heard(kind);
  }

  private <T extends RolloutEvent> List<T> heard(Class<T> kind) {
    return topic.heard(Writer.ROLLOUT, release, kind);
  }

  private static RequestSpecification as(String role) {
    String token = Jwt.issuer("lockkeeper").subject("olga").upn("olga").groups(Set.of(role)).sign();
    return given().auth().oauth2(token).contentType("application/json");
  }

  @Test
  @DisplayName("The metrics are those of docs/metrics.md")
  void metrics() throws IOException {
    MetricsPage.check(
        "rollout-service",
        given().accept("text/plain").get("/q/metrics").then().extract().asString());
  }

  @Test
  @Tag("deep")
  @DisplayName(
      "Every call answers as /q/openapi describes and shows it, and as docs/openapi has it")
  void openApi() throws Exception {
    String path = "/rollouts/{id}";
    ReleaseId waiting = new ReleaseId(UUID.randomUUID().toString());
    accept(waiting, 10, 100);
    awaitStatus(waiting, "phase", "WAITING");
    command(waiting, "abort").then().statusCode(200);

    startRelease(10, 100);
    awaitFacts(StageApplied.class, 1);
    as("viewer").get(path, release.value()).then().statusCode(200);
    command(release, "take-over").then().statusCode(409);
    command(release, "resume").then().statusCode(409);
    command(release, "pause").then().statusCode(200);
    command(release, "resume").then().statusCode(200);
    as("operator").body(API.body("POST /stop").toString()).post("/stop").then().statusCode(200);

    target.misbehave("{\"failNext\":1000}");
    topic.say(Writer.MONITOR, release, RolloutScenario.breach());
    awaitFacts(DecisionRequested.class, 1);
    command(release, "decisions").then().statusCode(409);
    ObjectNode decision = API.body("POST /rollouts/{id}/decisions");
    decision.put("question", as("viewer").get(path, release.value()).<String>path("question.id"));
    as("operator")
        .body(decision.toString())
        .post(path + "/decisions", release.value())
        .then()
        .statusCode(200);
    command(release, "take-over").then().statusCode(200);
    awaitFacts(RolloutSettled.class, 1);
    as("viewer").get("/rollouts?limit=1").then().statusCode(200);
    for (String ended : List.of("abort", "pause", "resume")) {
      command(release, ended).then().statusCode(409).body("code", equalTo("ended"));
    }
    for (String ended : List.of("decisions", "take-over")) {
      ObjectNode other = API.body("POST /rollouts/{id}/" + ended).put("reason", "again");
      as("operator")
          .body(other.toString())
          .post(path + "/" + ended, release.value())
          .then()
          .statusCode(409);
    }

    API.tries(Map.of("id", release));
    API.isTrue();
    API.equalsSnapshot();
  }

  private static Response command(ReleaseId id, String command) {
    String path = "/rollouts/{id}/" + command;
    return as("operator").body(API.body("POST " + path).toString()).post(path, id.value());
  }

  /// As retention does when the release's facts are deleted.
  private void forget(ReleaseId forgotten) {
    QuarkusTransaction.requiringNew()
        .run(() -> owner.reaction().views().write(forgotten, List.of()));
  }
}
