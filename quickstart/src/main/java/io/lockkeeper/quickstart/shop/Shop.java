package io.lockkeeper.quickstart.shop;

import io.lockkeeper.quickstart.wire.Answer;
import io.lockkeeper.quickstart.wire.Daemon;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.Request;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// One version of the demo shop: a small HTTP service whose latency is log-normal around 12 ms and
/// whose faults can be switched while it runs.
///
/// Customers: `GET /`, `GET /products`, `POST /checkout`; every answer names its version in the
/// header `x-version`. Operators, not counted: `GET /version`, `GET /metrics` (OpenMetrics or
/// Prometheus text), `GET /faults`, `POST /faults {"errorRatio","slower","metricsDown"}`.
public final class Shop implements AutoCloseable {

  private static final int WARM_UP_REQUESTS = 400;

  private final String version;
  private final ShopMetrics metrics;
  private final Loopback server;
  private volatile ShopFaults faults;
  private volatile long metricsBackAt = System.nanoTime();

  private Shop(int port, String version, ShopFaults faults) throws IOException {
    this.version = version;
    this.faults = faults;
    this.metrics = new ShopMetrics(version);
    this.server = Loopback.serve(port, this::answer);
  }

  /// Starts one version on `port` (0: a free one).
  public static Shop start(String version, int port) throws IOException {
    return new Shop(port, version, ShopFaults.NONE);
  }

  /// Where the shop answers, `http://127.0.0.1:PORT`.
  public String url() {
    return server.url();
  }

  @Override
  public void close() {
    server.close();
  }

  private Answer answer(Request request) throws IOException, InterruptedException {
    return switch (request.route()) {
      case "GET /version" -> Answer.json(200, Map.of("version", version));
      case "GET /metrics" ->
          System.nanoTime() - metricsBackAt < 0
              ? Answer.problem(503, "Metrics are switched off for a while")
              : metrics.scrape(request.header("accept"));
      case "GET /faults" -> Answer.json(200, faults);
      case "POST /faults" -> change(Json.read(request.body(), ShopFaults.Change.class));
      case "GET /" -> serve("Welcome to the shop", false);
      case "GET /products" -> serve("lamp, kettle, chair", false);
      case "POST /checkout" -> serve("ordered", true);
      default -> {
        metrics.served(404, Duration.ZERO, false);
        yield Answer.notFound(request).with("x-version", version);
      }
    };
  }

  private Answer serve(String text, boolean checkout) throws InterruptedException {
    long start = System.nanoTime();
    ShopFaults now = faults;
    ThreadLocalRandom random = ThreadLocalRandom.current();
    boolean fails = random.nextDouble() < now.errorRatio();
    Thread.sleep(now.latency(random.nextGaussian()));
    int status = fails ? 500 : 200;
    metrics.served(status, Duration.ofNanos(System.nanoTime() - start), checkout && !fails);
    return Answer.json(status, Map.of("version", version, "text", fails ? "something broke" : text))
        .with("x-version", version);
  }

  private synchronized Answer change(ShopFaults.Change change) {
    try {
      faults = change.appliedTo(faults);
    } catch (IllegalArgumentException e) {
      return Answer.problem(400, String.valueOf(e.getMessage()));
    }
    Duration down = change.metricsDownFor();
    if (down != null) {
      metricsBackAt = System.nanoTime() + down.toNanos();
    }
    return Answer.json(200, faults);
  }

  /// Serves some requests to nobody, in a shop of its own, so that the first customers do not pay
  /// for
  /// classes being loaded: a fresh version must not look slower than one that has run for days.
  private static void warmUp() throws IOException, InterruptedException {
    try (Shop nobodys = new Shop(0, "warm-up", new ShopFaults(0, 0.1));
        HttpClient client = Loopback.client()) {
      for (int i = 0; i < WARM_UP_REQUESTS; i++) {
        String path = i % 20 == 0 ? "/metrics" : "/";
        client.send(
            HttpRequest.newBuilder(URI.create(nobodys.url() + path)).build(),
            BodyHandlers.discarding());
      }
    }
  }

  /// One version of the shop as a process of its own.
  public static void main(String[] arguments) {
    Daemon.main(new Start(), arguments);
  }

  @Command(name = "shop", description = "One version of the demo shop.")
  private static final class Start implements Callable<Integer> {
    @Option(names = "--version", required = true, description = "What x-version and metrics say")
    private String version = "";

    @Option(names = "--port", required = true, description = "0 takes a free one")
    private int port;

    @Option(names = "--error-ratio", description = "Fraction of requests that end in 500")
    private double errorRatio = ShopFaults.NONE.errorRatio();

    @Option(names = "--slower", description = "Factor on every latency")
    private double slower = ShopFaults.NONE.slower();

    @Override
    public Integer call() throws Exception {
      ShopFaults faults = new ShopFaults(errorRatio, slower);
      warmUp();
      Shop shop = new Shop(port, version, faults);
      return Daemon.serve("shop version=" + version + " url=" + shop.url(), shop, () -> {});
    }
  }
}
