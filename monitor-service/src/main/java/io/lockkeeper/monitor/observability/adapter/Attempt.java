package io.lockkeeper.monitor.observability.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lockkeeper.monitor.observability.Transition;
import io.lockkeeper.monitor.outgoing.adapter.AllowedHosts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// One attempt to confirm a transition: its calls together take no longer than [#LONGEST].
final class Attempt {

  /// How long one attempt may take.
  static final Duration LONGEST = Duration.ofSeconds(30);

  private static final Duration LONGEST_CALL = Duration.ofSeconds(5);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final AllowedCalls calls;
  private final Transition transition;
  private final BooleanSupplier mayGoOn;
  private final long end = System.nanoTime() + LONGEST.toNanos();

  /// @param mayGoOn whether this replica is still the one that looks
  Attempt(AllowedCalls calls, Transition transition, BooleanSupplier mayGoOn) {
    this.calls = calls;
    this.transition = transition;
    this.mayGoOn = mayGoOn;
  }

  Transition transition() {
    return transition;
  }

  /// Asks for JSON.
  ///
  /// @throws IOException when there is none: the message says why, for people
  JsonNode json(URI base, String path) throws IOException, InterruptedException {
    HttpResponse<String> response = get(AllowedHosts.below(base, path), LONGEST_CALL);
    return parse(response);
  }

  /// Asks, whatever the answer is.
  HttpResponse<String> get(URI uri, Duration longest) throws IOException, InterruptedException {
    return calls.get(uri, left(longest));
  }

  /// Sends JSON; the answer is JSON.
  JsonNode post(URI base, String path, JsonNode body) throws IOException, InterruptedException {
    return parse(
        calls.post(
            AllowedHosts.below(base, path), JSON.writeValueAsString(body), left(LONGEST_CALL)));
  }

  static JsonMapper mapper() {
    return JSON;
  }

  private static JsonNode parse(HttpResponse<String> response) throws IOException {
    if (response.statusCode() != 200) {
      throw new IOException("answers " + response.statusCode());
    }
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new IOException("answers what is no JSON", e);
    }
  }

  private Duration left(Duration longest) throws IOException {
    if (!mayGoOn.getAsBoolean()) {
      throw new IOException("another replica looks now");
    }
    Duration left = Duration.ofNanos(end - System.nanoTime());
    if (left.compareTo(Duration.ZERO) <= 0) {
      throw new IOException("not reached within " + LONGEST.toSeconds() + " s");
    }
    return left.compareTo(longest) < 0 ? left : longest;
  }
}
