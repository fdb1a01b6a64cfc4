package io.lockkeeper.quickstart;

import io.lockkeeper.quickstart.local.LocalStack;
import io.lockkeeper.quickstart.local.Part;
import io.lockkeeper.quickstart.wire.Progress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A stack that is stopped when the command ends, however it ends, and what the command says
/// meanwhile.
final class Running {

  private static final Duration LOOK = Duration.ofSeconds(1);

  private final LocalStack stack;
  private final Instant begun;
  private final Terminal terminal;

  private Running(LocalStack stack, Instant begun, Terminal terminal) {
    this.stack = stack;
    this.begun = begun;
    this.terminal = terminal;
  }

  /// Starts everything. Ctrl-C, now or later, stops what was started.
  static Running start(LocalStack stack) throws IOException, InterruptedException {
    Instant begun = Instant.now();
    Terminal terminal = new Terminal(false);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  terminal.step(line(begun, "stopping"));
                  stack.close();
                  terminal.step(line(begun, "stopped"));
                },
                "stop-everything"));
    stack.start(
        new Progress() {
          @Override
          public void step(String line) {
            terminal.step(line(begun, line));
          }

          @Override
          public void waits(String line) {
            terminal.waits(line);
          }
        });
    return new Running(stack, begun, terminal);
  }

  /// What runs.
  LocalStack stack() {
    return stack;
  }

  /// Where to show how something goes.
  Progress progress() {
    return terminal;
  }

  /// Says one line, with the seconds since the start.
  void say(String line) {
    terminal.step(line(begun, line));
  }

  private static String line(Instant begun, String line) {
    return "[%3d s] %s".formatted(Duration.between(begun, Instant.now()).toSeconds(), line);
  }

  /// Waits for Ctrl-C; ends before it when a process ends that should not.
  int untilInterrupted() throws InterruptedException, IOException {
    return untilInterrupted(() -> {});
  }

  /// What is to be done again and again while everything runs.
  @FunctionalInterface
  interface Chore {
    void run() throws InterruptedException;
  }

  /// The same, with something to do each second.
  int untilInterrupted(Chore chore) throws InterruptedException, IOException {
    while (true) {
      chore.run();
      List<Part> ended = stack.ended();
      if (!ended.isEmpty()) {
        Part first = ended.getFirst();
        throw new IOException(
            first.title()
                + " ended by itself; see the log files in "
                + stack.layout().folder("logs"));
      }
      Thread.sleep(LOOK);
    }
  }
}
