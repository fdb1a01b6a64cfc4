package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.Census;
import io.lockkeeper.journal.Census.Gauge;
import io.lockkeeper.monitor.Question;
import io.lockkeeper.monitor.Waiting;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.problem.Page.Cursor;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row per release, for lists and for finding what has to be looked at. Written with the facts;
/// can be written again from them at any time.
@Entity
@Table(name = "watch_view")
public class WatchView extends PanacheEntityBase {

  /// What is looked at.
  public enum Watches {
    NOTHING,
    BASELINE,
    CANDIDATE
  }

  @Id
  @Column(name = "release_id")
  public String release;

  public String service;
  public String environment;
  public String version;

  @Enumerated(EnumType.STRING)
  public Watches watches;

  /// What a verdict is owed on, in words.
  public String subject;

  /// The share of traffic that the candidate is to have, percent.
  public int weight;

  @Column(name = "waits_for")
  public @Nullable String waitsFor;

  /// Who or what can end the wait.
  public @Nullable String who;

  public @Nullable Instant due;

  @Column(name = "lost_since")
  public @Nullable Instant lostSince;

  public boolean breached;
  public boolean halted;
  public boolean ended;

  /// The time of the newest fact.
  @Column(name = "updated_at")
  public Instant updatedAt;

  /// What the metrics show of the releases that are watched.
  static final Census CENSUS =
      new Census(
          "from watch_view where lost_since is not null and not ended",
          List.of(
              Gauge.count(
                  "count(*)",
                  "lockkeeper.monitor.telemetry.lost",
                  "Releases whose telemetry is lost now"),
              Gauge.since(
                  "lost_since",
                  "lockkeeper.monitor.telemetry.lost.longest",
                  "For how long the first of them is without")));

  /// Makes the row of this release say what its history says.
  static void write(ReleaseId release, List<Fact> history) {
    if (history.isEmpty()) {
      deleteById(release.value());
      return;
    }
    ReleaseAccepted accepted = accepted(history);
    if (accepted == null) {
      return;
    }
    WatchView row = findById(release.value());
    boolean isNew = row == null;
    if (row == null) {
      row = new WatchView();
      row.release = release.value();
    }
    Watch watch = Watch.of(history);
    row.service = accepted.request().service();
    row.environment = accepted.request().environment();
    row.version = accepted.request().version();
    row.watches = watches(WatchGoal.of(watch));
    row.subject = subject(watch.question());
    row.weight = watch.weight();
    Waiting waiting = Waiting.of(watch);
    row.waitsFor = waiting == null ? null : waiting.what();
    row.who = waiting == null ? null : waiting.who();
    row.due = waiting == null ? null : waiting.until();
    row.lostSince = watch.lost() == null ? null : watch.lost().since();
    row.breached = watch.breached();
    row.halted = watch.halted();
    row.ended = watch.ended();
    row.updatedAt = history.getLast().time();
    if (isNew) {
      row.persist();
    }
  }

  /// The releases that there is something to look at.
  static List<ReleaseId> open() {
    return WatchView.<WatchView>list("watches <> ?1", Watches.NOTHING).stream()
        .map(row -> new ReleaseId(row.release))
        .toList();
  }

  /// The row of this release; null when there is none.
  static @Nullable WatchView of(ReleaseId release) {
    return findById(release.value());
  }

  /// What the release waits for; null when for nothing.
  @Nullable Waiting waiting() {
    return waitsFor == null || who == null ? null : new Waiting(waitsFor, who, due);
  }

  /// Rows in the order of their newest facts, newest first.
  ///
  /// @param ended only those that ended, or only those that did not; all when it is null
  static List<WatchView> page(@Nullable Boolean ended, Cursor before, int limit) {
    return WatchView.<WatchView>find(
            "(updatedAt < ?1 or (updatedAt = ?1 and release < ?2))"
                + (ended == null ? "" : " and ended = " + ended)
                + " order by updatedAt desc, release desc",
            before.time(),
            before.id())
        .page(0, limit)
        .list();
  }

  private static @Nullable ReleaseAccepted accepted(List<Fact> history) {
    for (Fact fact : history) {
      if (fact.event() instanceof ReleaseAccepted accepted) {
        return accepted;
      }
    }
    return null;
  }

  private static Watches watches(WatchGoal goal) {
    if (goal.candidate() != null) {
      return Watches.CANDIDATE;
    }
    return goal.baseline() != null ? Watches.BASELINE : Watches.NOTHING;
  }

  private static String subject(@Nullable Question question) {
    return switch (question) {
      case Question.OfStage(int stage, int attempt) ->
          "stage %d, attempt %d".formatted(stage + 1, attempt); // as the log counts
      case Question.OfRelease() -> "release";
      case null -> "";
    };
  }
}
