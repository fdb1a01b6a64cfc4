package io.lockkeeper.monitor.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.monitor.budget.Span;
import io.lockkeeper.runbook.Runbook.Slo;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The events of an objective are what a Prometheus answers; what it does not say is nobody's to
/// make up.
class PrometheusEventCountsTest {

  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Duration MINUTES = Duration.ofMinutes(5);

  private BudgetServer server;
  private TelemetryCalls calls;
  private EventCounts counts;

  @BeforeEach
  void start() throws IOException {
    server = new BudgetServer();
    allow("127.0.0.1");
  }

  @AfterEach
  void stop() {
    server.close();
    calls.close();
  }

  private void allow(String host) {
    TelemetrySettings settings =
        new SmallRyeConfigBuilder()
            .withMapping(TelemetrySettings.class)
            .withDefaultValue("lockkeeper.telemetry.hosts", host)
            .build()
            .getConfigMapping(TelemetrySettings.class);
    calls = new TelemetryCalls(settings);
    counts = new PrometheusEventCounts(new PrometheusApi(calls, settings));
  }

  private Slo slo(Slo.Counts which, boolean perSecond) {
    return new Slo(
        "availability",
        "shop",
        server.uri(),
        which,
        "some[{{.window}}]",
        "total[{{.window}}]",
        perSecond,
        0.999,
        Duration.ofDays(30));
  }

  private Span count(Slo.Counts which, boolean perSecond)
      throws EventCounts.Unreadable, InterruptedException {
    return counts.count(slo(which, perSecond), NOW, MINUTES);
  }

  @Test
  @DisplayName("D4: both queries are asked for one time and over one length of it")
  void asked() throws Exception {
    server.answers("total", 3_000).answers("some", 30);
    assertThat(count(Slo.Counts.BAD, false)).isEqualTo(new Span(NOW, MINUTES, 30, 3_000));
    assertThat(count(Slo.Counts.GOOD, false)).isEqualTo(new Span(NOW, MINUTES, 2_970, 3_000));
    assertThat(server.asked())
        .contains("total[300s] @1795435200.000", "some[300s] @1795435200.000");
  }

  @Test
  @DisplayName("D4: events per second are as many as the time has seconds")
  void perSecond() throws Exception {
    server.answers("total", 10).answers("some", 0.1);
    assertThat(count(Slo.Counts.BAD, true)).isEqualTo(new Span(NOW, MINUTES, 30, 3_000));
  }

  @Test
  @DisplayName("D4: an estimate of more bad events than events is all of them")
  void estimates() throws Exception {
    server.answers("total", 10).answers("some", 10.4);
    assertThat(count(Slo.Counts.BAD, false).bad()).isEqualTo(10);
    assertThat(count(Slo.Counts.GOOD, false).bad()).isZero();
  }

  @Test
  @DisplayName("D4: no traffic is a number, and no remark on style makes it less of one")
  void nothingHappened() throws Exception {
    server
        .answers("total", 0)
        .answers("some", 0)
        .notes("PromQL info: metric might not be a counter");
    assertThat(count(Slo.Counts.BAD, false)).isEqualTo(new Span(NOW, MINUTES, 0, 0));
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("D4: what is no number is no data, never 0")
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | no data; where a series begins with its first event, add: or vector(0)",
        "[{\"metric\":{},\"value\":[1,\"1\"]},{\"metric\":{\"a\":\"b\"},\"value\":[1,\"1\"]}] | 2 series",
        "[{\"metric\":{},\"value\":[1,\"NaN\"]}] | is NaN",
        "[{\"metric\":{},\"value\":[1,\"+Inf\"]}] | is Infinity",
        "[{\"metric\":{},\"value\":[1,\"-1\"]}] | is -1",
        "[{\"metric\":{},\"histogram\":[1,{}]}] | native histograms",
      })
  void unreadable(String result, String reason) {
    server.answers("total", 100).result("some", result);
    assertThatThrownBy(() -> count(Slo.Counts.BAD, false))
        .isInstanceOf(EventCounts.Unreadable.class)
        .hasMessageStartingWith("bad events over 300 s at " + server.uri())
        .hasMessageContaining(reason);
  }

  @Test
  @DisplayName("D4: incomplete, refused, away and not allowed are each told apart, and no data")
  void away() {
    server.answers("total", 100).answers("some", 1).notes("PromQL warning: a store is missing");
    assertThatThrownBy(() -> count(Slo.Counts.BAD, false))
        .hasMessageContaining("a store is missing");
    server.status(422);
    assertThatThrownBy(() -> count(Slo.Counts.BAD, false)).hasMessageContaining("execution");
    server.status(503);
    assertThatThrownBy(() -> count(Slo.Counts.BAD, false)).hasMessageContaining("503");
    calls.close();
    allow("prometheus.example");
    assertThatThrownBy(() -> count(Slo.Counts.BAD, false))
        .isInstanceOf(EventCounts.Unreadable.class)
        .hasMessageContaining("lockkeeper.telemetry.hosts");
  }

  @Test
  @DisplayName("D4: an address that is none is no data either")
  void noAddress() {
    Slo broken = slo(Slo.Counts.BAD, false);
    Slo nowhere =
        new Slo(
            broken.name(),
            broken.service(),
            URI.create("prometheus"),
            broken.counts(),
            broken.query(),
            broken.total(),
            false,
            broken.target(),
            broken.window());
    assertThatThrownBy(() -> counts.count(nowhere, NOW, MINUTES))
        .isInstanceOf(EventCounts.Unreadable.class);
  }
}
