package io.lockkeeper.quickstart.shop;

import com.sun.management.OperatingSystemMXBean;
import io.lockkeeper.quickstart.wire.Answer;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// What one version of the shop tells about itself: rate, errors, duration, CPU, memory, how full
/// its pool is, and orders, the business figure. Series of requests carry the label `version`.
/// Counts customers' requests and nothing else, so that the numbers of shop, customers and proxy
/// can be compared.
final class ShopMetrics {

  /// Seconds. Dense around the usual 12 ms, so that a fifth more shows in the quantiles.
  private static final double[] BUCKETS = {
    0.001, 0.002, 0.004, 0.006, 0.008, 0.010, 0.012, 0.014, 0.016, 0.018, 0.020, 0.025, 0.030,
    0.040, 0.050, 0.075, 0.100, 0.250, 0.500, 1.0, 2.5
  };

  private static final Path PROCESS_STATUS = Path.of("/proc/self/status");

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests;
  private final DistributionDataPoint durations;
  private final CounterDataPoint orders;
  private final DistributionDataPoint euros;
  private final String version;
  private final ExpositionFormatWriter openMetrics =
      OpenMetricsTextFormatWriter.builder().setCreatedTimestampsEnabled(false).build();
  private final ExpositionFormatWriter prometheus = PrometheusTextFormatWriter.create();

  /// Of a shop with so many connections, of which so many are in use.
  ShopMetrics(String version, int connections, IntSupplier inUse) {
    this.version = version;
    requests =
        Counter.builder()
            .name("http_requests_total")
            .help("Customers' requests that were answered.")
            .labelNames("version", "status")
            .register(registry);
    // Present from the start: a series that appears with its first error has no rate before it.
    requests.initLabelValues(version, "2xx");
    requests.initLabelValues(version, "5xx");
    durations =
        Histogram.builder()
            .name("http_request_duration_seconds")
            .help("From the arrival of a request to its answer.")
            .labelNames("version")
            .classicOnly()
            .classicUpperBounds(BUCKETS)
            .register(registry)
            .labelValues(version);
    orders =
        Counter.builder()
            .name("orders_total")
            .help("Checkouts that succeeded.")
            .labelNames("version")
            .register(registry)
            .labelValues(version);
    euros =
        Summary.builder()
            .name("order_euros")
            .help("What orders came to.")
            .labelNames("version")
            .register(registry)
            .labelValues(version);
    GaugeWithCallback.builder()
        .name("shop_connections_in_use")
        .help("Connections to where the data is that a request has.")
        .callback(callback -> callback.call(inUse.getAsInt()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("shop_connections_max")
        .help("Connections that there are.")
        .callback(callback -> callback.call(connections))
        .register(registry);
    Info.builder()
        .name("shop_info")
        .help("The version that answers here.")
        .labelNames("version")
        .register(registry)
        .addLabelValues(version);
    CounterWithCallback.builder()
        .name("process_cpu_seconds_total")
        .help("CPU time of this process.")
        .callback(callback -> callback.call(cpuSeconds()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("process_resident_memory_bytes")
        .help("Resident memory of this process.")
        .callback(callback -> callback.call(residentBytes()))
        .register(registry);
  }

  /// Counts one answered request.
  void served(int status, Duration took) {
    requests.labelValues(version, status / 100 + "xx").inc();
    durations.observe(took.toNanos() / 1e9);
  }

  /// Counts one order.
  void ordered(double worth) {
    orders.inc();
    euros.observe(worth);
  }

  /// Everything in OpenMetrics 1.0 text if the reader accepts it, else in Prometheus text 0.0.4.
  Answer scrape(@Nullable String accept) throws IOException {
    ExpositionFormatWriter format = openMetrics.accepts(accept) ? openMetrics : prometheus;
    ByteArrayOutputStream text = new ByteArrayOutputStream(8 * 1024);
    format.write(text, registry.scrape());
    return new Answer(200, Map.of("content-type", format.getContentType()), text.toByteArray());
  }

  private static double cpuSeconds() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1e9;
  }

  /// What the kernel counts where it says so (Linux), else what the JVM has committed.
  private static double residentBytes() {
    try {
      for (String line : Files.readAllLines(PROCESS_STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024.0;
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Not Linux, or a kernel that words it differently: the JVM's own figure will do.
    }
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    return memory.getHeapMemoryUsage().getCommitted()
        + (double) memory.getNonHeapMemoryUsage().getCommitted();
  }
}
