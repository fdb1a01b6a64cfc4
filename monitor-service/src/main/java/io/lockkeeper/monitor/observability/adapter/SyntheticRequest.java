package io.lockkeeper.monitor.observability.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.runbook.Observability.Expectation;
import io.lockkeeper.runbook.Observability.Synthetic;
import io.lockkeeper.runbook.Placeholders;
import java.io.IOException;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/// One request to the service, and whether the deployed version answered it.
final class SyntheticRequest {

  private final Attempt attempt;
  private final Synthetic asked;
  private final String value;

  SyntheticRequest(Attempt attempt, Synthetic asked) {
    this.attempt = attempt;
    this.asked = asked;
    this.value = Placeholders.fill(asked.expect().value(), attempt.transition().request());
  }

  /// Asks once.
  ///
  /// @return what the answer shows
  /// @throws IOException when it shows something else, or does not come
  String answered() throws IOException, InterruptedException {
    Expectation expect = asked.expect();
    HttpResponse<String> response = attempt.get(asked.url(), asked.timeout());
    if (response.statusCode() != expect.status()) {
      throw new IOException("answers %d, not %d".formatted(response.statusCode(), expect.status()));
    }
    if (expect.header() != null) {
      String header = response.headers().firstValue(expect.header()).orElse(null);
      return shown("header " + expect.header(), header);
    }
    if (expect.pointer() != null) {
      return shown(expect.pointer(), pointed(expect.pointer(), response.body()));
    }
    if (!response.body().contains(value)) {
      throw new IOException("the body does not contain " + value);
    }
    return "the body contains " + value;
  }

  private String shown(String where, @Nullable String is) throws IOException {
    if (!value.equals(is)) {
      throw new IOException(
          "%s is %s, not %s".formatted(where, is == null ? "not there" : is, value));
    }
    return where + " is " + is;
  }

  private static @Nullable String pointed(String pointer, String body) throws IOException {
    try {
      JsonNode node = Attempt.mapper().readTree(body).at(pointer);
      return node.isValueNode() ? node.asText() : null;
    } catch (JsonProcessingException e) {
      throw new IOException("answers what is no JSON", e);
    }
  }
}
