package io.lockkeeper.gate.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.EventTypes;
import io.lockkeeper.gate.adapter.CloudEvent.Attributes;
import io.lockkeeper.gate.adapter.CloudEvent.Unreadable;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URLDecoder;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The attributes of a request that came by HTTP: the headers `ce-…` of a CloudEvent, or, without
/// any, an `Idempotency-Key`. The key is the event's `id`, and its `source` is `/callers/NAME` with
/// the name in the token, so the release has the id that the same event by Kafka would give it.
final class RequestHeaders implements Attributes {

  private static final String KEY = "Idempotency-Key";

  private final HttpHeaders headers;
  private final String caller;
  private final boolean plain;

  /// @param caller the name in the token
  RequestHeaders(HttpHeaders headers, String caller) throws Unreadable {
    this.headers = headers;
    this.caller = caller;
    String kind = headers.getHeaderString(HttpHeaders.CONTENT_TYPE);
    this.plain =
        (kind == null || !kind.toLowerCase(Locale.ROOT).startsWith("application/cloudevents"))
            && header("ce-id") == null
            && header("ce-specversion") == null;
    if (plain && header(KEY) == null) {
      throw new Unreadable(
          "no-idempotency-key",
          "send an Idempotency-Key of your own choice, the same with each repetition, or the"
              + " attributes of a CloudEvent");
    }
  }

  @Override
  public @Nullable String get(String name) throws Unreadable {
    if (name.equals(CloudEvent.CONTENT_TYPE)) {
      return header(HttpHeaders.CONTENT_TYPE);
    }
    if (!plain) {
      return decoded(header("ce-" + name));
    }
    return switch (name) {
      case "id" -> unquoted(header(KEY));
      case "source" -> "/callers/" + caller;
      case "type" -> EventTypes.RELEASE_REQUESTED;
      case "specversion" -> "1.0";
      default -> null;
    };
  }

  private @Nullable String header(String name) throws Unreadable {
    List<String> values = headers.getRequestHeader(name);
    if (values != null && values.size() > 1) {
      throw new Unreadable("no-cloud-event", "the header " + name + " comes twice");
    }
    return values == null || values.isEmpty() ? null : values.getFirst();
  }

  // The binding of CloudEvents to HTTP writes what a header cannot hold as %XX.
  private static @Nullable String decoded(@Nullable String value) throws Unreadable {
    try {
      return value == null ? null : URLDecoder.decode(value.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Unreadable("no-cloud-event", "a header has a % that begins no character");
    }
  }

  // Written as a structured field, a key stands in quotes.
  private static @Nullable String unquoted(@Nullable String key) {
    return key != null && key.length() > 2 && key.startsWith("\"") && key.endsWith("\"")
        ? key.substring(1, key.length() - 1)
        : key;
  }
}
