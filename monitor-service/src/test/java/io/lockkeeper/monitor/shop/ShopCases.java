package io.lockkeeper.monitor.shop;

import io.lockkeeper.quickstart.shop.Load;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The releases of the benchmark: 50 of an identical version, 20 with one fault each.
///
/// The candidate has 10 % of the requests until second 120, half until 240, then all until 300.
final class ShopCases {

  private static final double LONG_BURST = 5;
  private static final int CUSTOMERS = 1_000;

  private ShopCases() {}

  /// Releases of a version that is the same as the one before.
  static List<ShopCase> identical() {
    var cases = new ArrayList<ShopCase>();
    for (int rate : new int[] {1, 2, 3, 5, 10, 20, 40, 60, 80, 150, 200, 300}) {
      cases.add(ShopCase.of("steady-" + rate, Load.of(rate)));
    }
    for (int rate : new int[] {2, 5, 10, 20, 40, 60}) {
      cases.add(ShopCase.of("bursts-" + rate, new Load(rate, LONG_BURST, 0)));
    }
    cases.add(ShopCase.of("pauses-20", new Load(20, 0, 0)));
    for (int rate : new int[] {5, 20, 60, 150}) {
      cases.add(ShopCase.of("cold-20s-" + rate, Load.of(rate)).candidateBuilt("--cold", "20"));
    }
    cases.add(ShopCase.of("cold-60s-30", Load.of(30)).candidateBuilt("--cold", "60"));
    cases.add(
        ShopCase.of("restart-10", Load.of(10))
            .built("--cold", "15")
            .at(50, ShopRelease::restartCandidate));
    cases.add(
        ShopCase.of("restart-40", Load.of(40))
            .built("--cold", "15")
            .at(170, ShopRelease::restartCandidate));
    cases.add(
        ShopCase.of("restart-100", Load.of(100))
            .built("--cold", "15")
            .at(260, ShopRelease::restartCandidate));
    for (int rate : new int[] {10, 40}) {
      cases.add(
          ShopCase.of("restart-stable-" + rate, Load.of(rate))
              .built("--cold", "15")
              .at(80, ShopRelease::restartStable));
    }
    cases.add(
        ShopCase.of("restart-both-60", Load.of(60))
            .at(40, ShopRelease::restartStable)
            .at(90, ShopRelease::restartCandidate)
            .at(190, ShopRelease::restartCandidate));
    for (int rate : new int[] {20, 60, 150}) {
      cases.add(ShopCase.of("sticky-" + rate, new Load(rate, 1, CUSTOMERS)).withoutRate());
    }
    for (int rate : new int[] {10, 40, 100}) {
      cases.add(
          ShopCase.of("slow-warehouse-" + rate, Load.of(rate))
              .withWarehouse(8)
              .at(60, release -> release.warehouseSlower(10))
              .at(90, release -> release.warehouseSlower(1))
              .at(180, release -> release.warehouseSlower(30))
              .at(195, release -> release.warehouseSlower(1)));
    }
    for (int rate : new int[] {20, 60}) {
      cases.add(
          ShopCase.of("scarce-warehouse-" + rate, new Load(rate, LONG_BURST, 0)).withWarehouse(1));
    }
    for (int rate : new int[] {20, 60, 150}) {
      cases.add(
          ShopCase.of("slower-instance-" + rate, Load.of(rate))
              .candidateBuilt("--slower", rate == 20 ? "1.03" : "1.02"));
    }
    cases.add(ShopCase.of("faster-instance-60", Load.of(60)).candidateBuilt("--slower", "0.97"));
    for (int rate : new int[] {40, 100}) {
      cases.add(
          ShopCase.of("small-pool-" + rate, new Load(rate, LONG_BURST, 0)).built("--workers", "5"));
      cases.add(
          ShopCase.of("few-connections-" + rate, new Load(rate, LONG_BURST, 0))
              .built("--connections", "5"));
    }
    cases.add(
        ShopCase.of("no-metrics-20", Load.of(20))
            .at(100, release -> release.candidateFaults(Map.of("metricsDown", 15))));
    for (int rate : new int[] {15, 50, 100}) {
      cases.add(
          ShopCase.of("all-at-once-" + rate, new Load(rate, 3, CUSTOMERS))
              .withoutRate()
              .built("--workers", "16", "--cold", "30")
              .candidateBuilt("--slower", "1.02")
              .withWarehouse(4)
              .at(70, release -> release.warehouseSlower(8))
              .at(85, release -> release.warehouseSlower(1))
              .at(160, ShopRelease::restartCandidate)
              .at(200, ShopRelease::restartStable));
    }
    return List.copyOf(cases);
  }

  /// Releases with one fault each. The bound of each is what a passive onlooker accepts: somebody
  /// who only looks at the charts of both versions, and reads those of durations, CPU and memory
  /// once a fresh instance has had its two minutes.
  static List<ShopCase> faulty() {
    return List.of(
        fault(
            "errors-5%-40",
            40,
            Map.of("errorRatio", 0.05),
            120,
            "24 errors in 480 requests, the stable version's ratio makes one: plain at 10 %"),
        fault(
            "errors-2%-100",
            100,
            Map.of("errorRatio", 0.02),
            120,
            "24 errors in 1,200 requests against 2: plain at 10 %"),
        fault(
            "errors-1%-150",
            150,
            Map.of("errorRatio", 0.01),
            180,
            "18 errors against 4 at 10 % make one look twice; the first minute at 50 % shows 45"
                + " against 9"),
        fault(
            "errors-10%-10",
            10,
            Map.of("errorRatio", 0.1),
            120,
            "12 errors in 120 requests: plain at 10 %, however little traffic"),
        ShopCase.of("errors-5%-later-40", Load.of(40))
            .at(150, release -> release.candidateFaults(Map.of("errorRatio", 0.05)))
            .due(210, "begins at second 150; a minute later there are 60 errors against 2"),
        fault(
            "bad-page-60",
            60,
            Map.of("errorRatio", 0.1, "only", "/products"),
            120,
            "29 errors in 720 requests, all on one page, against 1: plain at 10 %"),
        fault(
            "slow-page-100",
            100,
            Map.of("slower", 3, "only", "/checkout"),
            240,
            "a fifth of the requests takes three times as long; a chart of durations is read after"
                + " two minutes, then it is seen at 50 %"),
        fault(
            "slower-30%-60",
            60,
            Map.of("slower", 1.3),
            240,
            "the median is a third longer in every point of the chart; read after two minutes,"
                + " before all traffic follows"),
        fault(
            "slower-100%-20",
            20,
            Map.of("slower", 2),
            240,
            "every point is twice as high; read after two minutes, before all traffic follows"),
        fault(
            "slower-15%-150",
            150,
            Map.of("slower", 1.15),
            240,
            "15 % in the chart of medians at 75 requests/s; before all traffic follows"),
        fault(
            "tail-5%-100",
            100,
            Map.of("slowTail", 0.05),
            240,
            "p99 is three times as high; read after two minutes, before all traffic follows"),
        fault(
            "leak-16KiB-50",
            50,
            Map.of("leakKilobytes", 16),
            240,
            "10 MB more after two minutes are noise; 58 MB at the end of 50 % are half as much"
                + " again"),
        fault(
            "leak-64KiB-40",
            40,
            Map.of("leakKilobytes", 64),
            180,
            "31 MB after two minutes, a straight line; twice the memory at second 180"),
        ShopCase.of("exhausted-pool-60", Load.of(60))
            .built("--connections", "16")
            .faulty(
                Map.of("lostConnections", 0.05),
                120,
                "the 16th connection is lost after 53 s on average; then every request fails"),
        ShopCase.of("exhausted-pool-later-60", Load.of(60))
            .built("--connections", "16")
            .faulty(
                Map.of("lostConnections", 0.01),
                210,
                "seven connections are lost at 10 %, the last after half a minute at 50 %; some"
                    + " later, then every request fails"),
        ShopCase.of("pool-too-small-100", Load.of(100))
            .candidateBuilt("--workers", "1")
            .due(
                240,
                "harmless at 10 %; at 50 % requests wait for the only worker, and all traffic"
                    + " would break it"),
        fault(
            "lost-orders-30%-150",
            150,
            Map.of("lostOrders", 0.3),
            180,
            "250 orders where 360 are usual after 10 %, seven standard deviations; sales are read"
                + " more slowly than errors"),
        fault(
            "lost-orders-all-20",
            20,
            Map.of("lostOrders", 1),
            120,
            "not one order where 48 are usual: plain at 10 %"),
        fault(
            "cheaper-40%-150",
            150,
            Map.of("cheaper", 0.4),
            180,
            "29 EUR a basket where 48 are usual, over 360 orders after 10 %: five standard errors;"
                + " sales are read more slowly than errors"),
        fault(
            "cpu-100",
            100,
            Map.of("workMillis", 3),
            240,
            "several times the CPU for each request; read after two minutes, before all traffic"
                + " follows"),
        fault(
            "refused-30%-60",
            60,
            Map.of("refused", 0.3),
            120,
            "500 requests where 720 were sent there: plain at 10 %"));
  }

  private static ShopCase fault(
      String name, int rate, Map<String, Object> wrong, int due, String reason) {
    return ShopCase.of(name, Load.of(rate)).faulty(wrong, due, reason);
  }
}
