package io.lockkeeper.quickstart.shop;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Calls targets and receivers as the services do: signed, under a key.
final class Caller implements AutoCloseable {

  /// Status and body of an answer.
  record Reply(int status, String text, java.net.http.HttpHeaders headers) {
    JsonNode json() throws IOException {
      return Json.tree(text.getBytes(UTF_8));
    }
  }

  final HttpClient client = Loopback.client();
  private final StandardWebhook signature;

  Caller(StandardWebhook signature) {
    this.signature = signature;
  }

  Reply get(String url) throws IOException, InterruptedException {
    return reply(HttpRequest.newBuilder(URI.create(url)).build());
  }

  Reply post(String url, String body) throws IOException, InterruptedException {
    return reply(
        HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofString(body)).build());
  }

  /// Posts a message under a key (without quotes), signed now.
  Reply send(String url, String key, String body) throws IOException, InterruptedException {
    return send(url, "\"" + key + "\"", body, Instant.now(), signature);
  }

  Reply send(String url, @Nullable String key, String body, Instant at, StandardWebhook signer)
      throws IOException, InterruptedException {
    String id = "msg_test";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", String.valueOf(at.getEpochSecond()))
            .header("webhook-signature", signer.sign(id, at, body.getBytes(UTF_8)));
    if (key != null) {
      request.header("idempotency-key", key);
    }
    return reply(request.POST(BodyPublishers.ofString(body)).build());
  }

  @Override
  public void close() {
    client.close();
  }

  private Reply reply(HttpRequest request) throws IOException, InterruptedException {
    var response = client.send(request, BodyHandlers.ofString());
    return new Reply(response.statusCode(), response.body(), response.headers());
  }
}
