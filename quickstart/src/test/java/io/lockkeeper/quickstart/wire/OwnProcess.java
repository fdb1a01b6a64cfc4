package io.lockkeeper.quickstart.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/// One `main` of the quickstart in a JVM of its own, with the small heap it gets in the demo.
public final class OwnProcess implements AutoCloseable {

  private final Process process;
  private final Path output;

  private OwnProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /// Starts it and waits for its ready line.
  public static OwnProcess start(Path folder, String heap, Class<?> main, Object... arguments)
      throws IOException {
    OwnProcess started = launch(folder, heap, main, arguments);
    Awaitility.await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> started.readyLines() > 0 || !started.process.isAlive());
    assertThat(started.readyLines()).as(started.text()).isEqualTo(1);
    return started;
  }

  /// Starts it and waits for nothing.
  public static OwnProcess launch(Path folder, String heap, Class<?> main, Object... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx" + heap,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    for (Object argument : arguments) {
      command.add(String.valueOf(argument));
    }
    Path output = Files.createTempFile(folder, main.getSimpleName(), ".out");
    return new OwnProcess(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start(),
        output);
  }

  /// Everything it has printed.
  public String text() throws IOException {
    return Files.readString(output);
  }

  /// How often it has said that it is ready.
  public long readyLines() throws IOException {
    return text().lines().filter(OwnProcess::isReadyLine).count();
  }

  /// What its ready line says after `name=`.
  public String said(String name) throws IOException {
    String ready = text().lines().filter(OwnProcess::isReadyLine).findFirst().orElse("");
    for (String word : ready.split(" ")) {
      if (word.startsWith(name + "=")) {
        return word.substring(name.length() + 1);
      }
    }
    throw new AssertionError("no " + name + " in " + text());
  }

  private static boolean isReadyLine(String line) {
    return line.startsWith("READY ");
  }

  /// Its number.
  public long pid() {
    return process.pid();
  }

  /// SIGTERM, and what it exited with.
  public int terminate() throws InterruptedException {
    process.destroy();
    return exit();
  }

  /// SIGKILL.
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    exit();
  }

  /// Waits until it ends.
  public int exit() throws InterruptedException {
    assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("ends").isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
