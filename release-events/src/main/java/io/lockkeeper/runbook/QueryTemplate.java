package io.lockkeeper.runbook;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A PromQL query of a runbook, or the label matchers of a source, with placeholders for what only
/// a
/// release knows: `orders_total{version="{{version}}"}`. Runbook G2, M1.
///
/// What can be checked soundly without a Prometheus is checked when it is parsed: quotes, brackets,
/// label matchers, placeholders. A value is put in escaped for the quotes it stands in, and where
/// the matcher is a regular expression as that text and no other, so that it can never leave its
/// matcher.
public final class QueryTemplate {

  /// Between two names, so no function or metric.
  private static final Set<String> OPERATORS =
      Set.of("and", "or", "unless", "bool", "atan2", "group_left", "group_right");
  private static final String REGEX_META = "\\.+*?()|[]{}^$";

  private final List<Part> parts;
  private final boolean selector;

  private QueryTemplate(List<Part> parts, boolean selector) {
    this.parts = List.copyOf(parts);
    this.selector = selector;
  }

  /// What a release fills in.
  public enum Placeholder {
    /// The service as the request names it.
    SERVICE,
    /// The environment as the request names it.
    ENVIRONMENT,
    /// The version that is asked about: once the stable one, once the candidate.
    VERSION;

    @Override
    public String toString() {
      return "{{" + name().toLowerCase(Locale.ROOT) + "}}";
    }
  }

  private sealed interface Part {
    /// Text that stays as it is.
    record Text(String text) implements Part {}

    /// A placeholder within these quotes.
    record Value(Placeholder which, char quote, boolean regex) implements Part {}

    /// A placeholder that is the whole value of a label, from the sign between them on.
    record Equal(String label, Placeholder which, char quote) implements Part {}

    /// A selector of series begins, or is over.
    record Selector(boolean begins) implements Part {}
  }

  /// Reads a query: an instant expression over counters.
  ///
  /// @throws IllegalArgumentException with the reason, when it is none
  public static QueryTemplate query(String text) {
    return new Parser(text).query();
  }

  /// Reads label matchers as they stand between braces: `job="shop", zone=~"eu-.*"`.
  ///
  /// @throws IllegalArgumentException with the reason, when they are none
  public static QueryTemplate matchers(String text) {
    return new Parser(text).matchers();
  }

  /// Which placeholders are in it.
  public Set<Placeholder> placeholders() {
    Set<Placeholder> used = EnumSet.noneOf(Placeholder.class);
    for (Part part : parts) {
      Placeholder which = placeholder(part);
      if (which != null) {
        used.add(which);
      }
    }
    return used;
  }

  /// The label whose whole value this placeholder is: it tells apart what is asked for with several
  /// values at once. Null when the placeholder stands anywhere else, too.
  public @Nullable String labelOf(Placeholder which) {
    List<Part> uses = parts.stream().filter(part -> placeholder(part) == which).toList();
    return uses.size() == 1 && uses.getFirst() instanceof Part.Equal(String label, _, _)
        ? label
        : null;
  }

  /// Whether it is one selector of series and nothing else.
  public boolean isSelector() {
    return selector;
  }

  /// The text with these values.
  ///
  /// @throws IllegalArgumentException when one of its placeholders has no value
  public String with(Map<Placeholder, String> values) {
    return with(values, UnaryOperator.identity());
  }

  /// The text with these values, and something else in place of each selector of series.
  ///
  /// @throws IllegalArgumentException when one of its placeholders has no value
  public String with(Map<Placeholder, String> values, UnaryOperator<String> eachSelector) {
    return with(values, List.of(), eachSelector);
  }

  /// The text with these values, and any of these versions at [#labelOf] the version.
  ///
  /// @throws IllegalArgumentException when another of its placeholders has no value
  public String withAny(Map<Placeholder, String> values, List<String> versions) {
    return with(values, versions, UnaryOperator.identity());
  }

  private String with(
      Map<Placeholder, String> values, List<String> versions, UnaryOperator<String> eachSelector) {
    Map<Placeholder, String> given = new EnumMap<>(Placeholder.class);
    given.putAll(values);
    StringBuilder whole = new StringBuilder();
    StringBuilder within = null;
    for (Part part : parts) {
      StringBuilder current = within == null ? whole : within;
      switch (part) {
        case Part.Text(String text) -> current.append(text);
        case Part.Value(Placeholder which, char quote, boolean regex) -> {
          String filled = required(given, which);
          current.append(escaped(regex ? literal(filled) : filled, quote));
        }
        case Part.Equal(_, Placeholder which, char quote) -> {
          boolean isAny = which == Placeholder.VERSION && !versions.isEmpty();
          current.append(isAny ? any(versions, quote) : is(required(given, which), quote));
        }
        case Part.Selector(boolean begins) -> {
          if (begins) {
            within = new StringBuilder();
          } else if (within != null) {
            whole.append(eachSelector.apply(within.toString()));
            within = null;
          }
        }
      }
    }
    return whole.toString();
  }

  /// A text as a regular expression that matches it and nothing else.
  public static String literal(String text) {
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (REGEX_META.indexOf(c) >= 0) {
        literal.append('\\');
      }
      literal.append(c);
    }
    return literal.toString();
  }

  /// A text in double quotes.
  public static String quoted(String text) {
    return '"' + escaped(text, '"') + '"';
  }

  private static @Nullable Placeholder placeholder(Part part) {
    return switch (part) {
      case Part.Value value -> value.which();
      case Part.Equal equal -> equal.which();
      case Part.Text _, Part.Selector _ -> null;
    };
  }

  private static String required(Map<Placeholder, String> given, Placeholder which) {
    String value = given.get(which);
    if (value == null) {
      throw new IllegalArgumentException(which + " has no value");
    }
    return value;
  }

  private static String is(String value, char quote) {
    return "=" + quote + escaped(value, quote) + quote;
  }

  private static String any(List<String> values, char quote) {
    String each = values.stream().map(QueryTemplate::literal).collect(Collectors.joining("|"));
    return "=~" + quote + escaped(each, quote) + quote;
  }

  private static String escaped(String text, char quote) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' || c == quote) {
        escaped.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f || c == 0x2028 || c == 0x2029) {
        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /// Reads from left to right.
  private static final class Parser {

    private final String text;
    private final List<Part> parts = new ArrayList<>();
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;
    private int copied;
    private boolean comments = true;

    Parser(String text) {
      this.text = text;
    }

    QueryTemplate query() {
      int selectors = 0;
      boolean more = false;
      int word = -1; // where a name begins that stands right before
      skipBlanks();
      while (at < text.length()) {
        int start = at;
        char c = text.charAt(at);
        if (text.startsWith("{{", at)) {
          throw wrong("a placeholder stands outside the quotes of a label matcher");
        } else if (c == '{') {
          selector(word >= 0 ? word : start);
          selectors++;
          word = -1;
        } else if (isNameStart(c)) {
          String name = name(true);
          String lower = name.toLowerCase(Locale.ROOT);
          if (lower.equals("offset")) {
            throw wrong("looks at another time; what is compared is of now");
          }
          boolean between = OPERATORS.contains(lower);
          more |= word >= 0 || between;
          word = between ? -1 : start;
        } else if (c == '"' || c == '\'' || c == '`') {
          string(null);
          more = true;
          word = -1;
        } else {
          symbol(c);
          more = true;
          word = -1;
        }
        skipBlanks();
      }
      if (!open.isEmpty()) {
        throw wrong("'" + open.peek() + "' is not closed");
      }
      if (selectors == 0) {
        throw wrong("selects no series, as orders_total{version=\"{{version}}\"} does");
      }
      copy();
      boolean alone = selectors == 1 && !more && word < 0;
      if (alone) {
        // Blanks and comments around it would be in the way of a range.
        parts.subList(parts.indexOf(new Part.Selector(false)) + 1, parts.size()).clear();
        parts.subList(0, parts.indexOf(new Part.Selector(true))).clear();
      }
      return new QueryTemplate(parts, alone);
    }

    QueryTemplate matchers() {
      if (text.isBlank()) {
        throw wrong("has no label matcher");
      }
      comments = false;
      skipBlanks();
      while (at < text.length()) {
        matcher();
        skipBlanks();
        if (at < text.length()) {
          if (text.charAt(at) != ',') {
            throw wrong("no comma between label matchers");
          }
          at++;
          skipBlanks();
        }
      }
      copy();
      return new QueryTemplate(parts, false);
    }

    private void symbol(char c) {
      switch (c) {
        case '(' -> open.push(c);
        case ')' -> {
          if (open.isEmpty()) {
            throw wrong("')' closes nothing");
          }
          open.pop();
        }
        case '}' -> throw wrong("'}' closes nothing");
        case '[', ']' ->
            throw wrong(
                "has a range; counters are read raw here, and what they rise by is the judge's to"
                    + " reckon: leave out rate, increase and the range");
        case '@' -> throw wrong("looks at another time; what is compared is of now");
        default -> {
          if ("+-*/%^=!<>,.0123456789".indexOf(c) < 0) {
            throw wrong("'" + c + "' is no PromQL");
          }
        }
      }
      at++;
    }

    /// A selector whose text begins at `from` and whose brace is here.
    private void selector(int from) {
      int brace = at;
      at = from;
      copy();
      parts.add(new Part.Selector(true));
      at = brace + 1;
      skipBlanks();
      while (peek() != '}') {
        if (text.startsWith("{{", at)) {
          throw wrong("a placeholder stands outside the quotes of a label matcher");
        }
        matcher();
        skipBlanks();
        if (peek() == ',') {
          at++;
          skipBlanks();
        } else if (peek() != '}') {
          throw wrong("no comma between label matchers");
        }
      }
      at++;
      copy();
      parts.add(new Part.Selector(false));
    }

    private void matcher() {
      String label = null;
      if (at < text.length() && text.charAt(at) == '"') {
        string(null);
        skipBlanks();
        if (at == text.length() || text.charAt(at) == ',' || text.charAt(at) == '}') {
          return; // the name of a metric, in quotes
        }
      } else if (at == text.length() || !isNameStart(text.charAt(at))) {
        throw wrong("no label name where a label matcher should be");
      } else {
        label = name(false);
        skipBlanks();
      }
      int sign = at;
      boolean equal = false;
      boolean regex = false;
      if (text.startsWith("=~", at) || text.startsWith("!~", at)) {
        regex = true;
        at += 2;
      } else if (text.startsWith("!=", at)) {
        at += 2;
      } else if (text.startsWith("=", at)) {
        equal = true;
        at++;
      } else {
        throw wrong("a label matcher has none of = != =~ !~");
      }
      skipBlanks();
      if (text.startsWith("{{", at)) {
        throw wrong("a placeholder stands outside the quotes of a label matcher");
      }
      if (at == text.length() || "\"'`".indexOf(text.charAt(at)) < 0) {
        throw wrong("the value of a label matcher is not in quotes");
      }
      if (!equal || label == null || !equal(label, sign)) {
        string(regex);
      }
    }

    /// Reads a string that is one placeholder, if it is.
    ///
    /// @param sign where the sign before it begins
    private boolean equal(String label, int sign) {
      int quote = at;
      int end = text.indexOf("}}", quote);
      boolean isWhole =
          text.charAt(quote) != '`'
              && text.startsWith("{{", quote + 1)
              && end >= 0
              && end + 2 < text.length()
              && text.charAt(end + 2) == text.charAt(quote);
      if (!isWhole) {
        return false;
      }
      at = sign;
      copy();
      at = quote + 1;
      parts.add(new Part.Equal(label, named(end), text.charAt(quote)));
      at = end + 3;
      copied = at;
      return true;
    }

    /// Reads a string.
    ///
    /// @param regex whether it is the regular expression of a matcher, or its plain value; null
    /// when
    ///              it is neither and has no placeholder
    private void string(@Nullable Boolean regex) {
      char quote = text.charAt(at++);
      while (peek() != quote) {
        if (text.startsWith("{{", at)) {
          placeholder(quote, regex);
        } else if (quote != '`' && text.charAt(at) == '\\') {
          escape(quote);
        } else if (quote != '`' && text.charAt(at) == '\n') {
          throw wrong("a string is not closed on its line");
        } else {
          at++;
        }
      }
      at++;
    }

    private void placeholder(char quote, @Nullable Boolean regex) {
      int end = text.indexOf("}}", at);
      if (end < 0) {
        throw wrong("a placeholder is not closed");
      }
      Placeholder which = named(end);
      if (regex == null) {
        throw wrong("a placeholder stands outside the quotes of a label matcher");
      }
      if (quote == '`') {
        throw wrong("a placeholder stands in back quotes, where nothing can be escaped");
      }
      if (text.charAt(at - 1) == '\\') {
        throw wrong("a backslash stands before a placeholder");
      }
      copy();
      parts.add(new Part.Value(which, quote, regex));
      at = end + 2;
      copied = at;
    }

    /// The placeholder that begins here and has its braces closed there.
    private Placeholder named(int end) {
      String name = text.substring(at + 2, end).strip();
      return Stream.of(Placeholder.values())
          .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  wrong(
                      "unknown placeholder {{"
                          + name
                          + "}}; there are "
                          + Stream.of(Placeholder.values())
                              .map(Placeholder::toString)
                              .collect(Collectors.joining(", "))));
    }

    private void escape(char quote) {
      at++;
      char c = peek();
      int digits =
          switch (c) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            case '0', '1', '2', '3', '4', '5', '6', '7' -> 3;
            default -> 0;
          };
      if (digits == 0 && c != quote && "abfnrtv\\".indexOf(c) < 0) {
        throw wrong("'\\" + c + "' is no escape; a backslash is written \\\\");
      }
      boolean octal = c >= '0' && c <= '7';
      int first = octal ? at : at + 1;
      for (int i = first; i < first + digits; i++) {
        if (i >= text.length() || Character.digit(text.charAt(i), octal ? 8 : 16) < 0) {
          throw wrong("an escape has too few digits");
        }
      }
      at = digits == 0 ? at + 1 : first + digits;
    }

    private String name(boolean colons) {
      int start = at;
      while (at < text.length()
          && (isNameStart(text.charAt(at)) || isDigit(text.charAt(at)))
          && (colons || text.charAt(at) != ':')) {
        at++;
      }
      if (at == start) {
        throw wrong("no label name where a label matcher should be");
      }
      return text.substring(start, at);
    }

    /// Keeps the text up to here.
    private void copy() {
      if (at > copied) {
        parts.add(new Part.Text(text.substring(copied, at)));
        copied = at;
      }
    }

    private void skipBlanks() {
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '#' && comments) {
          int end = text.indexOf('\n', at);
          at = end < 0 ? text.length() : end;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
          at++;
        } else {
          return;
        }
      }
    }

    private char peek() {
      if (at >= text.length()) {
        throw wrong("ends too early");
      }
      return text.charAt(at);
    }

    private IllegalArgumentException wrong(String reason) {
      return new IllegalArgumentException("at character " + (at + 1) + ": " + reason);
    }

    private static boolean isNameStart(char c) {
      return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':';
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }
  }
}
