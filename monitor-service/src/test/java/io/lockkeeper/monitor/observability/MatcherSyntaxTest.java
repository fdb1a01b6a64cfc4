package io.lockkeeper.monitor.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatcherSyntaxTest {

  static final Regex RE2 = expression -> Pattern.compile(expression)::matches;

  private static List<Matcher> read(String text) {
    return new MatcherSyntax(RE2).read(text);
  }

  @ParameterizedTest
  @DisplayName("M3: a matcher is read as Alertmanager writes it, in the classic syntax or in UTF-8")
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "service=shop → service=\"shop\"",
        "service = \"demo/shop\" → service=\"demo/shop\"",
        "  severity=~\"page|ticket\"  → severity=~\"page|ticket\"",
        "{team!=\"a, b\"} → team!=\"a, b\"",
        "team!~x.* → team!~\"x.*\"",
        "a=b=c → a=\"b=c\"",
        "a=\"b\\\"c\" → a=\"b\"c\"",
        "a=\"b\\\\c\" → a=\"b\\c\"",
        "a=\"\\d\" → a=\"\\d\"",
        "a= → a=\"\"",
        "\"größe in m\"=\"3\" → größe in m=\"3\"",
        "größe=groß → größe=\"groß\"",
        "\"a\"=\"\\u00e9\\x21\\041\" → a=\"é!!\"",
      })
  void one(String text, String expected) {
    assertThat(read(text)).singleElement().hasToString(expected);
  }

  @Test
  @DisplayName("M3: one text may hold several matchers, and a comma at its end")
  void several() {
    assertThat(read("{a=\"1\", b!=\"2,3\", c=~\"x\",}"))
        .extracting(Matcher::toString)
        .containsExactly("a=\"1\"", "b!=\"2,3\"", "c=~\"x\"");
    assertThat(read("\"ä\"=\"1\",b=2").stream().map(Matcher::name)).containsExactly("ä", "b");
    assertThat(read("{}")).isEmpty();
  }

  @ParameterizedTest
  @DisplayName("M3: what is no matcher is not guessed at")
  @ValueSource(
      strings = {"service", "=x", "\"a\"=\"b", "a=\"b\"c", "\"a\"~\"b\"", "{\"a\"=b", "a=b,c"})
  void unreadable(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> read(text));
  }

  @Test
  @DisplayName("M3: expressions hold for the whole value; a label that is missing is empty")
  void meaning() {
    assertThat(matches("service=~\"shop|bakery\"", Map.of("service", "shop"))).isTrue();
    assertThat(matches("service=~\"shop|bakery\"", Map.of("service", "workshop"))).isFalse();
    assertThat(matches("service!~\"shop\"", Map.of("service", "shops"))).isTrue();
    assertThat(matches("service=~\"\"", Map.of())).isTrue();
    assertThat(matches("service!=\"\"", Map.of())).isFalse();
    assertThat(matches("service!=\"shop\"", Map.of())).isTrue();
    assertThat(matches("service=~\"[[:alpha:]]+(?P<n>\\\\d)\"", Map.of("service", "s1"))).isTrue();
  }

  private static boolean matches(String matcher, Map<String, String> labels) {
    return read(matcher).getFirst().matches(labels);
  }
}
