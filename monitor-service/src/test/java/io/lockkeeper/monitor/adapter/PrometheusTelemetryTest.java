package io.lockkeeper.monitor.adapter;

import static io.lockkeeper.monitor.adapter.PrometheusServer.matrix;
import static io.lockkeeper.monitor.adapter.PrometheusServer.series;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.monitor.Requests;
import io.lockkeeper.monitor.Shortfall;
import io.lockkeeper.monitor.Trouble;
import io.lockkeeper.monitor.adapter.PrometheusServer.Answer;
import io.lockkeeper.monitor.adapter.PrometheusServer.Asked;
import io.lockkeeper.monitor.adapter.Telemetry.Scrape;
import io.lockkeeper.monitor.judge.Amount;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Histogram;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.monitor.judge.Trials;
import io.lockkeeper.runbook.Runbook.MetricSource;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Runbook.Signal;
import io.lockkeeper.runbook.Runbook.Signal.Kind;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The counters of both versions, as a Prometheus has them. Stable is 1.9.0, the candidate 2.0.0.
class PrometheusTelemetryTest {

  private static final double NOW = 1_795_424_400;
  private static final Instant AT = Instant.ofEpochSecond((long) NOW);

  private static final Signal ERRORS = new Signal("errors", "http_requests", Kind.ERRORS, true);
  private static final Signal DURATION = new Signal("duration", "took", Kind.DURATION, true);

  private PrometheusServer server;
  private TelemetryCalls calls;
  private PrometheusApi api;
  private PrometheusTelemetry telemetry;

  @BeforeEach
  void start() throws IOException {
    server = new PrometheusServer();
    TelemetrySettings settings =
        new SmallRyeConfigBuilder()
            .withMapping(TelemetrySettings.class)
            .withDefaultValue("lockkeeper.telemetry.hosts", "127.0.0.1")
            .build()
            .getConfigMapping(TelemetrySettings.class);
    calls = new TelemetryCalls(settings);
    api = new PrometheusApi(calls, settings);
    telemetry = later();
  }

  @AfterEach
  void stop() {
    calls.close();
    server.close();
  }

  private MetricSource source(String name) {
    return new MetricSource(
        name,
        MetricSource.Kind.PROMETHEUS,
        server.uri(),
        "job=\"shop\",env=\"{{environment}}\"",
        null,
        null,
        null);
  }

  private ReleaseAccepted watching(List<Signal> signals) {
    return watching(signals, source("main"));
  }

  private static ReleaseAccepted watching(List<Signal> signals, MetricSource... sources) {
    return Rig.accepted(
        new Monitoring(
            Duration.ofSeconds(15),
            null,
            null,
            signals,
            null,
            null,
            null,
            null,
            null,
            List.of(sources),
            null,
            null,
            null));
  }

  private static String requests(
      String version, String instance, String status, double... samples) {
    return series(
        Map.of(
            "__name__",
            "http_requests_total",
            "version",
            version,
            "instance",
            instance,
            "job",
            "shop",
            "status",
            status),
        samples);
  }

  private static Answer answer(String... series) {
    return new Answer(200, matrix(series));
  }

  private static Trials errors(Sample sample) {
    return sample.trials().get("errors");
  }

  @Test
  @DisplayName("M1: one question shows both versions; counters are raw, by instance and status")
  void both() {
    server.answers(
        200,
        matrix(
            requests("1.9.0", "a", "200", NOW - 20, 90, NOW - 5, 100),
            requests("1.9.0", "a", "500", NOW - 5, 2),
            requests("1.9.0", "b", "200", NOW - 3, 70),
            requests("2.0.0", "c", "200", NOW - 1, 10)));
    Scrape scrape = telemetry.scrape(watching(List.of(ERRORS)));
    assertThat(scrape.stable())
        .extracting(Sample::instance, Sample::requests, PrometheusTelemetryTest::errors)
        .containsExactly(tuple("a", 102L, new Trials(102, 2)), tuple("b", 70L, new Trials(70, 0)));
    assertThat(scrape.candidate())
        .extracting(Sample::instance, Sample::requests)
        .containsExactly(tuple("c", 10L));
    assertThat(scrape.troubles()).isEmpty();
    assertThat(scrape.refused()).isNull();
    assertThat(server.asked()).hasSize(1);
    assertThat(server.asked().getFirst().form())
        .containsEntry("time", "1795424400.000")
        .containsEntry(
            "query",
            "{__name__=~\"http_requests|http_requests_bucket|http_requests_bytes|"
                + "http_requests_count|http_requests_total\",job=\"shop\",env=\"production\","
                + "version!=\"\"}[120s]");
  }

  @Test
  @DisplayName("M1: classic histograms are read bucket by bucket")
  void histogram() {
    Map<String, String> bucket =
        Map.of("__name__", "took_bucket", "version", "2.0.0", "instance", "c", "le", "0.1");
    Map<String, String> all =
        Map.of("__name__", "took_bucket", "version", "2.0.0", "instance", "c", "le", "+Inf");
    server.answers(200, matrix(series(bucket, NOW, 7), series(all, NOW, 9)));
    Scrape scrape = telemetry.scrape(watching(List.of(DURATION)));
    assertThat(scrape.candidate().getFirst().durations())
        .containsEntry("duration", new Histogram(List.of(0.1), List.of(7L, 9L)));
  }

  @Test
  @DisplayName("M1: an instance whose newest sample is too old is missing, and said to be stale")
  void stale() {
    server.answers(
        200,
        matrix(
            requests("1.9.0", "a", "200", NOW - 5, 100),
            requests("2.0.0", "c", "200", NOW - 90, 10, NOW - 75, 11),
            requests("2.0.0", "d", "200", NOW - 60, 11)));
    Scrape scrape = telemetry.scrape(watching(List.of(ERRORS)));
    assertThat(scrape.candidate()).extracting(Sample::instance).containsExactly("d");
    assertThat(scrape.troubles())
        .containsExactly(
            Trouble.of(
                TelemetryFault.STALE,
                "instance c of 2.0.0 is stale: its newest sample is 75 s old, more than 60 s"));
    assertThat(scrape.refused()).isNull();
  }

  @Test
  @DisplayName("M1: a candidate of which everything is too old is stale, and not without data")
  void allStale() {
    server.answers(
        200,
        matrix(
            requests("1.9.0", "a", "200", NOW - 5, 100),
            requests("2.0.0", "c", "200", NOW - 90, 10, NOW - 75, 11)));
    Scrape scrape = telemetry.scrape(watching(List.of(ERRORS)));
    assertThat(scrape.candidate()).isEmpty();
    assertThat(Shortfall.ofNothing(scrape.troubles()).kind()).isEqualTo(TelemetryFault.STALE);
  }

  @Test
  @DisplayName("M1: what a restarted instance no longer shows is not counted beside its new series")
  void restarted() {
    server.answers(
        200,
        matrix(
            requests("2.0.0", "c", "200", NOW - 35, 900, NOW - 20, 1_000, NOW - 5, 10),
            requests("2.0.0", "c", "500", NOW - 35, 40, NOW - 20, 50)));
    Scrape scrape = telemetry.scrape(watching(List.of(ERRORS)));
    assertThat(scrape.candidate())
        .extracting(PrometheusTelemetryTest::errors)
        .containsExactly(new Trials(10, 0));
  }

  @Test
  @DisplayName("M1: no data at all, and data of other versions only, are told apart")
  void noData() {
    Scrape nothing = telemetry.scrape(watching(List.of(ERRORS)));
    assertThat(nothing.candidate()).isEmpty();
    assertThat(nothing.refused()).isNull();
    assertThat(nothing.troubles())
        .extracting(Trouble::kind, Trouble::stable)
        .containsExactly(tuple(TelemetryFault.NO_DATA, true), tuple(TelemetryFault.NO_DATA, false));
    assertThat(nothing.troubles())
        .extracting(Trouble::sentence)
        .allMatch(it -> it.startsWith("source 'main' has no data for version "));
    server.answers(200, matrix(requests("1.9.0", "a", "200", NOW, 1)));
    Scrape half = telemetry.scrape(watching(List.of(DURATION, ERRORS)));
    assertThat(half.stable()).hasSize(1);
    assertThat(half.troubles())
        .singleElement()
        .isEqualTo(
            Trouble.of(
                TelemetryFault.NO_DATA,
                "source 'main' has no data for version 2.0.0, only for 1.9.0: nothing of the"
                    + " metrics matches job=\"shop\",env=\"{{environment}}\""));
  }

  @Test
  @DisplayName("M1: a Prometheus that is away says nothing about a version, and nothing is wrong")
  void away() {
    server.answers(
        503, "{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"query timed out\"}");
    Scrape scrape = telemetry.scrape(watching(List.of(ERRORS)));
    assertThat(scrape.candidate()).isEmpty();
    assertThat(scrape.refused()).isNull();
    assertThat(scrape.troubles())
        .containsExactly(
            Trouble.of(
                TelemetryFault.UNAVAILABLE,
                "source 'main' is not available: answers 503: timeout: query timed out"));
  }

  @Test
  @DisplayName("M1: warnings of a success are told, and its numbers are read")
  void warnings() {
    String body = matrix(requests("2.0.0", "c", "200", NOW, 1));
    server.answers(
        200, body.substring(0, body.length() - 1) + ",\"warnings\":[\"a store is away\"]}");
    Scrape scrape = telemetry.scrape(watching(List.of(ERRORS)));
    assertThat(scrape.candidate()).hasSize(1);
    assertThat(scrape.troubles())
        .last()
        .isEqualTo(Trouble.note("source 'main' warns: a store is away"));
  }

  private static String nativeHistogram(String labels) {
    return "{\"metric\":{"
        + labels
        + "\"version\":\"2.0.0\",\"instance\":\"c\"},\"histograms\":[["
        + NOW
        + ",{\"count\":\"12\",\"sum\":\"2.5\",\"buckets\":[[3,\"-0.001\",\"0.001\",\"1\"],"
        + "[0,\"0.125\",\"0.14865088937534013\",\"3\"],[0,\"0.25\",\"0.5\",\"8\"]]}]]}";
  }

  @Test
  @DisplayName("M1: native histograms are read at fixed bounds")
  void nativeHistograms() {
    server.answers(200, matrix(nativeHistogram("\"__name__\":\"took\",")));
    Scrape scrape = telemetry.scrape(watching(List.of(DURATION)));
    assertThat(scrape.troubles()).noneMatch(trouble -> trouble.toString().contains("histogram"));
    Histogram read = scrape.candidate().getFirst().durations().get("duration");
    assertThat(read).isNotNull();
    assertThat(read.total()).isEqualTo(12);
    assertThat(read.bounds()).startsWith(Math.pow(2, -14)).endsWith(128.0).hasSize(85);
    Map<Double, Long> at = new HashMap<>();
    for (int i = 0; i < read.bounds().size(); i++) {
      at.put(read.bounds().get(i), read.cumulative().get(i));
    }
    assertThat(at)
        .containsEntry(Math.pow(2, -14), 0L)
        .containsEntry(0.125, 1L)
        .containsEntry(StrictMath.pow(2, -2.75), 4L)
        .containsEntry(0.25, 4L)
        .containsEntry(StrictMath.pow(2, -1.5), 8L) // half of a wider bucket
        .containsEntry(0.5, 12L)
        .containsEntry(128.0, 12L);
  }

  @Test
  @DisplayName("M1: where a metric shows classic buckets beside a native histogram, these are read")
  void bothHistograms() {
    String classic =
        series(
            Map.of("__name__", "took_bucket", "version", "2.0.0", "instance", "c", "le", "0.5"),
            NOW,
            11);
    String all =
        series(
            Map.of("__name__", "took_bucket", "version", "2.0.0", "instance", "c", "le", "+Inf"),
            NOW,
            12);
    server.answers(200, matrix(nativeHistogram("\"__name__\":\"took\","), classic, all));
    assertThat(
            telemetry
                .scrape(watching(List.of(DURATION)))
                .candidate()
                .getFirst()
                .durations()
                .get("duration"))
        .isEqualTo(new Histogram(List.of(0.5), List.of(11L, 12L)));
  }

  @Test
  @DisplayName("M1: series without an instance are refused in words")
  void unusable() {
    String summed = series(Map.of("__name__", "took_count", "version", "2.0.0"), NOW, 1);
    server.answers(200, matrix(summed));
    Scrape scrape = telemetry.scrape(watching(List.of(DURATION)));
    assertThat(scrape.candidate()).isEmpty();
    assertThat(scrape.troubles())
        .anySatisfy(
            trouble -> {
              assertThat(trouble.kind()).isEqualTo(TelemetryFault.UNUSABLE);
              assertThat(trouble.sentence())
                  .contains("1 series of the metrics have no label 'instance'");
            });
    assertThat(Shortfall.ofNothing(scrape.troubles()).kind()).isEqualTo(TelemetryFault.UNUSABLE);
  }

  @Test
  @DisplayName(
      "M1: a query of one selector is read as stored, an expression from what is not stale; each is"
          + " asked once about both versions, where a label tells them apart")
  void queries() {
    Signal orders =
        new Signal("orders", null, Kind.KPI, true, "orders_total{v=\"{{version}}\"}", "business");
    Signal paid =
        new Signal(
            "paid",
            null,
            Kind.KPI,
            true,
            "sum by (instance) (paid{v=\"{{version}}\"}) # by all",
            null,
            "tried{v=\"{{version}}\"}",
            null,
            null,
            null);
    Signal seats =
        new Signal(
            "seats", null, Kind.KPI, true, "seats_total{pod=~\"shop-{{version}}-.*\"}", null);
    server.answers(
        asked -> {
          Map<String, String> who = Map.of("instance", "c");
          if (asked.query().startsWith("orders_total")) {
            return answer(
                series(Map.of("instance", "c", "v", "2.0.0"), NOW - 4, 30),
                series(Map.of("instance", "a", "v", "1.9.0"), NOW - 4, 55));
          }
          if (asked.query().startsWith("label_replace")) {
            return answer(
                series(Map.of("instance", "c", "lockkeeper_version", "2.0.0"), NOW, 20),
                series(Map.of("instance", "a", "lockkeeper_version", "1.9.0"), NOW, 45));
          }
          if (asked.query().startsWith("tried")) {
            return answer(
                series(Map.of("instance", "c", "v", "2.0.0"), NOW - 4, 25),
                series(Map.of("instance", "a", "v", "1.9.0"), NOW - 4, 50));
          }
          if (asked.query().startsWith("seats")) {
            return asked.query().contains("2\\\\.0")
                ? answer(series(who, NOW - 4, 10))
                : answer(series(Map.of("instance", "a"), NOW - 4, 35));
          }
          return asked.query().startsWith("{__name__")
              ? answer(
                  requests("2.0.0", "c", "200", NOW - 4, 100),
                  requests("1.9.0", "a", "200", NOW - 4, 200))
              : answer();
        });
    Scrape scrape =
        telemetry.scrape(
            watching(List.of(ERRORS, orders, paid, seats), source("main"), source("business")));
    assertThat(scrape.troubles()).isEmpty();
    assertThat(scrape.candidate().getFirst().trials())
        .containsEntry("errors", new Trials(100, 0))
        .containsEntry("orders", Trials.ofSuccesses(100, 30))
        .containsEntry("paid", Trials.ofSuccesses(25, 20))
        .containsEntry("seats", Trials.ofSuccesses(100, 10));
    assertThat(scrape.stable().getFirst().trials())
        .containsEntry("errors", new Trials(200, 0))
        .containsEntry("orders", Trials.ofSuccesses(200, 55))
        .containsEntry("paid", Trials.ofSuccesses(50, 45))
        .containsEntry("seats", Trials.ofSuccesses(200, 35));
    assertThat(server.asked())
        .extracting(Asked::query)
        .contains(
            "orders_total{v=~\"1\\\\.9\\\\.0|2\\\\.0\\\\.0\"}[120s]",
            "label_replace(sum by (instance) ((paid{v=\"1.9.0\"} and"
                + " last_over_time(paid{v=\"1.9.0\"}[60s]))) # by all\n"
                + ", \"lockkeeper_version\", \"1.9.0\", \"\", \"\") or "
                + "label_replace(sum by (instance) ((paid{v=\"2.0.0\"} and"
                + " last_over_time(paid{v=\"2.0.0\"}[60s]))) # by all\n"
                + ", \"lockkeeper_version\", \"2.0.0\", \"\", \"\")",
            "tried{v=~\"1\\\\.9\\\\.0|2\\\\.0\\\\.0\"}[120s]",
            "seats_total{pod=~\"shop-1\\\\.9\\\\.0-.*\"}[120s]",
            "seats_total{pod=~\"shop-2\\\\.0\\\\.0-.*\"}[120s]")
        .hasSize(6);
  }

  @Test
  @DisplayName("M1: one instance with a number that is none misses itself, and nobody else")
  void noNumber() {
    Signal pool =
        new Signal(
            "pool", "pool_used", Kind.SATURATION, true, null, null, "pool_max", null, null, null);
    server.answers(
        200,
        matrix(
            requests("2.0.0", "c", "200", NOW - 4, 100),
            gauge("pool_used", NOW - 4, 5),
            gauge("pool_max", NOW - 4, 10),
            requests("2.0.0", "d", "200", NOW - 4, 90),
            gauge("pool_used", "d", NOW - 4, 5),
            gauge("pool_max", "d", NOW - 4, 1e-310),
            requests("1.9.0", "a", "200", NOW - 4, 80)));
    Scrape scrape = telemetry.scrape(watching(List.of(ERRORS, pool)));
    assertThat(scrape.candidate()).extracting(Sample::instance).containsExactly("c");
    assertThat(scrape.stable()).hasSize(1);
    assertThat(scrape.refused()).isNull();
    assertThat(scrape.troubles())
        .singleElement()
        .satisfies(
            trouble -> {
              assertThat(trouble.kind()).isEqualTo(TelemetryFault.UNUSABLE);
              assertThat(trouble.sentence()).startsWith("instance d of 2.0.0 shows");
            });
  }

  @Test
  @DisplayName("M1: nothing of a query that may be missing is a note, of any other a trouble")
  void mayBeMissing() {
    for (Signal.Absence absence : Signal.Absence.values()) {
      Signal declined =
          new Signal(
              "declined",
              null,
              Kind.KPI,
              true,
              "declined{v=\"{{version}}\"}",
              null,
              "tried{v=\"{{version}}\"}",
              null,
              null,
              absence);
      server.answers(
          asked ->
              asked.query().startsWith("{__name__")
                  ? answer(
                      requests("2.0.0", "c", "200", NOW - 4, 100),
                      requests("1.9.0", "a", "200", NOW - 4, 80))
                  : answer());
      assertThat(later().scrape(watching(List.of(ERRORS, declined))).troubles())
          .hasSize(4)
          .extracting(Trouble::kind)
          .containsOnly(absence == Signal.Absence.HOLD ? TelemetryFault.NO_DATA : null);
    }
  }

  @Test
  @DisplayName("M1: a pool's gauges by family, a queue's by a query, and what orders come to")
  void saturationsAndValues() {
    Signal pool =
        new Signal(
            "pool", "pool_used", Kind.SATURATION, true, null, null, "pool_max", null, null, null);
    Signal queue =
        new Signal(
            "queue",
            null,
            Kind.SATURATION,
            true,
            "queue_length{v=\"{{version}}\"}",
            null,
            "40",
            null,
            null,
            null);
    Signal basket = new Signal("basket", "order_euros", Kind.VALUE, true);
    server.answers(
        asked ->
            asked.query().startsWith("queue_length")
                ? answer(series(Map.of("instance", "c", "v", "2.0.0"), NOW - 4, 10))
                : answer(
                    requests("2.0.0", "c", "200", NOW - 4, 100),
                    gauge("pool_used", NOW - 4, 6),
                    gauge("pool_max", NOW - 4, 20),
                    gauge("order_euros_sum", NOW - 4, 84.5),
                    gauge("order_euros_count", NOW - 4, 2)));
    Scrape scrape = telemetry.scrape(watching(List.of(ERRORS, pool, queue, basket)));
    assertThat(scrape.candidate()).hasSize(1);
    assertThat(scrape.candidate().getFirst().saturations())
        .containsOnly(entry("pool", 0.3), entry("queue", 0.25));
    assertThat(scrape.candidate().getFirst().amounts())
        .containsOnly(entry("basket", new Amount(84.5, 2)));
    assertThat(server.asked())
        .extracting(Asked::query)
        .anySatisfy(query -> assertThat(query).contains("order_euros_sum", "pool_max"));
  }

  private static String gauge(String name, double at, double value) {
    return gauge(name, "c", at, value);
  }

  private static String gauge(String name, String instance, double at, double value) {
    return series(Map.of("__name__", name, "instance", instance, "version", "2.0.0"), at, value);
  }

  @Test
  @DisplayName("G2: a query about the candidate that Prometheus refuses is found at the baseline")
  void refused() {
    Signal orders =
        new Signal("orders", null, Kind.KPI, true, "foo(orders{v=\"{{version}}\"})", null);
    server.answers(
        asked ->
            asked.query().contains("2.0.0")
                ? new Answer(
                    400,
                    "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"1:1: parse error:"
                        + " unknown function\"}")
                : answer(requests("1.9.0", "a", "200", NOW, 1)));
    Scrape scrape = telemetry.scrapeStable(watching(List.of(ERRORS, orders)));
    assertThat(scrape.stable()).hasSize(1);
    assertThat(scrape.refused())
        .isEqualTo(
            "source 'main' refuses the query of 'orders': bad_data: 1:1: parse error: unknown"
                + " function");
    assertThat(telemetry.scrape(watching(List.of(orders))).troubles())
        .filteredOn(trouble -> trouble.kind() == TelemetryFault.REFUSED)
        .isNotEmpty();
  }

  @Test
  @DisplayName(
      "G2: before a first release every question about the candidate is asked; no data yet is in order, a refusal and a silence are not")
  void first() {
    Signal orders = new Signal("orders", null, Kind.KPI, true, "orders{v=\"{{version}}\"}", null);
    ReleaseAccepted release =
        Rig.accepted(Requests.first(), watching(List.of(ERRORS, orders)).runbook().monitoring());
    server.answers(200, matrix());
    Scrape inOrder = telemetry.scrapeNothing(release);
    assertThat(inOrder.isPartial()).isFalse();
    assertThat(inOrder.refused()).isNull();
    assertThat(server.asked())
        .extracting(Asked::query)
        .anyMatch(query -> query.contains("http_requests"))
        .contains("orders{v=~\"2\\\\.0\\\\.0\"}[120s]")
        .hasSize(2);
    server.answers(
        400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}");
    assertThat(later().scrapeNothing(release).refused())
        .isEqualTo("source 'main' refuses the metrics: bad_data: parse error");
    server.answers(503, "");
    Scrape silent = later().scrapeNothing(release);
    assertThat(silent.isPartial()).isTrue();
    assertThat(silent.refused()).isNull();
    assertThat(silent.troubles().getFirst().sentence())
        .startsWith("source 'main' is not available: answers 503");
  }

  /// The same, without the answers that are shared for a while.
  private PrometheusTelemetry later() {
    return new PrometheusTelemetry(calls, api, Clock.fixed(AT, ZoneOffset.UTC));
  }

  @Test
  @DisplayName("G2: for a baseline it is no trouble that the candidate shows nothing yet")
  void stableAlone() {
    server.answers(200, matrix(requests("1.9.0", "a", "200", NOW, 1)));
    Scrape scrape = telemetry.scrapeStable(watching(List.of(ERRORS)));
    assertThat(scrape.stable()).hasSize(1);
    assertThat(scrape.candidate()).isEmpty();
    assertThat(scrape.troubles()).isEmpty();
  }

  @Test
  @DisplayName(
      "M1: releases that ask the same at the same time share one answer; failures are not shared")
  void shared() throws InterruptedException, ExecutionException {
    CountDownLatch go = new CountDownLatch(1);
    server.answers(
        asked -> {
          try {
            go.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return answer(requests("2.0.0", "c", "200", NOW, 1));
        });
    ReleaseAccepted release = watching(List.of(ERRORS));
    List<Future<Scrape>> looks = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        looks.add(threads.submit(() -> telemetry.scrape(release)));
      }
      go.countDown();
      for (Future<Scrape> look : looks) {
        assertThat(look.get().candidate()).hasSize(1);
      }
    }
    telemetry.scrape(release);
    assertThat(server.asked()).hasSize(1);

    ReleaseAccepted other = watching(List.of(DURATION));
    server.answers(503, "");
    assertThat(telemetry.scrape(other).candidate()).isEmpty();
    server.answers(200, matrix(requests("2.0.0", "c", "200", NOW, 1)));
    assertThat(telemetry.scrape(other).troubles())
        .noneMatch(it -> it.kind() == TelemetryFault.UNAVAILABLE);
    assertThat(server.asked()).hasSize(3);
  }

  @Test
  @DisplayName("G2: what is recorded already is the baseline's: nobody waits for the window")
  void history() {
    Signal paid =
        new Signal(
            "paid", null, Kind.KPI, true, "sum by (instance) (paid{v=\"{{version}}\"})", null);
    server.answers(
        asked ->
            asked.path().endsWith("query_range")
                ? answer(
                    series(
                        Map.of("instance", "a", "lockkeeper_version", "1.9.0"),
                        NOW - 45,
                        3,
                        NOW - 30,
                        4,
                        NOW - 15,
                        5,
                        NOW,
                        6))
                : answer(
                    requests(
                        "1.9.0", "a", "200", NOW - 50, 100, NOW - 35, 110, NOW - 20, 120, NOW - 5,
                        130)));
    Duration step = Duration.ofSeconds(15);
    List<Baseline.Scrape> past =
        telemetry.history(watching(List.of(ERRORS, paid)), step.multipliedBy(4), step, AT);
    assertThat(past)
        .extracting(Baseline.Scrape::at, scrape -> scrape.samples().getFirst().requests())
        .containsExactly(
            tuple(AT.minusSeconds(45), 100L),
            tuple(AT.minusSeconds(30), 110L),
            tuple(AT.minusSeconds(15), 120L),
            tuple(AT, 130L));
    assertThat(past.getLast().samples().getFirst().trials())
        .containsEntry("paid", Trials.ofSuccesses(130, 6));
    assertThat(server.asked())
        .extracting(asked -> asked.form().get("step") + " " + asked.query())
        .contains(
            "15.000 label_replace(sum by (instance) ((paid{v=\"1.9.0\"} and"
                + " last_over_time(paid{v=\"1.9.0\"}[60s])))\n"
                + ", \"lockkeeper_version\", \"1.9.0\", \"\", \"\")")
        .anySatisfy(asked -> assertThat(asked).startsWith("null {__name__").endsWith("[120s]"));
    server.answers(503, "");
    assertThat(telemetry.history(watching(List.of(ERRORS)), step, step, AT)).isEmpty();
  }

  @Test
  @DisplayName(
      "G2: points far apart are asked for one by one: nobody sends every sample of an hour")
  void sparseHistory() {
    server.answers(
        200, matrix(requests("1.9.0", "a", "200", NOW - 120, 100, NOW - 60, 160, NOW, 220)));
    Duration minute = Duration.ofMinutes(1);
    assertThat(telemetry.history(watching(List.of(ERRORS)), minute.multipliedBy(2), minute, AT))
        .extracting(Baseline.Scrape::at, scrape -> scrape.samples().getFirst().requests())
        .containsExactly(
            tuple(AT.minusSeconds(120), 100L), tuple(AT.minusSeconds(60), 160L), tuple(AT, 220L));
    assertThat(server.asked().getFirst().path()).endsWith("query_range");
    assertThat(server.asked().getFirst().form())
        .containsEntry("step", "60.000")
        .containsEntry("start", "1795424280.000")
        .containsEntry("end", "1795424400.000");
    assertThat(server.asked().getFirst().query()).startsWith("{__name__").endsWith("\"}");
  }
}
