package io.lockkeeper.monitor.observability;

import io.lockkeeper.monitor.observability.Matcher.Operator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads matchers as Alertmanager writes them in its configuration: one or several, in braces or
/// not.
///
/// Alertmanager reads the classic syntax, and since 0.27 the UTF-8 syntax, in which names may be
/// quoted; where a text can be read both ways, the classic way counts unless its operators switched
/// it off. So the classic way is tried first here.
public final class MatcherSyntax {

  private static final Pattern CLASSIC =
      Pattern.compile(
          "\\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\\s*(=~|=|!=|!~)\\s*(.*?)\\s*", Pattern.DOTALL);

  private final Regex regex;

  /// Reads expressions with this.
  public MatcherSyntax(Regex regex) {
    this.regex = regex;
  }

  /// The matchers in this text.
  ///
  /// @throws IllegalArgumentException when it can be read in neither syntax
  public List<Matcher> read(String text) {
    List<Matcher> classic = classic(text);
    return classic == null ? new Utf8(text).read() : classic;
  }

  // --- Classic -----------------------------------------------------------------------------------

  private @Nullable List<Matcher> classic(String text) {
    String inner = text.startsWith("{") ? text.substring(1) : text;
    inner = inner.endsWith("}") ? inner.substring(0, inner.length() - 1) : inner;
    List<Matcher> matchers = new ArrayList<>();
    for (String token : tokens(inner)) {
      java.util.regex.Matcher parts = CLASSIC.matcher(token);
      String value = parts.matches() ? classicValue(parts.group(3)) : null;
      if (value == null) {
        return null;
      }
      matchers.add(Matcher.of(parts.group(1), Operator.of(parts.group(2)), value, regex));
    }
    return matchers;
  }

  /// Cut at the commas outside quotes. Nothing after the last comma is nothing.
  private static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    StringBuilder token = new StringBuilder();
    boolean quoted = false;
    boolean escaped = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' && !quoted) {
        tokens.add(token.toString());
        token.setLength(0);
        continue;
      }
      quoted = c == '"' && !escaped ? !quoted : quoted;
      escaped = c == '\\' && !escaped;
      token.append(c);
    }
    if (!token.toString().isBlank()) {
      tokens.add(token.toString());
    }
    return tokens;
  }

  /// The value without quotes and escapes; null when a quote stands where none may.
  private static @Nullable String classicValue(String raw) {
    boolean open = raw.startsWith("\"");
    String text = open ? raw.substring(1) : raw;
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean last = i == text.length() - 1;
      if (c == '\\' && !last) {
        char next = text.charAt(++i);
        switch (next) {
          case 'n' -> value.append('\n');
          case '"', '\\' -> value.append(next);
          default -> value.append('\\').append(next); // it escapes nothing
        }
      } else if (c == '"') {
        if (!open || !last) {
          return null;
        }
        open = false;
      } else {
        value.append(c);
      }
    }
    return open ? null : value.toString();
  }

  // --- UTF-8 -------------------------------------------------------------------------------------

  /// One text in the UTF-8 syntax.
  private final class Utf8 {

    private static final String RESERVED = "{}!=~,\"'`";

    private final String text;
    private int at;

    Utf8(String text) {
      this.text = text;
    }

    List<Matcher> read() {
      List<Matcher> matchers = new ArrayList<>();
      boolean braces = take('{');
      while (!atEnd() && !ahead('}')) {
        String name = word();
        Operator operator = operator();
        matchers.add(Matcher.of(name, operator, word(), regex));
        if (!take(',')) {
          break;
        }
      }
      if (braces && !take('}')) {
        throw unreadable("a closing brace");
      }
      if (!atEnd()) {
        throw unreadable("the end");
      }
      return matchers;
    }

    private Operator operator() {
      skipBlanks();
      for (String sign : List.of("=~", "!~", "!=", "=")) {
        if (text.startsWith(sign, at)) {
          at += sign.length();
          return Operator.of(sign);
        }
      }
      throw unreadable("=, !=, =~ or !~");
    }

    private String word() {
      skipBlanks();
      if (at < text.length() && text.charAt(at) == '"') {
        at++;
        return quoted();
      }
      int from = at;
      while (at < text.length() && !isReserved(text.charAt(at))) {
        at++;
      }
      if (from == at) {
        throw unreadable("a name or a value");
      }
      return text.substring(from, at);
    }

    /// To the closing quote, with the escapes of Go's strings.
    private String quoted() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      while (at < text.length()) {
        int point = text.codePointAt(at);
        at += Character.charCount(point);
        if (point == '"') {
          return bytes.toString(StandardCharsets.UTF_8);
        }
        if (point == '\n') {
          break;
        }
        if (point == '\\') {
          escape(bytes);
        } else {
          bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
        }
      }
      throw unreadable("a closing quote");
    }

    private void escape(ByteArrayOutputStream bytes) {
      char kind = at < text.length() ? text.charAt(at++) : ' ';
      switch (kind) {
        case 'a' -> bytes.write('\007');
        case 'b' -> bytes.write('\b');
        case 'f' -> bytes.write('\f');
        case 'n' -> bytes.write('\n');
        case 'r' -> bytes.write('\r');
        case 't' -> bytes.write('\t');
        case 'v' -> bytes.write('\013');
        case '\\', '"' -> bytes.write(kind);
        case 'x' -> bytes.write(number(2, 16));
        case 'u' -> point(bytes, number(4, 16));
        case 'U' -> point(bytes, number(8, 16));
        case '0', '1', '2', '3' -> {
          at--;
          bytes.write(number(3, 8));
        }
        default -> throw unreadable("an escape");
      }
    }

    private int number(int digits, int radix) {
      if (at + digits > text.length()) {
        throw unreadable(digits + " digits");
      }
      String number = text.substring(at, at + digits);
      at += digits;
      try {
        return Integer.parseUnsignedInt(number, radix);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("not a number: " + number, e);
      }
    }

    private void point(ByteArrayOutputStream bytes, int point) {
      if (!Character.isValidCodePoint(point)) {
        throw unreadable("a character");
      }
      bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
    }

    private boolean take(char wanted) {
      if (!ahead(wanted)) {
        return false;
      }
      at++;
      return true;
    }

    private boolean ahead(char wanted) {
      skipBlanks();
      return at < text.length() && text.charAt(at) == wanted;
    }

    private boolean atEnd() {
      skipBlanks();
      return at >= text.length();
    }

    private void skipBlanks() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private static boolean isReserved(char c) {
      return Character.isWhitespace(c) || RESERVED.indexOf(c) >= 0;
    }

    private IllegalArgumentException unreadable(String expected) {
      return new IllegalArgumentException(
          "matcher %s: %s was expected at %d".formatted(text, expected, at));
    }
  }
}
