package io.lockkeeper.audit.adapter;

import io.lockkeeper.audit.DeploymentLog;
import io.lockkeeper.audit.Markdown;
import io.lockkeeper.audit.Overview;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Releases and their deployment logs, for people and for whoever audits them. Runbook D5.
@Path("/releases")
public class ReleaseResource {

  /// Newline-delimited JSON.
  static final String NDJSON = "application/x-ndjson";

  private final Ledger ledger;

  ReleaseResource(Ledger ledger) {
    this.ledger = ledger;
  }

  /// A page of releases, newest first.
  ///
  /// @param next what to pass as `after` for the following page; null at the end
  public record Page(List<ReleaseView> items, @Nullable String next) {}

  /// Releases, newest first.
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @RolesAllowed({"viewer", "ci", "operator"})
  @Transactional
  public Page list(
      @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(200) int limit,
      @QueryParam("after") @Nullable String after) {
    List<ReleaseView> items;
    if (after == null) {
      items = ReleaseView.page(null, "", limit);
    } else {
      int slash = after.indexOf('/');
      items = ReleaseView.page(time(after, slash), after.substring(slash + 1), limit);
    }
    ReleaseView last = items.size() < limit ? null : items.getLast();
    return new Page(items, last == null ? null : last.requested + "/" + last.release);
  }

  /// One release at a glance; 404 when the ledger knows nothing of it.
  @GET
  @Path("/{id}")
  @Produces(MediaType.APPLICATION_JSON)
  @RolesAllowed({"viewer", "ci", "operator"})
  public Overview get(@PathParam("id") String id) {
    return log(id).overview();
  }

  /// The deployment log as a structure.
  @GET
  @Path("/{id}/log")
  @Produces(MediaType.APPLICATION_JSON)
  @RolesAllowed({"viewer", "ci", "operator"})
  public DeploymentLog log(@PathParam("id") String id) {
    Ledger.Account account = ledger.account(release(id));
    if (account.facts().isEmpty()) {
      throw unknown(id);
    }
    return DeploymentLog.of(account.facts(), account.notes());
  }

  /// The deployment log as a document, for a terminal or a change record.
  @GET
  @Path("/{id}/log")
  @Produces("text/markdown; charset=utf-8; qs=0.8")
  @RolesAllowed({"viewer", "ci", "operator"})
  public String markdown(@PathParam("id") String id) {
    return Markdown.of(log(id));
  }

  /// Every delivery about the release as the topic has it, one per line.
  @GET
  @Path("/{id}/log")
  @Produces(NDJSON + "; qs=0.5")
  @RolesAllowed({"viewer", "ci", "operator"})
  public StreamingOutput deliveries(@PathParam("id") String id) {
    ReleaseId release = release(id);
    if (ledger.account(release).facts().isEmpty()) {
      throw unknown(id);
    }
    return FactLine.lines(each -> ledger.deliveries(release, each));
  }

  private static Instant time(String cursor, int slash) {
    try {
      return Instant.parse(cursor.substring(0, Math.max(slash, 0)));
    } catch (DateTimeException e) {
      throw new ProblemException(
          400, "bad-cursor", "The cursor cannot be read", "after is the next of an earlier page");
    }
  }

  private static ReleaseId release(String id) {
    if (id.chars().anyMatch(Character::isISOControl)) {
      throw unknown("this id");
    }
    try {
      return new ReleaseId(id);
    } catch (IllegalArgumentException e) {
      throw unknown("this id");
    }
  }

  private static ProblemException unknown(String id) {
    return new ProblemException(
        404, "unknown-release", "No such release", "the ledger knows nothing of " + id);
  }
}
