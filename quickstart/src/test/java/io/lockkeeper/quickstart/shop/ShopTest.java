package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;

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
  void metrics() throws Exception {
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
  @DisplayName("R1: a senseless fault is refused and changes nothing")
  void senseless() throws Exception {
    for (String bad :
        new String[] {"{\"errorRatio\":2}", "{\"slower\":0}", "{\"metricsDown\":-1}", "["}) {
      assertThat(caller.post(shop.url() + "/faults", bad).status()).as(bad).isEqualTo(400);
    }
    assertThat(caller.get(shop.url() + "/faults").text())
        .isEqualTo("{\"errorRatio\":0.0,\"slower\":1.0}");
  }

  private void change(String faults) throws Exception {
    assertThat(caller.post(shop.url() + "/faults", faults).status()).isEqualTo(200);
  }
}
