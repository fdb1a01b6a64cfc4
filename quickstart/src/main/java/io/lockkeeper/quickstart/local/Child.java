package io.lockkeeper.quickstart.local;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One process of a local installation. It can be started again after it ended, whatever ended it,
/// and what a
/// launcher that was killed left running is ended at the next start.
public final class Child implements AutoCloseable {

  /// How long it may take to end after it was asked to.
  static final Duration ENDING = Duration.ofSeconds(15);

  /// How often it is asked whether it is ready.
  static final Duration LOOK = Duration.ofMillis(100);

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final Path pidFile;
  private final Predicate<Child> ready;
  private final Duration ending;
  private long saidBefore;
  private @Nullable Process process;

  /// A process that is not started yet.
  ///
  /// @param log   what it says, kept from one start to the next
  /// @param ready whether it can be used; asked again and again while it starts
  /// @param ending how long it may take to end after it was asked to
  Child(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      Path pidFile,
      Predicate<Child> ready,
      Duration ending) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.log = log;
    this.pidFile = pidFile;
    this.ready = ready;
    this.ending = ending;
  }

  /// What it is called in messages and file names.
  public String name() {
    return name;
  }

  /// Starts it; does nothing when it runs.
  public synchronized void start() throws IOException {
    if (isAlive()) {
      return;
    }
    endLeftOver();
    ProcessBuilder builder = new ProcessBuilder(command);
    // glibc otherwise keeps up to eight heaps of its own per core resident. Others ignore it.
    builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
    saidBefore = Files.exists(log) ? Files.size(log) : 0;
    Process started = builder.start();
    process = started;
    Files.writeString(pidFile, started.pid() + " " + startOf(started.toHandle()));
  }

  /// Waits until it can be used.
  ///
  /// @throws IOException when it ended instead, or took longer than this; the message names its log
  public void awaitReady(Duration atMost) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(atMost);
    while (!isReady()) {
      if (Instant.now().isAfter(end)) {
        throw late(atMost);
      }
      Thread.sleep(LOOK);
    }
  }

  /// Whether it can be used.
  ///
  /// @throws IOException when it has ended instead; the message names its log
  boolean isReady() throws IOException {
    if (ready.test(this)) {
      return true;
    }
    if (!isAlive()) {
      throw new IOException(name + " ended while starting; the end of " + log + ":\n" + tail());
    }
    return false;
  }

  /// It has taken longer than it may to become ready.
  IOException late(Duration atMost) {
    return new IOException(name + " is not ready after " + atMost.toSeconds() + " s; see " + log);
  }

  /// Whether it has printed its ready line since it was started last.
  synchronized boolean saysReady() {
    try (InputStream said = Files.newInputStream(log)) {
      said.skipNBytes(saidBefore);
      return new String(said.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .anyMatch(line -> line.startsWith("READY "));
    } catch (IOException e) {
      return false;
    }
  }

  /// Whether it runs.
  public synchronized boolean isAlive() {
    return process != null && process.isAlive();
  }

  /// Its process id; empty while it does not run.
  public synchronized Optional<Long> pid() {
    return isAlive() && process != null ? Optional.of(process.pid()) : Optional.empty();
  }

  /// Ends it at once, without warning (SIGKILL), and waits until it is gone.
  public void kill() throws InterruptedException {
    Process running = running();
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  /// Stops its clock (SIGSTOP); [#thaw] lets it go on.
  public void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  /// Lets it go on after [#freeze].
  public void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Optional<Long> pid = pid();
    if (pid.isPresent()) {
      int code = new ProcessBuilder("kill", "-" + signal, pid.get().toString()).start().waitFor();
      if (code != 0) {
        throw new IOException("kill -" + signal + " of " + name + " ended with " + code);
      }
    }
  }

  /// Asks it to end and waits; ends it by force when it takes too long.
  @Override
  public void close() {
    Process running = running();
    if (running == null) {
      return;
    }
    running.destroy();
    try {
      if (!running.waitFor(ending.toMillis(), TimeUnit.MILLISECONDS)) {
        running.destroyForcibly().waitFor();
      }
      Files.deleteIfExists(pidFile);
    } catch (InterruptedException e) {
      running.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The next start finds a pid file of a process that is gone, and ignores it.
    }
  }

  private synchronized @Nullable Process running() {
    return process;
  }

  /// Ends what an earlier launcher left behind: the same pid with the same start time, and nothing
  /// else.
  void endLeftOver() throws IOException {
    if (!Files.exists(pidFile)) {
      return;
    }
    String[] words = Files.readString(pidFile).strip().split(" ", 2);
    Optional<ProcessHandle> left =
        words.length == 2 && words[0].matches("[0-9]{1,10}")
            ? ProcessHandle.of(Long.parseLong(words[0]))
            : Optional.empty();
    if (left.isPresent() && startOf(left.get()).equals(words[1])) {
      left.get().destroyForcibly();
      left.get().onExit().join();
    }
    Files.delete(pidFile);
  }

  private static String startOf(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  private String tail() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
  }
}
