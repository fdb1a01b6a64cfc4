package io.lockkeeper.quickstart.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.Loopback;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads deployment logs from audit-service as anybody may who has a token.
public final class AuditClient {

  private static final Set<String> ENDS =
      Set.of(Outcome.VERIFIED.name(), Outcome.ROLLED_BACK.name(), Outcome.ROLLBACK_FAILED.name());

  private final URI base;
  private final String token;
  private final HttpClient client = Loopback.client();

  /// A client of the audit-service at this address.
  public AuditClient(String base, String token) {
    this.base = URI.create(base);
    this.token = token;
  }

  /// A log as far as it is written.
  ///
  /// @param outcome empty while the release is open
  /// @param closed  whether the log is closed
  /// @param refused why the release was not accepted; empty when it was
  public record Log(
      List<Step> steps, Optional<Outcome> outcome, boolean closed, Optional<String> refused) {}

  /// One step of a log.
  public record Step(String time, String type, String lines, String title) {}

  /// The log of this release as it stands now; empty while audit-service knows nothing of it.
  public Optional<Log> log(ReleaseId release) throws IOException, InterruptedException {
    HttpResponse<String> response = get(release, "application/json");
    if (response.statusCode() == 404) {
      return Optional.empty();
    }
    JsonNode log = Json.tree(checked(response).getBytes(UTF_8));
    List<Step> steps = new ArrayList<>();
    String refused = null;
    for (JsonNode step : log.path("steps")) {
      JsonNode entry = step.path("entry");
      steps.add(step(entry));
      if (entry.path("type").asText().equals("io.lockkeeper.release.refused.v1")) {
        refused = entry.path("title").asText();
      }
    }
    JsonNode overview = log.path("overview");
    return Optional.of(
        new Log(
            List.copyOf(steps),
            Optional.ofNullable(overview.path("outcome").textValue()).map(Outcome::valueOf),
            overview.path("closed").isTextual(),
            Optional.ofNullable(refused)));
  }

  /// How a version's release ended.
  public record Ended(String version, Outcome outcome) {}

  /// The releases of a service that were verified lately or were to be taken back, the newest
  /// first.
  public List<Ended> ended(String service) throws IOException, InterruptedException {
    JsonNode page =
        Json.tree(checked(get("/releases?limit=200", "application/json")).getBytes(UTF_8));
    List<Ended> ended = new ArrayList<>();
    for (JsonNode item : page.path("items")) {
      String outcome = item.path("outcome").asText();
      if (item.path("service").asText().equals(service) && ENDS.contains(outcome)) {
        ended.add(new Ended(item.path("version").asText(), Outcome.valueOf(outcome)));
      }
    }
    return ended;
  }

  /// The log as Markdown.
  public String markdown(ReleaseId release) throws IOException, InterruptedException {
    return checked(get(release, "text/markdown"));
  }

  private static Step step(JsonNode entry) {
    List<String> lines = new ArrayList<>();
    entry.path("lines").forEach(line -> lines.add(line.asText()));
    return new Step(
        entry.path("time").asText(),
        entry.path("type").asText(),
        String.join(" ", lines),
        entry.path("title").asText());
  }

  private HttpResponse<String> get(ReleaseId release, String mediaType)
      throws IOException, InterruptedException {
    return get("/releases/" + release + "/log", mediaType);
  }

  private HttpResponse<String> get(String path, String mediaType)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(Duration.ofSeconds(10))
            .header("accept", mediaType)
            .header("authorization", "Bearer " + token)
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  private static String checked(HttpResponse<String> response) throws IOException {
    if (response.statusCode() != 200) {
      throw new IOException(
          response.uri() + " answered " + response.statusCode() + ": " + response.body());
    }
    return response.body();
  }
}
