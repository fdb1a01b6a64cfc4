package io.lockkeeper.monitor.adapter;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent.BaselineCaptured;
import io.lockkeeper.events.MonitorEvent.BaselineRefused;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.events.MonitorEvent.ObservabilityConfirmed;
import io.lockkeeper.events.MonitorEvent.ObservabilityUnconfirmed;
import io.lockkeeper.events.MonitorEvent.ObservationStarted;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Stage;
import io.lockkeeper.journal.EmbeddedPlatformResource;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.JournalOwner;
import io.lockkeeper.journal.MetricsPage;
import io.lockkeeper.journal.OpenApi;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.Requests;
import io.lockkeeper.monitor.WatchClock;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Budgets;
import io.lockkeeper.runbook.Runbook.Signal;
import io.lockkeeper.runbook.Verdict;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.smallrye.jwt.build.Jwt;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@QuarkusTest
@QuarkusTestResource(EmbeddedPlatformResource.class)
class MonitorServiceTest {

  @RegisterExtension static final OpenApi API = new OpenApi("monitor-service");

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration INTERVAL = Duration.ofMillis(300);
  private static final Stage LONG =
      Stage.traffic(0, 50, Duration.ofMinutes(10), Duration.ofMinutes(20));
  private static final Stage HALF =
      Stage.traffic(0, 50, Duration.ofSeconds(2), Duration.ofSeconds(60));

  @Inject EventJournal journal;
  @Inject JournalOwner owner;
  @Inject LookBook book;
  @Inject DataSource dataSource;

  private ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
  private Topic topic;
  private Instance stable;
  private Instance candidate;
  private BudgetServer prometheus;
  private Budgets budgets = Budgets.NONE;
  private @Nullable Observability observability;

  @BeforeEach
  void start() throws IOException {
    topic = new Topic();
    stable = new Instance();
    candidate = new Instance();
    prometheus = new BudgetServer();
  }

  @AfterEach
  void end() {
    topic.say(release, new RolloutEvent.RolloutSettled(Outcome.VERIFIED, "over", Actor.RUNBOOK));
    topic.close();
    stable.close();
    candidate.close();
    prometheus.close();
  }

  @Test
  @DisplayName(
      "G2: a baseline that is asked for is captured from the stable version, its samples on the topic before the fact")
  void baseline() {
    accepted();
    stable.fails(0.01);
    EventId request = topic.say(release, new GateEvent.BaselineRequested(1, Duration.ofSeconds(2)));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BaselineCaptured.class)).hasSize(1));
    BaselineCaptured captured = topic.heard(release, BaselineCaptured.class).getFirst();
    assertThat(captured.request()).isEqualTo(request);
    assertThat(Duration.between(captured.from(), captured.until()))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    assertThat(captured.measures())
        .extracting(Measure::signal)
        .contains("errors", "duration p50", "duration p90", "duration p99", "rate");
    assertThat(captured.measures().getFirst().control()).isBetween(0.001, 0.05);
    ConsumerRecord<String, byte[]> look = lookOf(captured.look());
    assertThat(Digest.of(look.value())).isEqualTo(captured.look().digest());
    LookRecord record = LookRecord.read(look.value());
    assertThat(record.kind()).isEqualTo(LookRecord.Kind.BASELINE);
    assertThat(record.baseline().durations()).containsKey("duration");
    assertThat(topic.looks(release).stream().map(ConsumerRecord::value).map(LookRecord::read))
        .filteredOn(one -> one.kind() == LookRecord.Kind.BASELINE_LOOK)
        .hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  @DisplayName(
      "G2: a stable version that cannot be reached, or is unhealthy, gives no baseline and a reason")
  void noBaseline() {
    accepted();
    stable.goesDark(true);
    EventId first = topic.say(release, new GateEvent.BaselineRequested(1, Duration.ofSeconds(1)));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BaselineRefused.class)).hasSize(1));
    stable.goesDark(false);
    stable.fails(0.5);
    EventId second = topic.say(release, new GateEvent.BaselineRequested(2, Duration.ofSeconds(1)));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BaselineRefused.class)).hasSize(2));
    List<BaselineRefused> refused = topic.heard(release, BaselineRefused.class);
    assertThat(refused).extracting(BaselineRefused::request).containsExactly(first, second);
    assertThat(refused.getFirst().reason()).startsWith("unreachable").contains("answers 503");
    assertThat(refused.getLast().reason()).startsWith("unhealthy");
  }

  @Test
  @DisplayName(
      "D4, M1: a good candidate's stage is verified, then the release at full traffic, each with its look")
  void goodRelease() {
    baking();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, StageVerified.class)).hasSize(1));
    StageVerified verified = topic.heard(release, StageVerified.class).getFirst();
    assertThat(verified.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(verified.measures()).extracting(Measure::signal).contains("errors", "duration p99");
    assertThat(Digest.of(lookOf(verified.look()).value())).isEqualTo(verified.look().digest());
    topic.say(release, new RolloutEvent.StageCompleted(HALF, 1));
    topic.say(release, new RolloutEvent.RolloutCompleted(Instant.now().plusSeconds(600)));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, ReleaseVerified.class)).hasSize(1));
    assertThat(topic.heard(release, ObservationStarted.class))
        .containsExactly(new ObservationStarted(Duration.ofSeconds(3), null));
    ReleaseVerified last = topic.heard(release, ReleaseVerified.class).getFirst();
    assertThat(last.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(last.observed()).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
    assertThat(topic.heard(release, BudgetBreached.class)).isEmpty();
  }

  @Test
  @DisplayName(
      "M3: a version that cannot be observed is told and holds nothing up; repaired, it is"
          + " confirmed once")
  void observability() throws IOException {
    try (MetricsServer shop = new MetricsServer()) {
      shop.shows("{\"version\": \"1.9.0\"}");
      observability =
          new Observability(
              null,
              null,
              List.of(
                  new Observability.Synthetic(
                      shop.uri(),
                      new Observability.Expectation(200, null, "/version", "{{version}}"),
                      null)),
              null);
      baking();
      topic.say(release, new RolloutEvent.StageCompleted(HALF, 1));
      topic.say(release, new RolloutEvent.RolloutCompleted(Instant.now().plusSeconds(600)));
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                assertThat(topic.heard(release, ObservabilityUnconfirmed.class)).hasSize(1);
                assertThat(topic.heard(release, ReleaseVerified.class)).hasSize(1);
              });
      EventId observation =
          topic.facts(release).stream()
              .filter(fact -> fact.event() instanceof ObservationStarted)
              .findFirst()
              .orElseThrow()
              .id();
      assertThat(topic.heard(release, ObservabilityUnconfirmed.class))
          .containsExactly(
              new ObservabilityUnconfirmed(
                  observation, seen(shop, false, "/version is 1.9.0, not 2.0.0")));
      assertThat(topic.heard(release, ReleaseVerified.class).getFirst().verdict())
          .isEqualTo(Verdict.PASSED);
      assertThat(topic.heard(release, ObservabilityConfirmed.class)).isEmpty();

      shop.shows("{\"version\": \"2.0.0\"}");
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(topic.heard(release, ObservabilityConfirmed.class))
                      .containsExactly(
                          new ObservabilityConfirmed(
                              observation, seen(shop, true, "/version is 2.0.0"))));
      assertThat(topic.heard(release, ObservabilityUnconfirmed.class)).hasSize(1);
    }
  }

  private static List<ObservabilityCheck> seen(
      MetricsServer shop, boolean confirmed, String found) {
    return List.of(
        new ObservabilityCheck(
            ObservabilityCheck.Aspect.SYNTHETIC, shop.uri().toString(), confirmed, found));
  }

  @Test
  @DisplayName("R1: errors that rise are a breach, told once, with what was seen")
  void badRelease() {
    baking();
    candidate.fails(0.8);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BudgetBreached.class)).hasSize(1));
    BudgetBreached breach = topic.heard(release, BudgetBreached.class).getFirst();
    assertThat(breach.measure().signal()).isEqualTo("errors");
    assertThat(breach.measure().candidate()).isGreaterThan(0.1);
    assertThat(breach.evidence()).isNotBlank();
    LookRecord look = LookRecord.read(lookOf(breach.look()).value());
    assertThat(look.assessment().verdict()).isEqualTo(Verdict.FAILED);
    int looks = topic.looks(release).size();
    await().atMost(SOON).until(() -> topic.looks(release).size() > looks + 5);
    assertThat(topic.heard(release, BudgetBreached.class)).hasSize(1);
    assertThat(topic.heard(release, StageVerified.class)).isEmpty();
  }

  @Test
  @DisplayName(
      "D4: metrics that stop and come back are one loss and one recovery, and the bake goes on")
  void telemetryLost() {
    baking(Stage.traffic(0, 50, Duration.ofSeconds(4), Duration.ofSeconds(60)));
    await().atMost(SOON).until(() -> topic.looks(release).size() > 2);
    candidate.goesDark(true);
    stable.goesDark(true);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, TelemetryLost.class)).hasSize(1));
    given()
        .auth()
        .oauth2(token("viewer"))
        .get("/watches/" + release)
        .then()
        .statusCode(200)
        .body("watch.lostSince", notNullValue());
    candidate.goesDark(false);
    stable.goesDark(false);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, StageVerified.class)).hasSize(1));
    assertThat(topic.heard(release))
        .hasExactlyElementsOfTypes(
            TelemetryLost.class, TelemetryRecovered.class, StageVerified.class);
    assertThat(topic.heard(release, StageVerified.class).getFirst().verdict())
        .isEqualTo(Verdict.PASSED);
  }

  @Test
  @DisplayName("M2: people see what is watched and the numbers of the last look; nobody else does")
  void rest() {
    baking();
    await().atMost(SOON).until(() -> !topic.looks(release).isEmpty());
    given().get("/watches").then().statusCode(401);
    given().auth().oauth2(token("stranger")).get("/watches").then().statusCode(403);
    given()
        .auth()
        .oauth2(token("viewer"))
        .get("/watches?ended=false")
        .then()
        .statusCode(200)
        .body("items.release", hasItem(release.value()));
    given()
        .auth()
        .oauth2(token("operator"))
        .get("/watches/" + release)
        .then()
        .statusCode(200)
        .body("watch.watches", equalTo("CANDIDATE"))
        .body("watch.weight", equalTo(50))
        .body("lastLook.kind", equalTo("CANDIDATE"))
        .body("lastLook.candidate", equalTo(1))
        .body("lastLook.verdict", notNullValue())
        .body("lastLook.trouble", nullValue());
    stable.goesDark(true);
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                OpenApi.as("viewer")
                    .get("/watches/" + release)
                    .then()
                    .body("lastLook.trouble", containsString("503")));
    given()
        .auth()
        .oauth2(token("viewer"))
        .get("/watches/unknown")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("code", equalTo("unknown-release"));
    given().auth().oauth2(token("viewer")).get("/watches?limit=100000").then().statusCode(422);
    given()
        .urlEncodingEnabled(false)
        .auth()
        .oauth2(token("viewer"))
        .get("/watches/a%00b")
        .then()
        .statusCode(404);
  }

  @Test
  @DisplayName(
      "G2: on a spent budget there is no baseline, and the reason has the numbers; when it can pay, there is one")
  void spentBudget() {
    budgets = budgets();
    prometheus.spent(90);
    accepted();
    topic.say(release, new GateEvent.BaselineRequested(1, Duration.ofSeconds(1)));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BaselineRefused.class)).hasSize(1));
    assertThat(topic.heard(release, BaselineRefused.class).getFirst().reason())
        .isEqualTo(
            "error budget availability is spent: -150 % remains and something has to; 90 of 360000 were bad in 1 h");
    prometheus.spent(9);
    topic.say(release, new GateEvent.BaselineRequested(2, Duration.ofSeconds(1)));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BaselineCaptured.class)).hasSize(1));
    assertThat(topic.heard(release, BaselineCaptured.class).getFirst().measures())
        .contains(new Measure("budget availability", null, 0.75, "fraction", 360_000));
  }

  @Test
  @DisplayName(
      "G2: a first release, of which nothing runs yet, does not start on a spent budget either")
  void spentBudgetOfFirst() {
    stable.goesDark(true);
    candidate.goesDark(true);
    budgets = budgets();
    prometheus.spent(90);
    accepted(Requests.first());
    topic.say(release, new GateEvent.BaselineRequested(1, Duration.ZERO));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BaselineRefused.class)).hasSize(1));
    assertThat(topic.heard(release, BaselineRefused.class).getFirst().reason())
        .startsWith("error budget availability is spent: -150 % remains");
    prometheus.spent(9);
    topic.say(release, new GateEvent.BaselineRequested(2, Duration.ZERO));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BaselineCaptured.class)).hasSize(1));
    BaselineCaptured captured = topic.heard(release, BaselineCaptured.class).getFirst();
    assertThat(captured.measures())
        .containsExactly(new Measure("budget availability", null, 0.75, "fraction", 360_000));
    assertThat(captured.from()).isEqualTo(captured.until());
    LookRecord look = LookRecord.read(lookOf(captured.look()).value());
    assertThat(look.baseline()).isNull();
    assertThat(look.budgets()).hasSize(1);
  }

  @Test
  @DisplayName(
      "G2: a first release is patient with a source that is away for a moment, and is refused while it stays away")
  void sourceOfFirst() throws IOException {
    try (PrometheusServer source = new PrometheusServer()) {
      source.answers(503, "Service Unavailable");
      Signal orders =
          new Signal("orders", null, Signal.Kind.KPI, true, "orders{v=\"{{version}}\"}", null);
      topic.say(
          release,
          Rig.accepted(Requests.first(), Rig.asking(source.uri(), INTERVAL, List.of(orders))));
      topic.say(release, new GateEvent.BaselineRequested(1, Duration.ZERO));
      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(topic.heard(release, BaselineRefused.class)).hasSize(1));
      assertThat(topic.heard(release, BaselineRefused.class).getFirst().reason())
          .startsWith("unreachable: source 'main' is not available: answers 503");
      AtomicInteger asked = new AtomicInteger();
      source.answers(
          it ->
              asked.incrementAndGet() < WatchClock.FAILED_LOOKS
                  ? new PrometheusServer.Answer(503, "Service Unavailable")
                  : new PrometheusServer.Answer(200, PrometheusServer.matrix()));
      topic.say(release, new GateEvent.BaselineRequested(2, Duration.ZERO));
      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(topic.heard(release, BaselineCaptured.class)).hasSize(1));
      assertThat(asked).hasValue(WatchClock.FAILED_LOOKS);
    }
  }

  @Test
  @Tag("deep")
  @DisplayName(
      "D4: while a budget is spent, or its source is away, a good stage is not passed and nothing is lost or breached; then it is passed")
  void heldByBudget() {
    budgets = budgets();
    prometheus.spent(36);
    prometheus.status(503);
    baking();
    reasonOfLastLook("error budget availability cannot be read: all events over ");
    prometheus.status(200);
    reasonOfLastLook("error budget availability is spent: 0 % remains");
    assertThat(topic.heard(release)).isEmpty();
    prometheus.spent(9);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, StageVerified.class)).hasSize(1));
    StageVerified verified = topic.heard(release, StageVerified.class).getFirst();
    assertThat(verified.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(verified.measures())
        .filteredOn(measure -> measure.signal().equals("budget availability"))
        .containsExactly(new Measure("budget availability", 0.75, 0.0, "fraction", 360_000));
    assertThat(topic.heard(release)).hasSize(1);
    assertThat(LookRecord.read(lookOf(verified.look()).value()).budgets()).hasSize(1);
  }

  @Test
  @Tag("deep")
  @DisplayName(
      "R1: an objective that burns fast since the candidate has traffic is a breach, though its instances look well")
  void budgetBreached() {
    budgets = budgets();
    baking(Stage.traffic(0, 50, Duration.ofMinutes(5), Duration.ofMinutes(9)));
    await()
        .atMost(SOON)
        .until(
            () ->
                topic.looks(release).stream()
                    .map(look -> LookRecord.read(look.value()).budgets())
                    .anyMatch(
                        readings ->
                            !readings.isEmpty() && !readings.getFirst().before().isEmpty()));
    prometheus.failsFromNowOn();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BudgetBreached.class)).hasSize(1));
    BudgetBreached breach = topic.heard(release, BudgetBreached.class).getFirst();
    assertThat(breach.measure().signal()).isEqualTo("burn rate of availability");
    assertThat(breach.measure().candidate()).isGreaterThanOrEqualTo(14.4);
    assertThat(breach.measure().control()).isZero();
    assertThat(breach.evidence()).contains("error budget availability", "over 1 h", "remains");
  }

  /// 99.99 % over an hour: 36 of the 360,000 requests of the last hour may fail.
  private Budgets budgets() {
    return new Budgets(
        null,
        null,
        List.of(
            new Runbook.Slo(
                "availability",
                "shop",
                prometheus.uri(),
                Runbook.Slo.Counts.BAD,
                "bad[{{.window}}]",
                "total[{{.window}}]",
                false,
                0.9999,
                Duration.ofHours(1))));
  }

  private void reasonOfLastLook(String reason) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(OpenApi.as("viewer").get("/watches/" + release).asString())
                    .contains(reason));
  }

  @Test
  @DisplayName(
      "M2: judged again from its recorded looks with the same settings, every verdict is the same, and so is each number")
  void judgedAgain() {
    baking(LONG);
    await().atMost(SOON).until(() -> topic.looks(release).size() > 3);
    candidate.fails(0.3);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BudgetBreached.class)).hasSize(1));
    settle();
    BudgetBreached breach = topic.heard(release, BudgetBreached.class).getFirst();
    LookRecord look = LookRecord.read(lookOf(breach.look()).value());
    JsonPath answer = backtest("{'release': '%s'}", release);
    assertThat(answer.getString("verdict")).isEqualTo("FAILED");
    assertThat(answer.getString("detection.look")).isEqualTo(breach.look().id());
    assertThat(Instant.parse(answer.getString("detection.at"))).isEqualTo(look.at());
    assertThat(answer.getString("signal")).isEqualTo(breach.measure().signal());
    assertThat(answer.getString("text")).isEqualTo(look.assessment().reason());
    assertThat(breach.evidence()).startsWith(answer.getString("text"));
    assertThat(answer.getBoolean("looks.complete")).isTrue();
    assertThat(answer.getInt("looks.sameVerdict")).isEqualTo(answer.getInt("looks.count"));
    assertThat(answer.getList("decided.verdict")).containsExactly("FAILED");
    assertThat(answer.getList("decided.now")).containsExactly("FAILED");
    assertThat(answer.getList("decided.look.digest"))
        .containsExactly(breach.look().digest().value());

    ReleaseJudge again = new ReleaseJudge(runbook(), null);
    assertThat(book.candidateLooks(release))
        .hasSize(answer.getInt("looks.count"))
        .allSatisfy(one -> assertThat(again.look(one.toLook())).isEqualTo(one.assessment()));
  }

  @Test
  @DisplayName(
      "M2: what another budget would have said; the settings of an answer, sent back, give it again")
  void anotherBudget() {
    baking(LONG);
    candidate.fails(0.3);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BudgetBreached.class)).hasSize(1));
    String strict = "{'release': '%s', 'settings': {'alpha': 1e-4}}";
    await()
        .atMost(SOON)
        .until(() -> backtest(strict, release).getString("verdict").equals("FAILED"));
    settle();
    JsonPath usual = backtest("{'release': '%s'}", release);
    JsonPath stricter = backtest(strict, release);
    assertThat(stricter.getString("verdict")).isEqualTo("FAILED");
    assertThat(stricter.getDouble("seconds")).isGreaterThan(usual.getDouble("seconds"));
    assertThat(stricter.getList("decided.verdict")).containsExactly("FAILED");
    assertThat(stricter.getList("decided.now")).doesNotContain("FAILED");
    JsonPath advisory =
        backtest(
            "{'release': '%s', 'settings': {'signals': [{'signal': 'errors', 'critical': false}]}}",
            release);
    assertThat(advisory.getString("verdict")).isNotEqualTo("FAILED");
    assertThat(advisory.getString("signals[0].standing")).isEqualTo("BREACHED");
    JsonPath section =
        backtest(
            "{'release': '%s', 'monitoring': {'signals': [{'name': 'errors', 'metric': 'http_requests', 'kind': 'ERRORS', 'critical': false}]}}",
            release);
    assertThat(section.getString("verdict")).isNotEqualTo("FAILED");
    assertThat(section.getList("settings.signals.signal")).containsExactly("errors");
    Map<String, Object> sentBack = stricter.getMap("settings");
    Response again =
        OpenApi.as("viewer")
            .contentType("application/json")
            .body(Map.of("release", release.value(), "settings", sentBack))
            .post("/backtests");
    assertThat(again.jsonPath().getMap("$")).isEqualTo(stricter.getMap("$"));
  }

  @Test
  @DisplayName("M4: looks that the table has forgotten are judged again from release-telemetry")
  void fromTheTopic() throws SQLException {
    baking(LONG);
    candidate.fails(0.3);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BudgetBreached.class)).hasSize(1));
    settle();
    await()
        .atMost(SOON)
        .until(() -> topic.looks(release).size() == book.candidateLooks(release).size());
    Map<String, Object> before = backtest("{'release': '%s'}", release).getMap("$");
    try (Connection connection = dataSource.getConnection();
        PreparedStatement delete =
            connection.prepareStatement("delete from look where release_id = ?")) {
      delete.setString(1, release.value());
      delete.executeUpdate();
    }
    assertThat(backtest("{'release': '%s'}", release).getMap("$")).isEqualTo(before);
    assertThat(book.candidateLooks(release)).isEmpty();
  }

  @Test
  @DisplayName("M2: a backtest that cannot be run says what is wrong and where")
  void noBacktest() {
    assertThat(refusal(404, "{'release': '%s'}".formatted(UUID.randomUUID())))
        .isEqualTo("unknown-release");
    acceptedAndKnown();
    assertThat(refusal(404, "{'release': '%s'}".formatted(release))).isEqualTo("no-looks");
    breachIsRecorded();
    assertThat(refusal(410, "{'release': '%s'}".formatted(release))).isEqualTo("looks-gone");

    assertThat(fault("{'settings': {}}")).isEmpty();
    assertThat(fault("{'release': '%s', 'case': {}}".formatted(release))).isEmpty();
    assertThat(fault("{'case': {'schema': 1}}")).isEqualTo("/case/case");
    assertThat(fault("{'case': 'small'}")).isEqualTo("/case");
    String of = "{'release': '%s', ".formatted(release);
    assertThat(fault(of + "'settings': {'alpha': 2}}")).isEqualTo("/settings/alpha");
    assertThat(fault(of + "'settings': {'signals': [{'signal': 'load'}]}}"))
        .isEqualTo("/settings/signals/0/signal");
    assertThat(fault(of + "'settings': {'warmUp': {'window': '-PT1S'}}}"))
        .isEqualTo("/settings/warmUp/window");
    assertThat(fault(of + "'monitoring': 7}")).isEqualTo("/monitoring");
    assertThat(fault(of + "'monitoring': {'signal': []}}")).isEqualTo("/monitoring/signal");
    assertThat(fault(of + "'monitoring': {'signals': [{'kind': 'LOAD'}]}}"))
        .isEqualTo("/monitoring/signals/0/kind");
    assertThat(fault(of + "'monitoring': {'signals': []}}")).isEqualTo("/monitoring/signals");
    assertThat(fault(of + "'monitoring': {'signals': [{'kind': 'RATE'}]}}"))
        .isEqualTo("/monitoring/signals/0");
    assertThat(fault(of + "'monitoring': {'validation': 'P9999D'}}"))
        .isEqualTo("/monitoring/validation");
    assertThat(refusal(400, of + "'settings': {'signals': [null]}}")).isEqualTo("malformed-json");
    assertThat(refusal(400, of + "'setting': {}}")).isEqualTo("malformed-json");
    String tooLong = "x".repeat(200);
    assertThat(refusal(400, "{'release': '%s'}".formatted(tooLong))).isEqualTo("malformed-json");
  }

  @Test
  @DisplayName("A release that is forgotten is on no list any more")
  void forgotten() {
    acceptedAndKnown();
    OpenApi.as("viewer").get("/watches").then().body("items.release", hasItem(release.value()));
    forget(release);
    OpenApi.as("viewer")
        .get("/watches")
        .then()
        .body("items.release", not(hasItem(release.value())));
  }

  @Test
  @DisplayName("M2: backtests take no more than their places; whoever comes then is told so")
  void tooManyBacktests() throws SQLException, InterruptedException {
    acceptedAndKnown();
    assertThat(backtestsAtOnce(3)).containsExactly(429, 404, 404);
    assertThat(refusal(404, "{'release': '%s'}".formatted(release))).isEqualTo("no-looks");
  }

  /// The answers to so many backtests, in their order, while the looks cannot be read; they can be
  /// once the first has been answered.
  private List<Integer> backtestsAtOnce(int many) throws SQLException, InterruptedException {
    BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
    String body = "{'release': '%s'}".formatted(release);
    List<Integer> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try (Statement lock = connection.createStatement()) {
        lock.execute("lock table look in access exclusive mode");
        for (int i = 0; i < many; i++) {
          threads.execute(() -> answers.add(post(body).statusCode()));
        }
        all.add(answers.poll(SOON.toSeconds(), TimeUnit.SECONDS));
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
    answers.drainTo(all);
    return all;
  }

  private void acceptedAndKnown() {
    accepted();
    await().atMost(SOON).until(() -> !journal.history(release).isEmpty());
  }

  /// A breach of which nobody has the look any more.
  private void breachIsRecorded() {
    Look gone = new Look(UUID.randomUUID().toString(), digest("look"));
    Measure errors = new Measure("errors", 1.0, 0.0, "fraction", 1);
    journal.record(release, (history, now) -> List.of(new BudgetBreached(errors, "seen", gone)));
  }

  /// The release is over: nothing more is looked at.
  private void settle() {
    topic.say(release, new RolloutEvent.RolloutSettled(Outcome.ROLLED_BACK, "over", Actor.RUNBOOK));
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                given()
                    .auth()
                    .oauth2(token("viewer"))
                    .get("/watches/" + release)
                    .then()
                    .body("watch.ended", equalTo(true)));
    // The look that was under way when it ended.
    AtomicInteger looks = new AtomicInteger(-1);
    await()
        .atMost(SOON)
        .during(INTERVAL.multipliedBy(3))
        .until(() -> looks.getAndSet(count()) == count());
  }

  private int count() {
    return book.candidateLooks(release).size();
  }

  private static JsonPath backtest(String body, Object... of) {
    Response answer = post(of.length == 0 ? body : body.formatted(of));
    assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
    return answer.jsonPath();
  }

  private static Response post(String body) {
    return OpenApi.as("viewer")
        .contentType("application/json")
        .body(body.replace('\'', '"'))
        .post("/backtests");
  }

  private static String refusal(int status, String body) {
    Response answer = post(body);
    assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(status);
    return answer.jsonPath().getString("code");
  }

  private static String fault(String body) {
    Response answer = post(body);
    assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(422);
    assertThat(answer.jsonPath().getString("code")).isEqualTo("invalid-request");
    return answer.jsonPath().getString("errors[0].pointer");
  }

  private ConsumerRecord<String, byte[]> lookOf(Look look) {
    await()
        .atMost(SOON)
        .until(
            () ->
                topic.looks(release).stream()
                    .anyMatch(record -> Topic.header(record, "ce_id").equals(look.id())));
    return topic.looks(release).stream()
        .filter(record -> Topic.header(record, "ce_id").equals(look.id()))
        .findFirst()
        .orElseThrow();
  }

  private void baking() {
    baking(HALF);
  }

  private void baking(Stage stage) {
    accepted();
    topic.say(
        release,
        new RolloutEvent.DeploymentStarted(
            new Lane("demo/shop", "production"),
            1,
            List.of(stage),
            artifact("candidate"),
            artifact("stable")));
    topic.say(release, new RolloutEvent.StageStarted(stage, 1, 1, Instant.now().plusSeconds(60)));
    topic.say(release, new RolloutEvent.StageApplied(stage, 1, 1, Instant.now().plusSeconds(600)));
  }

  private void accepted() {
    accepted(Requests.ofShop());
  }

  private void accepted(ReleaseRequest request) {
    topic.say(
        release,
        new GateEvent.ReleaseAccepted(request, runbook(), digest("accepted"), Actor.claimed("ci")));
  }

  private Runbook runbook() {
    return new Runbook(
        "fast",
        null,
        null,
        new Runbook.Rollout(
            null,
            null,
            List.of(new Runbook.StagePlan(50, Duration.ofSeconds(2), Duration.ofSeconds(60))),
            new Runbook.Target("webhook", URI.create("http://127.0.0.1:1")),
            null,
            null,
            null),
        new Runbook.Monitoring(
            INTERVAL,
            List.of(stable.uri()),
            List.of(candidate.uri()),
            null,
            Duration.ofSeconds(3),
            null,
            null,
            null,
            null,
            null,
            budgets,
            observability,
            null),
        null,
        null,
        null,
        new Runbook.Relaxed("a test"));
  }

  private static ReleaseRequest.Artifact artifact(String name) {
    return new ReleaseRequest.Artifact("pkg:oci/shop", digest(name), name);
  }

  private static Digest digest(String of) {
    return Digest.of(of.getBytes(StandardCharsets.UTF_8));
  }

  private static String token(String role) {
    return Jwt.issuer("lockkeeper").subject("ada").upn("ada").groups(Set.of(role)).sign();
  }

  @Test
  @DisplayName("The metrics are those of docs/metrics.md")
  void metrics() throws IOException {
    MetricsPage.check(
        "monitor-service",
        given().accept("text/plain").get("/q/metrics").then().extract().asString());
  }

  @Test
  @Tag("deep")
  @DisplayName(
      "Every call answers as /q/openapi describes and shows it, and as docs/openapi has it")
  void openApi() throws IOException, SQLException, InterruptedException {
    backtests();
    API.tries(Map.of("release", release));
    API.isTrue();
    API.equalsSnapshot();
  }

  /// Has each problem of backtests occur, and sends each body that is shown.
  private void backtests() throws SQLException, InterruptedException {
    acceptedAndKnown();
    backtestsAtOnce(3);
    breachIsRecorded();
    refusal(410, "{'release': '%s'}".formatted(release));
    release = new ReleaseId(UUID.randomUUID().toString());
    baking(LONG);
    watched();
    candidate.fails(0.3);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BudgetBreached.class)).hasSize(1));
    for (String example : List.of("release", "section", "case")) {
      ObjectNode body = API.body("POST /backtests", "application/json", example);
      if (body.has("release")) {
        body.put("release", release.value());
      }
      String verdict = example.equals("section") ? "PASSED" : "FAILED";
      await()
          .atMost(SOON)
          .until(() -> backtest(body.toString()).getString("verdict").equals(verdict));
    }
  }

  /// Looks at the watch while its verdict is due.
  private void watched() {
    String path = "/watches/" + release;
    await()
        .atMost(SOON)
        .until(() -> OpenApi.as("viewer").get(path).path("lastLook.measures[0].candidate") != null);
    OpenApi.as("viewer").get(path).then().body("waitsFor.until", notNullValue());
    OpenApi.as("viewer").get("/watches?limit=1").then().statusCode(200);
  }

  /// As retention does when the release's facts are deleted.
  private void forget(ReleaseId forgotten) {
    QuarkusTransaction.requiringNew()
        .run(() -> owner.reaction().views().write(forgotten, List.of()));
  }
}
