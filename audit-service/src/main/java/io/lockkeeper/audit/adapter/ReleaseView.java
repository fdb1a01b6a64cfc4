package io.lockkeeper.audit.adapter;

import io.lockkeeper.events.Outcome;
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

/// One row per release, for lists. Written with the ledger by [LedgerWriter]; only read here.
@Entity
@Table(name = "release_view")
public class ReleaseView extends PanacheEntityBase {

  @Id
  @Column(name = "release_id")
  public String release;

  public @Nullable String service;
  public @Nullable String version;
  public @Nullable String environment;

  /// Where it stands, in words.
  public String phase;

  /// What it waits for; null when its log is closed or it was refused.
  @Column(name = "waits_for")
  public @Nullable String waitsFor;

  /// Who or what can end the wait.
  public @Nullable String who;

  public @Nullable Instant due;

  @Enumerated(EnumType.STRING)
  public @Nullable Outcome outcome;

  /// Why it ended so, or why it was refused; null before.
  public @Nullable String reason;

  @Column(name = "requested_at")
  public Instant requested;

  @Column(name = "settled_at")
  public @Nullable Instant settled;

  /// A page of releases, newest first, before this position if there is one.
  static List<ReleaseView> page(Cursor before, int limit) {
    return ReleaseView.<ReleaseView>find(
            "requested < ?1 or (requested = ?1 and release < ?2) order by requested desc, release desc",
            before.time(),
            before.id())
        .page(0, limit)
        .list();
  }
}
