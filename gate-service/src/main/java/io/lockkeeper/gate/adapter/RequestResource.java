package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/// What became of the records on `release-requests`: by their place there, which every Kafka
/// producer is told, or by what CI itself wrote into them.
@Path("/requests")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({"viewer", "ci", "operator"})
public class RequestResource {

  private static final int MOST = 50;

  /// Everything that was sent about one release, the newest first, at most 50.
  ///
  /// @param release the release that this source and id name
  public record Fates(ReleaseId release, List<RequestRecord> items) {}

  /// The records of one event, by its `source` and `id`. Of records whose headers do not name
  /// them and whose value cannot be read, only the place tells.
  @GET
  @Transactional
  public Fates list(
      @QueryParam("source") @NotBlank @Size(max = 200) String source,
      @QueryParam("id") @NotBlank @Size(max = 200) String id) {
    ReleaseId release = ReleaseId.of(source, id);
    List<RequestRecord> items = RequestRecord.of(release, MOST);
    if (items.isEmpty()) {
      throw unknown("of this source and id, which name the release " + release + ",");
    }
    return new Fates(release, items);
  }

  /// The record's fate: accepted, refused, a duplicate, or a dead letter and why.
  @GET
  @Path("/{partition}/{offset}")
  @Transactional
  public RequestRecord get(
      @PathParam("partition") @Min(0) int partition, @PathParam("offset") @Min(0) long offset) {
    return RequestRecord.at(partition, offset).orElseThrow(() -> unknown("at this place"));
  }

  private static ProblemException unknown(String what) {
    return new ProblemException(
        404,
        "unknown-request",
        "No such record",
        "a record %s was not read yet, or more than %d days ago; what came by HTTP got its answer there"
            .formatted(what, RequestRecord.DAYS));
  }
}
