package io.lockkeeper.quickstart.shop;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// One version of the demo shop: a small HTTP service whose latency is log-normal around 12 ms and
/// whose faults can be switched while it runs.
///
/// Customers: `GET /`, `GET /products`, `POST /checkout`; every answer names its version in the
/// header `x-version`. Operators, not counted: `GET /version`, `GET /metrics` (OpenMetrics or
/// Prometheus text), `GET /faults`, `POST /faults` ([ShopFaults], what is absent stays as it is,
/// and `metricsDown`, seconds from now on without metrics).
public final class Shop implements AutoCloseable {

  private static final int WARM_UP_REQUESTS = 400;
  private static final double MAX_DOWN_SECONDS = 86_400;
  private static final long QUEUE_MILLIS = 2_000;
  private static final long CONNECTION_MILLIS = 250;
  private static final int TRIES = 2;

  private final String version;
  private final ShopSetup setup;
  private final Semaphore workers;
  private final Semaphore connections;
  private final HttpClient client = Loopback.client();
  private final Queue<ByteBuffer> leaked = new ConcurrentLinkedQueue<>();
  private final long startedAt = System.nanoTime();
  private final ShopMetrics metrics;
  private final Loopback server;
  private volatile ShopFaults faults;
  private volatile long metricsBackAt = System.nanoTime();

  private Shop(int port, String version, ShopSetup setup, ShopFaults faults) throws IOException {
    this.version = version;
    this.setup = setup;
    this.workers = new Semaphore(setup.workers(), true);
    this.connections = new Semaphore(setup.connections(), true);
    this.faults = faults;
    this.metrics =
        new ShopMetrics(
            version,
            setup.connections(),
            () -> setup.connections() - connections.availablePermits());
    this.server = Loopback.serve(port, this::answer);
  }

  /// Starts one version on `port` (0: a free one).
  public static Shop start(String version, int port) throws IOException {
    return new Shop(port, version, ShopSetup.ROOMY, ShopFaults.NONE);
  }

  /// The same, built like this.
  public static Shop start(String version, int port, ShopSetup setup) throws IOException {
    return new Shop(port, version, setup, ShopFaults.NONE);
  }

  /// Where the shop answers, `http://127.0.0.1:PORT`.
  public String url() {
    return server.url();
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }

  private Answer answer(Request request) throws IOException, InterruptedException {
    return switch (request.route()) {
      case "GET /version" -> Answer.json(200, Map.of("version", version));
      case "GET /metrics" ->
          System.nanoTime() - metricsBackAt < 0
              ? Answer.problem(503, "Metrics are switched off for a while")
              : metrics.scrape(request.header("accept"));
      case "GET /faults" -> Answer.json(200, faults);
      case "POST /faults" -> change(Json.tree(request.body()));
      case "GET /" -> serve("/", "Welcome to the shop");
      case "GET /products" -> serve("/products", "lamp, kettle, chair");
      case "POST /checkout" -> serve("/checkout", "ordered");
      default -> {
        metrics.served(404, Duration.ZERO);
        yield Answer.notFound(request).with("x-version", version);
      }
    };
  }

  private Answer serve(String path, String text) throws InterruptedException {
    long start = System.nanoTime();
    ShopFaults now = faults.at(path);
    if (happens(now.refused())) {
      return Answer.problem(503, "Come again later").with("x-version", version);
    }
    boolean good = work(now);
    boolean order = good && path.equals("/checkout") && !happens(now.lostOrders());
    int status = good ? 200 : 500;
    metrics.served(status, Duration.ofNanos(System.nanoTime() - start));
    if (order) {
      metrics.ordered(now.euros(ThreadLocalRandom.current().nextGaussian()));
    }
    return Answer.json(status, Map.of("version", version, "text", good ? text : "something broke"))
        .with("x-version", version);
  }

  private boolean work(ShopFaults now) throws InterruptedException {
    if (!workers.tryAcquire(QUEUE_MILLIS, TimeUnit.MILLISECONDS)) {
      return false;
    }
    try {
      keep(now.leakKilobytes());
      compute(now.workMillis());
      return !happens(now.errorRatio()) & ask(now);
    } finally {
      workers.release();
    }
  }

  /// Asks where the data is, once more when it did not get through.
  private boolean ask(ShopFaults now) throws InterruptedException {
    for (int tries = 0; tries < TRIES; tries++) {
      if (connections.tryAcquire(CONNECTION_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          Thread.sleep(latency(now));
          if (isInStock()) {
            return true;
          }
        } finally {
          if (!happens(now.lostConnections())) {
            connections.release();
          }
        }
      }
    }
    return false;
  }

  private Duration latency(ShopFaults now) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    Duration usual = now.latency(random.nextGaussian(), random.nextDouble());
    double cold = setup.coldness(Duration.ofNanos(System.nanoTime() - startedAt));
    return Duration.ofNanos(Math.round(usual.toNanos() * cold));
  }

  private boolean isInStock() throws InterruptedException {
    URI warehouse = setup.warehouse();
    if (warehouse == null) {
      return true;
    }
    try {
      HttpRequest question = HttpRequest.newBuilder(warehouse).build();
      return client.send(question, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /// Outside of the heap, where it shows as the process's memory at once.
  private void keep(double kilobytes) {
    if (kilobytes > 0) {
      leaked.add(ByteBuffer.allocateDirect((int) (kilobytes * 1024)));
    }
  }

  private static void compute(double millis) {
    long end = System.nanoTime() + Math.round(millis * 1e6);
    while (millis > 0 && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  private static boolean happens(double chance) {
    return chance > 0 && ThreadLocalRandom.current().nextDouble() < chance;
  }

  private synchronized Answer change(JsonNode change) throws IOException {
    double down = change.path("metricsDown").asDouble(-1);
    if (change.has("metricsDown") && !(down >= 0 && down <= MAX_DOWN_SECONDS)) {
      return Answer.problem(400, "metricsDown is between 0 and 86400 s");
    }
    faults = faults.changed(change);
    if (down >= 0) {
      metricsBackAt = System.nanoTime() + Math.round(down * 1e9);
    }
    return Answer.json(200, faults);
  }

  /// Serves some requests to nobody, in a shop of its own, so that the first customers do not pay
  /// for
  /// classes being loaded: a fresh version must not look slower than one that has run for days.
  private static void warmUp() throws IOException, InterruptedException {
    try (Shop nobodys = new Shop(0, "warm-up", ShopSetup.ROOMY, new ShopFaults(0, 0.1));
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

    @Option(names = "--workers", description = "Requests served at the same time")
    private int workers = ShopSetup.ROOMY.workers();

    @Option(names = "--connections", description = "Connections to where its data is")
    private int connections = ShopSetup.ROOMY.connections();

    @Option(names = "--warehouse", description = "URL that every request asks, too")
    private @Nullable URI warehouse;

    @Option(
        names = "--cold",
        description = "Seconds until its caches are full; above 0 it starts cold")
    private double cold;

    @Override
    public Integer call() throws Exception {
      ShopFaults faults = new ShopFaults(errorRatio, slower);
      Duration filling = Duration.ofMillis(Math.round(cold * 1000));
      ShopSetup setup = new ShopSetup(workers, connections, warehouse, filling);
      if (filling.isZero()) {
        warmUp();
      }
      Shop shop = new Shop(port, version, setup, faults);
      return Daemon.serve("shop version=" + version + " url=" + shop.url(), shop, () -> {});
    }
  }
}
