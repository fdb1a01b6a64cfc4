package io.lockkeeper.gate.adapter;

import io.lockkeeper.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/// What became of a record on `release-requests`, by its place there, which every Kafka producer is
/// told.
@Path("/requests/{partition}/{offset}")
@Produces(MediaType.APPLICATION_JSON)
public class RequestResource {

  /// The record's fate: accepted, refused, a duplicate, or a dead letter and why.
  @GET
  @RolesAllowed({"viewer", "ci", "operator"})
  @Transactional
  public RequestRecord get(
      @PathParam("partition") @Min(0) int partition, @PathParam("offset") @Min(0) long offset) {
    return RequestRecord.at(partition, offset)
        .orElseThrow(
            () ->
                new ProblemException(
                    404,
                    "unknown-request",
                    "No such record",
                    "it was not read yet, or more than " + RequestRecord.DAYS + " days ago"));
  }
}
