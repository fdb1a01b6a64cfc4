package io.lockkeeper.monitor.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.lockkeeper.monitor.judge.Amount;
import io.lockkeeper.monitor.judge.Histogram;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.monitor.judge.Trials;
import io.lockkeeper.runbook.Runbook.Signal;
import io.lockkeeper.runbook.Runbook.Signal.Kind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class InstrumentsTest {

  private static final List<Signal> ALL =
      List.of(
          new Signal("failures", "http_requests", Kind.ERRORS, true),
          new Signal("duration", "http_request_duration_seconds", Kind.DURATION, true),
          new Signal("rate", "http_requests", Kind.RATE, false),
          new Signal("cpu", "process_cpu_seconds", Kind.CPU, false),
          new Signal("memory", "process_resident_memory_bytes", Kind.MEMORY, false),
          new Signal("orders", "orders", Kind.KPI, true));

  private static final String SHOWN =
      """
      http_requests_total{status="200",path="/a"} 900
      http_requests_total{status="404",path="/a"} 50
      http_requests_total{status="500",path="/a"} 30
      http_requests_total{status="503",path="/b"} 20
      http_request_duration_seconds_bucket{path="/a",le="0.1"} 500
      http_request_duration_seconds_bucket{path="/a",le="0.5"} 700
      http_request_duration_seconds_bucket{path="/a",le="+Inf"} 800
      http_request_duration_seconds_bucket{path="/b",le="0.10"} 100
      http_request_duration_seconds_bucket{path="/b",le="0.2"} 150
      http_request_duration_seconds_bucket{path="/b",le="5e-1"} 180
      http_request_duration_seconds_bucket{path="/b",le="+Inf"} 200
      http_request_duration_seconds_sum{path="/b"} 20
      process_cpu_seconds_total 12.5
      process_resident_memory_bytes 1.5e8
      orders_total 400
      unrelated 1
      """;

  @Test
  @DisplayName("M1: rate, errors, duration, CPU, memory and a KPI from one text")
  void everything() {
    Sample sample = read(ALL, SHOWN);
    assertThat(sample.requests()).isEqualTo(1_000);
    assertThat(sample.trials())
        .containsEntry("errors", new Trials(1_000, 50))
        .containsEntry("orders", new Trials(1_000, 600));
    assertThat(sample.durations())
        .containsEntry("duration", new Histogram(List.of(0.1, 0.5), List.of(600L, 880L, 1_000L)));
    assertThat(sample.cpuSeconds()).isEqualTo(12.5);
    assertThat(sample.memoryBytes()).isEqualTo(1.5e8);
  }

  @Test
  @DisplayName("M1: the suffix of a metric is optional, on the wire and in the runbook")
  void suffixes() {
    List<Signal> signals = List.of(new Signal("errors", "hits_total", Kind.ERRORS, true));
    assertThat(read(signals, "hits{code=\"500\"} 2\nhits{code=\"200\"} 8").trials())
        .containsEntry("errors", new Trials(10, 2));
    List<Signal> counted = List.of(new Signal("errors", "server_seconds", Kind.ERRORS, true));
    assertThat(
            read(counted, "server_seconds_count{status=\"502\"} 1\nserver_seconds_sum 3").trials())
        .containsEntry("errors", new Trials(1, 1));
  }

  @Test
  @DisplayName("M1: what is not shown is not measured, which is not 0")
  void nothing() {
    Sample sample = read(ALL, "unrelated 1");
    assertThat(sample.requests()).isNull();
    assertThat(sample.trials()).isEmpty();
    assertThat(sample.durations()).isEmpty();
    assertThat(sample.cpuSeconds()).isNull();
    assertThat(sample.memoryBytes()).isNull();
    assertThat(Instruments.isUsable(sample)).isFalse();
  }

  @Test
  @DisplayName("M1: numbers that cannot be counts are left out")
  void nonsense() {
    Sample sample =
        read(
            ALL,
            """
            http_requests_total{status="200"} NaN
            http_requests_total{status="500"} -5
            http_requests_total{status="200"} +Inf
            http_requests_total{status="201"} 7
            http_request_duration_seconds_bucket{le="nonsense"} 3
            http_request_duration_seconds_bucket{le="-1"} 0
            http_request_duration_seconds_bucket{le="1"} NaN
            http_request_duration_seconds_bucket{le="2"} 4
            http_request_duration_seconds_bucket{le="+Inf"} 9
            process_cpu_seconds_total NaN
            orders_total 8
            """);
    assertThat(sample.requests()).isEqualTo(7);
    assertThat(sample.trials())
        .containsOnlyKeys("errors")
        .containsEntry("errors", new Trials(7, 0));
    assertThat(sample.durations())
        .containsEntry("duration", new Histogram(List.of(2.0), List.of(4L, 9L)));
    assertThat(sample.cpuSeconds()).isNull();
  }

  @Test
  @DisplayName("M1: requests without a status say nothing of errors")
  void noStatus() {
    Sample sample = read(ALL, "http_requests_total 10\n");
    assertThat(sample.requests()).isEqualTo(10);
    assertThat(sample.trials()).isEmpty();
    assertThat(Instruments.isUsable(sample)).isTrue();
  }

  @Test
  @DisplayName(
      "M1: a histogram that was cut off, or shares no bucket with its sisters, is left out")
  void brokenHistogram() {
    assertThat(read(ALL, "http_request_duration_seconds_bucket{le=\"1\"} 3\n").durations())
        .isEmpty();
    assertThat(
            read(
                    ALL,
                    """
                    http_request_duration_seconds_bucket{p="a",le="1"} 3
                    http_request_duration_seconds_bucket{p="a",le="+Inf"} 3
                    http_request_duration_seconds_bucket{p="b",le="2"} 3
                    http_request_duration_seconds_bucket{p="b",le="+Inf"} 3
                    """)
                .durations())
        .isEmpty();
  }

  @Test
  @DisplayName("M1: a KPI is counted of what it names, and more of it is worse where it says so")
  void trials() {
    Signal declined =
        new Signal(
            "declined",
            "payments_declined",
            Kind.KPI,
            true,
            null,
            null,
            "payments_tried",
            Signal.Worse.MORE,
            null,
            null);
    String shown =
        """
        payments_declined_total 6
        payments_tried_total{method="card"} 150
        payments_tried_total{method="cash"} 50
        """;
    assertThat(read(List.of(declined), shown).trials())
        .containsExactly(entry("declined", new Trials(200, 6)));
    assertThat(read(List.of(declined), "payments_declined_total 6").trials()).isEmpty();
  }

  @Test
  @DisplayName("M1: where there is nothing but a histogram's buckets, its requests are in it")
  void bucketsAlone() {
    Signal took = new Signal("took", "took_seconds", Kind.DURATION, true);
    String shown =
        """
        took_seconds_bucket{path="/a",le="0.1"} 500
        took_seconds_bucket{path="/a",le="+Inf"} 800
        took_seconds_bucket{path="/b",le="0.1"} 100
        took_seconds_bucket{path="/b",le="Inf"} 200
        """;
    assertThat(read(List.of(took), shown).requests()).isEqualTo(1_000);
  }

  private static Signal signal(Kind kind, String metric, @Nullable String of) {
    return new Signal("it", metric, kind, true, null, null, of, null, null, null);
  }

  @Test
  @DisplayName("M1: how full a pool is: what is in use of its size, or a share, the fullest one")
  void saturation() {
    String shown =
        """
        pool_in_use{pool="read"} 6
        pool_in_use{pool="write"} 3
        pool_size{pool="read"} 20
        pool_size{pool="write"} 10
        pool_usage_ratio{pool="read"} 0.3
        pool_usage_ratio{pool="write"} 0.25
        empty_size 0
        connections 3
        connections_total 12
        connection_count 4
        """;
    Map<@Nullable String, Double> levels = new HashMap<>();
    for (String of : Arrays.asList("pool_size", "45", "0.5", "empty_size", "unknown")) {
      levels.put(
          of,
          read(List.of(signal(Kind.SATURATION, "pool_in_use", of)), shown).saturations().get("it"));
    }
    assertThat(levels)
        .containsEntry("pool_size", 0.3)
        .containsEntry("45", 0.2)
        .containsEntry("0.5", 18.0)
        .containsEntry("empty_size", null)
        .containsEntry("unknown", null);
    assertThat(
            read(List.of(signal(Kind.SATURATION, "pool_usage_ratio", null)), shown).saturations())
        .containsExactly(entry("it", 0.3));
    assertThat(read(List.of(signal(Kind.SATURATION, "nothing", null)), shown).isEmpty()).isTrue();
    Signal named = signal(Kind.SATURATION, "connections", "connections_total");
    assertThat(read(List.of(named), shown).saturations()).containsExactly(entry("it", 0.25));
    Signal count = signal(Kind.SATURATION, "connection_count", "16");
    assertThat(read(List.of(count), shown).saturations()).containsExactly(entry("it", 0.25));
  }

  @Test
  @DisplayName("M1: what orders come to: of their own count, of another counter, or of requests")
  void value() {
    String own = "order_euros_sum{shop=\"a\"} 120.5\norder_euros_count{shop=\"a\"} 3\n";
    assertThat(read(List.of(signal(Kind.VALUE, "order_euros", null)), own).amounts())
        .containsExactly(entry("it", new Amount(120.5, 3)));
    assertThat(read(List.of(signal(Kind.VALUE, "order_euros_sum", null)), own).amounts())
        .containsExactly(entry("it", new Amount(120.5, 3)));
    String other = "euros_total 99.5\norders_total 2\nhttp_requests_total{status=\"200\"} 50\n";
    assertThat(read(List.of(signal(Kind.VALUE, "euros", "orders")), other).amounts())
        .containsExactly(entry("it", new Amount(99.5, 2)));
    Signal requests = new Signal("errors", "http_requests", Kind.ERRORS, true);
    assertThat(read(List.of(requests, signal(Kind.VALUE, "euros", null)), other).amounts())
        .containsExactly(entry("it", new Amount(99.5, 50)));
    assertThat(read(List.of(signal(Kind.VALUE, "euros", "unknown")), other).amounts()).isEmpty();
  }

  private static Sample read(List<Signal> signals, String text) {
    Instruments instruments = new Instruments(signals);
    return instruments.read("one", Exposition.parse(text, instruments::wants));
  }
}
