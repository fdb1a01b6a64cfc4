package io.lockkeeper.quickstart.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.quickstart.local.Layout;
import io.lockkeeper.quickstart.local.LocalStack;
import io.lockkeeper.quickstart.local.Part;
import io.lockkeeper.quickstart.shop.Customers;
import io.lockkeeper.quickstart.shop.Shop;
import io.lockkeeper.quickstart.shop.TrafficTarget;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.Loopback;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/// The demo's shop: two instances, one per version, behind a target that splits real requests
/// between them.
///
/// Like a pair of primary and canary it has a slot for the stable version and one for the
/// candidate: a verified
/// candidate moves to the stable slot, and the next candidate takes its place.
public final class DemoShop {

  private static final int REQUESTS_PER_SECOND = 200;
  private static final int HEAP = 48;

  private final LocalStack stack;
  private final Layout layout;
  private final HttpClient client = Loopback.client();
  private Version stable;

  private DemoShop(LocalStack stack, Version stable) {
    this.stack = stack;
    this.layout = stack.layout();
    this.stable = stable;
  }

  /// Starts the shop with this version serving all requests, and its customers.
  public static DemoShop open(LocalStack stack, Version stable)
      throws IOException, InterruptedException {
    DemoShop shop = new DemoShop(stack, stable);
    shop.instance(Part.STABLE, stable);
    shop.stack.startTool(
        Part.TARGET,
        TrafficTarget.class,
        128,
        "--port",
        String.valueOf(shop.layout.port(Part.SHOP)),
        "--control-port",
        String.valueOf(shop.layout.port(Part.TARGET)),
        "--folder",
        shop.layout.folder("target").toString(),
        "--effects",
        shop.layout.effects().toString(),
        "--secret-file",
        stack.credentials().secret("platform").toString(),
        "--stable",
        stable.digest().value(),
        "--version",
        stable.digest() + "=" + shop.layout.url(Part.STABLE),
        "--backup",
        "nightly");
    stack.await(Part.STABLE, Part.TARGET);
    stack.startTool(
        Part.CUSTOMERS,
        Customers.class,
        64,
        "--target",
        shop.layout.url(Part.SHOP),
        "--rate",
        String.valueOf(REQUESTS_PER_SECOND),
        "--port",
        String.valueOf(shop.layout.port(Part.CUSTOMERS)));
    stack.await(Part.CUSTOMERS);
    return shop;
  }

  /// The version that serves all requests while no release is under way.
  public Version stable() {
    return stable;
  }

  /// Starts the candidate beside the stable version; it gets no requests before a release gives it
  /// some.
  public void prepare(Version candidate) throws IOException, InterruptedException {
    instance(Part.CANDIDATE, candidate);
    stack.await(Part.CANDIDATE);
    learn(candidate, Part.CANDIDATE);
  }

  /// Moves a verified candidate to the stable slot, without a failed request.
  public void promote(Version verified) throws IOException, InterruptedException {
    instance(Part.STABLE, verified);
    stack.await(Part.STABLE);
    learn(verified, Part.STABLE);
    stable = verified;
  }

  /// Switches faults of the running candidate or stable version.
  public void faults(Part slot, Map<String, Object> faults)
      throws IOException, InterruptedException {
    post(URI.create(layout.url(slot) + "/faults"), faults);
  }

  /// What the customers have counted so far, as JSON.
  public String customerCounts() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(layout.url(Part.CUSTOMERS) + "/counts"))
            .timeout(Duration.ofSeconds(5))
            .build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  /// The same for people: who answered how many requests, and how many got no answer at all.
  public String customerWords() throws IOException, InterruptedException {
    JsonNode counts = Json.tree(customerCounts().getBytes(StandardCharsets.UTF_8));
    StringBuilder words = new StringBuilder(counts.path("sent") + " requests: ");
    counts
        .path("versions")
        .properties()
        .forEach(
            version ->
                words
                    .append(version.getKey())
                    .append(" answered ")
                    .append(version.getValue().path("succeeded"))
                    .append(" well and ")
                    .append(version.getValue().path("failed"))
                    .append(" with an error; "));
    return words.append(counts.path("unanswered")).append(" got no answer").toString();
  }

  private void instance(Part slot, Version version) throws IOException {
    stack.startTool(
        slot,
        Shop.class,
        HEAP,
        "--version",
        version.name(),
        "--port",
        String.valueOf(layout.port(slot)),
        "--error-ratio",
        String.valueOf(version.errorRatio()),
        "--slower",
        String.valueOf(version.slower()));
  }

  private void learn(Version version, Part slot) throws IOException, InterruptedException {
    post(
        URI.create(layout.url(Part.TARGET) + "/versions"),
        Map.of("digest", version.digest().value(), "url", layout.url(slot)));
  }

  private void post(URI address, Map<String, ?> body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(Duration.ofSeconds(5))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.bytes(body)))
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(
          address + " answered " + response.statusCode() + ": " + response.body());
    }
  }
}
