package io.lockkeeper.rollout.adapter;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Choice;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.problem.ProblemException;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.RolloutCommand;
import io.lockkeeper.rollout.RolloutDecider;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/// Rollouts for people: what goes on, and the actions that rollout-service owns. An action that is
/// repeated
/// answers as the first did and changes nothing.
@Path("/rollouts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class RolloutResource {

  private final EventJournal journal;
  private final JsonWebToken token;

  RolloutResource(EventJournal journal, JsonWebToken token) {
    this.journal = journal;
    this.token = token;
  }

  /// Why a person acts; up to 2,000 characters, shown in the log.
  public record Reason(@NotBlank @Size(max = 2000) String reason) {}

  /// The answer to an open question.
  public record Decision(
      @NotNull UUID question, @NotNull Choice choice, @NotBlank @Size(max = 2000) String reason) {}

  /// A page of rollouts, newest first.
  ///
  /// @param next what to pass as `after` for the following page; null at the end
  public record Page(List<RolloutView> items, @Nullable String next) {}

  @GET
  @RolesAllowed({"viewer", "ci", "operator"})
  @Transactional
  public Page list(
      @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(200) int limit,
      @QueryParam("after") @Nullable String after) {
    Cursor cursor = after == null ? null : Cursor.of(after);
    List<RolloutView> rows =
        cursor == null
            ? RolloutView.page(null, "", limit)
            : RolloutView.page(cursor.time(), cursor.id(), limit);
    String next = rows.size() < limit ? null : Cursor.after(rows.getLast());
    return new Page(rows, next);
  }

  @GET
  @Path("/{id}")
  @RolesAllowed({"viewer", "ci", "operator"})
  public RolloutStatus get(@PathParam("id") String id) {
    return status(release(id));
  }

  /// R1: halt and go back at once; a release that has not started does not start.
  @POST
  @Path("/{id}/abort")
  @RolesAllowed("operator")
  public RolloutStatus abort(@PathParam("id") String id, @NotNull @Valid Reason body) {
    return act(id, new RolloutCommand.Abort(caller(), body.reason()));
  }

  /// D4: let nothing advance until resumed.
  @POST
  @Path("/{id}/pause")
  @RolesAllowed("operator")
  public RolloutStatus pause(@PathParam("id") String id, @NotNull @Valid Reason body) {
    return act(id, new RolloutCommand.Pause(caller(), body.reason()));
  }

  /// D4: end an operator's pause.
  @POST
  @Path("/{id}/resume")
  @RolesAllowed("operator")
  public RolloutStatus resume(@PathParam("id") String id, @NotNull @Valid Reason body) {
    return act(id, new RolloutCommand.Resume(caller(), body.reason()));
  }

  /// Answers the open question.
  @POST
  @Path("/{id}/decisions")
  @RolesAllowed("operator")
  public RolloutStatus decide(@PathParam("id") String id, @NotNull @Valid Decision body) {
    return act(
        id,
        new RolloutCommand.Decide(
            new EventId(body.question()), body.choice(), caller(), body.reason()));
  }

  private RolloutStatus act(String id, RolloutCommand command) {
    ReleaseId release = release(id);
    AtomicReference<Optional<String>> refusal = new AtomicReference<>(Optional.empty());
    journal.record(
        release,
        (history, now) -> {
          Rollout rollout = Rollout.of(history);
          if (rollout.accepted() == null) {
            throw unknown(release);
          }
          refusal.set(RolloutDecider.refusal(rollout, command));
          return RolloutDecider.answer(rollout, command, now);
        });
    if (refusal.get().isPresent()) {
      throw new ProblemException(
          409, "command-refused", "The command is refused", refusal.get().get());
    }
    return status(release);
  }

  private RolloutStatus status(ReleaseId release) {
    Rollout rollout = Rollout.of(journal.history(release));
    ReleaseAccepted accepted = rollout.accepted();
    if (accepted == null) {
      throw unknown(release);
    }
    return RolloutStatus.of(release, accepted, rollout, journal.stuck(release).orElse(null));
  }

  private static ProblemException unknown(ReleaseId release) {
    return new ProblemException(
        404,
        "unknown-release",
        "No such release",
        "rollout-service knows no accepted release " + release);
  }

  private static ReleaseId release(String id) {
    try {
      return new ReleaseId(id);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          404, "unknown-release", "No such release", "a release id has at most 128 characters");
    }
  }

  private Actor caller() {
    return Actor.person(token.getName());
  }

  /// Where a page ends.
  record Cursor(Instant time, String id) {

    static Cursor of(String text) {
      int slash = text.indexOf('/');
      try {
        return new Cursor(Instant.parse(text.substring(0, slash)), text.substring(slash + 1));
      } catch (RuntimeException e) {
        throw new ProblemException(
            400, "bad-cursor", "The cursor cannot be read", "after is the next of an earlier page");
      }
    }

    static String after(RolloutView row) {
      return row.startedAt + "/" + row.release;
    }
  }
}
