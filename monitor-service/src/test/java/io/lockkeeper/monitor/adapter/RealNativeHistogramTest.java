package io.lockkeeper.monitor.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.judge.Histogram;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.runbook.Runbook.MetricSource;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Runbook.Signal;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An instance that shows a native histogram and no other, scraped by a real Prometheus.
@Tag("deep")
class RealNativeHistogramTest {

  private static final int OBSERVATIONS = 10_000;
  private static final double LOWEST = 1.0 / 16;

  @TempDir private Path folder;

  @Test
  @DisplayName("M1: a native histogram comes through a real Prometheus, bucket by bucket")
  void nativeHistogram() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    var took =
        io.prometheus.metrics.core.metrics.Histogram.builder()
            .name("took_seconds")
            .nativeOnly()
            .register(registry);
    // From 62.5 ms to 1 s: four octaves, which the instance's 160 buckets are enough for.
    for (int i = 0; i < OBSERVATIONS; i++) {
      took.observe(LOWEST + (1 - LOWEST) * (i + 0.5) / OBSERVATIONS);
    }
    TelemetrySettings settings =
        new SmallRyeConfigBuilder()
            .withMapping(TelemetrySettings.class)
            .withDefaultValue("lockkeeper.telemetry.hosts", "127.0.0.1")
            .build()
            .getConfigMapping(TelemetrySettings.class);
    TelemetryCalls calls = new TelemetryCalls(settings);
    try (MetricsServer instance = new MetricsServer()) {
      instance.does(exchange -> show(registry, exchange));
      var target = new RealPrometheus.Target("2.0.0", instance.uri());
      try (RealPrometheus prometheus = new RealPrometheus(folder, List.of(target))) {
        var telemetry =
            new PrometheusTelemetry(calls, new PrometheusApi(calls, settings), Clock.systemUTC());
        Histogram read =
            await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> duration(telemetry, prometheus), it -> it != null);
        assertThat(read.total()).isEqualTo(OBSERVATIONS);
        for (int i = 0; i < read.bounds().size(); i++) {
          double part = Math.clamp((read.bounds().get(i) - LOWEST) / (1 - LOWEST), 0, 1);
          assertThat((double) read.cumulative().get(i) / OBSERVATIONS)
              .as("at or below %s", read.bounds().get(i))
              .isCloseTo(part, within(0.0002));
        }
      }
    } finally {
      calls.close();
    }
  }

  private static @Nullable Histogram duration(
      PrometheusTelemetry telemetry, RealPrometheus prometheus) {
    List<Sample> candidate = telemetry.scrape(watching(prometheus)).candidate();
    return candidate.isEmpty() ? null : candidate.getFirst().durations().get("duration");
  }

  private static ReleaseAccepted watching(RealPrometheus prometheus) {
    MetricSource source =
        new MetricSource(
            "main",
            MetricSource.Kind.PROMETHEUS,
            prometheus.uri(),
            "job=\"shop\"",
            null,
            null,
            null);
    return Rig.accepted(
        new Monitoring(
            Duration.ofSeconds(1),
            null,
            null,
            List.of(new Signal("duration", "took_seconds", Signal.Kind.DURATION, true)),
            null,
            null,
            null,
            null,
            null,
            List.of(source),
            null,
            null,
            null));
  }

  private static void show(PrometheusRegistry registry, HttpExchange to) throws IOException {
    PrometheusProtobufWriter writer = new PrometheusProtobufWriter();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writer.write(bytes, registry.scrape());
    to.getResponseHeaders().set("content-type", writer.getContentType());
    to.sendResponseHeaders(200, bytes.size());
    to.getResponseBody().write(bytes.toByteArray());
    to.close();
  }
}
