package io.lockkeeper.runbook;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a runbook writes where only the release knows: `{{service}}`, `{{name}}` (the service
/// without its team), `{{environment}}` and `{{version}}`.
public final class Placeholders {

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([^{}]*?)\\s*}}");
  private static final List<String> KNOWN = List.of("service", "name", "environment", "version");

  private Placeholders() {}

  /// The text with the release's words in it; what is no placeholder stays as it is.
  public static String fill(String text, ReleaseRequest request) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(word(found, request)));
  }

  /// Placeholders in the text that mean nothing.
  public static List<String> unknown(String text) {
    return PLACEHOLDER
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .filter(name -> !KNOWN.contains(name))
        .toList();
  }

  private static String word(MatchResult found, ReleaseRequest request) {
    return switch (found.group(1)) {
      case "service" -> request.service();
      case "name" -> request.service().substring(request.service().lastIndexOf('/') + 1);
      case "environment" -> request.environment();
      case "version" -> request.version();
      default -> found.group();
    };
  }
}
