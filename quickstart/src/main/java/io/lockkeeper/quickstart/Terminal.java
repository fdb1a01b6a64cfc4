package io.lockkeeper.quickstart;

import io.lockkeeper.quickstart.wire.Progress;
import java.io.Console;

/// Shows how something goes: a line for each step, and in a terminal one more, at the bottom, that
/// says what it waits for now.
final class Terminal implements Progress {

  private static final String CLEAR_LINE = "\r\u001b[K";
  private static final int WIDTH = 150;

  private final boolean silent;
  private final boolean live;
  private String waits = "";

  /// @param silent whether nothing is shown at all
  Terminal(boolean silent) {
    this.silent = silent;
    Console console = System.console();
    this.live = console != null && console.isTerminal();
  }

  @Override
  public void step(String line) {
    if (!silent) {
      System.out.println((live && !waits.isEmpty() ? CLEAR_LINE : "") + line);
      waits = "";
    }
  }

  @Override
  public void waits(String line) {
    if (silent || line.equals(waits)) {
      return;
    }
    waits = line;
    if (live) {
      System.out.print(CLEAR_LINE + (line.length() > WIDTH ? line.substring(0, WIDTH) : line));
      System.out.flush();
    } else if (!line.isEmpty()) {
      System.out.println(line);
    }
  }
}
