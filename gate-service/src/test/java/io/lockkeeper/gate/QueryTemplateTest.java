package io.lockkeeper.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.runbook.QueryTemplate;
import io.lockkeeper.runbook.QueryTemplate.Placeholder;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Queries of a runbook: what is wrong is said when the file is read, and what a release fills in
/// stays where it is put. Runbook G2, M1.
class QueryTemplateTest {

  private static String version(String template, String version) {
    return QueryTemplate.query(template).with(Map.of(Placeholder.VERSION, version));
  }

  @ParameterizedTest
  @DisplayName("G2: a query that counts is read")
  @ValueSource(
      strings = {
        "orders_total{version=\"{{version}}\"}",
        "{__name__=~\"a|b\",version='{{ version }}',}",
        "sum by (instance, code) (a{v=\"{{version}}\"} + on (instance) group_left b{v!~\"x\"}) #"
            + " why",
        "a{v=\"{{version}}\"} and {job=\"b\"} or c{} * 1e3",
        "{\"http.requests\", \"service.version\"=\"{{version}}\"}",
        "label_replace(a{v=`x`}, \"status\", \"$1\", \"code\", \"(\\\\d+)\")",
        "a{v=\"caf\\u00e9 \\x41 \\101 \\\"{{version}}\"}"
      })
  void good(String query) {
    QueryTemplate template = QueryTemplate.query(query);
    assertThat(template.with(Map.of(Placeholder.VERSION, "2.0.0"))).doesNotContain("{{");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @DisplayName("G2: what is wrong with a query is said, and where")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a{v=\"{{vresion}}\"} | at character 6: unknown placeholder {{vresion}}; there are"
            + " {{service}}, {{environment}}, {{version}}",
        "a{v=\"{{version\"} | a placeholder is not closed",
        "a{v={{version}}} | outside the quotes",
        "a{{version}} | outside the quotes",
        "{{version}} | outside the quotes",
        "label_replace(a{v=\"b\"}, \"x\", \"{{version}}\", \"y\", \"z\") | outside the quotes",
        "a{v=\"\\\\{{version}}\"} | a backslash stands before",
        "a{v=\"\\{{version}}\"} | is no escape",
        "a{v=\"\\x4{{version}}\"} | too few digits",
        "a{v=\"b} | ends too early",
        "a{v=\"b\" | ends too early",
        "a{v=\"b\"}} | closes nothing",
        "a{v~\"b\"} | none of = != =~ !~",
        "a{v=b} | not in quotes",
        "a{v=\"b\" w=\"c\"} | no comma",
        "a{=\"b\"} | no label name",
        "a{v:w=\"b\"} | none of",
        "sum(a{v=\"b\"} | '(' is not closed",
        "sum a{v=\"b\"}) | closes nothing",
        "rate(a{v=\"b\"}[5m]) | read raw",
        "a{v=\"b\"} offset 1h | another time",
        "a{v=\"b\"} @ 1 | another time",
        "a{v=\"b\"}; b | is no PromQL",
        "1 + 1 | selects no series",
      })
  void bad(String query, String reason) {
    assertThatThrownBy(() -> QueryTemplate.query(query))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  @DisplayName("G2: a placeholder in back quotes is refused: nothing can be escaped there")
  void backQuotes() {
    assertThatThrownBy(() -> QueryTemplate.query("a{v=`{{version}}`}"))
        .hasMessageContaining("back quotes");
  }

  @ParameterizedTest(name = "{0} with {1} is {2}")
  @DisplayName("R1: a version stays within its matcher, whatever it is")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a{v=\"{{version}}\"} | 1\"} or b{c=\"d | a{v=\"1\\\"} or b{c=\\\"d\"}",
        "a{v='{{version}}'} | 1'} or b{c=\"d | a{v='1\\'} or b{c=\"d'}",
        "a{v=\"{{version}}\"} | 1\\ | a{v=\"1\\\\\"}",
        "a{v=~\"x-{{version}}\"} | 1.0+a.* | a{v=~\"x-1\\\\.0\\\\+a\\\\.\\\\*\"}",
        "a{v!~'{{version}}'} | (' | a{v!~'\\\\(\\''}",
        "a{v=\"{{version}}\"} | {{service}} | a{v=\"{{service}}\"}",
      })
  void escaped(String template, String version, String query) {
    assertThat(version(template, version)).isEqualTo(query);
  }

  @Test
  @DisplayName("R1: any value of any characters is read back from its matcher as it was")
  void fuzz() {
    Random random = new Random(4);
    String alphabet = "\"'\\`{}[]()|.*+?^$#\n\t\u0000\u2028aé=~!,1";
    for (int i = 0; i < 5_000; i++) {
      StringBuilder value = new StringBuilder();
      for (int n = random.nextInt(12); n >= 0; n--) {
        value.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      for (String quote : new String[] {"\"", "'"}) {
        String query =
            version("a{v=" + quote + "{{version}}" + quote + ",w='x'}", value.toString());
        assertThat(query).startsWith("a{v=" + quote).endsWith(quote + ",w='x'}");
        String within = query.substring(5, query.length() - ",w='x'}".length() - 1);
        assertThat(unquoted(within, quote.charAt(0))).isEqualTo(value.toString());
      }
    }
  }

  /// As a Go string is read: fails on a quote that is not escaped.
  private static String unquoted(String text, char quote) {
    StringBuilder read = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      assertThat(c).isNotEqualTo(quote).isNotEqualTo('\n');
      if (c != '\\') {
        read.append(c);
      } else if (text.charAt(i + 1) == 'u') {
        read.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
        i += 5;
      } else {
        assertThat(text.charAt(i + 1)).isIn('\\', quote);
        read.append(text.charAt(++i));
      }
    }
    return read.toString();
  }

  @Test
  @DisplayName(
      "M1: each selector of a query can be narrowed; a query of one selector is known as one")
  void selectors() {
    QueryTemplate sum =
        QueryTemplate.query("sum by (i) (a{v=\"{{version}}\"} and {b=\"c\"}) - d{}");
    assertThat(sum.isSelector()).isFalse();
    assertThat(sum.with(Map.of(Placeholder.VERSION, "2"), it -> "<" + it + ">"))
        .isEqualTo("sum by (i) (<a{v=\"2\"}> and <{b=\"c\"}>) - <d{}>");
    assertThat(QueryTemplate.query(" a{v=\"2\"} ").isSelector()).isTrue();
    QueryTemplate alone = QueryTemplate.query("# why\n a{v=\"2\"} # because");
    assertThat(alone.isSelector()).isTrue();
    assertThat(alone.with(Map.of())).isEqualTo("a{v=\"2\"}");
    assertThat(QueryTemplate.query("{v=\"2\"}").isSelector()).isTrue();
    assertThat(QueryTemplate.query("(a{v=\"2\"})").isSelector()).isFalse();
    assertThat(QueryTemplate.query("a{v=\"2\"} or b").isSelector()).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("G2: the selector of a source is label matchers and nothing else")
  @ValueSource(
      strings = {
        "",
        "job",
        "{job=\"a\"}",
        "job=\"a\"} or {b=\"c\"",
        "job=\"a\" b=\"c\"",
        "job=\"a\" # b"
      })
  void badMatchers(String text) {
    assertThatThrownBy(() -> QueryTemplate.matchers(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("G2: the selector of a source takes service and environment")
  void matchers() {
    QueryTemplate template =
        QueryTemplate.matchers("service=\"{{service}}\", zone=~\"{{environment}}-.*\"");
    assertThat(
            template.with(
                Map.of(Placeholder.SERVICE, "demo/shop", Placeholder.ENVIRONMENT, "eu.1")))
        .isEqualTo("service=\"demo/shop\", zone=~\"eu\\\\.1-.*\"");
    assertThatThrownBy(() -> template.with(Map.of())).hasMessageContaining("has no value");
  }

  @Test
  @DisplayName("M1: a label whose whole value is the version tells several apart; no other does")
  void several() {
    QueryTemplate whole = QueryTemplate.query("a{app = '{{ version }}', zone=\"eu\"}");
    assertThat(whole.labelOf(Placeholder.VERSION)).isEqualTo("app");
    assertThat(whole.withAny(Map.of(), List.of("1.9.0", "2.0'0")))
        .isEqualTo("a{app =~'1\\\\.9\\\\.0|2\\\\.0\\'0', zone=\"eu\"}");
    assertThat(whole.with(Map.of(Placeholder.VERSION, "1.9.0")))
        .isEqualTo("a{app ='1.9.0', zone=\"eu\"}");
    for (String other :
        List.of(
            "a{app=\"v{{version}}\"}",
            "a{app=~\"{{version}}\"}",
            "a{app!=\"{{version}}\"}",
            "a{app=\"{{version}}\",pod=~\"shop-{{version}}-.*\"}",
            "a{\"app.version\"=\"{{version}}\"}")) {
      assertThat(QueryTemplate.query(other).labelOf(Placeholder.VERSION)).as(other).isNull();
    }
  }
}
