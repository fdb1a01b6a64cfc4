package io.lockkeeper.rollout.adapter;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.problem.EntityTags;
import io.lockkeeper.problem.Page;
import io.lockkeeper.problem.Page.Cursor;
import io.lockkeeper.problem.ProblemException;
import io.lockkeeper.rollout.Objection;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.RolloutCommand;
import io.lockkeeper.rollout.RolloutDecider;
import io.lockkeeper.runbook.Choice;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/// Rollouts for people: what goes on, and the actions that rollout-service owns.
///
/// An action that is repeated answers as the first did and changes nothing, whatever `If-Match`
/// says. A release that has ended takes no action any more (409 `ended`), but for exactly the
/// abort, decision or take-over that it took before, by the same person for the same reason.
@Path("/rollouts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class RolloutResource {

  /// Text of people: no control characters but line ends and tabs.
  static final String TEXT = "[\\P{Cc}\\n\\r\\t]*";

  private final EventJournal journal;
  private final EntityTags tags;
  private final JsonWebToken token;

  RolloutResource(EventJournal journal, EntityTags tags, JsonWebToken token) {
    this.journal = journal;
    this.tags = tags;
    this.token = token;
  }

  /// Why a person acts; up to 2,000 characters, shown in the log.
  public record Reason(@NotBlank @Size(max = 2000) @Pattern(regexp = TEXT) String reason) {}

  /// The answer to an open question.
  public record Decision(
      @NotNull UUID question,
      @NotNull Choice choice,
      @NotBlank @Size(max = 2000) @Pattern(regexp = TEXT) String reason) {}

  /// How a person who took over says it has come out.
  public enum ByHand {
    ROLLED_BACK,
    ROLLBACK_FAILED
  }

  /// What a person did by hand.
  ///
  /// @param outcome `ROLLED_BACK` when nothing is said
  public record TakeOver(
      @NotBlank @Size(max = 2000) @Pattern(regexp = TEXT) String reason,
      @Nullable ByHand outcome) {}

  /// Rollouts, newest first.
  @GET
  @RolesAllowed({"viewer", "ci", "operator"})
  @Transactional
  public Page<RolloutView> list(
      @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(200) int limit,
      @QueryParam("after") @Nullable String after) {
    return Page.of(
        RolloutView.page(Cursor.of(after), limit),
        limit,
        row -> new Cursor(row.startedAt, row.release));
  }

  /// One rollout: where it stands, what it waits for, until when, who can end it, and how a person
  /// goes back by hand.
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
  public RolloutStatus abort(
      @PathParam("id") String id,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @NotNull @Valid Reason body) {
    return act(id, ifMatch, new RolloutCommand.Abort(caller(), body.reason()));
  }

  /// D4: let nothing advance, and a release that has not started not start, until resumed.
  @POST
  @Path("/{id}/pause")
  @RolesAllowed("operator")
  public RolloutStatus pause(
      @PathParam("id") String id,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @NotNull @Valid Reason body) {
    return act(id, ifMatch, new RolloutCommand.Pause(caller(), body.reason()));
  }

  /// D4: end an operator's pause.
  @POST
  @Path("/{id}/resume")
  @RolesAllowed("operator")
  public RolloutStatus resume(
      @PathParam("id") String id,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @NotNull @Valid Reason body) {
    return act(id, ifMatch, new RolloutCommand.Resume(caller(), body.reason()));
  }

  /// Answers the open question.
  @POST
  @Path("/{id}/decisions")
  @RolesAllowed("operator")
  public RolloutStatus decide(
      @PathParam("id") String id,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @NotNull @Valid Decision body) {
    return act(
        id,
        ifMatch,
        new RolloutCommand.Decide(
            new EventId(body.question()), body.choice(), caller(), body.reason()));
  }

  /// R2: "I did it by hand", of a release that goes back or is held. From here on nothing is asked
  /// of its target; a call that is under way is cancelled, within 3 s where another replica made
  /// it,
  /// and only then the target is read back. It settles as `ROLLED_BACK` when the candidate has no
  /// traffic and the person says no worse; otherwise, and when it cannot be read within the
  /// runbook's `attemptWithin`, as `ROLLBACK_FAILED`, in the name of this person.
  @POST
  @Path("/{id}/take-over")
  @RolesAllowed("operator")
  public RolloutStatus takeOver(
      @PathParam("id") String id,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @NotNull @Valid TakeOver body) {
    Outcome outcome =
        body.outcome() == ByHand.ROLLBACK_FAILED ? Outcome.ROLLBACK_FAILED : Outcome.ROLLED_BACK;
    return act(id, ifMatch, new RolloutCommand.TakeOver(caller(), body.reason(), outcome));
  }

  private RolloutStatus act(String id, @Nullable String ifMatch, RolloutCommand.OfPerson command) {
    ReleaseId release = release(id);
    AtomicReference<Optional<Objection>> objection = new AtomicReference<>(Optional.empty());
    String stuck = journal.stuck(release).orElse(null);
    journal.record(
        release,
        (history, now) -> {
          Rollout rollout = Rollout.of(history);
          ReleaseAccepted accepted = rollout.accepted();
          if (accepted == null) {
            throw unknown(release);
          }
          Optional<Objection> against = RolloutDecider.objection(rollout, command);
          List<RolloutEvent> facts = RolloutDecider.answer(rollout, command, now);
          if (against.isPresent() || !facts.isEmpty()) {
            tags.require(ifMatch, RolloutStatus.of(release, accepted, rollout, stuck));
          }
          objection.set(against);
          return facts;
        });
    if (objection.get().isPresent()) {
      throw problem(objection.get().get());
    }
    return status(release);
  }

  private static ProblemException problem(Objection objection) {
    return switch (objection.code()) {
      case ENDED -> new ProblemException(409, "ended", "It is over", objection.reason());
      case OUT_OF_PLACE ->
          new ProblemException(
              409, "command-refused", "The command is refused", objection.reason());
    };
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
          404, "unknown-release", "No such release", String.valueOf(e.getMessage()));
    }
  }

  private Actor caller() {
    return Actor.person(token.getName());
  }
}
