package io.lockkeeper.quickstart;

import io.lockkeeper.quickstart.wire.Progress;
import java.io.Console;
import java.io.PrintStream;

/// Shows how something goes: a line for each step, and in a terminal one more, at the bottom, that
/// says what it waits for now.
final class Terminal implements Progress {

  private static final String CLEAR_LINE = "\r\u001b[K";
  private static final int WIDTH = 150;

  private final boolean silent;
  private final boolean live;
  private final PrintStream out;
  private String waits = "";

  /// @param silent whether nothing is shown at all
  Terminal(boolean silent) {
    this(silent, isTerminal(), System.out);
  }

  /// @param live whether `out` is a terminal, in which the last line can be written anew
  Terminal(boolean silent, boolean live, PrintStream out) {
    this.silent = silent;
    this.live = live;
    this.out = out;
  }

  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  @Override
  public synchronized void step(String line) {
    if (!silent) {
      out.println((live && !waits.isEmpty() ? CLEAR_LINE : "") + line);
      waits = "";
    }
  }

  @Override
  public synchronized void waits(String line) {
    if (silent || line.equals(waits)) {
      return;
    }
    waits = line;
    if (live) {
      out.print(CLEAR_LINE + (line.length() > WIDTH ? line.substring(0, WIDTH) : line));
      out.flush();
    } else if (!line.isEmpty()) {
      out.println(line);
    }
  }
}
