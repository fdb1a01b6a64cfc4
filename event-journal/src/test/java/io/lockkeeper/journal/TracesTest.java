package io.lockkeeper.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.GateFailed;
import io.lockkeeper.events.GateEvent.GatePassed;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.RunbookLine;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Facts as spans, in a service that was told where spans go.
@QuarkusTest
@TestProfile(TracesTest.Profile.class)
@QuarkusTestResource(EmbeddedPlatformResource.class)
final class TracesTest {

  /// The same service as that of [JournalWiringTest], with an address where nobody listens.
  public static final class Profile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      Map<String, String> config = new HashMap<>(JournalWiringTest.Profile.SERVICE);
      config.put("lockkeeper.otlp.endpoint", "http://127.0.0.1:1");
      return config;
    }
  }

  /// Keeps every span that is said.
  @Singleton
  static class Said implements SpanProcessor {

    private final Queue<SpanData> spans = new ConcurrentLinkedQueue<>();

    List<SpanData> of(ReleaseId release) {
      return spans.stream()
          .filter(span -> span.getAttributes().asMap().containsValue(release.value()))
          .toList();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      // Spans are looked at when they are whole.
    }

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      spans.add(span.toSpanData());
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  @Inject EventJournal journal;
  @Inject Said said;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String brokers;

  private final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());

  private ConsumerRecord<String, byte[]> delivered(int sequence, ReleaseEvent event) {
    return Deliveries.of(Writer.GATE, release, sequence, Instant.now(), event);
  }

  private List<Fact> own() {
    return journal.history(release).stream()
        .filter(fact -> fact.writer() == Writer.ROLLOUT)
        .toList();
  }

  private String traceparent(Fact fact) {
    return await().until(() -> sent(fact), sent -> sent != null);
  }

  private @Nullable String sent(Fact fact) throws SQLException {
    List<String> found = new ArrayList<>();
    TopicReader reader = new TopicReader(Map.of("bootstrap.servers", brokers), Deliveries.TOPIC);
    try (TopicReader.Section topic = reader.open(_ -> 0)) {
      topic.forEach(
          records -> {
            for (ConsumerRecord<String, byte[]> record : records) {
              if (header(record, "ce_id").equals(fact.id().toString())) {
                found.add(header(record, "traceparent"));
              }
            }
          });
    }
    return found.isEmpty() ? null : found.getFirst();
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  private static String traceparent(SpanData span) {
    return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-01";
  }

  @Test
  @DisplayName(
      "D5: a fact is one span, under the ids that it has on the topic, however often it comes")
  void oncePerFact() {
    ConsumerRecord<String, byte[]> failed = delivered(1, new GateFailed(RunbookLine.G1, "red"));
    journal.consume(failed);
    journal.consume(failed);

    Fact resumed = own().getFirst();
    assertThat(own()).hasSize(1);
    assertThat(said.of(release)).hasSize(1);
    SpanData span = said.of(release).getFirst();
    assertThat(span.getName()).isEqualTo("io.lockkeeper.stage.resumed.v1");
    assertThat(traceparent(span)).isEqualTo(traceparent(resumed));
    assertThat(span.getTraceId()).isEqualTo(release.value().replace("-", ""));
    String cause = header(failed, "traceparent").split("-", -1)[2];
    assertThat(span.getParentSpanId()).isEqualTo(cause);
    assertThat(span.getLinks())
        .extracting(link -> link.getSpanContext().getSpanId())
        .containsExactly(cause);
  }

  @Test
  @DisplayName(
      "D3, D4: from its start to its end a stage is a trace of its own, linked to what led to it")
  void stage() {
    journal.consume(delivered(1, new GatePassed(RunbookLine.G1, "green")));
    journal.record(
        release, (_, _) -> List.of(new StageCompleted(JournalWiringTest.Service.STAGE, 1)));
    journal.record(
        release, (_, _) -> List.of(new StageCompleted(JournalWiringTest.Service.STAGE, 2)));

    List<Fact> facts = own();
    List<SpanData> spans = said.of(release);
    assertThat(spans)
        .extracting(SpanData::getName)
        .containsExactly(
            "io.lockkeeper.stage.started.v1",
            "io.lockkeeper.stage.completed.v1",
            "io.lockkeeper.stage.completed.v1");
    for (int i = 0; i < facts.size(); i++) {
      assertThat(traceparent(spans.get(i))).isEqualTo(traceparent(facts.get(i)));
    }
    String trace = spans.getFirst().getTraceId();
    assertThat(trace).isNotEqualTo(Trace.of(release));
    assertThat(spans.get(1).getTraceId()).isEqualTo(trace);
    assertThat(spans.get(2).getTraceId()).isNotIn(trace, Trace.of(release));
    assertThat(spans.getFirst().getParentSpanContext().isValid()).isFalse();
    assertThat(spans.getFirst().getLinks())
        .extracting(LinkData::getSpanContext)
        .extracting(context -> context.getTraceId() + "-" + context.getSpanId())
        .containsExactly(
            Trace.of(release) + "-" + Trace.span(journal.history(release).getFirst().id().value()));
  }
}
