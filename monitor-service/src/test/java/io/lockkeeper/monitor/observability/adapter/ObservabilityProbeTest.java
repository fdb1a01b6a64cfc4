package io.lockkeeper.monitor.observability.adapter;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.monitor.observability.Transition;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.Observability.Alerting;
import io.lockkeeper.runbook.Observability.Dashboards;
import io.lockkeeper.runbook.Observability.Expectation;
import io.lockkeeper.runbook.Observability.Synthetic;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What is asked of Grafana, Alertmanager, Prometheus and the service, and what their answers mean.
class ObservabilityProbeTest {

  private static final WireMockServer SERVER =
      new WireMockServer(
          WireMockConfiguration.wireMockConfig().bindAddress("127.0.0.1").dynamicPort());
  private static final Instant STARTED_AT = Instant.parse("2026-11-23T09:00:00Z");
  private static final Instant COMPLETED_AT = Instant.parse("2026-11-23T09:20:00Z");
  private static final String ANNOTATION =
      """
      [{"id": 71, "dashboardUID": "red", "text": "demo/shop 1.9.0 → 2.0.0",
        "tags": ["lockkeeper", "release:r-1", "dashboard:red", "version:2.0.0"]}]\
      """;
  private static final String STATUS =
      """
      {"cluster": {"status": "disabled"}, "config": {"original":
       "route:\\n  receiver: nobody\\n  routes:\\n  - receiver: oncall\\n    matchers:\\n    - service=\\"demo/shop\\"\\n    continue: false\\nreceivers:\\n- name: nobody\\n- name: oncall\\n  webhook_configs:\\n  - send_resolved: true\\n    url: <secret>\\n    max_alerts: 0\\ntemplates: []\\n"}}\
      """;
  private static final String RULES =
      """
      {"status": "success", "data": {"groups": [{"name": "shop", "rules": [
        {"type": "alerting", "name": "ShopErrors", "labels": {"severity": "page"},
         "health": "ok", "state": "inactive"}]}]}}\
      """;

  @BeforeAll
  static void start() {
    SERVER.start();
  }

  @AfterAll
  static void stop() {
    SERVER.stop();
  }

  @BeforeEach
  void reset() {
    SERVER.resetAll();
  }

  @Test
  @DisplayName("M3: a release is annotated once on a dashboard, as a region with its version")
  void annotates() throws Exception {
    dashboard();
    SERVER.stubFor(
        get(urlPathEqualTo("/api/annotations"))
            .inScenario("annotation")
            .whenScenarioStateIs(STARTED)
            .willReturn(okJson("[]")));
    SERVER.stubFor(
        post("/api/annotations")
            .inScenario("annotation")
            .willSetStateTo("made")
            .willReturn(okJson("{\"message\": \"Annotation added\", \"id\": 71}")));
    SERVER.stubFor(
        get(urlPathEqualTo("/api/annotations"))
            .inScenario("annotation")
            .whenScenarioStateIs("made")
            .willReturn(okJson(ANNOTATION)));

    assertThat(look(dashboards()))
        .containsExactly(
            new ObservabilityCheck(
                ObservabilityCheck.Aspect.DASHBOARD,
                "dashboard red",
                true,
                "annotation 71 on Shop: demo/shop 1.9.0 → 2.0.0"));
    look(dashboards()); // after a restart, or by another replica

    SERVER.verify(1, postRequestedFor(anyUrl()));
    JsonNode body =
        Attempt.mapper()
            .readTree(SERVER.findAll(postRequestedFor(anyUrl())).getFirst().getBodyAsString());
    assertThat(body.path("dashboardUID").asText()).isEqualTo("red");
    assertThat(body.path("time").asLong()).isEqualTo(STARTED_AT.toEpochMilli());
    assertThat(body.path("timeEnd").asLong()).isEqualTo(COMPLETED_AT.toEpochMilli());
    assertThat(body.path("text").asText())
        .isEqualTo("demo/shop 1.9.0 → 2.0.0 in production (release r-1)");
    assertThat(body.path("tags"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "lockkeeper",
            "release:r-1",
            "dashboard:red",
            "service:demo/shop",
            "environment:production",
            "version:2.0.0");
    SERVER.verify(
        3,
        getRequestedFor(urlPathEqualTo("/api/annotations"))
            .withQueryParam("dashboardUID", equalTo("red"))
            .withQueryParam("tags", equalTo("release:r-1"))
            .withHeader("authorization", equalTo("Bearer glsa_secret")));
  }

  @Test
  @DisplayName("M3: an annotation of another release is none of this one")
  void anotherAnnotation() throws Exception {
    dashboard();
    SERVER.stubFor(
        get(urlPathEqualTo("/api/annotations"))
            .willReturn(okJson(ANNOTATION.replace("release:r-1", "release:r-2"))));
    SERVER.stubFor(post("/api/annotations").willReturn(okJson("{\"id\": 72}")));

    assertThat(look(dashboards()).getFirst().found())
        .isEqualTo("does not show the annotation that was made");
  }

  @Test
  @DisplayName(
      "M3: nothing is written for a dashboard that is not there, or by a replica that no longer"
          + " looks")
  void nothingWritten() throws Exception {
    SERVER.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(404)));
    assertThat(look(dashboards()))
        .singleElement()
        .satisfies(check -> assertThat(check.found()).isEqualTo("answers 404"))
        .satisfies(check -> assertThat(check.confirmed()).isFalse());

    dashboard();
    SERVER.stubFor(get(urlPathEqualTo("/api/annotations")).willReturn(okJson("[]")));
    int[] calls = {0};
    List<ObservabilityCheck> late =
        probe("127.0.0.1").look(dashboards(), transition(), () -> ++calls[0] < 3);
    assertThat(late.getFirst().found()).isEqualTo("another replica looks now");
    SERVER.verify(0, postRequestedFor(anyUrl()));
  }

  @Test
  @DisplayName("M3: alerts are confirmed from what Prometheus and Alertmanager show")
  void alerting() throws Exception {
    SERVER.stubFor(get("/prometheus/api/v1/rules?type=alert").willReturn(okJson(RULES)));
    SERVER.stubFor(get("/alertmanager/api/v2/status").willReturn(okJson(STATUS)));
    SERVER.stubFor(get("/alertmanager/api/v2/silences").willReturn(okJson("[]")));
    assertThat(look(alerts()))
        .hasSize(3)
        .allMatch(ObservabilityCheck::confirmed)
        .anySatisfy(check -> assertThat(check.found()).isEqualTo("ends at oncall"));

    SERVER.stubFor(
        get("/alertmanager/api/v2/silences")
            .willReturn(
                okJson(
                    """
                    [{"id": "s-1", "status": {"state": "active"}, "createdBy": "kim", "comment": "night",
                      "matchers": [{"name": "service", "value": "demo/.*", "isRegex": true, "isEqual": true}]},
                     {"id": "s-2", "status": {"state": "expired"},
                      "matchers": [{"name": "service", "value": "demo/shop", "isRegex": false}]}]\
                    """)));
    assertThat(look(alerts()).getLast())
        .isEqualTo(
            new ObservabilityCheck(
                ObservabilityCheck.Aspect.ALERTING,
                "silences on ShopErrors",
                false,
                "silence s-1 by kim: night"));
  }

  @Test
  @DisplayName(
      "M3: an Alertmanager or Prometheus that does not answer as it should confirms nothing")
  void alertingAway() throws Exception {
    SERVER.stubFor(get("/prometheus/api/v1/rules?type=alert").willReturn(okJson(RULES)));
    SERVER.stubFor(get("/alertmanager/api/v2/status").willReturn(aResponse().withStatus(503)));
    assertThat(look(alerts()))
        .singleElement()
        .satisfies(
            check -> {
              assertThat(check.confirmed()).isFalse();
              assertThat(check.subject()).endsWith("/alertmanager");
              assertThat(check.found()).isEqualTo("answers 503");
            });
    for (String config :
        List.of("", "receivers: []", "route: [", "route: {receiver: a, matchers: ['x']}")) {
      SERVER.stubFor(
          get("/alertmanager/api/v2/status")
              .willReturn(
                  okJson(
                      Attempt.mapper()
                          .writeValueAsString(Map.of("config", Map.of("original", config))))));
      assertThat(look(alerts()).getFirst().found()).as(config).startsWith("shows ");
    }
    SERVER.stubFor(
        get("/prometheus/api/v1/rules?type=alert")
            .willReturn(okJson("{\"status\": \"error\", \"error\": \"not ready\"}")));
    assertThat(look(alerts()).getFirst().found()).isEqualTo("answers not ready");
  }

  @Test
  @DisplayName(
      "M3: a synthetic check sees the deployed version in a header, at a pointer or in the body")
  void synthetic() throws Exception {
    SERVER.stubFor(
        get("/version?key=secret")
            .willReturn(
                okJson("{\"app\": {\"version\": \"2.0.0\"}}").withHeader("X-Version", "2.0.0")));
    URI url = uri("/version?key=secret");

    assertThat(answer(url, new Expectation(200, "x-version", null, "{{version}}")))
        .isEqualTo("header x-version is 2.0.0");
    assertThat(answer(url, new Expectation(200, null, "/app/version", "{{version}}")))
        .isEqualTo("/app/version is 2.0.0");
    assertThat(answer(url, Expectation.VERSION_IN_BODY)).isEqualTo("the body contains 2.0.0");
    assertThat(answer(url, new Expectation(200, null, "/app", "{{version}}")))
        .isEqualTo("not confirmed: /app is not there, not 2.0.0");
    assertThat(answer(url, new Expectation(200, "x-version", null, "{{version}}-{{name}}")))
        .isEqualTo("not confirmed: header x-version is 2.0.0, not 2.0.0-shop");
    assertThat(answer(url, new Expectation(204, null, null, "{{version}}")))
        .isEqualTo("not confirmed: answers 200, not 204");
    assertThat(answer(url, new Expectation(200, null, null, "3.0.0")))
        .isEqualTo("not confirmed: the body does not contain 3.0.0");
    // What may be a secret in an address is not in a fact.
    assertThat(look(new Observability(null, null, List.of(new Synthetic(url, null, null)), null)))
        .singleElement()
        .satisfies(check -> assertThat(check.subject()).endsWith("/version"));
  }

  @Test
  @DisplayName(
      "M3: no call leaves the allowed hosts, also not by redirect, and waits no longer than it may")
  void bounds() throws Exception {
    SERVER.stubFor(get("/away").willReturn(temporaryRedirect("http://127.0.0.1:1/")));
    assertThat(answer(uri("/away"), Expectation.VERSION_IN_BODY))
        .isEqualTo("not confirmed: answers 302, not 200");
    assertThat(
            probe("grafana.example")
                .look(
                    new Observability(
                        null, null, List.of(new Synthetic(uri("/"), null, null)), null),
                    transition(),
                    () -> true)
                .getFirst()
                .found())
        .contains("lockkeeper.observability.hosts");
    SERVER.stubFor(get("/slow").willReturn(aResponse().withFixedDelay(60_000)));
    long began = System.nanoTime();
    assertThat(
            look(new Observability(
                    null,
                    null,
                    List.of(new Synthetic(uri("/slow"), null, Duration.ofMillis(200))),
                    null))
                .getFirst()
                .found())
        .contains("time");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    SERVER.stubFor(
        get("/broken").willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    assertThat(answer(uri("/broken"), Expectation.VERSION_IN_BODY)).startsWith("not confirmed: ");
  }

  @Test
  @DisplayName("M3: a host is shown its own credential, and an incomplete one is refused at start")
  void credentials() throws Exception {
    AllowedCalls calls =
        new AllowedCalls(
            settings(
                Map.of(
                    "lockkeeper.observability.hosts", "127.0.0.1",
                    "lockkeeper.observability.credentials.am.host", "127.0.0.1",
                    "lockkeeper.observability.credentials.am.username", "ada",
                    "lockkeeper.observability.credentials.am.password", "pass")));
    calls.get(uri("/basic"), Duration.ofSeconds(5));
    SERVER.verify(
        getRequestedFor(urlEqualTo("/basic"))
            .withHeader("authorization", equalTo("Basic YWRhOnBhc3M=")));
    AllowedCalls other =
        new AllowedCalls(
            settings(
                Map.of(
                    "lockkeeper.observability.credentials.g.host", "grafana.example",
                    "lockkeeper.observability.credentials.g.token", "glsa_secret")));
    other.get(uri("/plain"), Duration.ofSeconds(5));
    SERVER.verify(getRequestedFor(urlEqualTo("/plain")).withoutHeader("authorization"));
    assertThatThrownBy(
            () ->
                new AllowedCalls(
                    settings(
                        Map.of(
                            "lockkeeper.observability.credentials.g.host", "grafana.example",
                            "lockkeeper.observability.credentials.g.username", "ada"))))
        .hasMessageContaining("lockkeeper.observability.credentials.g needs a token");
  }

  private static void dashboard() {
    SERVER.stubFor(
        get("/api/dashboards/uid/red")
            .willReturn(okJson("{\"dashboard\": {\"title\": \"Shop\", \"version\": 12}}")));
  }

  private static String answer(URI url, Expectation expect) throws InterruptedException {
    ObservabilityCheck check =
        look(new Observability(null, null, List.of(new Synthetic(url, expect, null)), null))
            .getFirst();
    return (check.confirmed() ? "" : "not confirmed: ") + check.found();
  }

  private static Observability dashboards() {
    return new Observability(null, new Dashboards(uri("/"), List.of("red")), List.of(), null);
  }

  private static Observability alerts() {
    return new Observability(
        new Alerting(
            uri("/alertmanager"),
            uri("/prometheus/"),
            Map.of("service", "{{service}}"),
            List.of("ShopErrors"),
            null),
        null,
        List.of(),
        null);
  }

  private static List<ObservabilityCheck> look(Observability asked) throws InterruptedException {
    return probe("127.0.0.1").look(asked, transition(), () -> true);
  }

  private static ObservabilityProbe probe(String hosts) {
    return new ObservabilityProbe(
        new AllowedCalls(
            settings(
                Map.of(
                    "lockkeeper.observability.hosts", hosts,
                    "lockkeeper.observability.credentials.grafana.host", "127.0.0.1",
                    "lockkeeper.observability.credentials.grafana.token", "glsa_secret"))));
  }

  private static ObservabilitySettings settings(Map<String, String> values) {
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder().withMapping(ObservabilitySettings.class);
    values.forEach(builder::withDefaultValue);
    return builder.build().getConfigMapping(ObservabilitySettings.class);
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + SERVER.port() + path);
  }

  private static Transition transition() {
    return Transitions.of("r-1", STARTED_AT, COMPLETED_AT);
  }
}
