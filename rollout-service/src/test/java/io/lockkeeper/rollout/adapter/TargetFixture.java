package io.lockkeeper.rollout.adapter;

import io.lockkeeper.quickstart.shop.TrafficTarget;
import io.lockkeeper.quickstart.wire.Answer;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import io.lockkeeper.rollout.RolloutScenario;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A real traffic target that can be told to misbehave, be stopped and be started again.
final class TargetFixture implements AutoCloseable {

  /// The secret that it shares with rollout-service in tests.
  static final String SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  private final int port;
  private final Path folder;
  private final Loopback instance;
  private TrafficTarget target;

  TargetFixture() throws IOException {
    this.port = Loopback.freePort();
    this.folder = Files.createTempDirectory(Path.of("target"), "traffic-target-");
    this.instance = Loopback.serve(0, request -> Answer.json(200, Map.of("status", "up")));
    this.target = open();
  }

  private TrafficTarget open() throws IOException {
    String stable = RolloutScenario.STABLE.digest().value();
    String candidate = RolloutScenario.CANDIDATE.digest().value();
    return TrafficTarget.start(
        new TrafficTarget.Settings(
            0,
            port,
            RolloutScenario.LANE.service(),
            RolloutScenario.LANE.environment(),
            folder,
            folder.resolve("effects.jsonl"),
            StandardWebhook.of(SECRET),
            stable,
            Map.of(stable, instance.url(), candidate, instance.url()),
            List.of("nightly")));
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  void misbehave(String json) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url().resolve("/faults"))
            .POST(BodyPublishers.ofString(json))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      client.send(request, BodyHandlers.discarding());
    }
  }

  /// How it misbehaves now.
  String faults() throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(url().resolve("/faults")).build(), BodyHandlers.ofString())
          .body();
    }
  }

  void stop() throws IOException {
    target.close();
  }

  void restart() throws IOException {
    target = open();
  }

  /// What it did, one line each.
  List<String> effects() throws IOException {
    Path file = folder.resolve("effects.jsonl");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /// The calls that asked again for what it had been asked before, one line each.
  List<String> repeats() {
    Path file = folder.resolve("effects.jsonl.repeats");
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    target.close();
    instance.close();
  }
}
