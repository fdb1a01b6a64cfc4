package io.lockkeeper.monitor.observability.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.lockkeeper.monitor.observability.Matcher;
import io.lockkeeper.monitor.observability.Matcher.Operator;
import io.lockkeeper.monitor.observability.MatcherSyntax;
import io.lockkeeper.monitor.observability.Regex;
import io.lockkeeper.monitor.observability.Route;
import io.lockkeeper.monitor.observability.Routing;
import io.lockkeeper.monitor.observability.Silence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads what Alertmanager's API v2 answers. Its secrets are blanked out there, and not looked at.
final class AlertmanagerReader {

  private static final Regex RE2 =
      expression -> {
        try {
          return Pattern.compile(expression)::matches;
        } catch (PatternSyntaxException e) {
          throw new IllegalArgumentException("no regular expression: " + expression, e);
        }
      };
  private static final MatcherSyntax SYNTAX = new MatcherSyntax(RE2);
  private static final YAMLMapper YAML = YAMLMapper.builder().build();
  private static final String INTEGRATIONS = "_configs";
  private static final int DEEPEST = 100;

  private AlertmanagerReader() {}

  /// The routing in the answer to `/api/v2/status`.
  ///
  /// @throws IOException when there is none that can be read
  static Routing routing(JsonNode status) throws IOException {
    try {
      JsonNode config = YAML.readTree(status.at("/config/original").asText());
      JsonNode root = config.path("route");
      if (!root.isObject()) {
        throw new IOException("shows no routes");
      }
      return new Routing(route(root, "", 0), telling(config.path("receivers")));
    } catch (JsonProcessingException e) {
      throw new IOException("shows a configuration that is no YAML", e);
    } catch (IllegalArgumentException e) {
      throw new IOException("shows routes that cannot be read: " + e.getMessage(), e);
    }
  }

  /// The silences in force in the answer to `/api/v2/silences`.
  ///
  /// @throws IOException when they cannot be read
  static List<Silence> silences(JsonNode answer) throws IOException {
    List<Silence> silences = new ArrayList<>();
    try {
      for (JsonNode silence : answer) {
        if (silence.at("/status/state").asText().equals("active")) {
          silences.add(
              new Silence(
                  silence.path("id").asText(),
                  matchers(silence.path("matchers")),
                  silence.path("createdBy").asText(),
                  silence.path("comment").asText()));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("shows silences that cannot be read: " + e.getMessage(), e);
    }
    return silences;
  }

  private static List<Matcher> matchers(JsonNode list) {
    List<Matcher> matchers = new ArrayList<>();
    for (JsonNode matcher : list) {
      boolean equal = matcher.path("isEqual").asBoolean(true); // absent before Alertmanager 0.22
      boolean regex = matcher.path("isRegex").asBoolean(false);
      Operator operator =
          regex
              ? equal ? Operator.MATCHES : Operator.MATCHES_NOT
              : equal ? Operator.EQUAL : Operator.NOT_EQUAL;
      matchers.add(
          Matcher.of(matcher.path("name").asText(), operator, matcher.path("value").asText(), RE2));
    }
    return matchers;
  }

  private static Route route(JsonNode node, String inherited, int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("nested more than " + DEEPEST + " deep");
    }
    String named = node.path("receiver").asText("");
    String receiver = named.isEmpty() ? inherited : named;
    List<Matcher> matchers = new ArrayList<>();
    for (Map.Entry<String, JsonNode> equal : node.path("match").properties()) {
      matchers.add(Matcher.of(equal.getKey(), Operator.EQUAL, equal.getValue().asText(), RE2));
    }
    for (Map.Entry<String, JsonNode> regex : node.path("match_re").properties()) {
      matchers.add(Matcher.of(regex.getKey(), Operator.MATCHES, regex.getValue().asText(), RE2));
    }
    for (JsonNode text : node.path("matchers")) {
      matchers.addAll(SYNTAX.read(text.asText()));
    }
    List<Route> below = new ArrayList<>();
    for (JsonNode child : node.path("routes")) {
      below.add(route(child, receiver, depth + 1));
    }
    return new Route(receiver, matchers, node.path("continue").asBoolean(false), below);
  }

  /// The receivers with at least one integration: `webhook_configs`, `email_configs` …
  private static Set<String> telling(JsonNode receivers) {
    Set<String> telling = new HashSet<>();
    for (JsonNode receiver : receivers) {
      boolean tells =
          receiver.properties().stream()
              .anyMatch(
                  entry -> entry.getKey().endsWith(INTEGRATIONS) && !entry.getValue().isEmpty());
      if (tells) {
        telling.add(receiver.path("name").asText());
      }
    }
    return telling;
  }
}
