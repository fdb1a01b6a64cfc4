package io.lockkeeper.monitor.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.monitor.adapter.OpenMetricsTelemetry;
import io.lockkeeper.monitor.adapter.Telemetry;
import io.lockkeeper.monitor.adapter.TelemetryCalls;
import io.lockkeeper.monitor.adapter.TelemetrySettings;
import io.lockkeeper.runbook.Verdict;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Real releases of the demo shop, several at the same time as far as the machine bears their load.
/// Every look is kept in `target/shop-benchmark`; with `-Dlockkeeper.benchmark.again=true` those
/// are judged again and nothing is started. The command is in docs/judge-in-the-shop.md.
class ShopBenchmark {

  private static final Path FOLDER =
      Path.of(System.getProperty("lockkeeper.benchmark.folder", "target/shop-benchmark"));
  private static final boolean AGAIN = Boolean.getBoolean("lockkeeper.benchmark.again");
  private static final String ONLY = System.getProperty("lockkeeper.benchmark.only", "");
  private static final int AT_ONCE = Integer.getInteger("lockkeeper.benchmark.releases", 14);
  private static final int RATE = Integer.getInteger("lockkeeper.benchmark.rate", 600);

  private static final int MOST_FALSE = 1;
  private static final int LEAST_FOUND = 20;

  @Test
  @DisplayName("M1, R1: 50 identical versions and 21 with a fault, real requests, nasty conditions")
  void releases() throws Exception {
    Files.createDirectories(FOLDER);
    var identical = some(ShopCases.identical());
    var faulty = some(ShopCases.faulty());
    var cases = new ArrayList<>(faulty);
    cases.addAll(identical);
    var outcomes = AGAIN ? again(cases) : run(cases);
    var table = new StringBuilder();
    int falseAlarms = 0;
    int found = 0;
    int late = 0;
    for (int i = 0; i < cases.size(); i++) {
      var release = cases.get(i);
      var outcome = outcomes.get(i);
      boolean breach = outcome.verdict() == Verdict.FAILED;
      falseAlarms += breach && !release.isFaulty() ? 1 : 0;
      found += breach && release.isFaulty() ? 1 : 0;
      late += breach && release.isFaulty() && outcome.seconds() > release.due() ? 1 : 0;
      table.append(line(release, outcome));
    }
    Files.writeString(FOLDER.resolve("table.md"), table);
    System.out.println(table);
    System.out.printf(
        "%d false alarms in %d identical releases; %d of %d faults found, %d of them late%n",
        falseAlarms, identical.size(), found, faulty.size(), late);
    assertThat(falseAlarms).as("false alarms").isLessThanOrEqualTo(MOST_FALSE);
    assertThat(found).as("found").isGreaterThanOrEqualTo(Math.min(faulty.size(), LEAST_FOUND));
    assertThat(late).as("found later than an onlooker").isZero();
  }

  private static List<ShopCase> some(List<ShopCase> cases) {
    return cases.stream().filter(release -> release.name().contains(ONLY)).toList();
  }

  private static List<ShopRecording.Outcome> again(List<ShopCase> cases) throws IOException {
    var outcomes = new ArrayList<ShopRecording.Outcome>();
    for (var release : cases) {
      outcomes.add(ShopRecording.again(file(release), release));
    }
    return outcomes;
  }

  private static List<ShopRecording.Outcome> run(List<ShopCase> cases) throws Exception {
    var telemetry = new OpenMetricsTelemetry(new TelemetryCalls(settings()));
    var machine = new Semaphore(RATE, true);
    try (ExecutorService slots = Executors.newFixedThreadPool(AT_ONCE)) {
      var running = new ArrayList<Future<ShopRecording.Outcome>>();
      for (var release : cases) {
        running.add(slots.submit(onMachine(machine, release, telemetry)));
      }
      var outcomes = new ArrayList<ShopRecording.Outcome>();
      for (var one : running) {
        outcomes.add(one.get());
      }
      return outcomes;
    }
  }

  private static Callable<ShopRecording.Outcome> onMachine(
      Semaphore machine, ShopCase release, Telemetry telemetry) {
    int share = Math.min(RATE, release.load().perSecond());
    return () -> {
      machine.acquire(share);
      try (var watcher = new ShopRecording(file(release), release.due());
          var shop = new ShopRelease(release, telemetry)) {
        shop.run(watcher);
        System.out.print(line(release, watcher.outcome()));
        return watcher.outcome();
      } finally {
        machine.release(share);
      }
    };
  }

  private static Path file(ShopCase release) {
    return FOLDER.resolve(release.name() + ".jsonl");
  }

  private static String line(ShopCase release, ShopRecording.Outcome outcome) {
    boolean breach = outcome.verdict() == Verdict.FAILED;
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %s | %s |%n",
        release.name(),
        breach ? "breach: " + outcome.signal() : outcome.verdict(),
        breach ? String.format(Locale.ROOT, "%.0f", outcome.seconds()) : "",
        release.isFaulty() ? release.due() : "",
        release.reason());
  }

  private static TelemetrySettings settings() {
    return new SmallRyeConfigBuilder()
        .withMapping(TelemetrySettings.class)
        .build()
        .getConfigMapping(TelemetrySettings.class);
  }
}
