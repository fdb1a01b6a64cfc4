package io.lockkeeper.gate.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.runbook.Runbook.Budgets;
import io.lockkeeper.runbook.Runbook.Slo;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Error budgets come from a team's OpenSLO files. What cannot be carried out is refused with file,
/// line and reason.
class OpenSloReaderTest {

  private static final String RUNBOOK =
      """
      apiVersion: lockkeeper.io/v1
      kind: Runbook
      metadata: { name: shop }
      rollout:
        stages: [ { weight: 100 } ]
        target: { kind: webhook, url: "http://127.0.0.1:8090" }
      monitoring:
        stable: [ "http://127.0.0.1:8091/metrics" ]
        candidate: [ "http://127.0.0.1:8092/metrics" ]
        budgets:
          floor: 0.1
          slos: [ checkout.yaml ]
      relaxed: { reason: a test of budgets }
      """;

  /// The examples of OpenSLO's own documentation, in the terms of a Prometheus.
  private static final String CHECKOUT =
      """
      apiVersion: openslo/v1
      kind: DataSource
      metadata: { name: prom-eu1 }
      spec:
        type: Prometheus
        connectionDetails: { url: "https://prometheus.eu1:9090" }
      ---
      apiVersion: openslo/v1
      kind: SLO
      metadata:
        name: checkout-availability
        labels: { team: payments, environment: production }
        annotations: { example.org/gate: "true" }
      spec:
        description: Nine hundred and ninety-nine of a thousand orders get through.
        service: checkout
        indicator:
          metadata: { name: checkout-error-ratio }
          spec:
            ratioMetric:
              counter: true
              bad:
                metricSource:
                  metricSourceRef: prom-eu1
                  spec: { query: 'sum(rate(http_requests_total{service="checkout",status=~"5.."}[{{ .window }}]))' }
              total:
                metricSource:
                  metricSourceRef: prom-eu1
                  spec: { query: 'sum(rate(http_requests_total{service="checkout"}[{{.window}}]))' }
        timeWindow: [ { duration: 4w, isRolling: true } ]
        budgetingMethod: Occurrences
        objectives: [ { displayName: 99.9 good, target: 0.999 } ]
      ---
      apiVersion: openslo/v1
      kind: SLO
      metadata: { name: checkout-latency }
      spec:
        service: checkout
        indicatorRef: fast-requests
        timeWindow: [ { duration: 30d, isRolling: true } ]
        budgetingMethod: Occurrences
        objectives: [ { displayName: 95 % under 300 ms, targetPercent: 95 } ]
      ---
      apiVersion: openslo/v1
      kind: SLI
      metadata: { name: fast-requests }
      spec:
        ratioMetric:
          counter: true
          good:
            metricSource:
              type: Prometheus
              metricSourceRef: prom-eu1
              spec: { query: 'sum(http_request_duration_seconds_bucket{service="checkout",le="0.3"})' }
          total:
            metricSource:
              metricSourceRef: prom-eu1
              spec: { query: 'http_request_duration_seconds_count{service="checkout"}' }
      """;

  @TempDir Path folder;

  private Budgets read(String runbook) throws IOException {
    Files.writeString(folder.resolve("shop.yaml"), runbook);
    return new Runbooks(folder).named("shop").orElseThrow().monitoring().budgets();
  }

  private List<String> faults(String runbook) throws IOException {
    Path file = Files.writeString(folder.resolve("shop.yaml"), runbook);
    List<RunbookFault> faults = new ArrayList<>();
    assertThat(new RunbookReader().read(file, faults).isEmpty()).isEqualTo(!faults.isEmpty());
    return faults.stream().map(RunbookFault::toString).toList();
  }

  private void checkout(String text) throws IOException {
    Files.writeString(folder.resolve("checkout.yaml"), text);
  }

  @Test
  @DisplayName("D4: the objectives of a file beside the runbook stand resolved in the runbook")
  void resolved() throws IOException {
    checkout(CHECKOUT);
    Budgets budgets = read(RUNBOOK);
    assertThat(budgets.floor()).isEqualTo(0.1);
    assertThat(budgets.slos())
        .containsExactly(
            new Slo(
                "checkout-availability",
                "checkout",
                URI.create("https://prometheus.eu1:9090"),
                Slo.Counts.BAD,
                "sum(rate(http_requests_total{service=\"checkout\",status=~\"5..\"}[{{.window}}]))",
                "sum(rate(http_requests_total{service=\"checkout\"}[{{.window}}]))",
                true,
                0.999,
                Duration.ofDays(28)),
            new Slo(
                "checkout-latency",
                "checkout",
                URI.create("https://prometheus.eu1:9090"),
                Slo.Counts.GOOD,
                "sum(increase(http_request_duration_seconds_bucket{service=\"checkout\",le=\"0.3\"}[{{.window}}]))",
                "sum(increase(http_request_duration_seconds_count{service=\"checkout\"}[{{.window}}]))",
                false,
                0.95,
                Duration.ofDays(30)));
  }

  @Test
  @DisplayName("D4: a runbook can hold the documents itself, and name the Prometheus once")
  void inline() throws IOException {
    Budgets budgets =
        read(
            RUNBOOK.replace(
                "    slos: [ checkout.yaml ]\n",
                """
                    prometheus: http://127.0.0.1:9090
                    slos:
                      - apiVersion: openslo/v1
                        kind: SLO
                        metadata: { name: availability }
                        spec:
                          service: shop
                          indicator:
                            spec:
                              ratioMetric:
                                counter: false
                                good: { metricSource: { type: Prometheus, spec: { query: good_events } } }
                                total: { metricSource: { type: Prometheus, spec: { query: 'sum(events{kind="any"})' } } }
                          timeWindow: [ { duration: 90d, isRolling: true } ]
                          budgetingMethod: Occurrences
                          objectives: [ { target: 0.99 }, { targetPercent: 99.95 } ]
                """));
    assertThat(budgets.slos())
        .extracting(Slo::name)
        .containsExactly("availability 99 %", "availability 99.95 %");
    Slo first = budgets.slos().getFirst();
    assertThat(first.source()).isEqualTo(URI.create("http://127.0.0.1:9090"));
    assertThat(first.query()).isEqualTo("sum(sum_over_time(good_events[{{.window}}]))");
    assertThat(first.total()).isEqualTo("sum(sum_over_time(events{kind=\"any\"}[{{.window}}]))");
  }

  @ParameterizedTest(name = "{0} from {1} in {2}")
  @DisplayName("D4: a window of the calendar says when its periods begin, and how long they are")
  @CsvSource({
    "1d, 2026-01-01 06:00:00, UTC, P1D, 1",
    "2w, 2026-01-05 00:00:00, Europe/Berlin, P14D, 14",
    "1M, 2026-01-01 00:00:00, Europe/Berlin, P1M, 30",
    "1Q, 2026-02-01 00:00:00, America/New_York, P3M, 91",
    "1Y, 2025-07-01 00:00:00, Asia/Tokyo, P1Y, 365",
  })
  void calendar(String duration, String start, ZoneId zone, Period length, int days)
      throws IOException {
    checkout(
        CHECKOUT.replace(
            "[ { duration: 4w, isRolling: true } ]",
            """

                - duration: %s
                  calendar: { startTime: %s, timeZone: %s }
            """
                .formatted(duration, start, zone)));
    Slo slo = read(RUNBOOK).slos().getFirst();
    assertThat(slo.window()).isEqualTo(Duration.ofDays(days));
    assertThat(slo.calendar())
        .isEqualTo(new Slo.Calendar(LocalDateTime.parse(start.replace(' ', 'T')), zone, length));
    assertThat(read(RUNBOOK).slos().getLast().calendar()).isNull();
  }

  @ParameterizedTest(name = "{0} → {1}: line {2}")
  @DisplayName("D4: what is not carried out soundly is refused with file, line and reason")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "budgetingMethod: Occurrences | budgetingMethod: Timeslices | 31 | only Occurrences",
        "duration: 4w, isRolling: true | duration: 1M, isRolling: true | 30 | no fixed length",
        "duration: 4w, isRolling: true | duration: 4w | 30 | isRolling: true is needed, or a calendar",
        "duration: 4w, isRolling: true | duration: 1M, isRolling: false | 30 | or a calendar",
        "duration: 4w, isRolling: true | duration: 1M, isRolling: false, calendar: {} | 30 | '' is not a time such as",
        "duration: 4w, isRolling: true | duration: 1M, isRolling: never, calendar: {} | 30 | neither true nor false",
        "duration: 4w, isRolling: true | duration: 4w, isRolling: true, calendar: { startTime: 2026-01-01 00:00:00, timeZone: UTC } | 30 | a window that rolls begins at no time",
        "duration: 4w, isRolling: true | duration: 12h, calendar: { startTime: 2026-01-01 00:00:00, timeZone: UTC } | 30 | 12h is no calendar's",
        "duration: 4w, isRolling: true | duration: 5Q, calendar: { startTime: 2026-01-01 00:00:00, timeZone: UTC } | 30 | 5Q is longer than a year",
        "duration: 4w, isRolling: true | duration: 1M, calendar: { startTime: 2026-02-30 00:00:00, timeZone: UTC } | 30 | '2026-02-30 00:00:00' is not a time",
        "duration: 4w, isRolling: true | duration: 1M, calendar: { startTime: 2026-02-03T00:00:00Z, timeZone: UTC } | 30 | is not a time such as",
        "duration: 4w, isRolling: true | duration: 1M, calendar: { startTime: 2026-02-03 00:00:00, timeZone: Europe/Bonn } | 30 | 'Europe/Bonn' is not a time zone",
        "duration: 4w, isRolling: true | duration: 1M, calendar: { startTime: 2026-02-03 00:00:00, timeZone: +01:00 } | 30 | '+01:00' is not a time zone",
        "duration: 4w, isRolling: true | duration: 1M, calendar: { startTime: 2026-02-03 00:00:00, timeZone: UTC, holidays: none } | 30 | holidays: is not read",
        "duration: 4w, isRolling: true | duration: 5m, isRolling: true | 30 | not between 1h and 366d",
        "duration: 4w, isRolling: true | duration: P4W, isRolling: true | 30 | 'P4W' is not a number",
        "target: 0.999 | target: 1 | 32 | leaves no budget",
        "target: 0.999 | target: -0.1 | 32 | leaves no budget",
        "target: 0.999 | target: 0.9, targetPercent: 90 | 32 | exactly one of target",
        "target: 0.999 | displayName: none | 32 | plicate",
        "target: 0.999 | target: 0.999, timeSliceTarget: 0.9 | 32 | only the budgeting method",
        "target: 0.999 | target: 0.999, op: lte, value: 1 | 32 | thresholdMetric",
        "target: 0.999 | target: high | 32 | is not a number",
        "service: checkout | service: '' | 16 | is needed",
        "ratioMetric: | thresholdMetric: | 20 | only ratioMetric is read",
        "counter: true | counter: 1 | 21 | true or false",
        "counter: true | counter: false | 25 | sum_over_time",
        "counter: true | raw: {} | 21 | a ready ratio has no number of events",
        "connectionDetails: { url: | connectionDetails: { authRef: token, url: | 6 | accounts are monitor-service's",
        "https://prometheus.eu1:9090 | ftp://prometheus.eu1 | 6 | not an http",
        "https://prometheus.eu1:9090 | https://me:secret@prometheus.eu1 | 6 | without an account",
        "type: Prometheus | type: Datadog | 5 | only Prometheus",
        "metadata: { name: prom-eu1 } | metadata: { name: prom-us1 } | 24 | no DataSource named prom-eu1",
        "indicatorRef: fast-requests | indicatorRef: slow-requests | 39 | no SLI named slow-requests",
        "indicatorRef: fast-requests | description: none | 37 | exactly one of indicator",
        "kind: SLI | kind: AlertPolicy | 45 | alerting system",
        "apiVersion: openslo/v1 | apiVersion: openslo/v2alpha | 1 | only openslo/v1",
        "[{{ .window }}] | [5m] | 25 | fixed range",
        "sum(rate(http_requests_total{service=\"checkout\"}[{{.window}}])) | sum(rate(x[{{.window}}])) / sum(increase(x[{{.window}}])) | 29 | by one of them",
        "sum(rate(http_requests_total{service=\"checkout\"}[{{.window}}])) | sum(increase(x[{{.window}}])) | 26 | per second",
        "sum(rate(http_requests_total{service=\"checkout\"}[{{.window}}])) | sum(rate(x[{{.window}}] offset 1h)) | 29 | offset",
        "sum(rate(http_requests_total{service=\"checkout\"}[{{.window}}])) | a / b | 29 | only a metric selector",
        "sum(rate(http_requests_total{service=\"checkout\"}[{{.window}}])) | rate(x[{{.window}}:1m]) | 29 | is fixed",
      })
  void refused(String from, String to, int line, String reason) throws IOException {
    assertThat(CHECKOUT).contains(from);
    checkout(CHECKOUT.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to)));
    assertThat(faults(RUNBOOK))
        .isNotEmpty()
        .anySatisfy(
            fault -> assertThat(fault).startsWith("checkout.yaml:" + line + ": ").contains(reason));
  }

  @Test
  @DisplayName("D4: alerts of a service stay with the alerting system, and nobody thinks otherwise")
  void alerts() throws IOException {
    checkout(
        CHECKOUT.replace(
            "  objectives: [ { displayName: 99.9",
            "  alertPolicies: [ { alertPolicyRef: fast-burn } ]\n  objectives: [ { displayName: 99.9"));
    assertThat(faults(RUNBOOK))
        .containsExactly(
            "checkout.yaml:32: spec.alertPolicies: is not read: alerts are the alerting system's;"
                + " burn rates that halt a release are Lockkeeper's own");
  }

  @Test
  @DisplayName(
      "D4: a file that is not there, or holds no objective, is named where the runbook names it")
  void files() throws IOException {
    assertThat(faults(RUNBOOK))
        .containsExactly(
            "shop.yaml:12: monitoring.budgets.slos.0: checkout.yaml is not an OpenSLO file beside the runbook");
    assertThat(faults(RUNBOOK.replace("checkout.yaml", "../checkout.yaml")))
        .anySatisfy(fault -> assertThat(fault).startsWith("shop.yaml:12: "));
    checkout(CHECKOUT.substring(0, CHECKOUT.indexOf("---")));
    assertThat(faults(RUNBOOK))
        .containsExactly("checkout.yaml:1: there is no SLO in what the runbook names");
    checkout(CHECKOUT.replace("name: checkout-latency", "name: checkout-availability"));
    assertThat(faults(RUNBOOK))
        .containsExactly(
            "shop.yaml:12: monitoring.budgets.slos: there are two objectives named checkout-availability");
  }

  @Test
  @DisplayName("D4: an indicator and a data source may be in another file of the folder")
  void otherFiles() throws IOException {
    int cut = CHECKOUT.indexOf("---");
    Files.writeString(folder.resolve("sources.yaml"), CHECKOUT.substring(0, cut));
    checkout(CHECKOUT.substring(cut + 4));
    assertThat(read(RUNBOOK).slos()).hasSize(2);
    Files.writeString(folder.resolve("more.yaml"), CHECKOUT.substring(0, cut));
    assertThat(faults(RUNBOOK))
        .anySatisfy(fault -> assertThat(fault).contains("more than one DataSource named prom-eu1"));
  }

  @Test
  @DisplayName("D4: an OpenSLO file that nobody can read keeps the service from starting")
  void broken() throws IOException {
    checkout(CHECKOUT + "---\n- nothing\n");
    assertThatThrownBy(() -> read(RUNBOOK))
        .hasMessageContaining("checkout.yaml:60: is not an OpenSLO document");
    checkout(CHECKOUT.replace("isRolling: true } ]", "isRolling: true } "));
    assertThatThrownBy(() -> read(RUNBOOK)).hasMessageContaining("is not YAML");
  }
}
