package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.gate.GateDecider;
import io.lockkeeper.gate.Occupancy;
import io.lockkeeper.gate.Occupancy.Quarantined;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.problem.EntityTags;
import io.lockkeeper.problem.ProblemException;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/// Lanes, for people: who is in, who waits, what must not run again.
@Path("/lanes/{team}/{name}/{environment}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class LaneResource {

  private final Lanes lanes;
  private final EventJournal journal;
  private final EntityTags tags;
  private final JsonWebToken token;

  LaneResource(Lanes lanes, EventJournal journal, EntityTags tags, JsonWebToken token) {
    this.lanes = lanes;
    this.journal = journal;
    this.tags = tags;
    this.token = token;
  }

  /// PRE4: which artifact may start again, and why.
  public record Lift(
      @NotNull @Pattern(regexp = "sha256:[0-9a-f]{64}") String artifact,
      @NotBlank @Size(max = 2000) @Pattern(regexp = GateResource.TEXT) String reason) {}

  /// The lane as it is now.
  @GET
  @RolesAllowed({"viewer", "ci", "operator"})
  public Occupancy get(
      @PathParam("team") String team,
      @PathParam("name") String name,
      @PathParam("environment") String environment) {
    return seen(new Lane(team + "/" + name, environment));
  }

  /// PRE4: lets a quarantined artifact start again. One that is not in quarantine stays so.
  @POST
  @Path("/quarantine/lift")
  @RolesAllowed("operator")
  public Occupancy lift(
      @PathParam("team") String team,
      @PathParam("name") String name,
      @PathParam("environment") String environment,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @NotNull @Valid Lift body) {
    Lane lane = new Lane(team + "/" + name, environment);
    Digest artifact = new Digest(body.artifact());
    GateCommand command =
        new GateCommand.LiftQuarantine(artifact, Actor.person(token.getName()), body.reason());
    Occupancy before = seen(lane);
    tags.require(ifMatch, before);
    List<ReleaseId> releases =
        before.quarantine().stream()
            .filter(one -> one.artifact().equals(artifact))
            .map(Quarantined::release)
            .toList();
    for (ReleaseId release : releases) {
      journal.record(
          release, (history, now) -> GateDecider.answer(GateBoard.of(history), command, now));
    }
    return seen(lane);
  }

  private Occupancy seen(Lane lane) {
    if (!PlainText.isPlain(lane.toString())) {
      throw unknown();
    }
    return QuarkusTransaction.requiringNew()
        .call(() -> lanes.seen(lane))
        .orElseThrow(LaneResource::unknown);
  }

  private static ProblemException unknown() {
    return new ProblemException(
        404, "unknown-lane", "No such lane", "no release was ever asked for there");
  }
}
