package io.lockkeeper.quickstart.wire;

import java.net.BindException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/// How every process of the quickstart lives: it reads its options, starts, prints one line that
/// begins with `READY`, works until it is told to end (SIGTERM, Ctrl-C), and closes what it opened.
/// Exit codes: 2 for wrong options, 1 for a failure, with one line on standard error that says why;
/// otherwise what the JVM gives to a process that a signal ended (143 for SIGTERM).
public final class Daemon {

  private static final Duration FOREVER = Duration.ofDays(365_000);
  /// After this long the process ends whether everything is closed or not.
  private static final Duration CLOSING = Duration.ofSeconds(30);

  private Daemon() {}

  /// Runs the command and ends the process with its exit code.
  public static void main(Callable<Integer> command, String[] arguments) {
    CommandLine line = new CommandLine(command);
    line.setExecutionExceptionHandler(
        (failure, name, parsed) -> {
          System.err.println(line.getCommandName() + ": " + reason(failure));
          return 1;
        });
    System.exit(line.execute(arguments));
  }

  /// Prints the ready line, waits until the process is told to end, then closes the service and
  /// runs
  /// `last`. Returns the exit code, for [#main] to use.
  public static int serve(String ready, AutoCloseable service, Runnable last) {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  told.countDown();
                  await(closed, CLOSING);
                },
                "told-to-end"));
    System.out.println("READY " + ready);
    System.out.flush();
    await(told, FOREVER);
    try {
      service.close();
      last.run();
      System.out.flush();
      return 0;
    } catch (Exception e) {
      System.err.println("could not close: " + reason(e));
      return 1;
    } finally {
      closed.countDown();
    }
  }

  private static String reason(Throwable failure) {
    return failure instanceof BindException || failure instanceof IllegalArgumentException
        ? String.valueOf(failure.getMessage())
        : failure.toString();
  }

  private static void await(CountDownLatch latch, Duration atMost) {
    try {
      latch.await(atMost.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
