package io.lockkeeper.quickstart.shop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ShopTest {

  private final Caller caller = new Caller(StandardWebhook.of(StandardWebhook.newSecret()));
  private Shop shop;

  @BeforeEach
  void open() throws Exception {
    shop = Shop.start("v1", 0);
    change("{\"errorRatio\":0}");
  }

  @AfterEach
  void close() {
    shop.close();
    caller.close();
  }

  @Test
  @DisplayName("M1: the shop tells rate, errors, duration, CPU, memory and orders")
  void figures() throws Exception {
    caller.get(shop.url() + "/");
    caller.get(shop.url() + "/products");
    assertThat(caller.post(shop.url() + "/checkout", "{}").status()).isEqualTo(200);
    change("{\"errorRatio\":1}");
    assertThat(caller.post(shop.url() + "/checkout", "{}").status()).isEqualTo(500);

    String metrics = caller.get(shop.url() + "/metrics").text();

    assertThat(metrics)
        .contains("http_requests_total{status=\"2xx\",version=\"v1\"} 3.0")
        .contains("http_requests_total{status=\"5xx\",version=\"v1\"} 1.0")
        .contains("http_request_duration_seconds_count{version=\"v1\"} 4")
        .contains("http_request_duration_seconds_bucket{version=\"v1\",le=\"+Inf\"} 4")
        .contains("orders_total{version=\"v1\"} 1.0")
        .contains("shop_info{version=\"v1\"} 1")
        .containsPattern("process_cpu_seconds_total \\d")
        .containsPattern("process_resident_memory_bytes [1-9]");
  }

  @Test
  @DisplayName("M1: no series is missing before its first request or error")
  void seriesFromTheStart() throws Exception {
    assertThat(caller.get(shop.url() + "/metrics").text())
        .contains("http_requests_total{status=\"2xx\",version=\"v1\"} 0.0")
        .contains("http_requests_total{status=\"5xx\",version=\"v1\"} 0.0")
        .contains("orders_total{version=\"v1\"} 0.0");
  }

  @Test
  @DisplayName("M1: readers of OpenMetrics get it")
  void openMetrics() throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(shop.url() + "/metrics"))
            .header("accept", "application/openmetrics-text; version=1.0.0")
            .build();
    var response = caller.client.send(request, BodyHandlers.ofString());
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("application/openmetrics-text");
    assertThat(response.body()).endsWith("# EOF\n").contains("# TYPE http_requests counter");
  }

  @Test
  @DisplayName("M1: operators' own calls are no customers' requests")
  void notCounted() throws Exception {
    assertThat(caller.get(shop.url() + "/version").json().path("version").asText()).isEqualTo("v1");
    caller.get(shop.url() + "/faults");
    assertThat(caller.get(shop.url() + "/metrics").text())
        .contains("http_requests_total{status=\"2xx\",version=\"v1\"} 0.0");
  }

  @Test
  @DisplayName("M1: metrics can be lost for a while, and the shop goes on serving")
  void metricsDown() throws Exception {
    change("{\"metricsDown\":600}");
    assertThat(caller.get(shop.url() + "/metrics").status()).isEqualTo(503);
    assertThat(caller.get(shop.url() + "/").status()).isEqualTo(200);
    change("{\"metricsDown\":0}");
    assertThat(caller.get(shop.url() + "/metrics").status()).isEqualTo(200);
  }

  @Test
  @DisplayName(
      "R1: latency is log-normal around 12 ms with a cap, and a slower shop's by its factor")
  void latency() {
    assertThat(ShopFaults.NONE.latency(0)).isEqualTo(Duration.ofMillis(12));
    assertThat(ShopFaults.NONE.latency(-2)).isBetween(Duration.ofMillis(5), Duration.ofMillis(7));
    assertThat(ShopFaults.NONE.latency(2)).isBetween(Duration.ofMillis(23), Duration.ofMillis(26));
    assertThat(ShopFaults.NONE.latency(40)).isEqualTo(Duration.ofMillis(120));
    assertThat(new ShopFaults(0.02, 1.2).latency(0)).isEqualTo(Duration.ofNanos(14_400_000));
    assertThat(new ShopFaults(0.02, 1.2).latency(40)).isEqualTo(Duration.ofMillis(144));
  }

  @Test
  @DisplayName("R1: orders can be lost though the customer sees none of it")
  void lostOrders() throws Exception {
    change("{\"lostOrders\":1}");
    assertThat(caller.post(shop.url() + "/checkout", "{}").status()).isEqualTo(200);
    assertThat(metrics())
        .contains("http_requests_total{status=\"2xx\",version=\"v1\"} 1.0")
        .contains("orders_total{version=\"v1\"} 0.0");
  }

  @Test
  @DisplayName("R1: orders can come to less; how full the pool is shows")
  void cheaper() throws Exception {
    change("{\"cheaper\":0.5}");
    assertThat(caller.post(shop.url() + "/checkout", "{}").status()).isEqualTo(200);
    assertThat(metrics())
        .contains("order_euros_count{version=\"v1\"} 1\n")
        .contains("shop_connections_in_use 0.0")
        .contains("shop_connections_max 64.0");
    assertThat(ShopFaults.NONE.euros(0)).isEqualTo(40);
    assertThat(new ShopFaults(0, 1).euros(1)).isEqualTo(89.02);
  }

  @Test
  @DisplayName("R1: requests can be turned away before anything counts them")
  void refused() throws Exception {
    change("{\"refused\":1}");
    assertThat(caller.get(shop.url() + "/").status()).isEqualTo(503);
    assertThat(metrics())
        .contains("http_requests_total{status=\"2xx\",version=\"v1\"} 0.0")
        .contains("http_requests_total{status=\"5xx\",version=\"v1\"} 0.0");
  }

  @Test
  @DisplayName("R1: a fault can be confined to one page")
  void onePage() throws Exception {
    change("{\"errorRatio\":1,\"only\":\"/products\"}");
    assertThat(caller.get(shop.url() + "/products").status()).isEqualTo(500);
    change("{\"slower\":0.1,\"only\":\"/\"}");
    assertThat(caller.get(shop.url() + "/").status()).isEqualTo(500);
  }

  @Test
  @DisplayName("R1: connections that are never given back are missing in the end")
  void exhausted() throws Exception {
    try (Shop small = Shop.start("v2", 0, new ShopSetup(8, 2, null, Duration.ZERO))) {
      String faults = small.url() + "/faults";
      caller.post(faults, "{\"errorRatio\":0,\"lostConnections\":1}");
      assertThat(caller.get(small.url() + "/").status()).isEqualTo(200);
      assertThat(caller.get(small.url() + "/").status()).isEqualTo(200);
      assertThat(caller.get(small.url() + "/").status()).isEqualTo(500);
    }
  }

  @Test
  @DisplayName("M1: what both versions depend on is asked for every request, and may say no")
  void warehouse() throws Exception {
    Warehouse warehouse = Warehouse.open(1);
    try (Shop dependent =
        Shop.start("v2", 0, new ShopSetup(8, 2, warehouse.url(), Duration.ZERO))) {
      caller.post(dependent.url() + "/faults", "{\"errorRatio\":0}");
      assertThat(caller.get(dependent.url() + "/").status()).isEqualTo(200);
      warehouse.close();
      assertThat(caller.get(dependent.url() + "/").status()).isEqualTo(500);
    }
  }

  @Test
  @DisplayName("M1: a cold shop is slower, less and less so, until its caches are full")
  void cold() {
    ShopSetup setup = new ShopSetup(1, 1, null, Duration.ofSeconds(20));
    assertThat(setup.coldness(Duration.ZERO)).isEqualTo(3);
    assertThat(setup.coldness(Duration.ofSeconds(5))).isBetween(1.7, 1.8);
    assertThat(setup.coldness(Duration.ofSeconds(21))).isEqualTo(1);
    assertThat(ShopSetup.ROOMY.coldness(Duration.ZERO)).isEqualTo(1);
  }

  @Test
  @DisplayName("R1: so many requests are of the slow tail and take five times as long")
  void tail() throws Exception {
    ShopFaults tail = ShopFaults.NONE.changed(Json.tree("{\"slowTail\":0.05}".getBytes(UTF_8)));
    assertThat(tail.latency(0, 0.04)).isEqualTo(Duration.ofMillis(60));
    assertThat(tail.latency(0, 0.06)).isEqualTo(Duration.ofMillis(12));
  }

  @Test
  @DisplayName("R1: a senseless fault is refused and changes nothing")
  void senseless() throws Exception {
    for (String bad :
        new String[] {"{\"errorRatio\":2}", "{\"slower\":0}", "{\"metricsDown\":-1}", "["}) {
      assertThat(caller.post(shop.url() + "/faults", bad).status()).as(bad).isEqualTo(400);
    }
    assertThat(caller.get(shop.url() + "/faults").text())
        .isEqualTo(
            "{\"errorRatio\":0.0,\"slower\":1.0,\"slowTail\":0.0,\"lostOrders\":0.0,\"cheaper\":0.0,\"refused\":0.0,"
                + "\"lostConnections\":0.0,\"leakKilobytes\":0.0,\"workMillis\":0.0,\"only\":\"\"}");
  }

  private String metrics() throws Exception {
    return caller.get(shop.url() + "/metrics").text();
  }

  private void change(String faults) throws Exception {
    assertThat(caller.post(shop.url() + "/faults", faults).status()).isEqualTo(200);
  }
}
