package io.lockkeeper.monitor.adapter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What one instance showed at one scrape: the Prometheus text format 0.0.4 and OpenMetrics 1.0,
/// read tolerantly.
///
/// A line that is not a sample is left out and counted, and the rest is read on: one bad line of a
/// library must not blind the watch. Comments, types, time stamps and exemplars are passed over; `#
/// EOF` ends the text.
///
/// @param series    the wanted samples, in the order of the text; at most [#MOST_SERIES]
/// @param malformed lines that are no samples
public record Exposition(List<Series> series, int malformed) {

  /// So many wanted series are kept; what follows is left out, counted as malformed.
  public static final int MOST_SERIES = 50_000;

  private static final int MOST_LABELS = 128;

  public Exposition {
    series = List.copyOf(series);
  }

  /// One sample.
  ///
  /// @param value any number, `NaN` and infinities too
  public record Series(String name, Map<String, String> labels, double value) {
    public Series {
      labels = Map.copyOf(labels);
    }
  }

  /// Reads a text, keeping the series of the wanted names.
  public static Exposition parse(String text, Predicate<String> wanted) {
    List<Series> series = new ArrayList<>();
    int malformed = 0;
    int from = 0;
    while (from < text.length()) {
      int end = text.indexOf('\n', from);
      String line = text.substring(from, end < 0 ? text.length() : end).strip();
      from = end < 0 ? text.length() : end + 1;
      if (line.startsWith("#")) {
        if (isEnd(line)) {
          break;
        }
        continue;
      }
      if (line.isEmpty()) {
        continue;
      }
      try {
        Series read = new Line(line).sample(wanted);
        if (read != null && series.size() == MOST_SERIES) {
          malformed++;
        } else if (read != null) {
          series.add(read);
        }
      } catch (IllegalArgumentException notASample) {
        malformed++;
      }
    }
    return new Exposition(series, malformed);
  }

  /// The series of this name.
  public List<Series> named(String name) {
    return series.stream().filter(one -> one.name().equals(name)).toList();
  }

  private static boolean isEnd(String comment) {
    return comment.substring(1).strip().equals("EOF");
  }

  /// One line, read from left to right.
  private static final class Line {

    private final String text;
    private int at;

    Line(String text) {
      this.text = text;
    }

    /// The sample; null when its name is not wanted.
    @Nullable Series sample(Predicate<String> wanted) {
      String name = bareName();
      Map<String, String> labels = Map.of();
      if (name != null && !wanted.test(name)) {
        return null;
      }
      skipBlanks();
      if (at < text.length() && text.charAt(at) == '{') {
        at++;
        labels = new HashMap<>();
        String quoted = labels(labels);
        name = name == null ? quoted : name;
      }
      if (name == null) {
        throw new IllegalArgumentException("no name");
      }
      return wanted.test(name) ? new Series(name, labels, value()) : null;
    }

    private @Nullable String bareName() {
      int start = at;
      while (at < text.length() && isNameCharacter(text.charAt(at), at == start)) {
        at++;
      }
      return at == start ? null : text.substring(start, at);
    }

    /// Reads labels up to the closing brace.
    ///
    /// @return the quoted name of the metric, when there is one among them; otherwise null
    private @Nullable String labels(Map<String, String> labels) {
      String metric = null;
      while (true) {
        skipBlanks();
        if (peek() == '}') {
          at++;
          return metric;
        }
        String name = peek() == '"' ? quoted() : bareName();
        if (name == null) {
          throw new IllegalArgumentException("no label name");
        }
        skipBlanks();
        if (peek() == '=') {
          at++;
          skipBlanks();
          labels.put(name, quoted());
        } else if (metric == null) {
          metric = name;
        } else {
          throw new IllegalArgumentException("two names");
        }
        if (labels.size() > MOST_LABELS) {
          throw new IllegalArgumentException("too many labels");
        }
        skipBlanks();
        if (peek() == ',') {
          at++;
        } else if (peek() != '}') {
          throw new IllegalArgumentException("no comma between labels");
        }
      }
    }

    private String quoted() {
      if (peek() != '"') {
        throw new IllegalArgumentException("no quote");
      }
      at++;
      StringBuilder value = new StringBuilder();
      while (peek() != '"') {
        char c = text.charAt(at++);
        if (c != '\\') {
          value.append(c);
          continue;
        }
        char escaped = peek();
        at++;
        switch (escaped) {
          case 'n' -> value.append('\n');
          case '\\', '"' -> value.append(escaped);
          default ->
              value.append('\\').append(escaped); // Prometheus keeps an unknown escape as it is
        }
      }
      at++;
      return value.toString();
    }

    private double value() {
      skipBlanks();
      int start = at;
      while (at < text.length() && !isBlank(text.charAt(at))) {
        at++;
      }
      return number(text.substring(start, at));
    }

    private char peek() {
      if (at >= text.length()) {
        throw new IllegalArgumentException("ends too early");
      }
      return text.charAt(at);
    }

    private void skipBlanks() {
      while (at < text.length() && isBlank(text.charAt(at))) {
        at++;
      }
    }

    private static boolean isBlank(char c) {
      return c == ' ' || c == '\t';
    }

    private static boolean isNameCharacter(char c, boolean first) {
      return c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || c == '_'
          || c == ':'
          || !first && c >= '0' && c <= '9';
    }
  }

  /// A number as metrics write it: decimal, `NaN`, `+Inf`, `-Inf`. Java's own extras (`1f`,
  /// `0x1p3`) are none.
  static double number(String text) {
    switch (text) {
      case "NaN", "nan", "Nan" -> {
        return Double.NaN;
      }
      case "+Inf", "Inf", "+inf", "inf" -> {
        return Double.POSITIVE_INFINITY;
      }
      case "-Inf", "-inf" -> {
        return Double.NEGATIVE_INFINITY;
      }
      default -> {
        for (int i = 0; i < text.length(); i++) {
          if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0) {
            throw new IllegalArgumentException("not a number");
          }
        }
        return Double.parseDouble(text);
      }
    }
  }
}
