package io.lockkeeper.quickstart.shop;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.quickstart.wire.Answer;
import io.lockkeeper.quickstart.wire.Daemon;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.Request;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What rollout-service drives in the quickstart: a reverse proxy that splits a service's requests
/// between two versions exactly by weight (D3), goes back (R1, R2), runs and undoes infrastructure
/// steps (D2) and closes, restores, validates and reopens (R3). One target serves one lane.
///
/// Control port: `POST /effects` (signed; see [Effect]), `GET /state?service=…&environment=…`,
/// `GET` and `POST /versions {"digest","url"}`, `GET` and `POST /faults` ([TargetFaults.Setting]).
/// Everything is bound to the loopback address.
public final class TrafficTarget implements AutoCloseable {

  /// What a target is made of.
  ///
  /// `folder` keeps its state, `effects` is the file of accepted effects (`.refused` and `.repeats`
  /// beside it), `stable` the digest that gets all requests until the first effect, `versions` maps
  /// digests to URLs of instances, `backups` are names under which `RUN` takes a backup besides the
  /// step's own. Port 0 takes a free one.
  public record Settings(
      int port,
      int controlPort,
      String service,
      String environment,
      Path folder,
      Path effects,
      StandardWebhook signature,
      String stable,
      Map<String, String> versions,
      List<String> backups) {

    /// Copies the collections.
    public Settings {
      versions = Map.copyOf(versions);
      backups = List.copyOf(backups);
    }
  }

  private record Version(String digest, URI url) {
    Version {
      if (digest == null || !digest.matches("sha256:[0-9a-f]{64}")) {
        throw new IllegalArgumentException("digest is sha256: and 64 hex digits");
      }
      if (url == null || !"http".equals(url.getScheme()) || url.getHost() == null) {
        throw new IllegalArgumentException("url is http://HOST:PORT");
      }
    }
  }

  private static final int MAX_MESSAGE = 64 * 1024;
  private static final int MAX_VERSIONS = 1_000;
  private static final String EFFECT_TYPE = "io.lockkeeper.effect.v1";

  private final Settings settings;
  private final TargetFaults faults = new TargetFaults();
  private final HttpClient client = Loopback.client();
  private final TargetLane lane;
  private final TrafficProxy proxy;
  private final Loopback control;

  private TrafficTarget(Settings settings) throws IOException {
    this.settings = settings;
    settings.versions().forEach((digest, url) -> new Version(digest, URI.create(url)));
    Router router = new Router();
    this.lane =
        new TargetLane(
            settings.folder(),
            settings.effects(),
            settings.stable(),
            settings.versions(),
            settings.backups(),
            router,
            faults,
            client);
    this.proxy = new TrafficProxy(settings.port(), router, client);
    this.control = Loopback.serve(settings.controlPort(), this::answer);
  }

  /// Starts a target; what `folder` has kept of an earlier one goes on.
  public static TrafficTarget start(Settings settings) throws IOException {
    return new TrafficTarget(settings);
  }

  /// Where customers go, `http://127.0.0.1:PORT`.
  public String dataUrl() {
    return proxy.url();
  }

  /// Where effects go, `http://127.0.0.1:PORT`.
  public String controlUrl() {
    return control.url();
  }

  @Override
  public void close() throws IOException {
    control.close();
    proxy.close();
    lane.close();
    client.close();
  }

  private Answer answer(Request request) throws IOException, InterruptedException {
    try {
      return switch (request.route()) {
        case "POST /effects" -> {
          Answer answer = effect(request);
          Thread.sleep(faults.setting().answerDelayMillis());
          yield answer;
        }
        case "GET /state" -> {
          Thread.sleep(faults.stateDelayMillis());
          yield isOurs(
                  request.parameter("service").orElse(null),
                  request.parameter("environment").orElse(null))
              ? Answer.json(200, lane.report())
              : otherLane();
        }
        case "GET /versions" -> Answer.json(200, lane.versions());
        case "POST /versions" -> learn(Json.read(request.body(), Version.class));
        case "GET /faults" -> Answer.json(200, faults.setting());
        case "POST /faults" -> Answer.json(200, faults.change(request.body()));
        default -> Answer.notFound(request);
      };
    } catch (IllegalArgumentException e) {
      return Answer.problem(400, String.valueOf(e.getMessage()));
    }
  }

  private Answer effect(Request request) throws IOException, InterruptedException {
    if (request.body().length > MAX_MESSAGE) {
      return Answer.problem(413, "An effect has at most " + MAX_MESSAGE + " bytes");
    }
    // Before anything is parsed: a stranger gets no further than this.
    if (!settings
        .signature()
        .verifies(
            request.header("webhook-id"),
            request.header("webhook-timestamp"),
            request.header("webhook-signature"),
            request.body(),
            Instant.now())) {
      return Answer.problem(401, "The signature is missing, wrong or older than 5 minutes");
    }
    JsonNode message = Json.tree(request.body());
    if (!message.path("type").asText().equals(EFFECT_TYPE)) {
      return Answer.problem(400, "type is " + EFFECT_TYPE);
    }
    Effect effect = Json.convert(message.path("data"), Effect.class);
    if (!isOurs(effect.service(), effect.environment())) {
      return otherLane();
    }
    if (!("\"" + effect.key() + "\"").equals(request.header("idempotency-key"))) {
      return Answer.problem(400, "Idempotency-Key is \"" + effect.key() + "\", in quotes");
    }
    // Only what is asked counts: the time at which the message was made may differ in a repeat.
    return lane.take(effect, Json.meaning(message.path("data")));
  }

  private Answer learn(Version version) throws IOException {
    if (lane.versions().size() >= MAX_VERSIONS) {
      return Answer.problem(507, "More than " + MAX_VERSIONS + " versions");
    }
    lane.learn(version.digest(), version.url());
    return Answer.json(200, lane.versions());
  }

  private boolean isOurs(@Nullable String service, @Nullable String environment) {
    return settings.service().equals(service) && settings.environment().equals(environment);
  }

  private Answer otherLane() {
    return Answer.problem(
        404, "This target serves " + settings.service() + " in " + settings.environment());
  }

  /// A target as a process of its own.
  public static void main(String[] arguments) {
    Daemon.main(new Start(), arguments);
  }

  @Command(name = "traffic-target", description = "Splits a service's requests by weight.")
  private static final class Start implements Callable<Integer> {
    @Option(names = "--port", required = true, description = "Data port; 0 takes a free one")
    private int port;

    @Option(names = "--control-port", required = true, description = "0 takes a free one")
    private int controlPort;

    @Option(names = "--service", description = "Default ${DEFAULT-VALUE}")
    private String service = "demo/shop";

    @Option(names = "--environment", description = "Default ${DEFAULT-VALUE}")
    private String environment = "production";

    @Option(names = "--folder", required = true, description = "Keeps state over restarts")
    private Path folder = Path.of("");

    @Option(names = "--effects", description = "Default FOLDER/effects.jsonl")
    private @Nullable Path effects;

    @Option(names = "--secret-file", required = true, description = "Holds whsec_…")
    private Path secretFile = Path.of("");

    @Option(names = "--stable", required = true, description = "Digest that gets all at first")
    private String stable = "";

    @Option(names = "--version", description = "DIGEST=URL of an instance; repeatable")
    private Map<String, String> versions = Map.of();

    @Option(names = "--backup", description = "Also taken at a release's first RUN; repeatable")
    private List<String> backups = List.of();

    @Override
    public Integer call() throws Exception {
      TrafficTarget target =
          new TrafficTarget(
              new Settings(
                  port,
                  controlPort,
                  service,
                  environment,
                  folder,
                  effects == null ? folder.resolve("effects.jsonl") : effects,
                  StandardWebhook.ofFile(secretFile),
                  stable,
                  versions,
                  backups));
      return Daemon.serve(
          "traffic-target url=" + target.dataUrl() + " control=" + target.controlUrl(),
          target,
          () -> {});
    }
  }
}
