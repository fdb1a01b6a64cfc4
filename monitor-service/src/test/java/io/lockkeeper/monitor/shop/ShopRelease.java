package io.lockkeeper.monitor.shop;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.adapter.Telemetry;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.quickstart.shop.Customers;
import io.lockkeeper.quickstart.shop.TrafficTarget;
import io.lockkeeper.quickstart.shop.Warehouse;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Runbook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// One release of the real shop: two instances as processes, the real splitting proxy before them,
/// real customers, and looks by the real telemetry. Takes the place of rollout-service: shifts the
/// traffic stage by stage.
final class ShopRelease implements AutoCloseable {

  private static final String SERVICE = "demo/shop";
  private static final String ENVIRONMENT = "production";
  private static final Digest STABLE = Digest.of("stable".getBytes(UTF_8));
  private static final Digest CANDIDATE = Digest.of("candidate".getBytes(UTF_8));
  private static final Duration BASELINE = Duration.ofSeconds(20);
  private static final Duration SETTLING = Duration.ofSeconds(20);
  private static final double PERCENT = 100;

  private final ShopCase release;
  private final Telemetry telemetry;
  private final Path folder;
  private final HttpClient client = Loopback.client();
  private final StandardWebhook signature = StandardWebhook.of(StandardWebhook.newSecret());
  private final ExecutorService happenings = Executors.newVirtualThreadPerTaskExecutor();
  private final @Nullable Warehouse warehouse;
  private final ShopInstance stable;
  private final ShopInstance candidate;
  private final TrafficTarget target;
  private final Customers customers;
  private final Runbook runbook;
  private final ReleaseAccepted accepted;
  private int effects;

  /// Starts everything; all traffic is on the stable version.
  ShopRelease(ShopCase release, Telemetry telemetry) throws IOException, InterruptedException {
    this.release = release;
    this.telemetry = telemetry;
    folder = Files.createTempDirectory("shop-release");
    warehouse = release.warehouse() > 0 ? Warehouse.open(release.warehouse()) : null;
    stable = new ShopInstance(client, folder, "stable", options(List.of()));
    candidate = new ShopInstance(client, folder, "candidate", options(release.candidate()));
    stable.await();
    candidate.await();
    if (!release.fault().isEmpty()) {
      candidate.faults(release.fault());
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
                    STABLE.value(), stable.url().toString(),
                    CANDIDATE.value(), candidate.url().toString()),
                List.of()));
    customers = Customers.start(URI.create(target.dataUrl()), release.load(), 0);
    runbook =
        ShopRunbook.of(
            stable.url().resolve("/metrics"),
            candidate.url().resolve("/metrics"),
            release.rateCounts());
    accepted = ShopRunbook.accepted(runbook);
  }

  /// Takes the baseline, then one look after the other through all stages, until the watcher has
  /// seen enough.
  void run(Watcher watcher) throws Exception {
    watcher.begins(runbook, baseline());
    Instant start = Instant.now();
    for (var event : release.events()) {
      happenings.submit(
          () -> {
            Thread.sleep(untilSecond(start, event.second()));
            event.what().to(this);
            return null;
          });
    }
    Instant next = start;
    Instant ends = start;
    for (var stage : ShopRunbook.STAGES) {
      shift(stage.weight());
      ends = ends.plus(stage.bake());
      while (next.isBefore(ends)) {
        Thread.sleep(until(next));
        var seen = telemetry.scrape(accepted);
        // As monitor-service: without the candidate it is no look.
        if (!seen.candidate().isEmpty()) {
          var at = Instant.now();
          var look = new Look(at, stage.weight() / PERCENT, seen.stable(), seen.candidate());
          if (!watcher.sees(look, Duration.between(start, at))) {
            return;
          }
        }
        next = next.plus(runbook.monitoring().interval());
      }
    }
  }

  /// Who judges.
  interface Watcher {

    void begins(Runbook runbook, Baseline baseline) throws IOException;

    /// Whether the release may go on.
    boolean sees(Look look, Duration running) throws IOException;
  }

  /// The instance of the candidate is lost, and there again as soon as it has started.
  void restartCandidate() throws IOException, InterruptedException {
    candidate.restart();
    if (!release.fault().isEmpty()) {
      candidate.faults(release.fault());
    }
  }

  /// The same of the stable version.
  void restartStable() throws IOException, InterruptedException {
    stable.restart();
  }

  /// What both versions depend on takes so many times as long.
  void warehouseSlower(double factor) {
    if (warehouse != null) {
      warehouse.slower(factor);
    }
  }

  /// Something goes wrong with the candidate from now on.
  void candidateFaults(Map<String, Object> faults) throws IOException, InterruptedException {
    candidate.faults(faults);
  }

  @Override
  public void close() throws IOException {
    happenings.shutdownNow();
    customers.close();
    target.close();
    stable.close();
    candidate.close();
    if (warehouse != null) {
      warehouse.close();
    }
    client.shutdownNow();
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private List<String> options(List<String> own) {
    var options = new ArrayList<>(release.options());
    options.addAll(own);
    if (warehouse != null) {
      options.addAll(List.of("--warehouse", warehouse.url().toString()));
    }
    return options;
  }

  /// As long as a runbook would ask for, or until there is enough to compare with; of a version
  /// that has served for a while.
  private Baseline baseline() throws InterruptedException {
    Thread.sleep(SETTLING);
    var scrapes = new ArrayList<Baseline.Scrape>();
    Duration window = BASELINE.plusSeconds(ShopRunbook.LEAST_BASELINE / release.load().perSecond());
    Instant next = Instant.now();
    while (scrapes.size() < 2 || next.isBefore(scrapes.getFirst().at().plus(window))) {
      Thread.sleep(until(next));
      var seen = telemetry.scrapeStable(accepted);
      if (!seen.stable().isEmpty()) {
        scrapes.add(new Baseline.Scrape(Instant.now(), seen.stable()));
      }
      next = next.plus(runbook.monitoring().interval());
    }
    return ShopRunbook.baseline(runbook, scrapes);
  }

  private void shift(int weight) throws IOException, InterruptedException {
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

  private static Duration untilSecond(Instant start, int second) {
    return until(start.plusSeconds(second));
  }

  private static Duration until(Instant then) {
    Duration left = Duration.between(Instant.now(), then);
    return left.isNegative() ? Duration.ZERO : left;
  }
}
