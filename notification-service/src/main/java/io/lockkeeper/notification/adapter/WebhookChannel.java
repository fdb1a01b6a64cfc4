package io.lockkeeper.notification.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.notification.Bulletin;
import io.lockkeeper.notification.Bulletin.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A channel or tracker that takes signed webhooks (Standard Webhooks, HMAC-SHA256) and acts
/// once under one `Idempotency-Key`. Redirects are not followed, since they would lead to a
/// host that nobody configured.
final class WebhookChannel implements Channel {

  /// How long one attempt may take, the answer included.
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  /// The longest answer that is read, in bytes.
  private static final int ANSWER_BYTES = 64 * 1024;

  private static final int RECEIPT_LENGTH = 200;

  private final String name;
  private final URI url;
  private final Webhook webhook;
  private final HttpClient client;
  private final Clock clock;

  /// A receiver of this name.
  ///
  /// @throws IllegalArgumentException when the address is no `http` or `https` address, or the
  /// secret is none
  WebhookChannel(String name, URI url, String secret, HttpClient client, Clock clock) {
    if (url.getHost() == null || !url.getScheme().matches("https?")) {
      throw new IllegalArgumentException("the url of " + name + " is no http or https address");
    }
    this.name = name;
    this.url = url;
    this.webhook = webhook(name, secret);
    this.client = client;
    this.clock = clock;
  }

  private static Webhook webhook(String name, String secret) {
    try {
      return new Webhook(secret);
    } catch (IllegalArgumentException e) {
      // Without the cause: it may show the secret.
      throw new IllegalArgumentException("the secret of " + name + " is not whsec_ and base64");
    }
  }

  /// The body of a message on the wire.
  record Envelope(String type, Instant timestamp, Message data) {}

  /// What a message is about.
  ///
  /// @param thread groups the messages of one release
  record Message(
      String release,
      String service,
      String environment,
      String version,
      String kind,
      String line,
      String title,
      String text,
      List<Bulletin.Link> links,
      String thread) {}

  @Override
  public Delivery deliver(Bulletin bulletin) throws InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> call =
        client.sendAsync(
            request(bulletin), BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_BYTES));
    try {
      // Over headers and body: an answer may come byte by byte.
      return delivery(call.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return new Delivery.Failed("no answer within " + TIMEOUT.toSeconds() + " s");
    } catch (ExecutionException e) {
      return new Delivery.Failed(reason(e.getCause()));
    } finally {
      call.cancel(true);
    }
  }

  private Delivery delivery(HttpResponse<byte[]> response) {
    int status = response.statusCode();
    return status == 200 || status == 201
        ? new Delivery.Taken(name, receipt(response.body()))
        : new Delivery.Failed("HTTP " + status);
  }

  private static @Nullable String receipt(byte[] body) {
    try {
      JsonNode id = EventJson.mapper().readTree(body).path("id");
      String text = id.asText("").replaceAll("\\p{Cntrl}", " ").strip();
      return text.isEmpty() ? null : text.substring(0, Math.min(text.length(), RECEIPT_LENGTH));
    } catch (IOException e) {
      // Taken without a name for it.
      return null;
    }
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null ? "failed" : cause.getClass().getSimpleName() + " " + cause.getMessage();
  }

  private HttpRequest request(Bulletin bulletin) {
    Instant now = clock.instant();
    String body = body(bulletin, now);
    String id = "msg_" + bulletin.key().replaceAll("[^A-Za-z0-9_-]", "_");
    try {
      return HttpRequest.newBuilder(url)
          .header("content-type", "application/json")
          .header("webhook-id", id)
          .header("webhook-timestamp", String.valueOf(now.getEpochSecond()))
          .header("webhook-signature", webhook.sign(id, now.getEpochSecond(), body))
          .header("idempotency-key", '"' + plain(bulletin.key()) + '"')
          .POST(HttpRequest.BodyPublishers.ofString(body))
          .build();
    } catch (WebhookSigningException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA256", e);
    }
  }

  private static String body(Bulletin bulletin, Instant now) {
    String type =
        bulletin.kind() == Kind.INCIDENT ? "io.lockkeeper.incident.v1" : "io.lockkeeper.update.v1";
    Message message =
        new Message(
            bulletin.release().value(),
            bulletin.service(),
            bulletin.environment(),
            bulletin.version(),
            bulletin.kind().name().toLowerCase(Locale.ROOT),
            bulletin.line().name(),
            bulletin.title(),
            bulletin.text(),
            bulletin.links(),
            bulletin.release().value());
    try {
      return EventJson.mapper().writeValueAsString(new Envelope(type, now, message));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message of plain text is always JSON", e);
    }
  }

  /// What a header may carry between quotes; anything else in percent encoding, so that two
  /// keys stay two.
  private static String plain(String key) {
    StringBuilder plain = new StringBuilder();
    for (byte octet : key.getBytes(StandardCharsets.UTF_8)) {
      if (octet > ' ' && octet < 127 && octet != '"' && octet != '\\' && octet != '%') {
        plain.append((char) octet);
      } else {
        plain.append(String.format("%%%02X", octet));
      }
    }
    return plain.toString();
  }
}
