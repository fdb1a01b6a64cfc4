package io.lockkeeper.monitor.observability.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.monitor.observability.AlertRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads what Prometheus answers to `/api/v1/rules?type=alert`.
final class RuleReader {

  private RuleReader() {}

  /// The alerting rules.
  ///
  /// @throws IOException when Prometheus names an error
  static List<AlertRule> rules(JsonNode answer) throws IOException {
    if (!answer.path("status").asText().equals("success")) {
      throw new IOException("answers " + answer.path("error").asText("no success"));
    }
    List<AlertRule> rules = new ArrayList<>();
    for (JsonNode group : answer.at("/data/groups")) {
      for (JsonNode rule : group.path("rules")) {
        if (rule.path("type").asText().equals("alerting")) {
          Map<String, String> labels = new HashMap<>();
          rule.path("labels")
              .properties()
              .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
          rules.add(
              new AlertRule(
                  rule.path("name").asText(),
                  labels,
                  rule.path("health").asText(),
                  rule.path("lastError").asText("")));
        }
      }
    }
    return rules;
  }
}
