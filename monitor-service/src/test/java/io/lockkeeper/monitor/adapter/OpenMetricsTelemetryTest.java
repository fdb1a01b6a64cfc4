package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.monitor.Shortfall;
import io.lockkeeper.monitor.Trouble;
import io.lockkeeper.monitor.adapter.Telemetry.Scrape;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OpenMetricsTelemetryTest {

  private static final String SHOWN = "http_requests_total{status=\"200\"} 7\n";
  private static final String FILLER = "# HELP x " + "y".repeat(1_000) + "\n";

  private final TelemetryCalls calls = new TelemetryCalls(settings("127.0.0.1"));
  private final OpenMetricsTelemetry telemetry = new OpenMetricsTelemetry(calls);
  private MetricsServer stable;
  private MetricsServer candidate;

  @BeforeEach
  void start() throws IOException {
    stable = new MetricsServer().shows(SHOWN);
    candidate = new MetricsServer().shows(SHOWN);
  }

  @AfterEach
  void stop() {
    calls.close();
    stable.close();
    candidate.close();
  }

  @Test
  @DisplayName("M1: both versions are read straight from their instances")
  void both() {
    Scrape scrape = scrape();
    assertThat(scrape.stable()).extracting("requests").containsExactly(7L);
    assertThat(scrape.candidate())
        .extracting("instance")
        .containsExactly(candidate.uri().toString());
    assertThat(scrape.troubles()).isEmpty();
  }

  @Test
  @DisplayName("G2: for a baseline the candidate is not asked")
  void stableAlone() {
    Scrape scrape =
        telemetry.scrapeStable(watching(List.of(stable.uri()), List.of(candidate.uri())));
    assertThat(scrape.stable()).hasSize(1);
    assertThat(scrape.candidate()).isEmpty();
  }

  @Test
  @DisplayName("M1: packed answers are unpacked")
  void packed() {
    candidate.does(
        exchange -> {
          exchange.getResponseHeaders().add("content-encoding", "gzip");
          exchange.sendResponseHeaders(200, 0);
          try (GZIPOutputStream body = new GZIPOutputStream(exchange.getResponseBody())) {
            body.write(SHOWN.getBytes(UTF_8));
          }
        });
    assertThat(scrape().candidate()).extracting("requests").containsExactly(7L);
  }

  @Test
  @DisplayName("M1: an answer of more than 5 MiB is refused, packed or not")
  void tooLarge() {
    candidate.does(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          flood(exchange.getResponseBody());
        });
    assertThat(scrape().candidate()).isEmpty();
    candidate.does(
        exchange -> {
          exchange.getResponseHeaders().add("content-encoding", "gzip");
          exchange.sendResponseHeaders(200, 0);
          try (GZIPOutputStream body = new GZIPOutputStream(exchange.getResponseBody())) {
            flood(body);
          }
        });
    Scrape scrape = scrape();
    assertThat(scrape.candidate()).isEmpty();
    assertTrouble(scrape, TelemetryFault.UNAVAILABLE, "5242880");
  }

  @Test
  @DisplayName("M1: an instance that never finishes its answer costs one interval and nobody else")
  void slow() {
    CountDownLatch forever = new CountDownLatch(1);
    candidate.does(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(SHOWN.getBytes(UTF_8));
          exchange.getResponseBody().flush();
          await(forever);
        });
    Scrape scrape = scrape();
    forever.countDown();
    assertThat(scrape.stable()).hasSize(1);
    assertThat(scrape.candidate()).isEmpty();
    assertTrouble(scrape, TelemetryFault.UNAVAILABLE, "no answer in time");
  }

  @Test
  @DisplayName(
      "M1: an instance that is down, fails, redirects, or shows something else is a trouble with"
          + " its name")
  void troubles() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    URI down = URI.create("http://127.0.0.1:" + free + "/metrics");
    Scrape scrape = telemetry.scrape(watching(List.of(stable.uri()), List.of(down)));
    assertTrouble(scrape, TelemetryFault.UNAVAILABLE, down.toString());
    candidate.does(exchange -> MetricsServer.answer(exchange, 500, "oops"));
    assertTrouble(scrape(), TelemetryFault.UNAVAILABLE, "answers 500");
    candidate.does(
        exchange -> {
          exchange.getResponseHeaders().add("location", stable.uri().toString());
          MetricsServer.answer(exchange, 302, "");
        });
    assertTrouble(scrape(), TelemetryFault.UNAVAILABLE, "answers 302");
    candidate.shows("<html>login</html>");
    assertTrouble(scrape(), TelemetryFault.NO_DATA, "none of the runbook's");
  }

  @Test
  @DisplayName("R1: only allowed hosts are called, whatever a runbook names")
  void allowList() {
    CountDownLatch called = new CountDownLatch(1);
    candidate.does(
        exchange -> {
          called.countDown();
          MetricsServer.answer(exchange, 200, SHOWN);
        });
    URI other = URI.create("http://localhost:" + candidate.uri().getPort() + "/metrics");
    Scrape scrape =
        telemetry.scrape(
            watching(List.of(stable.uri()), List.of(other, URI.create("file:/etc/passwd"))));
    assertThat(scrape.candidate()).isEmpty();
    assertThat(scrape.troubles())
        .hasSize(2)
        .allSatisfy(
            trouble -> assertThat(trouble.sentence()).contains("lockkeeper.telemetry.hosts"));
    assertThat(called.getCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("M1: of several instances those that answer are read")
  void partly() {
    stable.does(exchange -> MetricsServer.answer(exchange, 503, ""));
    Scrape scrape =
        telemetry.scrape(watching(List.of(stable.uri()), List.of(candidate.uri(), stable.uri())));
    assertThat(scrape.candidate()).hasSize(1);
    assertThat(scrape.stable()).isEmpty();
    assertThat(scrape.troubles())
        .hasSize(2)
        .allMatch(trouble -> trouble.kind() == TelemetryFault.UNAVAILABLE)
        .extracting(Trouble::stable)
        .containsExactly(true, false);
  }

  @Test
  @DisplayName("M1: the kind of a loss is the candidate's, whatever the stable version is up to")
  void kindOfLoss() {
    stable.does(exchange -> MetricsServer.answer(exchange, 503, ""));
    candidate.shows("<html>login</html>");
    Shortfall missing = Shortfall.ofNothing(scrape().troubles());
    assertThat(missing.kind()).isEqualTo(TelemetryFault.NO_DATA);
    assertThat(missing.reason()).contains("answers 503").contains("none of the runbook's metrics");
  }

  private static void assertTrouble(Scrape scrape, TelemetryFault kind, String words) {
    assertThat(scrape.troubles())
        .singleElement()
        .satisfies(
            trouble -> {
              assertThat(trouble.kind()).isEqualTo(kind);
              assertThat(trouble.sentence()).contains(words);
            });
  }

  private Scrape scrape() {
    return telemetry.scrape(watching(List.of(stable.uri()), List.of(candidate.uri())));
  }

  private static void flood(OutputStream body) {
    byte[] line = FILLER.getBytes(UTF_8);
    try {
      for (int written = 0;
          written < OpenMetricsTelemetry.LARGEST_BODY + 100_000;
          written += line.length) {
        body.write(line);
      }
      body.write(SHOWN.getBytes(UTF_8));
    } catch (IOException refused) {
      // The reader has hung up, as it should.
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ReleaseAccepted watching(List<URI> stable, List<URI> candidate) {
    return Rig.accepted(
        new Monitoring(
            Duration.ofMillis(1_500), stable, candidate, null, null, null, null, null, null));
  }

  private static TelemetrySettings settings(String hosts) {
    return new SmallRyeConfigBuilder()
        .withMapping(TelemetrySettings.class)
        .withDefaultValue("lockkeeper.telemetry.hosts", hosts)
        .build()
        .getConfigMapping(TelemetrySettings.class);
  }
}
