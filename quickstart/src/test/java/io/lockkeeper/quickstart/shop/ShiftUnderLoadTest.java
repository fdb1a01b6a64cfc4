package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShiftUnderLoadTest {

  private static final String USUAL = "{\"errorRatio\":0,\"slower\":1}";

  @Test
  @DisplayName("D3, R2: no request fails because of a shift, and each gets exactly one version")
  void noFailure(@TempDir Path folder) throws Exception {
    try (TargetFixture shop = new TargetFixture(folder)) {
      shop.caller.post(shop.stable.url() + "/faults", USUAL);
      shop.caller.post(shop.candidate.url() + "/faults", USUAL);
      Customers customers = Customers.start(URI.create(shop.target.dataUrl()), 300, 0);
      try (customers) {
        for (int number = 1; number <= 30; number++) {
          int weight = number % 3 * 50;
          assertThat(shop.shift("r1", 1, number, weight).status()).isEqualTo(200);
          long goal = customers.counts().sent() + 20;
          await().until(() -> customers.counts().sent() >= goal);
        }
      }
      CustomerCounts.Snapshot counts = customers.counts();

      assertThat(counts.sent()).isGreaterThan(600);
      assertThat(counts.succeeded()).isEqualTo(counts.sent());
      assertThat(counts.statuses()).containsOnlyKeys("200");
      assertThat(counts.unanswered() + counts.skipped() + counts.open()).isZero();
      // The shops counted the same requests, none twice and none of anybody else.
      assertThat(counts.versions()).containsOnlyKeys("v1", "v2");
      assertThat(served(shop, shop.stable.url()))
          .isEqualTo(counts.versions().get("v1").succeeded());
      assertThat(served(shop, shop.candidate.url()))
          .isEqualTo(counts.versions().get("v2").succeeded());
    }
  }

  @Test
  @DisplayName("R2: from the answer to the shift back on, the candidate gets no request")
  void nothingAfterTheAnswer(@TempDir Path folder) throws Exception {
    try (TargetFixture shop = new TargetFixture(folder)) {
      shop.shift("r1", 1, 1, 50);
      try (Customers customers = Customers.start(URI.create(shop.target.dataUrl()), 300, 0)) {
        await().until(() -> customers.counts().versions().containsKey("v2"));
        shop.shift("r1", 1, 2, 0);
        // Those that were on their way when it shifted may still end.
        long sent = customers.counts().sent();
        await()
            .until(
                () -> {
                  CustomerCounts.Snapshot now = customers.counts();
                  return now.sent() - now.open() > sent + 5;
                });
        long before = served(shop, shop.candidate.url());
        long goal = customers.counts().sent() + 300;
        await().until(() -> customers.counts().sent() >= goal);
        assertThat(served(shop, shop.candidate.url())).isEqualTo(before);
      }
    }
  }

  @Test
  @DisplayName("M1: customers tell failures of the shop from missing answers")
  void countsFailures(@TempDir Path folder) throws Exception {
    try (TargetFixture shop = new TargetFixture(folder);
        Customers customers = Customers.start(URI.create(shop.target.dataUrl()), 200, 0)) {
      shop.caller.post(shop.stable.url() + "/faults", "{\"errorRatio\":1}");
      await().until(() -> customers.counts().statuses().containsKey("500"));
      assertThat(customers.counts().unanswered()).isZero();
      assertThat(customers.counts().versions().get("v1").failed()).isPositive();

      shop.target.close();
      await().until(() -> customers.counts().unanswered() > 0);
      Caller.Reply counts = shop.caller.get(customers.url() + "/counts");
      assertThat(counts.json().path("failed5xx").asLong()).isPositive();
    }
  }

  private static long served(TargetFixture shop, String url) throws Exception {
    return shop.caller
        .get(url + "/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith("http_requests_total{"))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
        .sum();
  }
}
