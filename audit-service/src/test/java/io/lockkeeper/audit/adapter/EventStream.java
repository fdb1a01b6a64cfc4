package io.lockkeeper.audit.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJson;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A reader of server-sent events, as a dashboard is one.
final class EventStream implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient client = HttpClient.newHttpClient();
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final Stream<String> body;

  /// @param last the id of the event after which to go on; null for none
  EventStream(URI address, String token, @Nullable String last) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("accept", "text/event-stream")
            .header("authorization", "Bearer " + token);
    if (last != null) {
      request.header("last-event-id", last);
    }
    HttpResponse<Stream<String>> response =
        client.sendAsync(request.build(), BodyHandlers.ofLines()).join();
    body = response.body();
    if (response.statusCode() != 200) {
      close();
    }
    assertThat(response.statusCode()).isEqualTo(200);
    Thread.ofVirtual().start(() -> read(body));
  }

  private void read(Stream<String> from) {
    try {
      from.forEach(lines::add);
    } catch (RuntimeException e) {
      // The test has closed it.
    }
  }

  void awaitEvents(int count) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(of("data:")).hasSizeGreaterThanOrEqualTo(count));
  }

  /// What has come so far.
  String text() {
    return String.join("\n", lines);
  }

  String id(int event) {
    return of("id:").get(event);
  }

  /// The types of the facts about this release, in the order in which they came.
  List<String> types(ReleaseId release) {
    return of("data:").stream()
        .map(EventStream::json)
        .filter(fact -> fact.path("headers").path("ce_subject").asText().equals(release.value()))
        .map(fact -> fact.path("headers").path("ce_type").asText())
        .toList();
  }

  private List<String> of(String field) {
    return lines.stream()
        .filter(line -> line.startsWith(field))
        .map(line -> line.substring(field.length()).strip())
        .toList();
  }

  private static JsonNode json(String text) {
    try {
      return EventJson.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    body.close();
    client.close();
  }
}
