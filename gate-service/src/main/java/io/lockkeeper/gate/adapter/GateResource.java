package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.gate.GateDecider;
import io.lockkeeper.gate.GatePhase;
import io.lockkeeper.gate.Objection;
import io.lockkeeper.gate.adapter.CloudEvent.Unreadable;
import io.lockkeeper.gate.adapter.RequestReader.Asked;
import io.lockkeeper.gate.adapter.RequestRecord.Fate;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.journal.FactTooLarge;
import io.lockkeeper.problem.EntityTags;
import io.lockkeeper.problem.Page;
import io.lockkeeper.problem.Page.Cursor;
import io.lockkeeper.problem.Problem.Fault;
import io.lockkeeper.problem.ProblemException;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBodySchema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jspecify.annotations.Nullable;

/// Releases before their gates, for people: what is asked of whom, and the answers that
/// gate-service owns. An answer that is repeated changes nothing and is answered as the first was.
@Path("/releases")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class GateResource {

  /// Text of people: no control characters but line ends and tabs.
  static final String TEXT = "[\\P{Cc}\\n\\r\\t]*";

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  /// Each looks four times a second at the database that decisions are made in.
  private static final int MOST_WAITING = 100;

  private final Semaphore seats = new Semaphore(MOST_WAITING);

  private final EventJournal journal;
  private final RequestReader requests;
  private final EntityTags tags;
  private final JsonWebToken token;
  private final SecurityIdentity identity;

  GateResource(
      EventJournal journal,
      RequestReader requests,
      EntityTags tags,
      JsonWebToken token,
      SecurityIdentity identity) {
    this.journal = journal;
    this.requests = requests;
    this.tags = tags;
    this.token = token;
    this.identity = identity;
  }

  /// What a person says to a request for approval.
  public enum Decision {
    APPROVE,
    DENY
  }

  /// G3: a person's answer.
  ///
  /// @param digest  what is approved; that of the release as it was shown
  /// @param comment shown in the log; up to 2,000 characters
  public record Answer(
      @NotNull Decision decision,
      @NotNull @Pattern(regexp = "sha256:[0-9a-f]{64}") String digest,
      @Nullable @Size(max = 2000) @Pattern(regexp = TEXT) String comment) {}

  /// Why a person acts; up to 2,000 characters, shown in the log.
  public record Reason(@NotBlank @Size(max = 2000) @Pattern(regexp = TEXT) String reason) {}

  /// Releases, newest first.
  @GET
  @RolesAllowed({"viewer", "ci", "operator"})
  @Transactional
  public Page<GateView> list(
      @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(200) int limit,
      @QueryParam("after") @Nullable String after) {
    return Page.of(
        GateView.page(Cursor.of(after), limit),
        limit,
        row -> new Cursor(row.requestedAt, row.release));
  }

  /// Asks for a release: the same request as on `release-requests`, as a CloudEvent in binary or
  /// structured mode, or as plain JSON with an `Idempotency-Key`. Sent again, it is answered again
  /// and changes nothing. 201 when it is accepted now, 200 when it was before; 400 and 413 when it
  /// cannot be read, 422 with the pointer of each fault when it is refused, 409 when this source
  /// and
  /// id have asked for something else.
  @POST
  @Consumes({MediaType.APPLICATION_JSON, "application/cloudevents+json"})
  @RolesAllowed({"ci", "operator"})
  @RequestBodySchema(ReleaseRequest.class)
  @APIResponse(responseCode = "200", description = "It was accepted before")
  @APIResponseSchema(value = GateStatus.class, responseCode = "201")
  public Response request(byte[] body, @Context HttpHeaders headers) {
    Asked asked;
    try {
      asked = requests.read(new RequestHeaders(headers, token.getName()), body, caller());
    } catch (Unreadable e) {
      throw new ProblemException(400, e.code(), "The request cannot be read", e.reason());
    }
    RequestOutcome outcome;
    try {
      outcome = take(asked.release(), asked.command());
    } catch (FactTooLarge e) {
      if (!(asked.command() instanceof GateCommand.Request request)) {
        throw e;
      }
      outcome = take(asked.release(), RequestReader.tooLarge(request));
    }
    if (outcome.code() != null) {
      throw refusal(asked.release(), outcome);
    }
    return Response.status(outcome.fate() == Fate.ACCEPTED ? 201 : 200)
        .location(URI.create("/releases/" + asked.release()))
        .entity(status(asked.release()))
        .build();
  }

  private RequestOutcome take(ReleaseId release, GateCommand command) {
    AtomicReference<@Nullable RequestOutcome> outcome = new AtomicReference<>();
    journal.record(
        release,
        (history, now) -> {
          RequestOutcome taken = RequestOutcome.of(history, command, now);
          outcome.set(taken);
          return taken.facts();
        });
    RequestOutcome taken = outcome.get();
    return taken != null
        ? taken
        : new RequestOutcome(
            Fate.DUPLICATE, List.of(), "forgotten", "its release ended long ago", List.of());
  }

  private static ProblemException refusal(ReleaseId release, RequestOutcome outcome) {
    List<Fault> faults =
        outcome.problems().stream().map(it -> new Fault(it.pointer(), it.detail())).toList();
    return new ProblemException(
        faults.isEmpty() ? 409 : 422,
        String.valueOf(outcome.code()),
        "The release is refused",
        "Release " + release + ": " + outcome.reason(),
        faults);
  }

  /// One release: where it stands, what it waits for, until when, and who can end it.
  ///
  /// @param wait for so long at most, up to PT60S, the answer waits until something else is to be
  /// said than `If-None-Match` names, or than there was at the beginning; a release that has ended
  /// is answered at once, and so is everybody when [#MOST_WAITING] callers wait already
  @GET
  @Path("/{id}")
  @RolesAllowed({"viewer", "ci", "operator"})
  @RunOnVirtualThread
  public GateStatus get(
      @PathParam("id") String id,
      @QueryParam("wait") @Nullable String wait,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String known)
      throws InterruptedException {
    ReleaseId release = release(id);
    Instant until = Instant.now().plus(waitOf(wait));
    GateStatus status = status(release);
    String seen = known == null ? tags.of(status) : known;
    // Who finds no seat is answered at once, as without wait, and asks again.
    if (seats.tryAcquire()) {
      try {
        while (!status.ended() && tags.names(seen, status) && Instant.now().isBefore(until)) {
          Thread.sleep(BETWEEN_LOOKS);
          status = status(release);
        }
      } finally {
        seats.release();
      }
    }
    return status;
  }

  private static Duration waitOf(@Nullable String text) {
    try {
      Duration wait = text == null ? Duration.ZERO : Duration.parse(text);
      if (!wait.isNegative() && wait.compareTo(LONGEST_WAIT) <= 0) {
        return wait;
      }
    } catch (DateTimeParseException e) {
      // Answered below.
    }
    throw new ProblemException(
        422,
        "invalid-request",
        "The request is not valid",
        "wait is a duration of ISO 8601, at most " + LONGEST_WAIT,
        List.of(new Fault("wait", "is no duration up to " + LONGEST_WAIT)));
  }

  /// G3: says yes or no to exactly what the digest names.
  @POST
  @Path("/{id}/approvals")
  @RolesAllowed("operator")
  public GateStatus answer(
      @PathParam("id") String id,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @NotNull @Valid Answer body) {
    Digest digest = new Digest(body.digest());
    String comment = body.comment();
    return act(
        release(id),
        ifMatch,
        switch (body.decision()) {
          case APPROVE -> new GateCommand.Approve(digest, caller(), comment);
          case DENY ->
              new GateCommand.Deny(
                  digest,
                  caller(),
                  comment == null || comment.isBlank() ? "no reason given" : comment);
        });
  }

  /// Takes the release back: before the start it does not start, after it goes back.
  @POST
  @Path("/{id}/withdrawal")
  @RolesAllowed({"ci", "operator"})
  public GateStatus withdraw(
      @PathParam("id") String id,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @NotNull @Valid Reason body) {
    return act(
        release(id),
        ifMatch,
        new GateCommand.Withdraw(caller(), identity.hasRole("operator"), body.reason()));
  }

  private GateStatus act(ReleaseId release, @Nullable String ifMatch, GateCommand command) {
    AtomicReference<Optional<Objection>> objection = new AtomicReference<>(Optional.empty());
    String stuck = journal.stuck(release).orElse(null);
    journal.record(
        release,
        (history, now) -> {
          GateBoard board = GateBoard.of(history);
          Optional<Objection> against = GateDecider.objection(board, command, now);
          List<GateEvent> facts = GateDecider.answer(board, command, now);
          // What is repeated is answered as before, although the state its sender saw has passed.
          if (against.isPresent() || !facts.isEmpty()) {
            tags.require(ifMatch, GateStatus.of(release, board, stuck));
          }
          objection.set(against);
          return facts;
        });
    if (objection.get().isPresent()) {
      throw problem(objection.get().get());
    }
    return status(release);
  }

  private GateStatus status(ReleaseId release) {
    GateBoard board = GateBoard.of(journal.history(release));
    if (board.phase() instanceof GatePhase.Unknown) {
      throw problem(
          new Objection(Objection.Code.UNKNOWN, "gate-service knows no release " + release));
    }
    return GateStatus.of(release, board, journal.stuck(release).orElse(null));
  }

  /// What a caller is told whose command was turned down.
  static ProblemException problem(Objection objection) {
    return switch (objection.code()) {
      case UNKNOWN ->
          new ProblemException(404, "unknown-release", "No such release", objection.reason());
      case ENDED -> new ProblemException(409, "ended", "It is over", objection.reason());
      case NOT_WAITING ->
          new ProblemException(409, "not-waiting", "Nobody asked", objection.reason());
      case OTHER_DIGEST ->
          new ProblemException(409, "other-digest", "It is something else", objection.reason());
      case OWN_RELEASE ->
          new ProblemException(
              403, "own-release", "Nobody approves their own release", objection.reason());
      case NOT_REQUESTER ->
          new ProblemException(
              403, "not-requester", "Only the requester or an operator", objection.reason());
      case NOT_QUARANTINED ->
          new ProblemException(404, "not-quarantined", "No such quarantine", objection.reason());
    };
  }

  private static ReleaseId release(String id) {
    try {
      return new ReleaseId(id);
    } catch (IllegalArgumentException e) {
      throw problem(new Objection(Objection.Code.UNKNOWN, String.valueOf(e.getMessage())));
    }
  }

  private Actor caller() {
    return Actor.person(token.getName());
  }
}
