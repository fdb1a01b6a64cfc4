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
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Sends requests to the shop as a [Load] says, whatever the shop does: nobody waits for an earlier
/// customer, so a slow shop is not spared the next request. Counts what comes back.
///
/// `GET /counts` gives [CustomerCounts.Snapshot] as JSON; the same stands in the last line printed.
public final class Customers implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  /// More open requests than this are not sent but counted as skipped: on a machine that stands
  /// still for a moment they must not fill the memory of this process, nor that of the target.
  private static final int MAX_OPEN = 256;

  private final URI target;
  private final Load load;
  private final HttpClient client = Loopback.client();
  private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore places = new Semaphore(MAX_OPEN);
  private final CustomerCounts counts = new CustomerCounts();
  private final Loopback server;
  private final Thread clock;
  private volatile boolean closed;

  private Customers(URI target, Load load, int port) throws IOException {
    this.target = target;
    this.load = load;
    this.server = Loopback.serve(port, this::answer);
    this.clock = Thread.ofPlatform().name("customers").start(this::sendOnTime);
  }

  /// Starts to send `perSecond` requests to `target`, the URL of the data port, and serves the
  /// counts on `port` (0: a free one).
  public static Customers start(URI target, int perSecond, int port) throws IOException {
    return start(target, Load.of(perSecond), port);
  }

  /// The same under this load.
  public static Customers start(URI target, Load load, int port) throws IOException {
    return new Customers(target, load, port);
  }

  /// What has come back so far.
  public CustomerCounts.Snapshot counts() {
    return counts.snapshot();
  }

  /// Where the counts are served, `http://127.0.0.1:PORT`.
  public String url() {
    return server.url();
  }

  /// Sends nothing more and waits for the answers that are still due.
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(clock);
    joinClock();
    requests.close();
    client.close();
    server.close();
  }

  private Answer answer(Request request) {
    return request.route().equals("GET /counts")
        ? Answer.json(200, counts())
        : Answer.notFound(request);
  }

  private void joinClock() {
    try {
      clock.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sendOnTime() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long first = System.nanoTime();
    long next = first;
    while (!closed) {
      long wait = next - System.nanoTime();
      while (wait > 0 && !closed) {
        LockSupport.parkNanos(wait);
        wait = next - System.nanoTime();
      }
      next += load.gap(next - first, random);
      if (!closed) {
        send(visit(random));
      }
    }
  }

  private void send(HttpRequest visit) {
    if (!places.tryAcquire()) {
      counts.skipped();
      return;
    }
    counts.sent();
    requests.execute(
        () -> {
          try {
            HttpResponse<Void> response = client.send(visit, BodyHandlers.discarding());
            counts.answered(
                response.statusCode(), response.headers().firstValue("x-version").orElse("none"));
          } catch (IOException e) {
            counts.unanswered();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            counts.unanswered();
          } finally {
            places.release();
          }
        });
  }

  /// Of five customers two look at the front page, two at the products, and one buys; on average,
  /// so that no version gets those alone that come at its turn.
  private HttpRequest visit(RandomGenerator random) {
    HttpRequest.Builder request = HttpRequest.newBuilder().timeout(PATIENCE);
    load.customer(random).ifPresent(customer -> request.header("x-customer", customer));
    return switch (random.nextInt(5)) {
      case 0, 1 -> request.uri(target.resolve("/")).build();
      case 2, 3 -> request.uri(target.resolve("/products")).build();
      default ->
          request
              .uri(target.resolve("/checkout"))
              .header("content-type", "application/json")
              .POST(BodyPublishers.ofString("{\"basket\":[\"lamp\"]}"))
              .build();
    };
  }

  /// Customers as a process of their own.
  public static void main(String[] arguments) {
    Daemon.main(new Start(), arguments);
  }

  @Command(name = "customers", description = "Sends real requests to the demo shop.")
  private static final class Start implements Callable<Integer> {
    @Option(names = "--target", required = true, description = "URL of the target's data port")
    private URI target = URI.create("/");

    @Option(names = "--rate", description = "Requests per second; default ${DEFAULT-VALUE}")
    private int rate = 200;

    @Option(names = "--port", required = true, description = "For the counts; 0 takes a free one")
    private int port;

    @Override
    public Integer call() throws Exception {
      Customers customers = new Customers(target, Load.of(rate), port);
      return Daemon.serve(
          "customers rate=" + rate + " url=" + customers.url(),
          customers,
          () -> System.out.println("COUNTS " + Json.text(customers.counts())));
    }
  }
}
