package io.lockkeeper.audit.adapter;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import org.jspecify.annotations.Nullable;

/// The ledger itself, for whoever keeps a copy or checks it. Runbook D5.
@Path("/facts")
public class FactResource {

  private final Ledger ledger;
  private final FactStream stream;

  FactResource(Ledger ledger, FactStream stream) {
    this.ledger = ledger;
    this.stream = stream;
  }

  /// Every delivery from now on, as server-sent events within half a second. The id of an event is
  /// the cursor behind it; with it as `Last-Event-ID`, or as `after`, the stream goes on there.
  /// Deliveries of one release come in their order.
  ///
  /// @param after a cursor, or `start` for everything
  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS + "; qs=0.5")
  @RolesAllowed({"viewer", "ci", "operator"})
  @Blocking
  public Multi<OutboundSseEvent> stream(
      @HeaderParam("Last-Event-ID") @Nullable String last,
      @QueryParam("after") @Nullable String after,
      @Context Sse sse) {
    String from = last == null || last.isEmpty() ? after : last;
    return stream.of(ledger::after, from == null ? ledger.end() : LedgerCursor.of(from), sse);
  }

  /// Deliveries of one partition in order, one per line; empty at the end. The cursor over all
  /// of them is the greatest offset of each partition.
  ///
  /// @param after the offset of the last delivery that the caller has; -1 for none
  @GET
  @Produces(ReleaseResource.NDJSON)
  @RolesAllowed({"viewer", "ci", "operator"})
  public StreamingOutput list(
      @QueryParam("partition") @DefaultValue("0") @Min(0) int partition,
      @QueryParam("after") @DefaultValue("-1") @Min(-1) long after,
      @QueryParam("limit") @DefaultValue("500") @Min(1) @Max(5000) int limit) {
    return FactLine.lines(each -> ledger.deliveries(partition, after, limit, each));
  }
}
