package io.lockkeeper.notification.adapter;

import io.lockkeeper.problem.Page;
import io.lockkeeper.problem.Page.Cursor;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/// The built-in channel, for people.
@Path("/feed")
@Produces(MediaType.APPLICATION_JSON)
public class FeedResource {

  /// Messages that the feed took, newest first.
  @GET
  @RolesAllowed({"viewer", "ci", "operator"})
  @Transactional
  public Page<FeedEntry> list(
      @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(200) int limit,
      @QueryParam("after") @Nullable String after) {
    return Page.of(
        FeedEntry.page(Cursor.of(after), limit), limit, entry -> new Cursor(entry.at, entry.key));
  }
}
