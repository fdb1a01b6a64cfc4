package io.lockkeeper.notification.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/// Who was told what about a release, what is still owed, until when, and who can end that.
@Path("/releases")
@Produces(MediaType.APPLICATION_JSON)
public class NotificationResource {

  private final EventJournal journal;
  private final AnnouncementReconciler reconciler;

  NotificationResource(EventJournal journal, AnnouncementReconciler reconciler) {
    this.journal = journal;
    this.reconciler = reconciler;
  }

  /// The messages of one release; 404 when nothing is known of it.
  @GET
  @Path("/{id}")
  @RolesAllowed({"viewer", "ci", "operator"})
  public NotificationStatus get(@PathParam("id") String id) {
    ReleaseId release = release(id);
    List<Fact> history = journal.history(release);
    if (history.isEmpty()) {
      throw unknown(id);
    }
    return NotificationStatus.of(
        release, history, reconciler.nextAttempt(release), journal.stuck(release).orElse(null));
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
        404, "unknown-release", "No such release", "notification-service knows nothing of " + id);
  }
}
