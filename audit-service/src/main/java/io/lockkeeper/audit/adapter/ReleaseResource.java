package io.lockkeeper.audit.adapter;

import io.lockkeeper.audit.DeploymentLog;
import io.lockkeeper.audit.Markdown;
import io.lockkeeper.audit.Overview;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.problem.Page;
import io.lockkeeper.problem.Page.Cursor;
import io.lockkeeper.problem.ProblemException;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import org.jspecify.annotations.Nullable;

/// Releases and their deployment logs, for people and for whoever audits them. Runbook D5.
@Path("/releases")
public class ReleaseResource {

  /// Newline-delimited JSON.
  static final String NDJSON = "application/x-ndjson";

  private final Ledger ledger;
  private final FactStream stream;

  ReleaseResource(Ledger ledger, FactStream stream) {
    this.ledger = ledger;
    this.stream = stream;
  }

  /// Releases, newest first.
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @RolesAllowed({"viewer", "ci", "operator"})
  @Transactional
  public Page<ReleaseView> list(
      @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(200) int limit,
      @QueryParam("after") @Nullable String after) {
    return Page.of(
        ReleaseView.page(Cursor.of(after), limit),
        limit,
        row -> new Cursor(row.requested, row.release));
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

  /// Every delivery about the release from the first one, then those that come, as server-sent
  /// events; with `Last-Event-ID` those behind it. A release that is not known yet is waited for.
  @GET
  @Path("/{id}/facts")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @RolesAllowed({"viewer", "ci", "operator"})
  @Blocking
  public Multi<OutboundSseEvent> facts(
      @PathParam("id") String id,
      @HeaderParam("Last-Event-ID") @Nullable String last,
      @Context Sse sse) {
    ReleaseId release = release(id);
    return stream.of(
        (cursor, limit) -> ledger.after(release, cursor, limit),
        last == null || last.isEmpty() ? LedgerCursor.START : LedgerCursor.of(last),
        sse);
  }

  private static ReleaseId release(String id) {
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
