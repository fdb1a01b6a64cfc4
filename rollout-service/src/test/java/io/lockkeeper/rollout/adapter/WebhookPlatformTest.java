package io.lockkeeper.rollout.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.rollout.PlatformGoal.Action;
import io.lockkeeper.rollout.PlatformGoal.Change;
import io.lockkeeper.rollout.PlatformGoal.Fence;
import io.lockkeeper.rollout.RolloutScenario;
import io.lockkeeper.rollout.adapter.Platform.Observation;
import io.lockkeeper.rollout.adapter.Platform.Result;
import io.lockkeeper.rollout.adapter.Platform.Target;
import io.lockkeeper.rollout.adapter.WebhookPlatform.Effect;
import io.lockkeeper.rollout.adapter.WebhookPlatform.State;
import io.lockkeeper.runbook.Digest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WebhookPlatformTest {

  private final WebhookPlatform platform = new WebhookPlatform(new Config());
  private TargetFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new TargetFixture();
  }

  @AfterEach
  void end() throws IOException {
    fixture.close();
  }

  @Test
  @DisplayName("D3: a shift is made, and read back before it counts")
  void shifts() throws Exception {
    assertThat(platform.bring(target(), shift(1, 10))).isEqualTo(new Result.Shown());
    assertThat(platform.observe(target())).contains(new Observation(10, new Fence(7, 1), false));
  }

  @Test
  @DisplayName("The share that an earlier candidate still has is not taken for ours")
  void anEarlierCandidatesShareIsNotOurs() throws Exception {
    platform.bring(target(), shift(1, 100));
    Target next =
        new Target(
            new ReleaseId("release-2"),
            RolloutScenario.LANE,
            fixture.url(),
            RolloutScenario.STABLE.digest(),
            RolloutScenario.CANDIDATE.digest());
    Change migration = new Change(new Fence(8, 1), Action.RUN, "V43", 0, null);
    assertThat(platform.bring(next, migration)).isEqualTo(new Result.Shown());
    assertThat(platform.observe(next)).contains(new Observation(0, new Fence(8, 1), false));
  }

  @Test
  @DisplayName("The same change asked twice acts once")
  void actsOnce() throws Exception {
    platform.bring(target(), shift(1, 10));
    assertThat(platform.bring(target(), shift(1, 10))).isEqualTo(new Result.Shown());
    assertThat(fixture.effects()).hasSize(1);
  }

  @Test
  @DisplayName("A change that comes late, after a newer one, fails and changes nothing")
  void lateIsRefused() throws Exception {
    platform.bring(target(), shift(2, 0));
    assertThat(platform.bring(target(), shift(1, 10))).isInstanceOf(Result.Failed.class);
    assertThat(platform.observe(target())).contains(new Observation(0, new Fence(7, 2), false));
  }

  @Test
  @DisplayName("A target that takes its time is waited for")
  void lateWork() throws Exception {
    fixture.misbehave("{\"delayMillis\":700}");
    assertThat(platform.bring(target(), shift(1, 10))).isEqualTo(new Result.Shown());
  }

  @Test
  @DisplayName("A target that does half and says it is done has failed")
  void halfIsNotDone() throws Exception {
    fixture.misbehave("{\"partial\":1}");
    assertThat(platform.bring(target(), shift(1, 10))).isInstanceOf(Result.Failed.class);
  }

  @Test
  @DisplayName("A target that says it failed has failed")
  void saysItFailed() throws Exception {
    fixture.misbehave("{\"failNext\":1}");
    assertThat(platform.bring(target(), shift(1, 10))).isInstanceOf(Result.Failed.class);
    assertThat(platform.bring(target(), shift(2, 10))).isEqualTo(new Result.Shown());
  }

  @Test
  @DisplayName("A target that is away is tried until it is back")
  void awayAndBack() throws Exception {
    fixture.stop();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<Void> begun = new CompletableFuture<>();
      Future<Result> result =
          threads.submit(
              () -> {
                begun.complete(null);
                return platform.bring(target(), shift(1, 10));
              });
      begun.join();
      fixture.restart();
      await().atMost(Duration.ofSeconds(20)).until(result::isDone);
      assertThat(result.get()).isEqualTo(new Result.Shown());
    }
  }

  @Test
  @DisplayName("A call that is cancelled ends at once")
  void canBeCancelled() throws InterruptedException, ExecutionException, IOException {
    fixture.misbehave("{\"delayMillis\":600000}");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Future<?> call =
          threads.submit(
              () -> {
                try {
                  interrupted.complete(platform.bring(target(), shift(1, 10)) == null);
                } catch (InterruptedException e) {
                  interrupted.complete(true);
                }
              });
      await().atMost(Duration.ofSeconds(10)).until(() -> platform.observe(target()).isPresent());
      call.cancel(true);
      await().atMost(Duration.ofSeconds(10)).until(interrupted::isDone);
      assertThat(interrupted.get()).isTrue();
    }
  }

  @Test
  @DisplayName("docs/target.md shows what is sent and what is read")
  void documented() throws IOException {
    String page =
        Files.readString(Path.of(System.getenv("LOCKKEEPER_HOME")).resolve("docs/target.md"));
    List<String> examples =
        Pattern.compile("(?s)```json\\n(.*?)```")
            .matcher(page)
            .results()
            .map(example -> example.group(1))
            .toList();
    assertThat(examples).hasSize(2);
    Target example =
        new Target(
            new ReleaseId("release-1"),
            RolloutScenario.LANE,
            fixture.url(),
            new Digest("sha256:" + "b".repeat(64)),
            new Digest("sha256:" + "a".repeat(64)));
    Effect effect = Effect.of(example, shift(1, 10), Instant.parse("2026-11-28T07:00:00Z"));
    ObjectMapper json = EventJson.mapper();
    assertThat(json.readTree(json.writeValueAsString(effect)))
        .isEqualTo(json.readTree(examples.getFirst()));
    assertThat(json.readValue(examples.getLast(), State.class).shows(example, shift(1, 10)))
        .isTrue();
  }

  @Test
  @DisplayName("An answer that begins and never ends is given up")
  void endlessAnswer() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
        });
    server.start();
    try {
      Target endless =
          new Target(
              new ReleaseId("release-1"),
              RolloutScenario.LANE,
              URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
              RolloutScenario.CANDIDATE.digest(),
              null);
      CompletableFuture<Optional<Observation>> seen = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  seen.complete(platform.observe(endless));
                } catch (InterruptedException e) {
                  seen.completeExceptionally(e);
                }
              });
      await().atMost(Duration.ofSeconds(20)).until(seen::isDone);
      assertThat(seen.join()).isEmpty();
    } finally {
      server.stop(0);
    }
  }

  @Test
  @DisplayName("A runbook cannot send calls to a host that the operators did not allow")
  void onlyAllowedHosts() throws Exception {
    Target elsewhere =
        new Target(
            new ReleaseId("r"),
            RolloutScenario.LANE,
            URI.create("http://169.254.169.254/latest"),
            RolloutScenario.CANDIDATE.digest(),
            null);
    assertThat(platform.bring(elsewhere, shift(1, 10)))
        .isInstanceOfSatisfying(
            Result.Failed.class,
            failed -> assertThat(failed.reason()).contains("lockkeeper.platform.hosts"));
    assertThat(platform.observe(elsewhere)).isEmpty();
  }

  private Target target() {
    return new Target(
        new ReleaseId("release-1"),
        RolloutScenario.LANE,
        fixture.url(),
        RolloutScenario.CANDIDATE.digest(),
        RolloutScenario.STABLE.digest());
  }

  private static Change shift(int number, int weight) {
    return new Change(new Fence(7, number), Action.SHIFT, null, weight, null);
  }

  private static final class Config implements PlatformConfig {
    @Override
    public Set<String> hosts() {
      return Set.of("127.0.0.1");
    }

    @Override
    public String secret() {
      return TargetFixture.SECRET;
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(2);
    }

    @Override
    public Duration poll() {
      return Duration.ofMillis(50);
    }
  }
}
