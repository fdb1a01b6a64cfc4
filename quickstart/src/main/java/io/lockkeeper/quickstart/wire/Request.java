package io.lockkeeper.quickstart.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One HTTP request that a [Loopback] server received, its body read.
public record Request(String method, URI uri, Headers headers, byte[] body) {

  static Request of(HttpExchange exchange, byte[] body) {
    return new Request(
        exchange.getRequestMethod(), exchange.getRequestURI(), exchange.getRequestHeaders(), body);
  }

  /// Method and path, such as `GET /state`: what a handler switches on.
  public String route() {
    return method + " " + path();
  }

  /// The decoded path; `/` when there is none.
  public String path() {
    String path = uri.getPath();
    return path == null || path.isEmpty() ? "/" : path;
  }

  /// The first value of a header, whatever the case of its name.
  public @Nullable String header(String name) {
    return headers.getFirst(name);
  }

  /// The first value of a query parameter, decoded.
  public Optional<String> parameter(String name) {
    String query = uri.getRawQuery();
    if (query == null) {
      return Optional.empty();
    }
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0 && decoded(pair.substring(0, equals)).equals(name)) {
        return Optional.of(decoded(pair.substring(equals + 1)));
      }
    }
    return Optional.empty();
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
