package io.lockkeeper.monitor.shop;

import io.lockkeeper.quickstart.shop.Shop;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.Loopback;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One instance of the shop: a process of its own on a port of its own, with the small heap it has
/// in the demo.
final class ShopInstance implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(120);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final HttpClient client;
  private final Path log;
  private final int port;
  private final List<String> command;
  private Process process;

  ShopInstance(HttpClient client, Path folder, String version, List<String> options)
      throws IOException {
    this.client = client;
    this.log = folder.resolve(version + ".log");
    this.port = Loopback.freePort();
    this.command = command(version, options);
    this.process = launch();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /// Waits until it serves.
  void await() throws IOException, InterruptedException {
    long end = System.nanoTime() + START.toNanos();
    while (!Files.readString(log).contains("READY ")) {
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        throw new IOException("the shop does not start: " + Files.readString(log));
      }
      Thread.sleep(LOOK);
    }
  }

  /// As when its node dies: no warning, and a new process at the same address.
  void restart() throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    process = launch();
    await();
  }

  /// Switches faults.
  void faults(Map<String, Object> faults) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(url().resolve("/faults"))
            .timeout(Duration.ofSeconds(10))
            .POST(BodyPublishers.ofByteArray(Json.bytes(faults)))
            .build();
    var response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(response.body());
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Process launch() throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    return builder.redirectOutput(log.toFile()).start();
  }

  private List<String> command(String version, List<String> options) {
    var all =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Shop.class.getName(),
                "--version",
                version,
                "--port",
                String.valueOf(port)));
    all.addAll(options);
    return List.copyOf(all);
  }
}
