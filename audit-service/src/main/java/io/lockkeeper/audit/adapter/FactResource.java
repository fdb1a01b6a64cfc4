package io.lockkeeper.audit.adapter;

import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.StreamingOutput;

/// The ledger itself, for whoever keeps a copy or checks it. Runbook D5.
@Path("/facts")
public class FactResource {

  private final Ledger ledger;

  FactResource(Ledger ledger) {
    this.ledger = ledger;
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
