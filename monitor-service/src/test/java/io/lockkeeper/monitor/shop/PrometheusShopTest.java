package io.lockkeeper.monitor.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.Assessment;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.adapter.PrometheusApi;
import io.lockkeeper.monitor.adapter.PrometheusTelemetry;
import io.lockkeeper.monitor.adapter.RealPrometheus;
import io.lockkeeper.monitor.adapter.Telemetry;
import io.lockkeeper.monitor.adapter.TelemetryCalls;
import io.lockkeeper.monitor.adapter.TelemetrySettings;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.quickstart.shop.Load;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Verdict;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo shop as a real Prometheus has it, which scrapes both versions every second: processes,
/// proxy, customers, Prometheus, [PrometheusTelemetry] and [ReleaseJudge] are the real ones. The
/// candidate has half of the requests.
@Tag("deep")
class PrometheusShopTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final int REQUESTS_PER_SECOND = 80;
  private static final double HALF = 0.5;
  private static final int BAKED = 15;

  /// Nobody fails, so that chance cannot make one version look worse than the other.
  private static final Map<String, Object> SOUND = Map.of("errorRatio", 0);

  private static final Map<String, Object> FAULTY = Map.of("errorRatio", 0.3);

  @TempDir static Path folder;

  private static TwoShops shops;
  private static RealPrometheus prometheus;
  private static Telemetry telemetry;
  private static ReleaseAccepted release;

  @BeforeAll
  static void open() throws Exception {
    shops =
        new TwoShops(
            folder,
            Load.of(REQUESTS_PER_SECOND),
            new TwoShops.Built("1.9.0", List.of()),
            new TwoShops.Built("2.0.0", List.of()),
            Map.of());
    prometheus =
        new RealPrometheus(
            folder,
            List.of(
                new RealPrometheus.Target("1.9.0", shops.stable().url()),
                new RealPrometheus.Target("2.0.0", shops.candidate().url())));
    TelemetrySettings settings =
        new SmallRyeConfigBuilder()
            .withMapping(TelemetrySettings.class)
            .build()
            .getConfigMapping(TelemetrySettings.class);
    TelemetryCalls calls = new TelemetryCalls(settings);
    telemetry = new PrometheusTelemetry(calls, new PrometheusApi(calls, settings));
    release = ShopRunbook.accepted(ShopRunbook.of(prometheus.uri()));
    shops.stable().faults(SOUND);
    shops.shift(50);
  }

  @AfterAll
  static void close() throws Exception {
    if (prometheus != null) {
      prometheus.close();
    }
    if (shops != null) {
      shops.close();
    }
  }

  @Test
  @DisplayName("D4, M1: an identical version passes, by every number that Prometheus has of both")
  void identical() throws Exception {
    candidateIs(SOUND);
    List<Assessment> seen = watchUntil(Verdict.PASSED, BAKED);
    assertThat(seen).extracting(Assessment::verdict).doesNotContain(Verdict.FAILED);
    assertThat(seen.getLast().measures())
        .filteredOn(measure -> measure.candidate() != null && measure.control() != null)
        .extracting(measure -> measure.signal().split(" ")[0])
        .contains("errors", "duration", "cpu", "memory", "orders");
  }

  @Test
  @DisplayName("R1: a version of the shop that fails is a breach, by what Prometheus has scraped")
  void faulty() throws Exception {
    candidateIs(FAULTY);
    List<Assessment> seen = watchUntil(Verdict.FAILED, 1);
    assertThat(seen.getLast().breach().measure().signal()).isEqualTo("errors");
    assertThat(seen.getLast().breach().measure().candidate()).isBetween(0.1, 0.6);
    assertThat(seen.getLast().breach().measure().control()).isLessThan(0.05);
  }

  /// The candidate is like this from now on, and so is everything that Prometheus will show of it.
  private static void candidateIs(Map<String, Object> faults) throws Exception {
    shops.candidate().faults(faults);
    // What was shown last, the scrape in which it changed, and the one after that.
    Set<Object> shown = new HashSet<>();
    await()
        .atMost(SOON)
        .until(
            () -> {
              shown.addAll(telemetry.scrape(release).candidate());
              return shown.size() > 2;
            });
  }

  /// Takes a look every second, from a new baseline on, until what was made of so many, or more, is
  /// this.
  private static List<Assessment> watchUntil(Verdict verdict, int looks) {
    ReleaseJudge judge = new ReleaseJudge(release.runbook(), baseline());
    List<Assessment> seen = new ArrayList<>();
    await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .pollInterval(SECOND)
        .untilAsserted(
            () -> {
              Telemetry.Scrape scrape = telemetry.scrape(release);
              // As monitor-service: without the candidate it is no look.
              assertThat(scrape.candidate()).as(scrape.troubles().toString()).isNotEmpty();
              Assessment made =
                  judge.look(new Look(Instant.now(), HALF, scrape.stable(), scrape.candidate()));
              seen.add(made);
              assertThat(made.verdict()).as(made.reason()).isEqualTo(verdict);
              assertThat(seen).hasSizeGreaterThanOrEqualTo(looks);
            });
    return seen;
  }

  /// What Prometheus has recorded of the stable version, once that is enough.
  private static Baseline baseline() {
    Runbook runbook = release.runbook();
    List<Baseline.Scrape> scrapes = new ArrayList<>();
    await()
        .atMost(SOON)
        .until(
            () -> {
              scrapes.clear();
              scrapes.addAll(telemetry.history(release, WINDOW, SECOND, Instant.now()));
              return scrapes.size() > WINDOW.toSeconds()
                  && !telemetry.scrape(release).candidate().isEmpty();
            });
    Baseline baseline = ShopRunbook.baseline(runbook, scrapes);
    assertThat(
            BaselineRules.STANDARD.objection(
                baseline, ReleaseJudge.judged(runbook.monitoring().signals())))
        .isEmpty();
    return baseline;
  }
}
