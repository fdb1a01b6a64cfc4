package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.monitor.adapter.PrometheusAnswer.Point;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Refused;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Result;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Series;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Unavailable;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A Prometheus is asked by its documented API, and what it says is told apart. Runbook G2, M1.
class PrometheusApiTest {

  private static final Instant AT = Instant.parse("2026-11-23T09:00:00.250Z");
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private final Map<String, String> config = new HashMap<>();
  private PrometheusServer server;
  private TelemetryCalls calls;

  @BeforeEach
  void start() throws IOException {
    server = new PrometheusServer();
    config.put("lockkeeper.telemetry.hosts", "127.0.0.1");
  }

  @AfterEach
  void stop() {
    server.close();
    if (calls != null) {
      calls.close();
    }
  }

  private PrometheusApi api() {
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder().withMapping(TelemetrySettings.class);
    config.forEach(builder::withDefaultValue);
    TelemetrySettings settings = builder.build().getConfigMapping(TelemetrySettings.class);
    calls = new TelemetryCalls(settings);
    return new PrometheusApi(calls, settings);
  }

  private URI address() {
    return URI.create(server.uri() + "/prometheus/");
  }

  private PrometheusAnswer answers(int code, String text) throws InterruptedException {
    server.answers(code, text);
    return api().query(address(), "up", AT, LONGEST);
  }

  @Test
  @DisplayName("M1: an instant query names its time; samples keep their own")
  void instant() throws InterruptedException {
    PrometheusAnswer answer =
        answers(
            200,
            """
            {"status":"success","data":{"resultType":"matrix","result":[
              {"metric":{"__name__":"up","job":"shop"},
               "values":[[1795424399.5,"1"],[1795424400,"+Inf"]]}]}}\
            """);
    assertThat(answer)
        .isEqualTo(
            new Result(
                List.of(
                    new Series(
                        Map.of("__name__", "up", "job", "shop"),
                        List.of(
                            new Point(Instant.ofEpochMilli(1795424399500L), 1),
                            new Point(
                                Instant.ofEpochMilli(1795424400000L), Double.POSITIVE_INFINITY)))),
                List.of(),
                List.of()));
    assertThat(server.asked())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.method()).isEqualTo("POST");
              assertThat(one.path()).isEqualTo("/prometheus/api/v1/query");
              assertThat(one.form())
                  .isEqualTo(Map.of("query", "up", "time", "1795424400.250", "timeout", "2000ms"));
            });
  }

  @Test
  @DisplayName("G2: a range query names both ends and the step")
  void range() throws InterruptedException {
    PrometheusAnswer answer =
        api()
            .queryRange(
                address(),
                "a{b=\"c&d\"} + 1",
                AT.minusSeconds(60),
                AT,
                Duration.ofMillis(1_500),
                LONGEST);
    assertThat(answer).isEqualTo(new Result(List.of(), List.of(), List.of()));
    assertThat(server.asked().getFirst().path()).isEqualTo("/prometheus/api/v1/query_range");
    assertThat(server.asked().getFirst().form())
        .isEqualTo(
            Map.of(
                "query", "a{b=\"c&d\"} + 1",
                "start", "1795424340.250",
                "end", "1795424400.250",
                "step", "1.500",
                "timeout", "2000ms"));
  }

  @Test
  @DisplayName("M1: warnings and infos of a success are kept apart from its numbers")
  void notes() throws InterruptedException {
    PrometheusAnswer answer =
        answers(
            200,
            """
            {"status":"success","data":{"resultType":"scalar","result":[1795424400,"3"]},
             "warnings":["one store is away"],"infos":["not a counter"]}\
            """);
    assertThat(answer)
        .isInstanceOfSatisfying(
            Result.class,
            result -> {
              assertThat(result.notes()).containsExactly("one store is away", "not a counter");
              assertThat(result.series().getFirst().points().getFirst().value()).isEqualTo(3);
            });
  }

  @Test
  @DisplayName("M1: native histograms are read as classic buckets, apart from other series")
  void nativeHistograms() throws InterruptedException {
    PrometheusAnswer answer =
        answers(
            200,
            """
            {"status":"success","data":{"resultType":"vector","result":[
              {"metric":{},"histogram":[1795424400,{"count":"3","sum":"1","buckets":[]}]},
              {"metric":{},"value":[1795424400,"NaN"]}]}}\
            """);
    assertThat(answer)
        .isInstanceOfSatisfying(
            Result.class,
            result -> {
              assertThat(result.histograms())
                  .last()
                  .isEqualTo(
                      new PrometheusAnswer.Series(
                          Map.of("le", "+Inf"),
                          List.of(
                              new PrometheusAnswer.Point(
                                  Instant.ofEpochSecond(1_795_424_400), 3))));
              assertThat(result.series()).hasSize(1);
            });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @DisplayName("G2: a query that is wrong is refused in Prometheus's own words")
  @CsvSource({
    "400, bad_data, parse error: unexpected end of input inside braces",
    "422, execution, many-to-many matching not allowed"
  })
  void refused(int code, String type, String error) throws InterruptedException {
    String text =
        "{\"status\":\"error\",\"errorType\":\"%s\",\"error\":\"%s\"}".formatted(type, error);
    assertThat(answers(code, text)).isEqualTo(new Refused(type + ": " + error));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @DisplayName("M1: a provider that is away, overloaded, closed or something else says nothing")
  @CsvSource(
      delimiter = '|',
      value = {
        "503 | {\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"query timed out\"}"
            + " | answers 503: timeout: query timed out",
        "502 | <html>bad gateway</html> | answers 502: not the answer of a Prometheus",
        "400 | <html>bad request</html> | answers 400: not the answer of a Prometheus",
        "401 | Unauthorized | lockkeeper.telemetry.accounts",
        "302 | moved | answers 302",
        "200 | <html>login</html> | answers 200: not the answer of a Prometheus",
        "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"string\",\"result\":[1,\"a\"]}}"
            + " | neither a vector nor a matrix",
        "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"value\":"
            + "[1]}]}} | a sample that is none",
      })
  void unavailable(int code, String text, String reason) throws InterruptedException {
    assertThat(answers(code, text))
        .isInstanceOfSatisfying(
            Unavailable.class, away -> assertThat(away.reason()).contains(reason));
  }

  @Test
  @DisplayName("M1: one that is not there, or never answers, costs its time-out")
  void away() throws IOException, InterruptedException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    PrometheusApi api = api();
    assertThat(api.query(URI.create("http://127.0.0.1:" + free), "up", AT, LONGEST))
        .isInstanceOf(Unavailable.class);
    CountDownLatch forever = new CountDownLatch(1);
    server.answers(
        it -> {
          try {
            forever.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return new PrometheusServer.Answer(503, "");
        });
    assertThat(api.query(address(), "up", AT, Duration.ofMillis(200)))
        .isEqualTo(new Unavailable("no answer in time"));
    forever.countDown();
  }

  @Test
  @DisplayName("R1: only allowed hosts are asked")
  void allowList() throws InterruptedException {
    URI other = URI.create("http://localhost:" + server.uri().getPort());
    assertThat(api().query(other, "up", AT, LONGEST))
        .isEqualTo(new Unavailable("the host is not among lockkeeper.telemetry.hosts"));
    assertThat(server.asked()).isEmpty();
  }

  @Test
  @DisplayName("M1: an account is shown to its own address and to no other")
  void accounts() throws InterruptedException {
    config.put("lockkeeper.telemetry.accounts.main.url", address().toString());
    config.put("lockkeeper.telemetry.accounts.main.bearer-token", "secret");
    config.put("lockkeeper.telemetry.accounts.main.tenant", "team-a");
    answers(200, "{}");
    assertThat(server.asked().getLast().headers())
        .containsEntry("authorization", "Bearer secret")
        .containsEntry("x-scope-orgid", "team-a");
    config.put(
        "lockkeeper.telemetry.accounts.main.url",
        "http://127.0.0.1:" + (server.uri().getPort() - 1));
    answers(200, "{}");
    assertThat(server.asked().getLast().headers())
        .doesNotContainKeys("authorization", "x-scope-orgid");
  }

  @Test
  @DisplayName("M1: a user and a password are sent as basic authentication")
  void basic() throws InterruptedException {
    config.put("lockkeeper.telemetry.accounts.main.url", address().toString());
    config.put("lockkeeper.telemetry.accounts.main.username", "lock");
    config.put("lockkeeper.telemetry.accounts.main.password", "keeper");
    answers(200, "{}");
    assertThat(server.asked().getLast().headers())
        .containsEntry(
            "authorization",
            "Basic " + Base64.getEncoder().encodeToString("lock:keeper".getBytes(UTF_8)));
  }
}
