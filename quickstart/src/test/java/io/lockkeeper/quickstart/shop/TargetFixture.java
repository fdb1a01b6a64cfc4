package io.lockkeeper.quickstart.shop;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.quickstart.wire.JsonLines;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Two versions of the shop behind a target, all in this JVM, and calls to them.
final class TargetFixture implements AutoCloseable {

  static final String STABLE = "sha256:" + "a".repeat(64);
  static final String CANDIDATE = "sha256:" + "b".repeat(64);
  static final String STATE = "/state?service=demo/shop&environment=production";

  private static final String QUICK = "{\"errorRatio\":0,\"slower\":0.1}";

  final Path folder;
  final StandardWebhook signature = StandardWebhook.of(StandardWebhook.newSecret());
  final Caller caller = new Caller(signature);
  final Shop stable = Shop.start("v1", 0);
  final Shop candidate = Shop.start("v2", 0);
  TrafficTarget target;

  TargetFixture(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    this.target = start();
    // Short waits and no error by chance: neither is what these tests are about.
    caller.post(stable.url() + "/faults", QUICK);
    caller.post(candidate.url() + "/faults", QUICK);
  }

  /// Ends the target and starts another on what it left.
  void restart() throws IOException {
    target.close();
    target = start();
  }

  Caller.Reply shift(String release, long token, long number, int weight) throws Exception {
    return effect(release, token, number, "SHIFT", null, weight);
  }

  Caller.Reply step(String release, long token, long number, String action, String step)
      throws Exception {
    return effect(release, token, number, action, step, null);
  }

  Caller.Reply effect(
      String release, long token, long number, String action, String step, Integer weight)
      throws Exception {
    return caller.send(
        target.controlUrl() + "/effects",
        release + ":" + token + "." + number,
        body(release, token, number, action, step, weight));
  }

  static String body(
      String release, long token, long number, String action, String step, Integer weight) {
    return """
        {"type":"io.lockkeeper.effect.v1","timestamp":"2026-11-23T00:00:00Z","data":{
         "release":"%s","service":"demo/shop","environment":"production",
         "fence":{"token":%d,"number":%d},"action":"%s","step":%s,"weight":%s,
         "candidate":"%s","stable":"%s"}}"""
        .formatted(
            release,
            token,
            number,
            action,
            step == null ? "null" : "\"" + step + "\"",
            weight,
            CANDIDATE,
            STABLE);
  }

  JsonNode state() throws Exception {
    return caller.get(target.controlUrl() + STATE).json();
  }

  void faults(String json) throws Exception {
    caller.post(target.controlUrl() + "/faults", json);
  }

  /// The answer's version, `x-version`, of a customer's request.
  String visit() throws Exception {
    return caller
        .get(target.dataUrl() + "/products")
        .headers()
        .firstValue("x-version")
        .orElse("none");
  }

  /// Lines of the effects file, or of the one beside it with this suffix.
  List<JsonNode> lines(String suffix) throws IOException {
    try (JsonLines lines = JsonLines.open(folder.resolve("effects.jsonl" + suffix))) {
      return lines.lines();
    }
  }

  List<String> keys(String suffix) throws IOException {
    return lines(suffix).stream().map(line -> line.path("key").asText()).toList();
  }

  @Override
  public void close() throws IOException {
    target.close();
    candidate.close();
    stable.close();
    caller.close();
  }

  private TrafficTarget start() throws IOException {
    return TrafficTarget.start(
        new TrafficTarget.Settings(
            0,
            0,
            "demo/shop",
            "production",
            folder,
            folder.resolve("effects.jsonl"),
            signature,
            STABLE,
            Map.of(STABLE, stable.url(), CANDIDATE, candidate.url()),
            List.of("nightly")));
  }
}
