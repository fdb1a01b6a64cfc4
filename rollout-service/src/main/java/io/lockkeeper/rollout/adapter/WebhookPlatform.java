package io.lockkeeper.rollout.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.rollout.PlatformGoal.Action;
import io.lockkeeper.rollout.PlatformGoal.Change;
import io.lockkeeper.rollout.PlatformGoal.Fence;
import io.lockkeeper.runbook.Digest;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A target behind a webhook: signed as Standard Webhooks says, fenced, keyed, and read back. It is
/// a *refusing*
/// target: it turns down whatever is older than the newest change it accepted.
@ApplicationScoped
public class WebhookPlatform implements Platform {

  private static final Logger LOG = Logger.getLogger(WebhookPlatform.class);
  private static final int ANSWER_BYTES = 64 * 1024;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /// How long a target may show something else than what it said it had done.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final PlatformConfig config;
  private final Webhook webhook;
  private final HttpClient client;

  WebhookPlatform(PlatformConfig config) {
    this.config = config;
    this.webhook = new Webhook(config.secret());
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(config.timeout())
            .build();
  }

  @Override
  public Result bring(Target target, Change change) throws InterruptedException {
    if (!isAllowed(target.url())) {
      return new Result.Failed(
          "the host of " + target.url() + " is not among lockkeeper.platform.hosts");
    }
    Duration pause = config.poll();
    while (true) {
      try {
        HttpResponse<String> response = send(effect(target, change));
        Optional<Result> answered = answered(target, change, response);
        if (answered.isPresent()) {
          return answered.get();
        }
      } catch (IOException e) {
        LOG.warnf("%s of %s is tried again: %s", change.action(), target.release(), e.toString());
      }
      Thread.sleep(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  private Optional<Result> answered(Target target, Change change, HttpResponse<String> response)
      throws InterruptedException, IOException {
    int status = response.statusCode();
    if (status == 200 || status == 202) {
      return Optional.of(readBack(target, change, read(response.body())));
    }
    if (status >= 500 || status == 408 || status == 425 || status == 429) {
      LOG.warnf("%s of %s is tried again: %d", change.action(), target.release(), status);
      return Optional.empty();
    }
    String what =
        status == 409 ? "the target accepted a later change" : "the target answered " + status;
    return Optional.of(new Result.Failed(what + ": " + shortened(response.body())));
  }

  /// Waits until the target shows the change; one that says it is done and shows something else has
  /// failed.
  private Result readBack(Target target, Change change, State said) throws InterruptedException {
    State state = said;
    Instant doneSince = Instant.MAX;
    while (true) {
      if (change.fence().equals(state.fenceOrNone())) {
        switch (state.stateOrNone()) {
          case "FAILED" -> {
            return new Result.Failed(
                state.message() == null ? "the target failed" : state.message());
          }
          case "SUCCEEDED" -> {
            Optional<State> seen = look(target);
            if (seen.isPresent() && seen.get().shows(target, change)) {
              return new Result.Shown();
            }
            Instant now = Instant.now();
            doneSince = doneSince.isBefore(now) ? doneSince : now;
            if (seen.isPresent() && now.isAfter(doneSince.plus(PATIENCE))) {
              return new Result.Failed(
                  "the target shows %d %% instead of %d %%"
                      .formatted(seen.get().shareOf(target.candidate()), change.weight()));
            }
          }
          default -> {}
        }
      } else if (state.fenceOrNone().compareTo(change.fence()) > 0) {
        return new Result.Failed("the target accepted a later change: " + state.fenceOrNone());
      }
      Thread.sleep(config.poll());
      state = look(target).orElse(state);
    }
  }

  @Override
  public Optional<Observation> observe(Target target) throws InterruptedException {
    return isAllowed(target.url())
        ? look(target)
            .map(
                state ->
                    new Observation(
                        state.shareOf(target.candidate()), state.fenceOrNone(), state.isChanging()))
        : Optional.empty();
  }

  private Optional<State> look(Target target) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                at(
                    target.url(),
                    "/state?service="
                        + URLEncoder.encode(target.lane().service(), StandardCharsets.UTF_8)
                        + "&environment="
                        + URLEncoder.encode(target.lane().environment(), StandardCharsets.UTF_8)))
            .header("accept", "application/json")
            .build();
    try {
      HttpResponse<String> response = send(request);
      return response.statusCode() == 200 ? Optional.of(read(response.body())) : Optional.empty();
    } catch (IOException e) {
      LOG.debugf("the target of %s cannot be read: %s", target.release(), e.toString());
      return Optional.empty();
    }
  }

  /// Over headers and body: an answer may come byte by byte, or never end.
  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<String>> call =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), ANSWER_BYTES));
    try {
      return call.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no answer within " + config.timeout());
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } finally {
      call.cancel(true);
    }
  }

  private HttpRequest effect(Target target, Change change) throws IOException {
    String body = EventJson.mapper().writeValueAsString(Effect.of(target, change, Instant.now()));
    Fence fence = change.fence();
    String id = "msg_%s_%d_%d".formatted(plain(target.release()), fence.token(), fence.number());
    long timestamp = Instant.now().getEpochSecond();
    try {
      return HttpRequest.newBuilder(at(target.url(), "/effects"))
          .header("content-type", "application/json")
          .header("accept", "application/json")
          .header("webhook-id", id)
          .header("webhook-timestamp", Long.toString(timestamp))
          .header("webhook-signature", webhook.sign(id, timestamp, body))
          .header(
              "idempotency-key",
              "\"%s:%d.%d\"".formatted(target.release(), fence.token(), fence.number()))
          .POST(HttpRequest.BodyPublishers.ofString(body))
          .build();
    } catch (WebhookSigningException e) {
      throw new IllegalStateException("lockkeeper.platform.secret cannot sign", e);
    }
  }

  private boolean isAllowed(URI url) {
    return url.getHost() != null
        && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
        && (config.hosts().contains(url.getHost())
            || config.hosts().contains(url.getHost() + ":" + url.getPort()));
  }

  private static URI at(URI url, String path) {
    String text = url.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }

  private static String plain(ReleaseId release) {
    return release.value().replaceAll("[^A-Za-z0-9-]", "-");
  }

  private static String shortened(String body) {
    return body.length() <= 300 ? body : body.substring(0, 300);
  }

  private static State read(String body) throws IOException {
    try {
      State state = EventJson.mapper().readValue(body, State.class);
      if (state == null) {
        throw new IOException("the target answered nothing");
      }
      return state;
    } catch (JsonProcessingException e) {
      throw new IOException("the target's answer cannot be read: " + shortened(body), e);
    }
  }

  /// The body of a call.
  record Effect(String type, Instant timestamp, Asked data) {

    record Asked(
        ReleaseId release,
        String service,
        String environment,
        Fence fence,
        Action action,
        @Nullable String step,
        int weight,
        Digest candidate,
        @Nullable Digest stable) {}

    static Effect of(Target target, Change change, Instant timestamp) {
      return new Effect(
          "io.lockkeeper.effect.v1",
          timestamp,
          new Asked(
              target.release(),
              target.lane().service(),
              target.lane().environment(),
              change.fence(),
              change.action(),
              change.subject(),
              change.weight(),
              target.candidate(),
              target.stable()));
    }
  }

  /// What a target answers, and what it shows.
  ///
  /// @param candidate whose share `weight` is; what an earlier release left there is not ours
  record State(
      @Nullable String state,
      int weight,
      @Nullable Digest candidate,
      @Nullable Fence fence,
      @Nullable String message) {

    private static final Fence NO_FENCE = new Fence(0, 0);

    Fence fenceOrNone() {
      return fence == null ? NO_FENCE : fence;
    }

    String stateOrNone() {
      return state == null ? "NONE" : state.toUpperCase(Locale.ROOT);
    }

    boolean isChanging() {
      return switch (stateOrNone()) {
        case "NONE", "SUCCEEDED", "FAILED" -> false;
        default -> true;
      };
    }

    int shareOf(Digest ours) {
      return ours.equals(candidate) ? weight : 0;
    }

    boolean shows(Target target, Change change) {
      return fenceOrNone().equals(change.fence())
          && stateOrNone().equals("SUCCEEDED")
          && shareOf(target.candidate()) == change.weight();
    }
  }
}
