package io.lockkeeper.gate.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.Runbook;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A bad runbook is found when the service starts, with file, line and reason.
class RunbookReaderTest {

  private static final String GOOD =
      """
      apiVersion: lockkeeper.io/v1
      kind: Runbook
      metadata: { name: good }
      preconditions:
        - { line: PRE1, check: build }
        - { line: PRE2, check: review }
        - { line: PRE3, check: tests }
        - { line: PRE4, check: signature }
      gates:
        lease: PT5M
        startWithin: P3D
        freezes:
          - from: 2026-12-24T00:00:00Z
            until: 2026-12-27T00:00:00Z
            reason: Christmas
      rollout:
        infrastructure:
          - { name: V1, reversible: true }
        stages:
          - { weight: 10, bake: PT5M }
          - { weight: 100 }
        target: { kind: webhook, url: "http://127.0.0.1:8090" }
        onRevoked: finish-stage
      monitoring:
        stable: [ "http://127.0.0.1:8091/metrics" ]
        candidate: [ "http://127.0.0.1:8092/metrics" ]
        signals:
          - { name: errors, metric: http_requests, kind: errors }
        validation: PT30M
      rollback: { method: redeploy }
      communication:
      """;

  private static final String OBSERVABILITY =
      """
        observability:
          alerting:
            alertmanager: "http://127.0.0.1:9093"
            prometheus: "http://127.0.0.1:9090"
            labels: { service: "{{service}}", environment: "{{ environment }}" }
            rules: [ ShopErrors ]
          dashboards:
            grafana: "http://127.0.0.1:3000"
            uids: [ shop-red ]
          synthetic:
            - url: "http://127.0.0.1:8080/version"
              expect: { pointer: /version }
            - { url: "http://127.0.0.1:8080/", timeout: PT2S }
      """;

  @TempDir Path folder;

  private static String observing() {
    return GOOD.replace("rollback: {", OBSERVABILITY + "rollback: {");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private List<String> faults(String text) throws IOException {
    List<RunbookFault> faults = new ArrayList<>();
    Optional<Runbook> read = new RunbookReader().read(write("team.yaml", text), faults);
    assertThat(read.isEmpty()).isEqualTo(!faults.isEmpty());
    return faults.stream().map(RunbookFault::toString).toList();
  }

  @Test
  @DisplayName("a good runbook is read; an empty section says nothing")
  void good() throws IOException {
    assertThat(faults(GOOD)).isEmpty();
    write("good.yml", GOOD);
    Files.delete(folder.resolve("team.yaml"));
    Runbook runbook = new Runbooks(folder).named("good").orElseThrow();
    assertThat(runbook.gates().lease()).isEqualTo(Duration.ofMinutes(5));
    assertThat(runbook.rollout().onRevoked()).isEqualTo(Runbook.Rollout.OnRevoked.FINISH_STAGE);
    assertThat(runbook.communication()).isEqualTo(Runbook.Communication.STANDARD);
  }

  private static final String PROMETHEUS =
      GOOD.substring(0, GOOD.indexOf("  stable:"))
          + """
            sources:
              - name: main
                kind: prometheus
                url: "https://prometheus.example.org/prometheus"
                selector: 'job="shop", env="{{environment}}"'
                version: app_version
                staleAfter: PT1M
              - { name: business, kind: prometheus, url: "http://127.0.0.1:9090", selector: 'job="orders"' }
            signals:
              - { name: errors, metric: http_requests, kind: errors }
              - name: orders
                kind: kpi
                source: business
                query: 'sum by (instance) (orders_total{app="{{service}}",version="{{version}}"})'
          """
          + GOOD.substring(GOOD.indexOf("  validation:"));

  @Test
  @DisplayName("G2, M1: numbers may come from sources in place of instances")
  void sources() throws IOException {
    assertThat(faults(PROMETHEUS)).isEmpty();
    write("good.yml", PROMETHEUS);
    Files.delete(folder.resolve("team.yaml"));
    Runbook.Monitoring monitoring = new Runbooks(folder).named("good").orElseThrow().monitoring();
    assertThat(monitoring.stable()).isEmpty();
    assertThat(monitoring.sources())
        .extracting(
            Runbook.MetricSource::name,
            Runbook.MetricSource::version,
            Runbook.MetricSource::instance)
        .containsExactly(
            tuple("main", "app_version", "instance"), tuple("business", "version", "instance"));
    assertThat(monitoring.signals().getLast().source()).isEqualTo("business");
  }

  @Test
  @DisplayName("M1: a pool has a size, by a series or as a number; a value has its events")
  void saturationsAndValues() throws IOException {
    String text =
        PROMETHEUS.replace(
            "    - name: orders\n",
            """
                - { name: connections, kind: saturation, metric: pool_in_use, of: pool_size }
                - { name: queue, kind: saturation, metric: queue_length, of: "40" }
                - { name: threads, kind: saturation, metric: threads_busy_ratio }
                - { name: basket, kind: value, metric: order_euros, worse: fewer, margin: 0.05 }
                - name: orders
            """);
    assertThat(faults(text)).isEmpty();
    Files.delete(folder.resolve("team.yaml"));
    write("good.yml", text);
    assertThat(new Runbooks(folder).named("good").orElseThrow().monitoring().signals())
        .extracting(Runbook.Signal::name, Runbook.Signal::size)
        .contains(
            tuple("connections", OptionalDouble.empty()),
            tuple("queue", OptionalDouble.of(40)),
            tuple("threads", OptionalDouble.of(1)));
  }

  @ParameterizedTest(name = "{0} → {1}: line {2}")
  @DisplayName("G2, M1: what is wrong with a source or a query is named with its line")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{{environment}} | {{environmnet}} | 29 | unknown placeholder {{environmnet}}",
        "{{environment}} | {{version}} | 29 | told apart by the label 'app_version'",
        "job=\"shop\", | job=shop, | 29 | not in quotes",
        "job=\"shop\", | job=\"shop\" | 29 | no comma",
        "    url: \"https://prometheus.example.org/prometheus\" | | 26 | url",
        "https://prometheus | ftp://prometheus | 28 | ",
        "name: business | name: main | 32 | twice",
        "source: business | source: busyness | 37 | unknown source 'busyness'",
        "staleAfter: PT1M | staleAfter: PT1H | 31 | PT10M",
        "version: app_version | version: app-version | 30 | pattern",
        "{{version}} | 2.0 | 38 | does not name {{version}}",
        "{{version}} | {{ version | 38 | not closed",
        "(orders_total | orders_total | 38 | closes nothing",
        "\"}) | \"} | 38 | '(' is not closed",
        "}) | }[5m]) | 38 | raw",
        "version=\"{{version}}\" | version={{version}} | 38 | outside the quotes",
        "kind: errors } | kind: errors, query: \"up\" } | 34 | has a metric and a query",
        "metric: http_requests, | | 34 | neither a metric nor a query",
        "kind: errors } | kind: errors, worse: fewer } | 34 | is for a KPI",
        "kind: errors } | kind: errors, of: requests } | 34 | is for a KPI",
        "kind: errors } | kind: saturation, worse: more } | 34 | is for a KPI or a value",
        "kind: errors } | kind: saturation, of: 40 } | 34 | string",
        "kind: errors } | kind: saturation, of: \"0\" } | 34 | a size of nothing",
        "kind: errors } | kind: errors, margin: -0.1 } | 34 | minimum",
        "kind: errors } | kind: errors, noData: wait } | 34 | hold",
        "source: business | of: tried | 37 | selects no series",
      })
  void badSources(String from, String to, int line, String reason) throws IOException {
    assertThat(PROMETHEUS).contains(from);
    assertThat(faults(PROMETHEUS.replace(from, to == null ? "" : to)))
        .anySatisfy(
            fault ->
                assertThat(fault)
                    .startsWith("team.yaml:" + line + ":")
                    .contains(reason == null ? "" : reason));
  }

  @Test
  @DisplayName("G2, M1: a runbook that says nowhere to look, or only half, is refused")
  void nowhere() throws IOException {
    String candidate = "  candidate: [ \"http://127.0.0.1:8092/metrics\" ]\n";
    String half = GOOD.replace(candidate, "");
    assertThat(faults(half)).singleElement().asString().contains("needs both stable and candidate");
    assertThat(faults(PROMETHEUS.replace("  sources:", candidate + "  sources:")))
        .singleElement()
        .asString()
        .contains("not from both");
    assertThat(faults(half.replace("  stable: [ \"http://127.0.0.1:8091/metrics\" ]\n", "")))
        .singleElement()
        .asString()
        .contains("says nowhere to look");
  }

  @Test
  @DisplayName("M3: what is to be confirmed is read, with its defaults; a runbook may leave it out")
  void observability() throws IOException {
    assertThat(faults(observing())).isEmpty();
    Files.delete(folder.resolve("team.yaml"));
    write("good.yml", observing());
    Observability asked =
        new Runbooks(folder).named("good").orElseThrow().monitoring().observability();
    assertThat(asked.within()).isEqualTo(Duration.ofMinutes(5));
    assertThat(asked.alerting().labels()).containsEntry("service", "{{service}}");
    assertThat(asked.synthetic())
        .extracting(Observability.Synthetic::expect)
        .containsExactly(
            new Observability.Expectation(200, null, "/version", "{{version}}"),
            Observability.Expectation.VERSION_IN_BODY);
  }

  @ParameterizedTest(name = "{0} → {1}: line {2}")
  @DisplayName("M3: what is wrong with it is named with its line")
  @CsvSource(
      delimiter = '|',
      value = {
        "{{service}} | {{team}} | 34 | names team",
        "[ ShopErrors ] | [ ] | 35 | rules",
        "[ ShopErrors ] | [ \"{{x}}Errors\" ] | 35 | names x",
        "prometheus: | prometeus: | 33 | prometeus",
        "[ shop-red ] | [ shop/red ] | 38 | pattern",
        "{ pointer: /version } | { pointer: version } | 41 | pattern",
        "{ pointer: /version } | { pointer: /version, header: X-V } | 41 | not both",
        "timeout: PT2S | timeout: PT2M | 42 | at most",
        "timeout: PT2S | timeout: PT0S | 42 | above zero",
      })
  void badObservability(String from, String to, int line, String reason) throws IOException {
    String text = observing();
    assertThat(text).contains(from);
    assertThat(faults(text.replace(from, to)))
        .anySatisfy(
            fault -> assertThat(fault).contains("team.yaml:" + line + ":").contains(reason));
  }

  @ParameterizedTest(name = "{0} → {1}: line {2}")
  @DisplayName("what is wrong is named with its line")
  @CsvSource(
      delimiter = '|',
      value = {
        "weight: 100 | weight: 90 | 19 | percent",
        "weight: 10, | weight: 100, | 21 | does not rise",
        "bake: PT5M | bake: PT5M, maxBake: PT1M | 20 | shorter than the bake",
        "validation: PT30M | validation: PT29M | 29 | M1",
        "validation: PT30M | validation: half an hour | 29 | pattern",
        "lease: PT5M | lease: PT1S | 10 | not between",
        "lease: PT5M | leese: PT5M | 10 | leese",
        "startWithin: P3D | startWithin: P3000D | 11 | not between",
        "until: 2026-12-27T00:00:00Z | until: 2026-12-23T00:00:00Z | 14 | not after",
        "until: 2026-12-27T00:00:00Z | until: 2026-13-27T00:00:00Z | 14 | date-time",
        "kind: webhook | kind: telnet | 22 | webhook",
        "onRevoked: finish-stage | strategy: blue-green | 23 | only canary",
        "kind: errors | kind: errors, critical: false | 27 | R1",
        "method: redeploy | method: script | 30 | script",
        "{ line: PRE2, check: review } | { line: PRE1, check: build } | 6 | twice",
        "{ line: PRE2, check: review } | { line: PRE1, check: unit } | 4 | PRE2",
        "{ line: PRE2, check: review } | { line: G2, check: unit } | 6 | PRE2",
        "kind: Runbook | kind: Deployment | 2 | Runbook",
        "lease: PT5M | lease: [PT5M | 11 | YAML",
        "lease: PT5M | startWithin: P2D | 11 | uplicate",
        "lease: PT5M | lease: *other | 10 | alias",
        "communication: | --- | 32 | one file",
        "check: build | check: \"build\\0\" | 5 | control characters"
      })
  void bad(String from, String to, int line, String reason) throws IOException {
    assertThat(GOOD).contains(from);
    assertThat(faults(GOOD.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to))))
        .isNotEmpty()
        .anySatisfy(
            fault -> assertThat(fault).startsWith("team.yaml:" + line + ": ").contains(reason));
  }

  @Test
  @DisplayName("less than the house rule is allowed when the runbook says why")
  void relaxed() throws IOException {
    assertThat(
            faults(
                GOOD.replace("PT30M", "PT1M").replace("  - { line: PRE2, check: review }\n", "")
                    + "relaxed: { reason: a rehearsal }\n"))
        .isEmpty();
  }

  @Test
  @DisplayName("all faults of all files are named at once, and the service does not start")
  void allAtOnce() throws IOException {
    write(
        "a.yaml", GOOD.replace("weight: 100", "weight: 90").replace("lease: PT5M", "lease: PT0S"));
    write("b.yaml", GOOD);
    write("c.yaml", GOOD);
    write("d.yaml", "");
    Files.write(folder.resolve("e.yaml"), new byte[] {(byte) 0xff, 1});
    write("notes.txt", "not a runbook");
    write(".hidden.yaml", "not a runbook");
    assertThatThrownBy(() -> new Runbooks(folder))
        .hasMessageContaining("a.yaml:10: gates.lease")
        .hasMessageContaining("a.yaml:19: rollout.stages")
        .hasMessageContaining("c.yaml: another file holds a runbook named good")
        .hasMessageContaining("d.yaml: is empty")
        .hasMessageContaining("e.yaml: is not UTF-8");
  }

  @Test
  @DisplayName("a folder that is not there is named; a file that is too large is not read")
  void folders() throws IOException {
    assertThatThrownBy(() -> new Runbooks(folder.resolve("nowhere")))
        .hasMessageContaining("lockkeeper.runbooks");
    write("large.yaml", GOOD + "# ".repeat(200_000));
    assertThatThrownBy(() -> new Runbooks(folder)).hasMessageContaining("larger than");
  }

  @Test
  @DisplayName("whatever bytes a file holds, it is read or named, and nothing is thrown")
  void garbage() throws IOException {
    Random random = new Random(7);
    byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = good.clone();
      for (int flips = 0; flips < 1 + i % 5; flips++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Path file = Files.write(folder.resolve("garbage.yaml"), bytes);
      List<RunbookFault> faults = new ArrayList<>();
      assertThat(new RunbookReader().read(file, faults).isPresent()).isEqualTo(faults.isEmpty());
    }
  }
}
