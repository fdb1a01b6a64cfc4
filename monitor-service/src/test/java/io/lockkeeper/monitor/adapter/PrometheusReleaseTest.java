package io.lockkeeper.monitor.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent.BaselineCaptured;
import io.lockkeeper.events.MonitorEvent.BaselineRefused;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.MonitorEvent.TelemetryDegraded;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.MonitorEvent.TelemetryLost;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.MonitorEvent.TelemetryRestored;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Stage;
import io.lockkeeper.journal.EmbeddedPlatformResource;
import io.lockkeeper.monitor.Requests;
import io.lockkeeper.runbook.Runbook.Signal;
import io.lockkeeper.runbook.Verdict;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A release whose numbers come from a real Prometheus, which scrapes both versions every second.
@Tag("deep")
@QuarkusTest
@QuarkusTestResource(EmbeddedPlatformResource.class)
class PrometheusReleaseTest {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration WINDOW = Duration.ofSeconds(6);

  @Inject Telemetry telemetry;

  @TempDir Path folder;

  private final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
  private Topic topic;
  private Instance stable;
  private Instance candidate;
  private RealPrometheus prometheus;

  @BeforeEach
  void start() throws IOException {
    stable = new Instance();
    candidate = new Instance();
    prometheus =
        new RealPrometheus(
            folder,
            List.of(
                new RealPrometheus.Target("1.9.0", stable.uri()),
                new RealPrometheus.Target("2.0.0", candidate.uri())));
    topic = new Topic();
  }

  @AfterEach
  void end() {
    if (topic != null) {
      topic.say(release, new RolloutEvent.RolloutSettled(Outcome.VERIFIED, "over", Actor.RUNBOOK));
      topic.close();
    }
    if (prometheus != null) {
      prometheus.close();
    }
    stable.close();
    candidate.close();
  }

  @Test
  @DisplayName("G2: what Prometheus has recorded is the baseline, without waiting for the window")
  void baseline() {
    ReleaseAccepted accepted = accepted(RED);
    await().atMost(SOON).until(() -> recorded(accepted).compareTo(WINDOW.plusSeconds(2)) >= 0);
    topic.say(release, accepted);
    Instant asked = Instant.now();
    topic.say(release, new GateEvent.BaselineRequested(1, WINDOW));
    await().atMost(SOON).untilAsserted(() -> assertThat(topic.heard(release)).isNotEmpty());
    assertThat(topic.heard(release)).hasExactlyElementsOfTypes(BaselineCaptured.class);
    BaselineCaptured captured = topic.heard(release, BaselineCaptured.class).getFirst();
    assertThat(captured.from()).isBefore(asked);
    assertThat(Duration.between(captured.from(), captured.until())).isGreaterThanOrEqualTo(WINDOW);
    assertThat(captured.measures())
        .extracting(Measure::signal)
        .contains("errors", "duration p50", "duration p99", "orders", "quick");
    assertThat(captured.measures().getFirst().samples()).isBetween(1_000L, 6_000L);
  }

  @Test
  @DisplayName(
      "G2: a query that is wrong is refused in Prometheus's own words before anything starts")
  void wrongQuery() {
    topic.say(
        release,
        accepted(List.of(query("sum by (instance) (no_such_function(a{v=\"{{version}}\"}))"))));
    topic.say(release, new GateEvent.BaselineRequested(1, WINDOW));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BaselineRefused.class)).hasSize(1));
    assertThat(topic.heard(release, BaselineRefused.class).getFirst().reason())
        .contains("source 'main' refuses the query of 'orders': bad_data:")
        .contains("unknown function with name \"no_such_function\"");
  }

  @Test
  @DisplayName("G2: so is one of a first release, of which Prometheus has nothing to show yet")
  void wrongQueryOfFirst() {
    List<Signal> wrong =
        List.of(query("sum by (instance) (no_such_function(a{v=\"{{version}}\"}))"));
    topic.say(release, Rig.accepted(Requests.first(), accepted(wrong).runbook().monitoring()));
    topic.say(release, new GateEvent.BaselineRequested(1, Duration.ZERO));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BaselineRefused.class)).hasSize(1));
    assertThat(topic.heard(release, BaselineRefused.class).getFirst().reason())
        .contains("unknown function with name \"no_such_function\"");
  }

  @Test
  @DisplayName("R1: a regression that Prometheus sees is a breach")
  void regression() {
    baking(Duration.ofMinutes(1));
    candidate.fails(0.8);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, BudgetBreached.class)).hasSize(1));
    BudgetBreached breach = topic.heard(release, BudgetBreached.class).getFirst();
    assertThat(breach.measure().signal()).isEqualTo("errors");
    assertThat(topic.heard(release, StageVerified.class)).isEmpty();
  }

  @Test
  @DisplayName(
      "D4: Prometheus away and back is one loss and one recovery, no breach, and the bake goes on")
  void away() throws IOException {
    baking(Duration.ofSeconds(12));
    await().atMost(SOON).until(() -> topic.looks(release).size() > 2);
    prometheus.kill();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, TelemetryLost.class)).hasSize(1));
    TelemetryLost loss = topic.heard(release, TelemetryLost.class).getFirst();
    assertThat(loss.reason()).startsWith("source 'main' is not available");
    assertThat(loss.kind()).isEqualTo(TelemetryFault.UNAVAILABLE);
    prometheus.start();
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
  @DisplayName("D4: a candidate that is no longer scraped is lost as stale, not as a provider down")
  void stale() {
    baking(Duration.ofMinutes(1));
    await().atMost(SOON).until(() -> topic.looks(release).size() > 2);
    candidate.goesDark(true);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(topic.heard(release, TelemetryLost.class)).hasSize(1));
    TelemetryLost loss = topic.heard(release, TelemetryLost.class).getFirst();
    assertThat(loss.kind()).isEqualTo(TelemetryFault.STALE);
    assertThat(loss.reason()).contains("of 2.0.0 is stale: its newest sample is");
  }

  @Test
  @DisplayName("D4: one of two instances away and back is told once, ended once, and no loss")
  void oneOfTwo() throws IOException {
    prometheus.close();
    try (Instance other = new Instance()) {
      prometheus =
          new RealPrometheus(
              Files.createDirectory(folder.resolve("two")),
              List.of(
                  new RealPrometheus.Target("1.9.0", stable.uri()),
                  new RealPrometheus.Target("2.0.0", candidate.uri()),
                  new RealPrometheus.Target("2.0.0", other.uri())));
      ReleaseAccepted accepted = accepted(RED);
      await().atMost(SOON).until(() -> telemetry.scrape(accepted).candidate().size() == 2);
      baking(Duration.ofSeconds(10));
      other.goesDark(true);
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(topic.heard(release, TelemetryDegraded.class)).hasSize(1));
      TelemetryDegraded part = topic.heard(release, TelemetryDegraded.class).getFirst();
      assertThat(part.kind()).isEqualTo(TelemetryFault.STALE);
      assertThat(part.reason()).contains("of 2.0.0 is stale: its newest sample is");
      other.goesDark(false);
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(topic.heard(release, TelemetryRestored.class)).hasSize(1));
      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(topic.heard(release, StageVerified.class)).hasSize(1));
      assertThat(topic.heard(release, TelemetryDegraded.class)).hasSize(1);
      assertThat(topic.heard(release, TelemetryLost.class)).isEmpty();
    }
  }

  private static final List<Signal> RED =
      List.of(
          new Signal("errors", "http_requests", Signal.Kind.ERRORS, true),
          new Signal("duration", "http_request_duration_seconds", Signal.Kind.DURATION, true),
          query(
              "sum by (instance)"
                  + " (http_request_duration_seconds_bucket{version=\"{{version}}\",le=\"0.25\"})"),
          new Signal(
              "quick",
              null,
              Signal.Kind.KPI,
              true,
              "http_request_duration_seconds_bucket{version=\"{{version}}\",le=\"0.05\"}",
              null));

  private static Signal query(String text) {
    return new Signal("orders", null, Signal.Kind.KPI, true, text, null);
  }

  private ReleaseAccepted accepted(List<Signal> signals) {
    return Rig.accepted(Rig.asking(prometheus.uri(), SECOND, signals));
  }

  private void baking(Duration bake) {
    ReleaseAccepted accepted = accepted(RED);
    await().atMost(SOON).until(() -> !telemetry.scrape(accepted).candidate().isEmpty());
    Stage stage = Stage.traffic(0, 50, bake, Duration.ofMinutes(5));
    topic.say(release, accepted);
    topic.say(release, new RolloutEvent.StageStarted(stage, 1, 1, Instant.now().plusSeconds(60)));
    topic.say(release, new RolloutEvent.StageApplied(stage, 1, 1, Instant.now().plusSeconds(600)));
  }

  /// How much of the stable version Prometheus has.
  private Duration recorded(ReleaseAccepted accepted) {
    List<?> past = telemetry.history(accepted, Duration.ofMinutes(1), SECOND, Instant.now());
    return SECOND.multipliedBy(past.size());
  }
}
