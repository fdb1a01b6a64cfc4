package io.lockkeeper.quickstart.shop;

import io.lockkeeper.quickstart.wire.Answer;
import io.lockkeeper.quickstart.wire.AtomicFile;
import io.lockkeeper.quickstart.wire.Json;
import io.lockkeeper.quickstart.wire.JsonLines;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// The effects on one lane (one service in one environment): accepts each at most once, refuses
/// what
/// is older than what it has accepted, does it, and remembers over a restart.
///
/// An effect is accepted in one step with its fence, its key and a line in the effects file. The
/// work
/// comes after that; when a newer effect is accepted meanwhile, the older one changes nothing more.
final class TargetLane implements AutoCloseable {

  /// One line of the effects file; `reason` only where an effect was refused or repeated.
  private record Line(
      Instant at,
      String key,
      Effect.Action action,
      @Nullable String step,
      @Nullable Integer weight,
      Fence fence,
      @Nullable String reason) {}

  private static final Duration PROBE_PATIENCE = Duration.ofSeconds(2);

  private final Router router;
  private final TargetFaults faults;
  private final List<String> backups;
  private final AtomicFile file;
  private final SchemaState schema;
  private final Scripts scripts;
  private final JsonLines effects;
  private final JsonLines refused;
  private final JsonLines repeats;
  private final HttpClient probe;
  private final ExecutorService work = Executors.newVirtualThreadPerTaskExecutor();
  private TargetState state;

  /// Opens the lane that is kept in `folder`, or begins it with `stable` getting all requests, and
  /// goes on with an effect that a crash interrupted. `versions` (digest to URL) overrule those
  /// that
  /// were kept.
  TargetLane(
      Path folder,
      Path effectsFile,
      String stable,
      Map<String, String> versions,
      List<String> backups,
      Router router,
      TargetFaults faults,
      HttpClient probe)
      throws IOException {
    this.router = router;
    this.faults = faults;
    this.probe = probe;
    this.backups = List.copyOf(backups);
    this.schema = SchemaState.in(folder);
    this.scripts = new Scripts(folder.resolve("scripts"));
    this.file = new AtomicFile(folder.resolve("target.json"));
    this.effects = JsonLines.open(effectsFile);
    this.refused = JsonLines.open(beside(effectsFile, ".refused"));
    this.repeats = JsonLines.open(beside(effectsFile, ".repeats"));
    Optional<byte[]> kept = file.read();
    this.state =
        kept.isEmpty()
            ? TargetState.first(stable, versions)
            : Json.read(kept.get(), TargetState.class).knowing(versions);
    keep(state);
    Effect newest = state.newest();
    if (newest != null) {
      writeMissingLine(newest);
      if (state.state() == TargetState.Progress.RUNNING) {
        work.execute(() -> doQuietly(newest, TargetFaults.Plan.GOOD));
      }
    }
  }

  /// Takes an effect under its key. `meaning` is a digest of what was asked.
  ///
  /// Answers 200 or 202 with a [TargetState.Report], 409 when a newer effect was accepted before,
  /// 422
  /// when the key stood for something else.
  Answer take(Effect effect, String meaning) throws IOException, InterruptedException {
    TargetFaults.Plan plan;
    synchronized (this) {
      String known = state.keys().get(effect.key());
      if (known != null && !known.equals(meaning)) {
        refused.append(line(effect, "the key came with other content before"));
        return Answer.problem(422, "The key came with other content before");
      }
      if (known != null) {
        repeats.append(line(effect, "came again"));
        return answer();
      }
      Fence newest = state.fence();
      if (newest != null && effect.fence().compareTo(newest) <= 0) {
        refused.append(line(effect, "late: " + newest + " was accepted before"));
        return Answer.problem(409, "Late: " + newest + " was accepted before");
      }
      plan = faults.next();
      keep(state.accepting(effect, meaning));
      effects.append(line(effect, null));
    }
    if (plan.delayMillis() > 0) {
      work.execute(() -> doQuietly(effect, plan));
    } else {
      perform(effect, plan);
    }
    return answer();
  }

  /// What this lane is now, or claims to be while it is told to lie.
  synchronized TargetState.Report report() {
    return faults.lies() ? state.claim() : state.report();
  }

  /// The instances it knows, digest to URL.
  synchronized Map<String, String> versions() {
    return state.versions();
  }

  /// Learns where an artifact's instance is; replaces what it knew under the same digest.
  synchronized void learn(String digest, URI url) throws IOException {
    keep(state.knowing(Map.of(digest, url.toString())));
  }

  @Override
  public void close() throws IOException {
    work.shutdownNow();
    synchronized (this) {
      effects.close();
      refused.close();
      repeats.close();
    }
  }

  private Answer answer() {
    TargetState.Report report = report();
    return Answer.json(report.state() == TargetState.Progress.RUNNING ? 202 : 200, report);
  }

  private void doQuietly(Effect effect, TargetFaults.Plan plan) {
    try {
      Thread.sleep(plan.delayMillis());
      perform(effect, plan);
    } catch (InterruptedException e) {
      // Closing. The effect stays as running and is done after the next start.
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      System.err.println("effect " + effect.key() + ": " + e);
    }
  }

  private void perform(Effect effect, TargetFaults.Plan plan)
      throws IOException, InterruptedException {
    // Outside the lock: a candidate or a script that hangs must keep nothing else waiting.
    String obstacle = plan.fails() ? "told to fail" : obstacle(effect);
    synchronized (this) {
      if (!effect.fence().equals(state.fence())) {
        refused.append(line(effect, "a newer effect was accepted before this one was done"));
        return;
      }
      if (obstacle != null) {
        keep(state.ended(TargetState.Progress.FAILED, obstacle));
        return;
      }
      TargetState next = done(effect, plan.partial());
      if (plan.twice()) {
        repeats.append(line(effect, "done twice"));
        next = done(effect, plan.partial());
      }
      keep(next);
    }
  }

  private TargetState done(Effect effect, boolean byHalf) {
    try {
      TargetState next =
          switch (effect.action()) {
            case SHIFT -> state.shifted(effect, byHalf ? halfWay(effect) : asked(effect));
            case CLOSE -> state.opened(false);
            case REOPEN -> state.opened(true);
            case RUN -> {
              schema.run(step(effect), effect.release(), backups, Instant.now());
              yield state;
            }
            case REVERT -> {
              schema.revert(step(effect), effect.release(), Instant.now());
              yield state;
            }
            case RESTORE -> {
              schema.restore(step(effect));
              yield state;
            }
            case SCRIPT -> state;
            case VALIDATE -> {
              if (!schema.isIntact()) {
                throw new IOException("schema.json is not what was last written");
              }
              yield state;
            }
          };
      return byHalf && effect.action() != Effect.Action.SHIFT
          ? next.ended(TargetState.Progress.FAILED, "told to break off")
          : next.ended(TargetState.Progress.SUCCEEDED, null);
    } catch (IOException e) {
      return state.ended(TargetState.Progress.FAILED, e.getMessage());
    }
  }

  /// Why the effect cannot be done, or `null`. Going back to stable asks nobody whether it may.
  private @Nullable String obstacle(Effect effect) throws InterruptedException {
    if (effect.action() == Effect.Action.SCRIPT) {
      return scriptFailure(step(effect));
    }
    if (effect.action() != Effect.Action.SHIFT) {
      return null;
    }
    Map<String, String> known = versions();
    if (asked(effect) < Split.WHOLE && url(effect.stable(), known) == null) {
      return "There is no instance of the stable version " + effect.stable();
    }
    if (asked(effect) == 0) {
      return null;
    }
    URI candidate = url(effect.candidate(), known);
    if (candidate == null) {
      return "There is no instance of the candidate " + effect.candidate();
    }
    HttpRequest request =
        HttpRequest.newBuilder(candidate.resolve("/version")).timeout(PROBE_PATIENCE).build();
    try {
      int status = probe.send(request, BodyHandlers.discarding()).statusCode();
      return status == 200 ? null : "The candidate answered " + status;
    } catch (IOException e) {
      return "The candidate does not answer";
    }
  }

  private @Nullable String scriptFailure(String script) throws InterruptedException {
    try {
      scripts.run(script);
      return null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /// Remembers, and only then acts by it.
  private void keep(TargetState next) throws IOException {
    file.write(Json.bytes(next));
    state = next;
    router.route(
        url(next.stable(), next.versions()),
        url(next.candidate(), next.versions()),
        next.weight(),
        next.open());
  }

  /// A crash can fall between accepting an effect and writing its line.
  private void writeMissingLine(Effect newest) throws IOException {
    if (effects.lines().stream()
        .noneMatch(line -> line.path("key").asText().equals(newest.key()))) {
      effects.append(line(newest, null));
    }
  }

  private int halfWay(Effect effect) {
    int from =
        Optional.ofNullable(state.candidate())
            .filter(c -> c.equals(effect.candidate()))
            .map(same -> state.weight())
            .orElse(0);
    return (from + asked(effect)) / 2;
  }

  private static int asked(Effect effect) {
    Integer weight = effect.weight();
    return weight == null ? 0 : weight;
  }

  private static String step(Effect effect) {
    return String.valueOf(effect.step());
  }

  private static @Nullable URI url(@Nullable String digest, Map<String, String> versions) {
    String url = digest == null ? null : versions.get(digest);
    return url == null ? null : URI.create(url);
  }

  private static Line line(Effect effect, @Nullable String reason) {
    return new Line(
        Instant.now(),
        effect.key(),
        effect.action(),
        effect.step(),
        effect.weight(),
        effect.fence(),
        reason);
  }

  private static Path beside(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }
}
