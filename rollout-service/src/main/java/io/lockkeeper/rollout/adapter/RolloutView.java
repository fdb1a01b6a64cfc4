package io.lockkeeper.rollout.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.journal.Census;
import io.lockkeeper.journal.Census.Gauge;
import io.lockkeeper.problem.Page.Cursor;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.rollout.Waiting;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One row per rollout, for lists and for finding what still has to be acted upon. Written with the
/// facts;
/// can be rebuilt from them at any time.
@Entity
@Table(name = "rollout_view")
public class RolloutView extends PanacheEntityBase {

  /// How much longer than its settlement a release that went back is still looked at for drift.
  static final Duration WATCH_AFTER_ROLLBACK = Duration.ofSeconds(60);

  @Id
  @Column(name = "release_id")
  public String release;

  public String service;
  public String environment;
  public String version;
  public String phase;
  public int share;

  @Enumerated(EnumType.STRING)
  public @Nullable Outcome outcome;

  @Column(name = "waits_for")
  public @Nullable String waitsFor;

  /// Who or what can end the wait.
  public @Nullable String who;

  public @Nullable Instant due;

  @Column(name = "started_at")
  public Instant startedAt;

  /// Whether the target is, or was, asked for anything.
  public boolean deployed;

  /// Since when it holds for the reason that it gives now; null when nothing holds it.
  @Column(name = "held_since")
  public @Nullable Instant heldSince;

  /// Since when a person is asked; null when nobody is.
  @Column(name = "asked_since")
  public @Nullable Instant askedSince;

  /// Until when the target is looked at; null while the release is open.
  @Column(name = "watch_until")
  public @Nullable Instant watchUntil;

  /// What the metrics show of the rollouts that have not ended.
  static final Census CENSUS =
      new Census(
          "from rollout_view where outcome is null",
          Stream.concat(
                  Stream.of(
                      Gauge.count(
                          "count(held_since)", "lockkeeper.rollout.holds", "Releases that hold"),
                      Gauge.since(
                          "held_since",
                          "lockkeeper.rollout.holds.longest",
                          "How long the oldest of them holds for its reason"),
                      Gauge.count(
                          "count(asked_since)",
                          "lockkeeper.rollout.questions",
                          "Questions that a person has not answered"),
                      Gauge.since(
                          "asked_since",
                          "lockkeeper.rollout.questions.oldest",
                          "How long the oldest of them is open")),
                  Stream.of(
                          "WAITING",
                          "BETWEEN_STAGES",
                          "APPLYING",
                          "BAKING",
                          "OBSERVING",
                          "HALTED",
                          "GOING_BACK",
                          "TAKEN_OVER",
                          "ROLLED_BACK")
                      .map(
                          phase ->
                              Gauge.of(
                                  "phase",
                                  phase,
                                  "lockkeeper.rollout.releases",
                                  "Releases that have not ended, by phase")))
              .toList());

  /// Makes the row of this release say what its history says.
  static void write(ReleaseId release, List<Fact> history) {
    if (history.isEmpty()) {
      deleteById(release.value());
      return;
    }
    Rollout rollout = Rollout.of(history);
    ReleaseAccepted accepted = rollout.accepted();
    if (accepted == null) {
      return;
    }
    RolloutView row = findById(release.value());
    boolean isNew = row == null;
    if (row == null) {
      row = new RolloutView();
      row.release = release.value();
      row.startedAt = history.getFirst().time();
    }
    row.service = accepted.request().service();
    row.environment = accepted.request().environment();
    row.version = accepted.request().version();
    row.phase = name(rollout.phase());
    row.share = rollout.share();
    row.outcome = rollout.phase() instanceof Phase.Settled it ? it.outcome() : null;
    Waiting waiting = Waiting.of(rollout);
    row.waitsFor = waiting == null ? null : waiting.what();
    row.who = waiting == null ? null : waiting.who();
    row.due = waiting == null ? null : waiting.until();
    row.heldSince = time(history, fact -> fact.event() == rollout.pause());
    Rollout.Question question = rollout.question();
    row.askedSince =
        question == null ? null : time(history, fact -> fact.id().equals(question.id()));
    row.deployed = rollout.deployment() != null;
    row.watchUntil = watchUntil(rollout);
    if (isNew) {
      row.persist();
    }
  }

  private static @Nullable Instant time(List<Fact> history, Predicate<Fact> wanted) {
    return history.reversed().stream().filter(wanted).map(Fact::time).findFirst().orElse(null);
  }

  /// Until when the target of this rollout has to be looked at; null while the release is open.
  static @Nullable Instant watchUntil(Rollout rollout) {
    Instant settled = rollout.settledAt();
    if (settled == null) {
      return null;
    }
    return rollout.phase() instanceof Phase.Settled it && it.outcome() == Outcome.ROLLED_BACK
        ? settled.plus(WATCH_AFTER_ROLLBACK)
        : settled;
  }

  /// The releases whose target has to be looked at, oldest first.
  static List<ReleaseId> active(Instant now) {
    return RolloutView.<RolloutView>list(
            "deployed and (watchUntil is null or watchUntil > ?1) order by startedAt", now)
        .stream()
        .map(row -> new ReleaseId(row.release))
        .toList();
  }

  /// The releases of this environment that have not ended, those that may have traffic first.
  static List<RolloutView> open(String environment) {
    return list(
        "environment = ?1 and outcome is null order by deployed desc, startedAt", environment);
  }

  /// A page of rollouts, newest first, before this position if there is one.
  static List<RolloutView> page(Cursor before, int limit) {
    return RolloutView.<RolloutView>find(
            "startedAt < ?1 or (startedAt = ?1 and release < ?2)"
                + " order by startedAt desc, release desc",
            before.time(),
            before.id())
        .page(0, limit)
        .list();
  }

  /// The phase in one word, as lists show it.
  static String name(Phase phase) {
    return switch (phase) {
      case Phase.Waiting _ -> "WAITING";
      case Phase.Between _ -> "BETWEEN_STAGES";
      case Phase.Applying _ -> "APPLYING";
      case Phase.Baking _ -> "BAKING";
      case Phase.Observing _ -> "OBSERVING";
      case Phase.Halted _ -> "HALTED";
      case Phase.GoingBack _ -> "GOING_BACK";
      case Phase.TakenOver _ -> "TAKEN_OVER";
      case Phase.RolledBack _ -> "ROLLED_BACK";
      case Phase.Settled _ -> "SETTLED";
    };
  }
}
