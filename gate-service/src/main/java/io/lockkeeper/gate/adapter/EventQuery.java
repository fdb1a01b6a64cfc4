package io.lockkeeper.gate.adapter;

import io.lockkeeper.runbook.Runbook.Slo;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A PromQL query of an OpenSLO indicator that counts events over whatever length of time it is
/// asked for.
///
/// Two forms can be counted soundly. With the placeholder `[{{.window}}]` (Sloth's) the query says
/// itself how it counts: `rate` gives events per second; `increase`, `sum_over_time` and
/// `count_over_time` their number. A metric selector, or the `sum` of one, is wrapped: the rise of
/// each series is taken before they are added up, since a sum of counters does not show which of
/// them began anew. Any other query could be evaluated, and nobody could say what its value means.
///
/// @param text      with the placeholder
/// @param perSecond whether it gives events per second
record EventQuery(String text, boolean perSecond) {

  private static final int LONGEST = 4_000;

  private static final Pattern QUOTED =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*\\.window\\s*}}");
  private static final Pattern RANGE = Pattern.compile("\\[([^]]*)]");
  private static final Pattern SHIFT = Pattern.compile("(?<![a-zA-Z0-9_:])offset\\s|@");
  private static final Pattern CALL = Pattern.compile("([a-z0-9_]+)\\s*\\(");
  private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final Pattern SELECTOR =
      Pattern.compile("(" + NAME + "\\s*)?\\{[^{}]*}|" + NAME, Pattern.DOTALL);
  private static final Pattern SUM = Pattern.compile("sum\\s*\\(\\s*(.*?)\\s*\\)", Pattern.DOTALL);

  private static final Set<String> COUNTERS = Set.of("rate", "increase");
  private static final Set<String> GAUGES = Set.of("sum_over_time", "count_over_time");

  /// A query that cannot be counted.
  static final class Unsound extends Exception {
    private static final long serialVersionUID = 1L;

    Unsound(String reason) {
      super(reason, null, false, false);
    }
  }

  /// The query in a form that counts.
  ///
  /// @param counter whether its series only rise; otherwise each sample is what happened since the
  ///                last
  /// @throws Unsound with the reason
  static EventQuery of(String query, boolean counter) throws Unsound {
    String text = query.strip();
    if (text.isEmpty() || text.length() > LONGEST) {
      throw new Unsound("a query has 1 to " + LONGEST + " characters");
    }
    String bare = withoutText(text);
    if (SHIFT.matcher(bare).find()) {
      throw new Unsound("offset and @ move the time that is asked for; leave them out");
    }
    return PLACEHOLDER.matcher(bare).find()
        ? ranged(text, bare, counter)
        : new EventQuery(wrapped(text, bare, counter), false);
  }

  private static EventQuery ranged(String text, String bare, boolean counter) throws Unsound {
    Matcher range = RANGE.matcher(bare);
    while (range.find()) {
      if (!PLACEHOLDER.matcher(range.group(1).strip()).matches()) {
        throw new Unsound(
            "the range [%s] is fixed; every range is [%s]".formatted(range.group(1), Slo.WINDOW));
      }
    }
    Set<String> how = new HashSet<>();
    Matcher call = CALL.matcher(bare.toLowerCase(Locale.ROOT));
    while (call.find()) {
      String name = call.group(1);
      if (COUNTERS.contains(name)
          || GAUGES.contains(name)
          || name.endsWith("_over_time")
          || Set.of("irate", "delta", "idelta", "deriv", "changes", "resets").contains(name)) {
        how.add(name);
      }
    }
    Set<String> sound = counter ? COUNTERS : GAUGES;
    if (how.size() != 1 || !sound.containsAll(how)) {
      throw new Unsound(
          counter
              ? "a counter over [%s] is counted by rate or by increase, by one of them"
                  .formatted(Slo.WINDOW)
              : "what is no counter is counted over [%s] by sum_over_time or count_over_time, by one of them"
                  .formatted(Slo.WINDOW));
    }
    String written = PLACEHOLDER.matcher(text).replaceAll(Matcher.quoteReplacement(Slo.WINDOW));
    return new EventQuery(written, how.contains("rate"));
  }

  private static String wrapped(String text, String bare, boolean counter) throws Unsound {
    if (bare.contains("[")) {
      throw new Unsound("a fixed range fits no window; write [%s]".formatted(Slo.WINDOW));
    }
    Matcher sum = SUM.matcher(bare);
    int from = 0;
    int until = text.length();
    if (sum.matches()) {
      from = sum.start(1);
      until = sum.end(1);
    }
    if (!SELECTOR.matcher(bare.substring(from, until)).matches()) {
      throw new Unsound(
          "without [%s] only a metric selector or the sum of one can be counted soundly"
              .formatted(Slo.WINDOW));
    }
    return "sum(%s(%s[%s]))"
        .formatted(counter ? "increase" : "sum_over_time", text.substring(from, until), Slo.WINDOW);
  }

  /// The query with the inside of every quoted text blotted out, at the same places.
  private static String withoutText(String query) {
    return QUOTED
        .matcher(query)
        .replaceAll(
            quoted ->
                Matcher.quoteReplacement("\"" + "x".repeat(quoted.group().length() - 2) + "\""));
  }
}
