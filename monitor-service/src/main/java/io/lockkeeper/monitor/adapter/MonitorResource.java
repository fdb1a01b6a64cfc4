package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.monitor.Assessment;
import io.lockkeeper.monitor.Waiting;
import io.lockkeeper.problem.Page;
import io.lockkeeper.problem.Page.Cursor;
import io.lockkeeper.problem.ProblemException;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Verdict;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What is watched, for people. Nothing here changes anything: a watch follows the release.
@Path("/watches")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({"viewer", "ci", "operator"})
public class MonitorResource {

  private static final int LARGEST_PAGE = 200;

  private final EventJournal journal;
  private final LookBook book;

  MonitorResource(EventJournal journal, LookBook book) {
    this.journal = journal;
    this.book = book;
  }

  /// One release in a list.
  ///
  /// @param watches   what is looked at now
  /// @param subject   what a verdict is owed on; empty when on nothing
  /// @param weight    the candidate's share of traffic, percent
  /// @param waitsFor  what it waits for; null when it is over
  /// @param who       who or what can end the wait
  /// @param due       until when it waits, as far as that can be told
  /// @param lostSince since when telemetry is lost; null while it is there
  public record WatchSummary(
      ReleaseId release,
      String service,
      String environment,
      String version,
      WatchView.Watches watches,
      String subject,
      int weight,
      @Nullable String waitsFor,
      @Nullable String who,
      @Nullable Instant due,
      @Nullable Instant lostSince,
      boolean breached,
      boolean halted,
      boolean ended,
      Instant updatedAt) {

    static WatchSummary of(WatchView row) {
      return new WatchSummary(
          new ReleaseId(row.release),
          row.service,
          row.environment,
          row.version,
          row.watches,
          row.subject,
          row.weight,
          row.waitsFor,
          row.who,
          row.due,
          row.lostSince,
          row.breached,
          row.halted,
          row.ended,
          row.updatedAt);
    }
  }

  /// One release: what is watched of it, what it waits for, until when, and who can end it.
  ///
  /// @param waitsFor null when it is over
  /// @param stuck    why nothing can be decided on it; null normally
  /// @param lastLook the newest look that succeeded; null before the first
  public record WatchReport(
      WatchSummary watch,
      @Nullable Waiting waitsFor,
      @Nullable String stuck,
      @Nullable LastLook lastLook) {}

  /// The newest look.
  ///
  /// @param published whether `release-telemetry` has it
  /// @param observed  observed time that counts for the verdict owed; null for a baseline
  /// @param stable    instances of the stable version that answered
  /// @param candidate instances of the candidate that answered
  /// @param verdict   what would be said if the watch ended now; null for a baseline
  /// @param trouble   what could not be read and why, in one sentence; null when nothing was
  /// missing
  public record LastLook(
      UUID id,
      Digest digest,
      boolean published,
      LookRecord.Kind kind,
      Instant at,
      @Nullable Duration observed,
      int stable,
      int candidate,
      @Nullable Verdict verdict,
      @Nullable String reason,
      @Nullable String trouble,
      List<Measure> measures) {

    static LastLook of(LookBook.Kept kept) {
      LookRecord look = LookRecord.read(kept.record());
      Assessment assessment = look.assessment();
      LookRecord.Clock clock = look.clock();
      return new LastLook(
          kept.id(),
          kept.digest(),
          kept.published(),
          look.kind(),
          look.at(),
          clock == null ? null : clock.observed(),
          look.stable().size(),
          look.candidate().size(),
          assessment == null ? null : assessment.verdict(),
          assessment == null ? null : assessment.reason(),
          look.trouble(),
          assessment == null ? List.of() : assessment.measures());
    }
  }

  /// The watches, those with the newest facts first.
  ///
  /// @param ended only those that ended, or only those that did not; all when it is left out
  @GET
  @Transactional
  public Page<WatchSummary> list(
      @QueryParam("ended") @Nullable Boolean ended,
      @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(LARGEST_PAGE) int limit,
      @QueryParam("after") @Nullable String after) {
    List<WatchSummary> rows =
        WatchView.page(ended, Cursor.of(after), limit).stream().map(WatchSummary::of).toList();
    return Page.of(rows, limit, row -> new Cursor(row.updatedAt(), row.release().value()));
  }

  /// One watch and its newest look.
  @GET
  @Path("/{release}")
  @Transactional
  public WatchReport one(@PathParam("release") String id) {
    ReleaseId release = release(id);
    WatchView row = WatchView.of(release);
    if (row == null) {
      throw unknown("monitor-service knows no accepted release " + id);
    }
    return new WatchReport(
        WatchSummary.of(row),
        row.waiting(),
        journal.stuck(release).orElse(null),
        book.newest(release).map(LastLook::of).orElse(null));
  }

  private static ReleaseId release(String id) {
    try {
      return new ReleaseId(id);
    } catch (IllegalArgumentException e) {
      throw unknown(String.valueOf(e.getMessage()));
    }
  }

  private static ProblemException unknown(String detail) {
    return new ProblemException(404, "unknown-release", "No such release", detail);
  }
}
