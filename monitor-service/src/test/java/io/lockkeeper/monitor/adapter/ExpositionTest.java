package io.lockkeeper.monitor.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.monitor.adapter.Exposition.Series;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpositionTest {

  @Test
  @DisplayName("M1: Prometheus text with comments, labels, time stamps and blank lines")
  void prometheus() {
    Exposition read =
        parse(
            """
            # HELP http_requests_total The requests.
            # TYPE http_requests_total counter
            http_requests_total{method="get",status="200"} 1027 1395066363000
            http_requests_total{method="get",status="500",} 3

            \tup   1
            something_weird{problem="division by zero"} +Inf -3982045
            no_value_yet NaN
            """);
    assertThat(read.malformed()).isZero();
    assertThat(read.series())
        .containsExactly(
            new Series("http_requests_total", Map.of("method", "get", "status", "200"), 1027),
            new Series("http_requests_total", Map.of("method", "get", "status", "500"), 3),
            new Series("up", Map.of(), 1),
            new Series(
                "something_weird", Map.of("problem", "division by zero"), Double.POSITIVE_INFINITY),
            new Series("no_value_yet", Map.of(), Double.NaN));
  }

  @Test
  @DisplayName("M1: OpenMetrics with exemplars, units and an end after which nothing counts")
  void openMetrics() {
    Exposition read =
        parse(
            """
            # TYPE d_seconds histogram
            # UNIT d_seconds seconds
            d_seconds_bucket{le="0.1"} 8 # {trace_id="a } # {"} 0.067 1520879607.789
            d_seconds_bucket{le="+Inf"} 10 1520879607.789 # {} 9.8
            d_seconds_count 10
            d_seconds_created 1520430000.123
            # EOF
            d_seconds_count 99
            """);
    assertThat(read.malformed()).isZero();
    assertThat(read.named("d_seconds_bucket"))
        .containsExactly(
            new Series("d_seconds_bucket", Map.of("le", "0.1"), 8),
            new Series("d_seconds_bucket", Map.of("le", "+Inf"), 10));
    assertThat(read.named("d_seconds_count")).extracting(Series::value).containsExactly(10.0);
  }

  @Test
  @DisplayName("M1: escapes, braces, hashes, commas and line ends inside label values")
  void labels() {
    Exposition read =
        parse(
            "a{path=\"C:\\\\DIR\\\\\",error=\"say \\\"no\\\"\\n{x=1} # , }\",odd=\"\\d\", u = \"ü😀\" } 1\r\n");
    assertThat(read.malformed()).isZero();
    assertThat(read.series())
        .containsExactly(
            new Series(
                "a",
                Map.of(
                    "path",
                    "C:\\DIR\\",
                    "error",
                    "say \"no\"\n{x=1} # , }",
                    "odd",
                    "\\d",
                    "u",
                    "ü😀"),
                1));
  }

  @Test
  @DisplayName("M1: quoted names, as in UTF-8 exposition")
  void quotedNames() {
    Exposition read = parse("{\"http.requests\",\"my.status\"=\"500\"} 7\n{\"alone\"} 1");
    assertThat(read.malformed()).isZero();
    assertThat(read.series())
        .containsExactly(
            new Series("http.requests", Map.of("my.status", "500"), 7),
            new Series("alone", Map.of(), 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "novalue",
        "novalue ",
        "a{",
        "a{b",
        "a{b=",
        "a{b=c} 1",
        "a{b=\"c} 1",
        "a{b=\"c\\",
        "a{b=\"c\"d=\"e\"} 1",
        "a{,} 1",
        "a{b=\"c\"}",
        "a 1f",
        "a 0x1p3",
        "a 1,5",
        "a --1",
        "a e",
        "a one",
        "{} 1",
        "{\"a\",\"b\"} 1",
        "9a 1",
        "<html><body>502 Bad Gateway</body></html>",
        "\u0000"
      })
  @DisplayName("M1: a line that is no sample is counted, and the next is read")
  void malformed(String line) {
    Exposition read = parse(line + "\ngood 1\n");
    assertThat(read.malformed()).isEqualTo(1);
    assertThat(read.series()).containsExactly(new Series("good", Map.of(), 1));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "-1.5e3, -1500",
    "+2, 2",
    ".5, 0.5",
    "1e400, Infinity",
    "+Inf, Infinity",
    "-Inf, -Infinity",
    "1.7e+10, 1.7e10"
  })
  @DisplayName("M1: numbers as metrics write them")
  void numbers(String text, double value) {
    assertThat(parse("a " + text).series()).containsExactly(new Series("a", Map.of(), value));
  }

  @Test
  @DisplayName("M1: nothing at all is nothing, with and without an end")
  void empty() {
    assertThat(parse("").series()).isEmpty();
    assertThat(parse("# EOF").series()).isEmpty();
    assertThat(parse("#EOF is no end\na 1").series()).hasSize(1);
    assertThat(parse("#").series()).isEmpty();
  }

  @Test
  @DisplayName(
      "M1: series that nobody asked for are passed over, and there is a limit to the others")
  void limits() {
    Exposition read = Exposition.parse("a 1\nb{x=\"1\"} 2\n{\"c\"} 3\n", "b"::equals);
    assertThat(read.series()).containsExactly(new Series("b", Map.of("x", "1"), 2));
    assertThat(read.malformed()).isZero();
    Exposition crowd = parse("a 1\n".repeat(Exposition.MOST_SERIES + 10));
    assertThat(crowd.series()).hasSize(Exposition.MOST_SERIES);
    assertThat(crowd.malformed()).isEqualTo(10);
  }

  @Test
  @DisplayName("M1: no text makes the reader fail")
  void anyText() {
    String alphabet = "a{}\"=,\\\n# 1.eE+-NIinf\t\r\u0000ü_:";
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(40); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Exposition read = parse(text.toString());
      assertThat(read.malformed()).isNotNegative();
    }
  }

  private static Exposition parse(String text) {
    return Exposition.parse(text, name -> true);
  }
}
