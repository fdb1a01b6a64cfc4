package io.lockkeeper.quickstart.shop;

import com.sun.net.httpserver.Headers;
import io.lockkeeper.quickstart.wire.Answer;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.Request;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The data port of a traffic target: hands each request to exactly one version and gives back what
/// that version answered. A shift touches no request that is under way: each keeps the version it
/// was given when it came. Requests that name their customer in the header `x-customer` stay with
/// one version as long as the weight allows.
///
/// Its own answers: 502 when the version does not answer, 504 when it takes longer than 10 s, 503
/// with `retry-after` while no traffic is let in.
final class TrafficProxy implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Headers of one connection and not of the message, and those that the client sets by itself.
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "host",
          "content-length",
          "expect",
          "date");

  private final Router router;
  private final HttpClient client;
  private final Loopback server;

  TrafficProxy(int port, Router router, HttpClient client) throws IOException {
    this.router = router;
    this.client = client;
    this.server = Loopback.serve(port, this::forward);
  }

  String url() {
    return server.url();
  }

  @Override
  public void close() {
    server.close();
  }

  private Answer forward(Request request) throws IOException, InterruptedException {
    Optional<URI> version = router.next(request.header("x-customer"));
    if (version.isEmpty()) {
      return Answer.problem(503, "Closed for maintenance").with("retry-after", "5");
    }
    HttpRequest onward = onward(request, version.get());
    try {
      return answer(send(onward));
    } catch (HttpTimeoutException e) {
      return Answer.problem(504, "The shop took too long");
    } catch (IOException e) {
      return Answer.problem(502, "The shop did not answer");
    }
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    try {
      return client.send(request, BodyHandlers.ofByteArray());
    } catch (ConnectException e) {
      // Nothing was sent, so sending it once more, to the same version, cannot do anything twice.
      return client.send(request, BodyHandlers.ofByteArray());
    }
  }

  private static HttpRequest onward(Request request, URI version) {
    String query = request.uri().getRawQuery();
    String path = request.uri().getRawPath();
    URI uri =
        URI.create(
            version.getScheme()
                + "://"
                + version.getRawAuthority()
                + (path == null || path.isEmpty() ? "/" : path)
                + (query == null ? "" : "?" + query));
    HttpRequest.Builder onward = HttpRequest.newBuilder(uri).timeout(PATIENCE);
    Headers headers = request.headers();
    headers.forEach(
        (name, values) -> {
          if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> onward.header(name, value));
          }
        });
    return onward
        .method(
            request.method(),
            request.body().length == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.ofByteArray(request.body()))
        .build();
  }

  private static Answer answer(HttpResponse<byte[]> response) {
    Map<String, String> headers = new HashMap<>();
    response
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, String.join(", ", values));
              }
            });
    return new Answer(response.statusCode(), headers, response.body());
  }
}
