package io.lockkeeper.simulation.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.quickstart.demo.AuditClient;
import io.lockkeeper.quickstart.demo.AuditClient.Log;
import io.lockkeeper.quickstart.demo.AuditClient.Step;
import io.lockkeeper.quickstart.demo.DemoShop;
import io.lockkeeper.quickstart.demo.ReleaseRequests;
import io.lockkeeper.quickstart.demo.Version;
import io.lockkeeper.quickstart.local.Child;
import io.lockkeeper.quickstart.local.Layout;
import io.lockkeeper.quickstart.local.LocalStack;
import io.lockkeeper.quickstart.local.Part;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A running installation with its shop, and what a test does to it and asks of it. All tests share
/// one: starting it takes long, and what one test leaves behind is what the next has to live with.
final class Site {

  /// How long anything may take before a test gives up on it.
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final int FIRST_PORT = 20_000;
  private static final int PORTS = 16;
  private static final int SLOTS = 750;

  private static @Nullable Site shared;

  private final LocalStack stack;
  private final DemoShop shop;
  private final ReleaseRequests requests;
  private final AuditClient audit;
  private final String operator;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger versions = new AtomicInteger(1);

  private Site(LocalStack stack, DemoShop shop) throws IOException {
    this.stack = stack;
    this.shop = shop;
    this.requests = new ReleaseRequests(stack.layout().kafka());
    Duration day = Duration.ofDays(1);
    this.operator = stack.credentials().token("olga", Set.of("operator", "viewer"), day);
    this.audit = new AuditClient(stack.layout().url(Part.AUDIT), operator);
  }

  /// The site, which is started for the first who asks and ends with the tests.
  static synchronized Site shared() throws IOException, InterruptedException {
    if (shared == null) {
      shared = open();
    }
    return shared;
  }

  // In a fresh folder, on free ports.
  private static Site open() throws IOException, InterruptedException {
    Path home = Path.of(System.getenv("LOCKKEEPER_HOME")).toAbsolutePath().normalize();
    Path data = Files.createTempDirectory(Path.of("target"), "system-").toAbsolutePath();
    Layout layout = new Layout(home, data, freeBasePort());
    try (InputStream runbook = Site.class.getResourceAsStream("/quick-canary.yaml")) {
      assertThat(runbook).isNotNull();
      Files.writeString(
          layout.folder("runbooks").resolve("quick-canary.yaml"),
          new String(runbook.readAllBytes(), StandardCharsets.UTF_8)
              .replace("${target}", layout.url(Part.TARGET))
              .replace("${stable}", layout.url(Part.STABLE))
              .replace("${candidate}", layout.url(Part.CANDIDATE)));
    }
    LocalStack stack = LocalStack.of(layout);
    Runtime.getRuntime().addShutdownHook(new Thread(stack::close));
    stack.start(Progress.ofSteps(System.out::println));
    return new Site(stack, DemoShop.open(stack, Version.good("1.0.0")));
  }

  /// Starts a candidate and asks for its release by the quick runbook.
  ReleaseId release(Version candidate) throws IOException, InterruptedException {
    shop.prepare(candidate);
    return ask(candidate);
  }

  /// Asks for the release of the candidate that is started already, by the quick runbook.
  ReleaseId ask(Version candidate) throws IOException, InterruptedException {
    String body =
        ReleaseRequests.body(candidate, shop.stable()).replace("demo-canary", "quick-canary");
    return requests.send(UUID.randomUUID().toString(), body.getBytes(StandardCharsets.UTF_8));
  }

  /// Starts a candidate and asks for its release by the demo's runbook.
  ReleaseId releaseByDemoRunbook(Version candidate) throws IOException, InterruptedException {
    shop.prepare(candidate);
    return requests.request(UUID.randomUUID().toString(), candidate, shop.stable());
  }

  /// The next version that was never released.
  Version nextGood() {
    return Version.good("1.0." + versions.getAndIncrement());
  }

  /// The next version that was never released, with its faults on.
  Version nextBad() {
    return Version.bad("1.0." + versions.getAndIncrement());
  }

  /// Waits until the log of this release is closed; how it ended.
  Outcome end(ReleaseId release) {
    await("the end of " + release)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> log(release).filter(Log::closed).isPresent());
    return log(release).orElseThrow().outcome().orElseThrow();
  }

  /// Waits until the log of this release has an event of this type.
  void awaitStep(ReleaseId release, Class<? extends ReleaseEvent> type) {
    await(type.getSimpleName())
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> !steps(release, type).isEmpty());
  }

  /// The steps of this type in the log of this release.
  List<Step> steps(ReleaseId release, Class<? extends ReleaseEvent> type) {
    return log(release).map(Log::steps).orElse(List.of()).stream()
        .filter(step -> step.type().equals(EventTypes.nameOf(type)))
        .toList();
  }

  /// The log of this release; empty while there is none or audit-service cannot be asked.
  Optional<Log> log(ReleaseId release) {
    try {
      return audit.log(release);
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /// What the customers have counted so far.
  JsonNode customers() {
    try {
      return Json.tree(shop.customerCounts().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// How many requests this version has answered so far.
  long answeredBy(Version version) {
    JsonNode counts = customers().path("versions").path(version.name());
    return counts.path("succeeded").asLong() + counts.path("failed").asLong();
  }

  /// Requests that failed for another reason than the shop's own errors.
  long failedOnTheWay() {
    JsonNode counts = customers();
    JsonNode statuses = counts.path("statuses");
    return counts.path("unanswered").asLong()
        + statuses.path("502").asLong()
        + statuses.path("503").asLong()
        + statuses.path("504").asLong();
  }

  /// The log of this release as a person reads it.
  String markdown(ReleaseId release) {
    try {
      return audit.markdown(release);
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  /// Sends a command of an operator to a service.
  HttpResponse<String> command(Part service, String path, String json)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(stack.layout().url(service) + path))
            .timeout(Duration.ofSeconds(10))
            .header("authorization", "Bearer " + operator)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  /// Reads something as an operator.
  HttpResponse<String> get(String url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(10))
            .header("authorization", "Bearer " + operator)
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  /// What the traffic target shows, as JSON.
  String targetState() throws IOException, InterruptedException {
    return get(stack.layout().url(Part.TARGET) + "/state?service=demo/shop&environment=production")
        .body();
  }

  /// Another process of this service beside the first, ready.
  Child startReplica(Part service) throws IOException, InterruptedException {
    Child replica = stack.replica(service, freePort());
    replica.start();
    replica.awaitReady(PATIENCE);
    return replica;
  }

  LocalStack stack() {
    return stack;
  }

  DemoShop shop() {
    return shop;
  }

  ReleaseRequests requests() {
    return requests;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /// Below the ports that outgoing connections take, and apart from another test's of this moment.
  private static int freeBasePort() throws IOException {
    long first = ProcessHandle.current().pid() % SLOTS;
    for (int attempt = 0; attempt < SLOTS; attempt++) {
      int base = FIRST_PORT + (int) ((first + attempt) % SLOTS) * PORTS;
      if (new Layout(Path.of(""), Path.of(""), base).taken().isEmpty()) {
        return base;
      }
    }
    throw new IOException("no " + PORTS + " free ports in a row");
  }
}
