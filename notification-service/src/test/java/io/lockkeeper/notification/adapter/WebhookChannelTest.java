package io.lockkeeper.notification.adapter;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.created;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serviceUnavailable;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.notification.Bulletin;
import io.lockkeeper.notification.Bulletin.Kind;
import io.lockkeeper.notification.adapter.Channel.Delivery;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import io.lockkeeper.runbook.RunbookLine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a receiver of webhooks gets, and what becomes of whatever it answers.
class WebhookChannelTest {

  private static final WireMockServer SERVER =
      new WireMockServer(
          WireMockConfiguration.wireMockConfig().bindAddress("127.0.0.1").dynamicPort());
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

  @BeforeAll
  static void start() {
    SERVER.start();
  }

  @AfterAll
  static void stop() {
    SERVER.stop();
    CLIENT.close();
  }

  @BeforeEach
  void reset() {
    SERVER.resetAll();
  }

  private static WebhookChannel channel() {
    return channel("http://127.0.0.1:" + SERVER.port() + "/messages");
  }

  private static WebhookChannel channel(String url) {
    return new WebhookChannel(
        "chat", URI.create(url), WebhookReceivers.SECRET, CLIENT, Clock.systemUTC());
  }

  private static Bulletin bulletin(Kind kind, String key) {
    return new Bulletin(
        new ReleaseId("r1"),
        "demo/shop",
        "production",
        "2.0.0",
        kind,
        RunbookLine.C2,
        key,
        "chat",
        "Started: Grüße",
        "line one\nline two",
        List.of(new Bulletin.Link("artifact", "pkg:oci/shop@2")));
  }

  private static Delivery answered(ResponseDefinitionBuilder response) throws InterruptedException {
    SERVER.stubFor(post(anyUrl()).willReturn(response));
    return channel().deliver(bulletin(Kind.UPDATE, "r1:update:started"));
  }

  @Test
  @DisplayName("C2: a message is signed, keyed, complete, and its receipt is kept")
  void message() throws InterruptedException, IOException {
    assertThat(answered(created().withBody("{\"id\":\"MSG-7\",\"url\":null}")))
        .isEqualTo(new Delivery.Taken("chat", "MSG-7"));

    LoggedRequest request = SERVER.findAll(postRequestedFor(urlEqualTo("/messages"))).getFirst();
    assertThat(
            StandardWebhook.of(WebhookReceivers.SECRET)
                .verifies(
                    request.getHeader("webhook-id"),
                    request.getHeader("webhook-timestamp"),
                    request.getHeader("webhook-signature"),
                    request.getBody(),
                    Instant.now()))
        .isTrue();
    assertThat(request.getHeader("webhook-id")).isEqualTo("msg_r1_update_started");
    assertThat(request.getHeader("idempotency-key")).isEqualTo("\"r1:update:started\"");
    assertThat(request.getHeader("content-type")).isEqualTo("application/json");
    JsonNode body = EventJson.mapper().readTree(request.getBody());
    assertThat(body.path("type").asText()).isEqualTo("io.lockkeeper.update.v1");
    assertThat(Instant.parse(body.path("timestamp").asText())).isBeforeOrEqualTo(Instant.now());
    assertThat(body.path("data").toString())
        .isEqualTo(
            "{\"release\":\"r1\",\"service\":\"demo/shop\",\"environment\":\"production\","
                + "\"version\":\"2.0.0\",\"kind\":\"update\",\"line\":\"C2\","
                + "\"title\":\"Started: Grüße\",\"text\":\"line one\\nline two\","
                + "\"links\":[{\"title\":\"artifact\",\"target\":\"pkg:oci/shop@2\"}],"
                + "\"thread\":\"r1\"}");
  }

  @Test
  @DisplayName("R5: an incident has a type of its own; odd keys stay apart and within the header")
  void incident() throws InterruptedException, IOException {
    SERVER.stubFor(post(anyUrl()).willReturn(ok()));

    assertThat(channel().deliver(bulletin(Kind.INCIDENT, "r\"1ü:incident")))
        .isEqualTo(new Delivery.Taken("chat", null));

    LoggedRequest request = SERVER.findAll(postRequestedFor(urlEqualTo("/messages"))).getFirst();
    assertThat(request.getHeader("idempotency-key")).isEqualTo("\"r%221%C3%BC:incident\"");
    assertThat(EventJson.mapper().readTree(request.getBody()).path("type").asText())
        .isEqualTo("io.lockkeeper.incident.v1");
  }

  @Test
  @DisplayName("C2: whatever is no 200 or 201 is a failure with its status")
  void refusals() throws InterruptedException {
    assertThat(answered(serviceUnavailable())).isEqualTo(new Delivery.Failed("HTTP 503"));
    assertThat(answered(aResponse().withStatus(401))).isEqualTo(new Delivery.Failed("HTTP 401"));
    assertThat(answered(aResponse().withStatus(204))).isEqualTo(new Delivery.Failed("HTTP 204"));
  }

  @Test
  @DisplayName("Messages go to configured addresses only: a redirect is not followed")
  void redirect() throws InterruptedException {
    assertThat(answered(temporaryRedirect("/elsewhere")))
        .isEqualTo(new Delivery.Failed("HTTP 302"));
    SERVER.verify(0, postRequestedFor(urlEqualTo("/elsewhere")));
  }

  @Test
  @DisplayName("C2: an answer that is too slow, too long or broken is a failure, within seconds")
  void badAnswers() throws InterruptedException {
    assertThat(answered(ok("{}").withChunkedDribbleDelay(2, 60_000)))
        .isEqualTo(new Delivery.Failed("no answer within 5 s"));
    assertThat(answered(ok("x".repeat(70_000)))).isInstanceOf(Delivery.Failed.class);
    assertThat(answered(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)))
        .isInstanceOf(Delivery.Failed.class);
    assertThat(channel("http://127.0.0.1:1/").deliver(bulletin(Kind.UPDATE, "k")))
        .isInstanceOf(Delivery.Failed.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no json", "[]", "{\"id\":\" \"}", "{\"id\":{}}"})
  @DisplayName("C2: what is taken without a name is taken")
  void noReceipt(String body) throws InterruptedException {
    assertThat(answered(ok(body))).isEqualTo(new Delivery.Taken("chat", null));
  }

  @Test
  @DisplayName("A receiver that cannot work is refused at the start, without its secret")
  void badSettings() {
    assertThatThrownBy(() -> channel("file:///etc/passwd"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new WebhookChannel(
                    "chat", URI.create("http://127.0.0.1"), "whsec_%%%", CLIENT, Clock.systemUTC()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the secret of chat is not whsec_ and base64")
        .hasNoCause();
  }
}
