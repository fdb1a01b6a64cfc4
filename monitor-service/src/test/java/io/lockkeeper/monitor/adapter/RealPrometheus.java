package io.lockkeeper.monitor.adapter;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A real Prometheus that scrapes instances every second: Debian's package, installed where it is
/// missing and may be. Where it cannot be had, a test that needs it is skipped, and says so.
public final class RealPrometheus implements AutoCloseable {

  /// One instance of a version.
  public record Target(String version, URI metrics) {}

  private final Path folder;
  private final int port;
  private Process process;

  /// Starts one that keeps its samples in this folder, and waits until it answers.
  public RealPrometheus(Path folder, List<Target> targets) throws IOException {
    this.folder = folder;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    StringBuilder config =
        new StringBuilder(
            "global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n"
                + "- job_name: shop\n  static_configs:\n");
    for (Target target : targets) {
      config
          .append("  - targets: [ \"127.0.0.1:")
          .append(target.metrics().getPort())
          .append("\" ]\n    labels: { version: \"")
          .append(target.version())
          .append("\" }\n");
    }
    Files.writeString(folder.resolve("prometheus.yml"), config);
    start();
    await().atMost(Duration.ofMinutes(1)).until(this::isReady);
  }

  /// Whether it answers; it says so itself.
  private boolean isReady() throws InterruptedException {
    HttpRequest ready = HttpRequest.newBuilder(uri().resolve("/-/ready")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(ready, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  /// Its address.
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /// Starts it, or starts it again on the samples that it has.
  void start() throws IOException {
    process =
        new ProcessBuilder(
                program(),
                "--config.file=" + folder.resolve("prometheus.yml"),
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--enable-feature=native-histograms",
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
  }

  /// Ends it without a warning.
  void kill() {
    process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    kill();
  }

  private static String program() throws IOException {
    if (found() == null && isRoot() && isThere(Path.of("/usr/bin/apt-get"))) {
      run("apt-get", "install", "--yes", "--no-install-recommends", "prometheus");
    }
    String program = found();
    if (program == null) {
      System.err.println(
          "SKIPPED, nothing was read from a real Prometheus: there is no prometheus");
    }
    assumeTrue(program != null, "there is no prometheus, and it cannot be installed");
    return program;
  }

  private static String found() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, "prometheus"))
        .filter(RealPrometheus::isThere)
        .map(Path::toString)
        .findFirst()
        .orElse(null);
  }

  private static boolean isThere(Path program) {
    return Files.isRegularFile(program) && Files.isExecutable(program);
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static void run(String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
    try {
      builder.start().waitFor(5, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
