package io.lockkeeper.monitor.shop;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.adapter.Telemetry;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.quickstart.shop.Warehouse;
import io.lockkeeper.runbook.Runbook;
import java.io.IOException;
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

  private static final Duration BASELINE = Duration.ofSeconds(20);
  private static final Duration SETTLING = Duration.ofSeconds(20);
  private static final double PERCENT = 100;

  private final ShopCase release;
  private final Telemetry telemetry;
  private final Path folder;
  private final ExecutorService happenings = Executors.newVirtualThreadPerTaskExecutor();
  private final @Nullable Warehouse warehouse;
  private final TwoShops shops;
  private final Runbook runbook;
  private final ReleaseAccepted accepted;

  /// Starts everything; all traffic is on the stable version.
  ShopRelease(ShopCase release, Telemetry telemetry) throws IOException, InterruptedException {
    this.release = release;
    this.telemetry = telemetry;
    folder = Files.createTempDirectory("shop-release");
    warehouse = release.warehouse() > 0 ? Warehouse.open(release.warehouse()) : null;
    shops =
        new TwoShops(
            folder,
            release.load(),
            new TwoShops.Built("stable", options(List.of())),
            new TwoShops.Built("candidate", options(release.candidate())),
            release.fault());
    runbook =
        ShopRunbook.of(
            shops.stable().url().resolve("/metrics"),
            shops.candidate().url().resolve("/metrics"),
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
      shops.shift(stage.weight());
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
    shops.candidate().restart();
    if (!release.fault().isEmpty()) {
      shops.candidate().faults(release.fault());
    }
  }

  /// The same of the stable version.
  void restartStable() throws IOException, InterruptedException {
    shops.stable().restart();
  }

  /// What both versions depend on takes so many times as long.
  void warehouseSlower(double factor) {
    if (warehouse != null) {
      warehouse.slower(factor);
    }
  }

  /// Something goes wrong with the candidate from now on.
  void candidateFaults(Map<String, Object> faults) throws IOException, InterruptedException {
    shops.candidate().faults(faults);
  }

  @Override
  public void close() throws IOException {
    happenings.shutdownNow();
    shops.close();
    if (warehouse != null) {
      warehouse.close();
    }
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

  private static Duration untilSecond(Instant start, int second) {
    return until(start.plusSeconds(second));
  }

  private static Duration until(Instant then) {
    Duration left = Duration.between(Instant.now(), then);
    return left.isNegative() ? Duration.ZERO : left;
  }
}
