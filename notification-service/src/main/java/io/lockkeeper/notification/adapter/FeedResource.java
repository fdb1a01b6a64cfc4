package io.lockkeeper.notification.adapter;

import io.lockkeeper.problem.ProblemException;
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
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The built-in channel, for people.
@Path("/feed")
@Produces(MediaType.APPLICATION_JSON)
public class FeedResource {

  /// A page of messages, newest first.
  ///
  /// @param next what to pass as `after` for the following page; null at the end
  public record Page(List<FeedEntry> items, @Nullable String next) {}

  /// Messages that the feed took, newest first.
  @GET
  @RolesAllowed({"viewer", "ci", "operator"})
  @Transactional
  public Page list(
      @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(200) int limit,
      @QueryParam("after") @Nullable String after) {
    List<FeedEntry> items;
    if (after == null) {
      items = FeedEntry.page(null, "", limit);
    } else {
      int slash = after.indexOf('/');
      items = FeedEntry.page(time(after, slash), after.substring(slash + 1), limit);
    }
    FeedEntry last = items.size() < limit ? null : items.getLast();
    return new Page(items, last == null ? null : last.at + "/" + last.key);
  }

  private static Instant time(String cursor, int slash) {
    try {
      return Instant.parse(cursor.substring(0, Math.max(slash, 0)));
    } catch (DateTimeException e) {
      throw new ProblemException(
          400, "bad-cursor", "The cursor cannot be read", "after is the next of an earlier page");
    }
  }
}
