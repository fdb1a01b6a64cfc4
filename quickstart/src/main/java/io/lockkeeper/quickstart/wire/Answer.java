package io.lockkeeper.quickstart.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;

/// What a [Loopback] server answers.
public record Answer(int status, Map<String, String> headers, byte[] body) {

  /// Copies the headers.
  public Answer {
    headers = Map.copyOf(headers);
  }

  /// A value as JSON.
  public static Answer json(int status, Object value) {
    return new Answer(status, Map.of("content-type", "application/json"), Json.bytes(value));
  }

  /// Text in UTF-8 of the given media type.
  public static Answer text(int status, String mediaType, String text) {
    return new Answer(status, Map.of("content-type", mediaType), text.getBytes(UTF_8));
  }

  /// A problem by RFC 9457, without a type of its own.
  public static Answer problem(int status, String detail) {
    return new Answer(
        status,
        Map.of("content-type", "application/problem+json"),
        Json.bytes(Map.of("status", status, "detail", detail)));
  }

  /// There is nothing at this path, or not by this method.
  public static Answer notFound(Request request) {
    return problem(404, "There is no " + request.route());
  }

  /// The same with one header more.
  public Answer with(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new Answer(status, more, body);
  }
}
