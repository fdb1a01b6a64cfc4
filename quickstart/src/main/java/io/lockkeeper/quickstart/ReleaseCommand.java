package io.lockkeeper.quickstart;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.quickstart.ci.Follower;
import io.lockkeeper.quickstart.ci.ReleaseEnd;
import io.lockkeeper.quickstart.ci.RequestFate;
import io.lockkeeper.quickstart.ci.Services;
import io.lockkeeper.quickstart.demo.ReleaseRequests;
import io.lockkeeper.quickstart.local.Credentials;
import io.lockkeeper.quickstart.local.Layout;
import io.lockkeeper.quickstart.local.Part;
import io.lockkeeper.quickstart.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Asks for a release and waits for its end, as a step of a pipeline.
@Command(
    name = "release",
    description = "Asks for the release in a JSON file and waits for its end.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:verified",
      "1:it could not be asked for",
      "2:wrong usage",
      "10:rolled back",
      "11:refused",
      "12:not started",
      "13:waiting for a person (see --wait-for-people)",
      "14:not ended in time",
      "15:ended otherwise: superseded, or its way back failed"
    })
final class ReleaseCommand implements Callable<Integer> {

  private static final Duration TOKEN = Duration.ofHours(12);
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);
  private static final int ATTEMPTS = 30;

  @Mixin private Lockkeeper.Where where = new Lockkeeper.Where();

  @Parameters(
      paramLabel = "FILE",
      description = "What docs/release-request-schema.json describes; - for standard input")
  private String file = "";

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "Names this request: sent again with the same key it is the same release. Default: a new one")
  private String key = UUID.randomUUID().toString();

  @Option(names = "--kafka", description = "Publish the request on Kafka instead of posting it")
  private boolean kafka;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Who asks, when the token is made here; default: ${DEFAULT-VALUE}")
  private String name = "ci";

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:LOCKKEEPER_TOKEN}",
      description =
          "A token with the role ci, of the name that --name says; default: LOCKKEEPER_TOKEN, or one"
              + " made with the keys of the installation")
  private @Nullable String token;

  @Option(
      names = "--gate",
      paramLabel = "URL",
      defaultValue = "${env:LOCKKEEPER_GATE}",
      description = "gate-service; default: LOCKKEEPER_GATE, or that of the installation")
  private @Nullable URI gate;

  @Option(
      names = "--rollout",
      paramLabel = "URL",
      defaultValue = "${env:LOCKKEEPER_ROLLOUT}",
      description = "rollout-service; likewise")
  private @Nullable URI rollout;

  @Option(
      names = "--audit",
      paramLabel = "URL",
      defaultValue = "${env:LOCKKEEPER_AUDIT}",
      description = "audit-service; likewise")
  private @Nullable URI audit;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      description = "How long to wait for the end, as ISO 8601; default: ${DEFAULT-VALUE}")
  private Duration wait = Duration.ofHours(2);

  @Option(
      names = "--wait-for-people",
      description = "Go on waiting when only a person can let it go on")
  private boolean waitForPeople;

  @Option(names = "--json", description = "Print one JSON object at the end, and nothing else")
  private boolean json;

  private final Function<String, ReleaseRequests> requestsOn;

  /// For picocli.
  ReleaseCommand() {
    this(ReleaseRequests::new);
  }

  /// @param requestsOn a way to ask on the Kafka at this address
  ReleaseCommand(Function<String, ReleaseRequests> requestsOn) {
    this.requestsOn = requestsOn;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    byte[] body = body();
    Layout layout = where.layout();
    Services services =
        new Services(
            address(gate, layout, Part.GATE),
            address(rollout, layout, Part.ROLLOUT),
            address(audit, layout, Part.AUDIT),
            token == null
                ? Credentials.of(layout).token(name, Set.of("ci", "viewer"), TOKEN)
                : token);
    ReleaseId release = ReleaseId.of("/callers/" + name, key);
    Terminal terminal = new Terminal(json);
    Follower follower = new Follower(services, terminal, waitForPeople);
    Instant until;
    if (kafka) {
      RecordMetadata place = publish(layout, body);
      terminal.step("the request is published: " + place);
      until = Instant.now().plus(wait);
      Optional<RequestFate> fate = follower.fate(release, place.partition(), place.offset(), until);
      if (fate.isEmpty()) {
        return end(release.value(), ReleaseEnd.NOT_ENDED_IN_TIME, unread(place), terminal);
      }
      if (fate.get().isRefused()) {
        return end(release.value(), ReleaseEnd.REFUSED, fate.get().problem(), terminal);
      }
    } else {
      Services.Answer answer = request(services, body, terminal);
      if (answer.status() == 422 || answer.status() == 409) {
        return end(release.value(), ReleaseEnd.REFUSED, answer.problem(), terminal);
      }
      if (answer.status() != 200 && answer.status() != 201) {
        throw new IOException("the request is not taken: " + answer.problem());
      }
      release = new ReleaseId(answer.body().path("release").asText());
      until = Instant.now().plus(wait);
    }
    terminal.step("release " + release + " is asked for");
    ReleaseEnd end = follower.follow(release.value(), until);
    return end(release.value(), end, follower.reason(), terminal);
  }

  private byte[] body() throws IOException {
    try {
      return file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new IOException("no such file: " + file, e);
    }
  }

  private static URI address(@Nullable URI given, Layout layout, Part service) {
    return given == null ? URI.create(layout.url(service)) : given;
  }

  private RecordMetadata publish(Layout layout, byte[] body)
      throws IOException, InterruptedException {
    try (ReleaseRequests requests = requestsOn.apply(layout.kafka())) {
      return requests.send("/callers/" + name, key, body);
    }
  }

  private String unread(RecordMetadata place) {
    return "gate-service has not read the request %s yet, and will; ask again with --key %s to go on waiting, or see /requests/%d/%d there"
        .formatted(place, key, place.partition(), place.offset());
  }

  /// The key makes it safe to ask again.
  private Services.Answer request(Services services, byte[] body, Terminal terminal)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return services.request(key, body);
      } catch (Services.Unavailable e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        terminal.waits(
            "%s; it is tried again for %d s"
                .formatted(e.getMessage(), BETWEEN_ATTEMPTS.multipliedBy(ATTEMPTS).toSeconds()));
        Thread.sleep(BETWEEN_ATTEMPTS);
      }
    }
  }

  private int end(String release, ReleaseEnd end, String reason, Terminal terminal) {
    terminal.waits("");
    if (json) {
      Map<String, Object> said = new LinkedHashMap<>();
      said.put("release", release);
      said.put("end", end.name());
      said.put("reason", reason);
      said.put("exitCode", end.exitCode());
      System.out.println(Json.text(said));
    } else {
      System.out.println(
          "release " + release + ": " + end.words() + (reason.isEmpty() ? "" : ": " + reason));
    }
    return end.exitCode();
  }
}
