package io.lockkeeper.monitor.observability.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.monitor.observability.Routing;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.Observability.Alerting;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What this service makes of routes and silences, against the real Alertmanager and the real
/// Prometheus. Debian's packages; installed when they are missing and this process may.
@Tag("deep")
class AlertmanagerTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final List<String> PACKAGES = List.of("prometheus-alertmanager", "prometheus");
  private static final List<String> NAMES = List.of("service", "severity", "environment", "team");
  private static final List<String> VALUES =
      List.of("demo/shop", "shop", "page", "a\\b", "say \"so\"", "");

  private static final String CONFIG =
      """
      route:
        receiver: nobody
        group_by: [alertname]
        group_wait: 100ms
        routes:
          - matchers: [ 'service="demo/shop"', 'severity =~ "page|ticket"' ]
            receiver: shop
            continue: true
            routes:
              - matchers: [ 'environment!="production"' ]
                receiver: nobody
              - match: { team: demo }
          - match: { team: demo }
            match_re: { environment: "prod.*" }
            receiver: mail
          - matchers: [ 'service!~"demo/.*",service!=""' ]
            receiver: others
            routes:
              - matchers: [ '{severity="a\\\\b"}' ]
                receiver: shop
              - matchers: [ 'severity="say \\"so\\""' ]
                receiver: mail
                continue: true
              - matchers: [ team=~"^sh.p$" ]
                receiver: nobody
      receivers:
        - name: nobody
        - name: shop
          webhook_configs: [ { url: "http://127.0.0.1:9/secret", send_resolved: false } ]
        - name: mail
          email_configs:
            - { to: a@example.org, from: b@example.org, smarthost: "127.0.0.1:9", auth_password: s }
        - name: others
          webhook_configs: [ { url: "http://127.0.0.1:9/others" } ]
      """;

  private static final String RULES =
      """
      groups:
        - name: shop
          interval: 1s
          rules:
            - alert: ShopErrors
              expr: vector(0) > 1
              labels: { severity: page }
            - alert: ShopSlow
              expr: vector(0) > 1
              labels: { severity: none }
            - record: shop:one
              expr: vector(1)
      """;

  @TempDir private static Path folder;
  private static final List<Process> STARTED = new ArrayList<>();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static URI alertmanager;
  private static URI prometheus;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    install();
    alertmanager = URI.create("http://127.0.0.1:" + Loopback.freePort());
    prometheus = URI.create("http://127.0.0.1:" + Loopback.freePort());
    Files.writeString(folder.resolve("alertmanager.yml"), CONFIG);
    Files.writeString(folder.resolve("rules.yml"), RULES);
    Files.writeString(folder.resolve("prometheus.yml"), "rule_files: [ rules.yml ]\n");
    run(
        "prometheus-alertmanager",
        "--config.file=alertmanager.yml",
        "--storage.path=alertmanager",
        "--web.listen-address=" + alertmanager.getAuthority(),
        "--cluster.listen-address=");
    run(
        "prometheus",
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=prometheus",
        "--web.listen-address=" + prometheus.getAuthority());
    await().atMost(SOON).ignoreExceptions().until(() -> answers(alertmanager.resolve("/-/ready")));
    await().atMost(SOON).ignoreExceptions().until(() -> answers(prometheus.resolve("/-/ready")));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    for (Process process : STARTED) {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    CLIENT.close();
  }

  @Test
  @DisplayName("M3: for any labels the route tree says what Alertmanager's own tool says")
  void routes() throws IOException, InterruptedException {
    Routing routing = routing();
    Random random = new Random(20261123);
    TreeSet<String> reached = new TreeSet<>();
    for (int i = 0; i < 150; i++) {
      Map<String, String> labels = new TreeMap<>();
      for (String name : NAMES) {
        if (random.nextInt(3) > 0) {
          labels.put(name, value(name, random));
        }
      }
      List<String> ours = routing.root().receivers(labels);
      assertThat(ours).as("%s", labels).isEqualTo(theirs(labels));
      reached.addAll(ours);
    }
    assertThat(reached).containsExactly("mail", "nobody", "others", "shop");
    assertThat(routing.telling()).containsExactlyInAnyOrder("mail", "others", "shop");
  }

  @Test
  @DisplayName("M3: an alert that is really sent arrives where the route tree says")
  void arrives() throws IOException, InterruptedException {
    Map<String, String> labels =
        Map.of(
            "alertname",
            "Routed",
            "service",
            "demo/shop",
            "severity",
            "page",
            "environment",
            "production",
            "team",
            "demo");
    send(
        "/api/v2/alerts",
        List.of(Map.of("labels", labels, "endsAt", Instant.now().plusSeconds(120).toString())));
    List<String> expected = routing().root().receivers(labels);
    assertThat(expected).containsExactly("shop", "mail");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              List<String> groups = new ArrayList<>();
              for (JsonNode group : ask("/api/v2/alerts/groups")) {
                if (group.at("/labels/alertname").asText().equals("Routed")) {
                  groups.add(group.at("/receiver/name").asText());
                }
              }
              assertThat(groups).containsExactlyInAnyOrderElementsOf(expected);
            });
  }

  @Test
  @DisplayName(
      "M3: rules, routes and silences are confirmed, and a silence is found while it lasts")
  void reviewed() throws IOException, InterruptedException {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThat(look("ShopErrors", "shop")).allMatch(ObservabilityCheck::confirmed));
    assertThat(found("ShopSlow", "shop"))
        .contains("route of ShopSlow: ends at nobody (empty), not shop");
    assertThat(found("ShopGone", "shop"))
        .containsExactly("alert rule ShopGone: Prometheus has no such rule");

    String other = silence("service", "bakery", false);
    assertThat(look("ShopErrors", "shop")).allMatch(ObservabilityCheck::confirmed);
    String hiding = silence("alertname", "Shop(Err|Slow).*", true);
    assertThat(found("ShopErrors", "shop"))
        .containsExactly("silences on ShopErrors: silence " + hiding + " by kim: migration");
    // The real one agrees.
    send(
        "/api/v2/alerts",
        List.of(
            Map.of(
                "labels",
                Map.of("alertname", "ShopErrors", "service", "demo/shop"),
                "endsAt",
                Instant.now().plusSeconds(120).toString())));
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(
                        ask("/api/v2/alerts?filter=alertname%3D%22ShopErrors%22")
                            .at("/0/status/silencedBy/0")
                            .asText())
                    .isEqualTo(hiding));

    CLIENT.send(
        HttpRequest.newBuilder(alertmanager.resolve("/api/v2/silence/" + hiding)).DELETE().build(),
        BodyHandlers.ofString());
    assertThat(look("ShopErrors", "shop")).allMatch(ObservabilityCheck::confirmed);
    assertThat(other).isNotEqualTo(hiding);
  }

  private static String value(String name, Random random) {
    if (random.nextInt(3) == 0) {
      return VALUES.get(random.nextInt(VALUES.size()));
    }
    return switch (name) {
      case "service" -> random.nextBoolean() ? "demo/shop" : "bakery";
      case "severity" -> random.nextBoolean() ? "page" : "ticket";
      case "environment" -> random.nextBoolean() ? "production" : "test";
      default -> random.nextBoolean() ? "demo" : "shop";
    };
  }

  private static List<String> found(String rule, String receiver) throws InterruptedException {
    return look(rule, receiver).stream()
        .filter(check -> !check.confirmed())
        .map(check -> check.subject() + ": " + check.found())
        .toList();
  }

  private static List<ObservabilityCheck> look(String rule, String receiver)
      throws InterruptedException {
    AllowedCalls calls =
        new AllowedCalls(
            new SmallRyeConfigBuilder()
                .withMapping(ObservabilitySettings.class)
                .build()
                .getConfigMapping(ObservabilitySettings.class));
    return new ObservabilityProbe(calls)
        .look(
            new Observability(
                new Alerting(
                    alertmanager,
                    prometheus,
                    Map.of("service", "{{service}}", "environment", "{{environment}}"),
                    List.of(rule),
                    receiver),
                null,
                List.of(),
                null),
            Transitions.of("r-1", Instant.EPOCH, Instant.EPOCH),
            () -> true);
  }

  private static Routing routing() throws IOException, InterruptedException {
    return AlertmanagerReader.routing(ask("/api/v2/status"));
  }

  private static List<String> theirs(Map<String, String> labels)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("amtool", "config", "routes", "test"));
    command.add("--config.file=" + folder.resolve("alertmanager.yml"));
    labels.forEach((name, value) -> command.add(name + "=" + quoted(value)));
    Process amtool =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(amtool.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(amtool.waitFor()).as("%s: %s", command, said).isZero();
    return List.of(said.split(",")).stream().distinct().toList();
  }

  private static String quoted(String value) {
    return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String silence(String label, String value, boolean regex)
      throws IOException, InterruptedException {
    return send(
            "/api/v2/silences",
            Map.of(
                "matchers",
                List.of(
                    Map.of("name", label, "value", value, "isRegex", regex, "isEqual", true),
                    Map.of(
                        "name",
                        "service",
                        "value",
                        "demo/nobody",
                        "isRegex",
                        false,
                        "isEqual",
                        false)),
                "startsAt",
                Instant.now().toString(),
                "endsAt",
                Instant.now().plusSeconds(600).toString(),
                "createdBy",
                "kim",
                "comment",
                "migration"))
        .path("silenceID")
        .asText();
  }

  private static JsonNode ask(String path) throws IOException, InterruptedException {
    return Attempt.mapper()
        .readTree(
            CLIENT
                .send(
                    HttpRequest.newBuilder(URI.create(alertmanager + path)).build(),
                    BodyHandlers.ofString())
                .body());
  }

  private static JsonNode send(String path, Object body) throws IOException, InterruptedException {
    var response =
        CLIENT.send(
            HttpRequest.newBuilder(alertmanager.resolve(path))
                .header("content-type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(Attempt.mapper().writeValueAsString(body)))
                .build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return Attempt.mapper().readTree(response.body().isBlank() ? "{}" : response.body());
  }

  private static boolean answers(URI uri) throws IOException, InterruptedException {
    return CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode()
        == 200;
  }

  private static void run(String... command) throws IOException {
    STARTED.add(
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(command[0] + ".log").toFile())
            .start());
  }

  private static void install() throws IOException, InterruptedException {
    List<String> missing =
        PACKAGES.stream().filter(name -> !Files.isExecutable(Path.of("/usr/bin", name))).toList();
    if (missing.isEmpty()) {
      return;
    }
    assumeThat(Path.of("/usr/bin/apt-get"))
        .as("there is no apt-get to install %s with", missing)
        .isExecutable();
    Process install =
        new ProcessBuilder(
                "sh",
                "-c",
                missing.stream()
                    .collect(
                        Collectors.joining(
                            " ",
                            "apt-get update -qq && DEBIAN_FRONTEND=noninteractive"
                                + " apt-get install -y -qq --no-install-recommends ",
                            "")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assumeThat(install.waitFor()).as("apt-get does not install %s", missing).isZero();
  }
}
