package io.lockkeeper.rollout.adapter;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.JournalUnavailable;
import io.lockkeeper.journal.TooManyFacts;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.RolloutCommand;
import io.lockkeeper.rollout.RolloutDecider;
import io.lockkeeper.rollout.Stopping;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// D4: one call that holds every release of an environment.
@Path("/stop")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class StopResource {

  private static final Logger LOG = Logger.getLogger(StopResource.class);

  private final EventJournal journal;
  private final JsonWebToken token;

  StopResource(EventJournal journal, JsonWebToken token) {
    this.journal = journal;
    this.token = token;
  }

  /// Which environment to stop, and why.
  public record Stop(
      @NotBlank @Size(max = 200) @Pattern(regexp = RolloutResource.TEXT) String environment,
      @NotBlank @Size(max = 2000) @Pattern(regexp = RolloutResource.TEXT) String reason) {}

  /// What was done; those that may have traffic come first.
  public record Stopped(String environment, List<Release> releases) {}

  /// What was done to one release.
  ///
  /// @param reason why it could not be held, or why its facts cannot be decided on although it is;
  ///               null normally
  public record Release(
      ReleaseId release, String service, String version, Stopping done, @Nullable String reason) {}

  /// Holds every release of an environment that has not ended, as `POST /rollouts/{id}/pause` holds
  /// one: what is applied stays, nothing advances, and what has not started, cleared or not, does
  /// not start. Each is resumed by `POST /rollouts/{id}/resume`; when nobody does, a person is
  /// asked about each as about every pause, and at last the runbook's silence goes back, or cancels
  /// what has not started.
  ///
  /// It never fails as a whole: a release that cannot be held is listed with its reason. Called
  /// again, it holds what came meanwhile. A release that is accepted after the call is not held by
  /// it; a freeze in the runbook keeps those out. One transaction for each release.
  @POST
  @RolesAllowed("operator")
  public Stopped stop(@NotNull @Valid Stop body) {
    Actor caller = Actor.person(token.getName());
    RolloutCommand.Pause pause = new RolloutCommand.Pause(caller, body.reason());
    List<RolloutView> open =
        QuarkusTransaction.requiringNew().call(() -> RolloutView.open(body.environment()));
    return new Stopped(body.environment(), open.stream().map(row -> stop(row, pause)).toList());
  }

  private Release stop(RolloutView row, RolloutCommand.Pause pause) {
    ReleaseId release = new ReleaseId(row.release);
    AtomicReference<Stopping> done = new AtomicReference<>(Stopping.ENDED);
    try {
      journal.record(
          release,
          (history, now) -> {
            Rollout rollout = Rollout.of(history);
            Stopping stopping = Stopping.of(rollout);
            done.set(stopping);
            return stopping == Stopping.HELD
                ? RolloutDecider.answer(rollout, pause, now)
                : List.of();
          });
      return new Release(
          release, row.service, row.version, done.get(), journal.stuck(release).orElse(null));
    } catch (TooManyFacts | JournalUnavailable e) {
      return new Release(release, row.service, row.version, Stopping.FAILED, e.getMessage());
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s could not be held", release);
      return new Release(
          release,
          row.service,
          row.version,
          Stopping.FAILED,
          "rollout-service failed; its log names this release");
    }
  }
}
