package io.lockkeeper.gate.adapter;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.GatePhase;
import io.lockkeeper.gate.Wait;
import io.lockkeeper.journal.Census;
import io.lockkeeper.journal.Census.Gauge;
import io.lockkeeper.problem.Page.Cursor;
import io.lockkeeper.runbook.ReleaseRequest;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One row per release, for lists. Written with the facts; can be rebuilt from them at any time.
@Entity
@Table(name = "gate_view")
public class GateView extends PanacheEntityBase {

  @Id
  @Column(name = "release_id")
  public String release;

  /// Null when not even that could be read of a request that was refused.
  public @Nullable String service;

  public @Nullable String environment;
  public @Nullable String version;
  public String phase;

  @Column(name = "waits_for")
  public @Nullable String waitsFor;

  /// Who or what can end the wait.
  public @Nullable String who;

  public @Nullable Instant due;

  @Column(name = "requested_at")
  public Instant requestedAt;

  /// What the metrics show of the releases that have not ended.
  static final Census CENSUS =
      new Census(
          "from gate_view where phase not in ('SETTLED', 'REFUSED')",
          Stream.of(GatePhase.class.getPermittedSubclasses())
              .filter(phase -> phase != GatePhase.Unknown.class)
              .filter(phase -> phase != GatePhase.Settled.class && phase != GatePhase.Refused.class)
              .map(GateView::name)
              .map(
                  phase ->
                      Gauge.of(
                          "phase",
                          phase,
                          "lockkeeper.gate.releases",
                          "Releases that have not ended, by phase"))
              .toList());

  /// Makes the row of this release say what its board says.
  static void write(ReleaseId release, GateBoard board, List<Fact> history) {
    if (board.phase() instanceof GatePhase.Unknown) {
      // Others may speak of a release that gate was never asked about.
      return;
    }
    GateView row = findById(release.value());
    boolean isNew = row == null;
    if (row == null) {
      row = new GateView();
      row.release = release.value();
    }
    GateBoard.Admission admission = board.admission();
    if (admission != null) {
      ReleaseRequest request = admission.request();
      row.service = request.service();
      row.environment = request.environment();
      row.version = request.version();
    } else if (board.refusal() != null && board.refusal().subject() != null) {
      GateEvent.Subject subject = board.refusal().subject();
      row.service = subject.service();
      row.environment = subject.environment();
      row.version = subject.version();
    }
    row.phase = name(board.phase());
    Wait wait = board.waitsFor().orElse(null);
    row.waitsFor = wait == null ? null : PlainText.of(wait.what());
    row.who = wait == null ? null : wait.who();
    row.due = wait == null ? null : wait.until();
    row.requestedAt = history.getFirst().time();
    if (isNew) {
      row.persist();
    }
  }

  /// A page of releases, newest first, before this position if there is one.
  static List<GateView> page(Cursor before, int limit) {
    return GateView.<GateView>find(
            "requestedAt < ?1 or (requestedAt = ?1 and release < ?2) order by requestedAt desc, release desc",
            before.time(),
            before.id())
        .page(0, limit)
        .list();
  }

  /// The phase in one word, as lists show it.
  static String name(GatePhase phase) {
    return name(phase.getClass());
  }

  private static String name(Class<?> phase) {
    return phase.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }
}
