package io.lockkeeper.quickstart.ci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.lockkeeper.quickstart.wire.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/// The services as a pipeline asks them, with one token. What passes by itself (no connection, 429,
/// 502 to 504) is for the caller to try again: it is an [Unavailable].
public final class Services {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final URI gate;
  private final URI rollout;
  private final URI audit;
  private final String token;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  /// The services at these addresses.
  public Services(URI gate, URI rollout, URI audit, String token) {
    this.gate = gate;
    this.rollout = rollout;
    this.audit = audit;
    this.token = token;
  }

  /// A service cannot answer at the moment.
  public static final class Unavailable extends IOException {
    Unavailable(URI address, String reason) {
      super(address + " cannot answer at the moment: " + reason);
    }
  }

  /// What a service answered.
  ///
  /// @param body the JSON; of a status that is no success, a problem
  public record Answer(int status, JsonNode body) {

    /// The problem in one sentence.
    public String problem() {
      StringBuilder text = new StringBuilder(body.path("title").asText("answered " + status));
      if (body.hasNonNull("code")) {
        text.append(" (").append(body.path("code").asText()).append(")");
      }
      if (body.hasNonNull("detail")) {
        text.append(": ").append(body.path("detail").asText());
      }
      for (JsonNode fault : body.path("errors")) {
        text.append(System.lineSeparator())
            .append("  ")
            .append(fault.path("pointer").asText().isEmpty() ? "/" : fault.path("pointer").asText())
            .append(" ")
            .append(fault.path("detail").asText());
      }
      return text.toString();
    }
  }

  /// Asks for a release, as plain JSON with this key.
  public Answer request(String key, byte[] body) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(gate.resolve("/releases"))
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .POST(BodyPublishers.ofByteArray(body)));
  }

  /// What became of the record at this place on `release-requests`; empty while it is not read.
  public Optional<RequestFate> fate(int partition, long offset)
      throws IOException, InterruptedException {
    Optional<JsonNode> record = read(gate.resolve("/requests/" + partition + "/" + offset));
    return record.isEmpty()
        ? Optional.empty()
        : Optional.of(Json.convert(record.get(), RequestFate.class));
  }

  /// Where the release stands before its gates; empty when gate-service does not know it.
  public Optional<JsonNode> gate(String release) throws IOException, InterruptedException {
    return read(gate.resolve("/releases/" + release));
  }

  /// Where the rollout stands; a missing node while rollout-service does not know it.
  public JsonNode rollout(String release) throws IOException, InterruptedException {
    return read(rollout.resolve("/rollouts/" + release)).orElse(MissingNode.getInstance());
  }

  /// The deployment log; a missing node while audit-service knows nothing of it.
  public JsonNode log(String release) throws IOException, InterruptedException {
    return read(audit.resolve("/releases/" + release + "/log")).orElse(MissingNode.getInstance());
  }

  /// What the release waits for now and who can end that, in one line; empty when it waits for
  /// nothing, or nobody has said.
  public String waitsFor(String release) throws IOException, InterruptedException {
    return waitsFor(gate(release).orElse(MissingNode.getInstance()), rollout(release));
  }

  /// The same, by these answers.
  static String waitsFor(JsonNode gate, JsonNode rollout) {
    boolean atGates =
        rollout.path("phase").asText().equals("WAITING") && !rollout.hasNonNull("hold");
    JsonNode wait =
        rollout.path("waitsFor").isObject() && !atGates
            ? rollout.path("waitsFor")
            : gate.path("waitsFor");
    if (!wait.isObject()) {
      return "";
    }
    String until = wait.path("until").asText("");
    return "waits for %s (%s)%s"
        .formatted(
            wait.path("what").asText(),
            wait.path("who").asText(),
            until.isEmpty() || until.equals("null") ? "" : ", until " + until);
  }

  private Optional<JsonNode> read(URI address) throws IOException, InterruptedException {
    Answer answer = send(HttpRequest.newBuilder(address));
    return switch (answer.status()) {
      case 200 -> Optional.of(answer.body());
      case 404 -> Optional.empty();
      default -> throw new IOException(address + ": " + answer.problem());
    };
  }

  private Answer send(HttpRequest.Builder call) throws IOException, InterruptedException {
    HttpRequest request =
        call.header("authorization", "Bearer " + token)
            .header("accept", "application/json")
            .timeout(PATIENCE)
            .build();
    HttpResponse<byte[]> response;
    try {
      response = client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new Unavailable(
          request.uri(),
          e instanceof ConnectException
              ? "nothing listens there; is Lockkeeper up, and with these --base-port and --data?"
              : String.valueOf(e));
    }
    int status = response.statusCode();
    if (status == 429 || status >= 502 && status <= 504) {
      throw new Unavailable(request.uri(), "status " + status);
    }
    return new Answer(
        status,
        response.body().length == 0 ? MissingNode.getInstance() : Json.tree(response.body()));
  }
}
