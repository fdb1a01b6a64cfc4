package io.lockkeeper.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// How progress is shown to a person in a terminal, and in the log of a pipeline.
class TerminalTest {

  private static final String CLEAR = "\r\u001b[K";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Terminal terminal(boolean silent, boolean live) {
    return new Terminal(silent, live, new PrintStream(out, true, UTF_8));
  }

  private static void go(Terminal terminal) {
    terminal.step("one");
    terminal.waits("waits for a");
    terminal.waits("waits for a");
    terminal.waits("waits for b");
    terminal.step("two");
    terminal.waits("waits for b");
    terminal.waits("");
  }

  private String shown() {
    return out.toString(UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  @DisplayName("In a terminal what it waits for is one line that is written anew, then cleared")
  void live() {
    go(terminal(false, true));
    assertThat(shown())
        .isEqualTo(
            "one\n"
                + (CLEAR + "waits for a")
                + (CLEAR + "waits for b")
                + (CLEAR + "two\n")
                + (CLEAR + "waits for b")
                + CLEAR);
  }

  @Test
  @DisplayName("Elsewhere it is a line of its own, once, without any control character")
  void plain() {
    go(terminal(false, false));
    assertThat(shown()).isEqualTo("one\nwaits for a\nwaits for b\ntwo\nwaits for b\n");
  }

  @Test
  @DisplayName(
      "A live line is cut, since one that wraps could not be cleared; a plain one is whole")
  void longLine() {
    terminal(false, true).waits("x".repeat(200));
    assertThat(shown()).isEqualTo(CLEAR + "x".repeat(150));
    out.reset();
    terminal(false, false).waits("x".repeat(200));
    assertThat(shown()).isEqualTo("x".repeat(200) + "\n");
  }

  @Test
  @DisplayName("Silent, it shows nothing")
  void silent() {
    go(terminal(true, true));
    assertThat(shown()).isEmpty();
  }
}
