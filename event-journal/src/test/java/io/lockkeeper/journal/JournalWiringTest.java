package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.GateEvent.GatePassed;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.StageResumed;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.RunbookLine;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.health.SmallRyeHealthReporter;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The journal as a service gets it: from CDI, with the library's own configuration and nothing
/// more.
@QuarkusTest
@TestProfile(JournalWiringTest.Profile.class)
@QuarkusTestResource(EmbeddedPlatformResource.class)
final class JournalWiringTest {

  /// What a service's own configuration says.
  public static final class Profile implements QuarkusTestProfile {

    static final Map<String, String> SERVICE =
        Map.of(
            "quarkus.application.name", "rollout-service",
            "quarkus.devservices.enabled", "false",
            "quarkus.datasource.db-kind", "postgresql",
            "quarkus.http.test-port", "0");

    @Override
    public Map<String, String> getConfigOverrides() {
      return SERVICE;
    }
  }

  /// A service that answers a failed gate, and goes back when the time has come.
  @ApplicationScoped
  static class Service {

    static final Stage STAGE = Stage.traffic(0, 10, Duration.ZERO, Duration.ZERO);

    private static final Instant DUE = Instant.parse("2020-01-01T00:00:00Z");

    @Inject EventJournal journal;

    @Produces
    @Singleton
    JournalOwner owner() {
      return new JournalOwner(
          Writer.ROLLOUT,
          Set.of(Writer.GATE),
          new Reaction(this::next, this::due, (_, _) -> {}),
          _ -> {});
    }

    @Incoming("release-events")
    @Blocking(ordered = true)
    void consume(ConsumerRecord<String, byte[]> record) {
      journal.consume(record);
    }

    private List<? extends ReleaseEvent> next(List<Fact> history, Instant now) {
      return switch (history.getLast().event()) {
        case GateFailed _ -> List.of(new StageResumed());
        case GatePassed _ -> List.of(new StageStarted(STAGE, 1, 1, now));
        case StageResumed _ when history.getLast().cause() == null && !now.isBefore(DUE) ->
            List.of(new RolledBack());
        default -> List.of();
      };
    }

    private Optional<Instant> due(List<Fact> history) {
      return history.getLast().event() instanceof RolledBack ? Optional.empty() : Optional.of(DUE);
    }
  }

  @Inject EventJournal journal;
  @Inject Leases leases;
  @Inject ObjectMapper mapper;
  @Inject MeterRegistry registry;
  @Inject SmallRyeHealthReporter health;
  @Inject Tracer tracer;
  @Inject TracesTest.Said said;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String brokers;

  @Test
  @DisplayName("D5: a fact comes by the topic, what follows goes out on it and comes back unharmed")
  void throughTheTopic() {
    ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
    try (Producer<String, byte[]> gate = Relay.producer(Map.of("bootstrap.servers", brokers))) {
      gate.send(
          Deliveries.sent(
              Writer.GATE, release, 1, Instant.now(), new GateFailed(RunbookLine.G1, "red")));
    }
    await().until(() -> journal.history(release).size() >= 2);
    assertThat(journal.history(release))
        .extracting(fact -> fact.event().getClass().getSimpleName())
        .containsExactly("GateFailed", "StageResumed");
    // Every own fact that came back from the topic was known already.
    await()
        .untilAsserted(
            () ->
                assertThat(registry.get("lockkeeper.journal.unpublished").gauge().value())
                    .isZero());
    assertThat(journal.stuck(release)).isEmpty();
  }

  @Test
  @DisplayName("Without an address for spans nothing is said of them, and no collector is needed")
  void noTraces() {
    assertThat(ConfigProvider.getConfig().getValue(TracesWhereTold.DISABLED, Boolean.class))
        .isTrue();
    ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
    tracer.spanBuilder("any").setAttribute("release", release.value()).startSpan().end();
    assertThat(said.of(release)).isEmpty();
  }

  @Test
  @DisplayName("Readiness is the database; what the work stands at is a group of its own")
  void health() {
    await()
        .untilAsserted(
            () ->
                assertThat(health.getHealthGroup("work").getPayload().toString())
                    .contains("\"status\":\"UP\"")
                    .contains("\"recovery\":\"done\""));
    assertThat(health.getReadiness().getPayload().toString())
        .contains("Database connections health check")
        .doesNotContain("journal")
        .doesNotContain("Messaging");
  }

  @Test
  @DisplayName("REST writes JSON as the topic does")
  void json() throws JsonProcessingException {
    ReleaseId release = new ReleaseId("r1");
    assertThat(mapper.writeValueAsString(Map.of("release", release, "at", Instant.EPOCH)))
        .contains("\"r1\"")
        .contains("\"1970-01-01T00:00:00Z\"");
  }

  @Test
  @DisplayName("A lease is one holder's")
  void lease() {
    assertThat(leases.hold("effect", Duration.ofMinutes(1))).isTrue();
    assertThat(leases.hold("effect", Duration.ofMinutes(1))).isTrue();
    assertThat(leases.free("effect")).isTrue();
    assertThat(leases.free("effect")).isFalse();
  }
}
