package io.lockkeeper.monitor.shop;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.quickstart.shop.Customers;
import io.lockkeeper.quickstart.shop.Load;
import io.lockkeeper.quickstart.shop.TrafficTarget;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import io.lockkeeper.runbook.Digest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Two versions of the real shop side by side, an instance of each as a process, the real splitting
/// proxy before them, and real customers.
final class TwoShops implements AutoCloseable {

  private static final String SERVICE = "demo/shop";
  private static final String ENVIRONMENT = "production";
  private static final Digest STABLE = Digest.of("stable".getBytes(UTF_8));
  private static final Digest CANDIDATE = Digest.of("candidate".getBytes(UTF_8));

  private final HttpClient client = Loopback.client();
  private final StandardWebhook signature = StandardWebhook.of(StandardWebhook.newSecret());
  private final ShopInstance stable;
  private final ShopInstance candidate;
  private final TrafficTarget target;
  private final Customers customers;
  private int effects;

  /// A version and how its instance is built.
  record Built(String version, List<String> options) {}

  /// Starts everything; all traffic is on the stable version.
  ///
  /// @param fault what is wrong with the candidate before anybody comes; empty: nothing
  TwoShops(Path folder, Load load, Built stable, Built candidate, Map<String, Object> fault)
      throws IOException, InterruptedException {
    this.stable = new ShopInstance(client, folder, stable.version(), stable.options());
    this.candidate = new ShopInstance(client, folder, candidate.version(), candidate.options());
    this.stable.await();
    this.candidate.await();
    if (!fault.isEmpty()) {
      this.candidate.faults(fault);
    }
    target =
        TrafficTarget.start(
            new TrafficTarget.Settings(
                0,
                0,
                SERVICE,
                ENVIRONMENT,
                folder,
                folder.resolve("effects.jsonl"),
                signature,
                STABLE.value(),
                Map.of(
                    STABLE.value(), this.stable.url().toString(),
                    CANDIDATE.value(), this.candidate.url().toString()),
                List.of()));
    customers = Customers.start(URI.create(target.dataUrl()), load, 0);
  }

  ShopInstance stable() {
    return stable;
  }

  ShopInstance candidate() {
    return candidate;
  }

  /// The candidate gets this share of the requests from now on, percent.
  void shift(int weight) throws IOException, InterruptedException {
    effects++;
    String key = "release:1." + effects;
    byte[] body =
        Json.bytes(
            Map.of(
                "type",
                "io.lockkeeper.effect.v1",
                "data",
                Map.of(
                    "release",
                    "release",
                    "service",
                    SERVICE,
                    "environment",
                    ENVIRONMENT,
                    "fence",
                    Map.of("token", 1, "number", effects),
                    "action",
                    "SHIFT",
                    "weight",
                    weight,
                    "candidate",
                    CANDIDATE.value(),
                    "stable",
                    STABLE.value())));
    String id = "effect-" + effects;
    Instant now = Instant.now();
    var request =
        HttpRequest.newBuilder(URI.create(target.controlUrl() + "/effects"))
            .header("webhook-id", id)
            .header("webhook-timestamp", String.valueOf(now.getEpochSecond()))
            .header("webhook-signature", signature.sign(id, now, body))
            .header("idempotency-key", "\"" + key + "\"")
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    var response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(response.statusCode() + ": " + response.body());
    }
  }

  @Override
  public void close() throws IOException {
    customers.close();
    target.close();
    stable.close();
    candidate.close();
    client.shutdownNow();
  }
}
