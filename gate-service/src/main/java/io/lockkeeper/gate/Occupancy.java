package io.lockkeeper.gate;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the releases of one lane share: who is in it, who waits, what ran well last, what must not
/// run again.
///
/// It follows from what the releases say of themselves and from nothing else: [#evolve] takes one
/// release's board, as often and in whatever order, so the row of a lost database comes back from
/// the facts.
///
/// @param token  the largest token that a clearance on this lane has carried
/// @param holder the one release that may be under way; null when the lane is free
/// @param queue  those that wait for it, first come first
/// @param stable what was verified last
public record Occupancy(
    Lane lane,
    long token,
    @Nullable Place holder,
    List<Place> queue,
    @Nullable Stable stable,
    List<Quarantined> quarantine) {

  /// The most releases that wait for one lane; a further one is blocked.
  public static final int MAX_QUEUE = 100;

  public Occupancy {
    queue = List.copyOf(queue);
    quarantine = List.copyOf(quarantine);
  }

  /// A release in the lane or in its queue, and since when.
  ///
  /// @param inLane whether it says that it is in the lane; then nobody in the queue is before it
  public record Place(ReleaseId release, Instant since, boolean inLane) {}

  /// G4: the artifact that was verified under the largest token.
  public record Stable(Artifact artifact, long token) {}

  /// PRE4: an artifact that was taken back from production, and by the release of which it was.
  public record Quarantined(Digest artifact, ReleaseId release, Instant since, String reason) {}

  /// A lane that nobody has used yet.
  public static Occupancy free(Lane lane) {
    return new Occupancy(lane, 0, null, List.of(), null, List.of());
  }

  /// The lane after what this board says; itself when the board is of another lane or says nothing
  /// new.
  public Occupancy evolve(GateBoard board) {
    ReleaseId release = board.release();
    if (release == null || !board.lane().equals(Optional.of(lane))) {
      return this;
    }
    GateBoard.Clearance clearance = board.clearance();
    long largest = clearance == null ? token : Math.max(token, clearance.token());
    Place held = holder != null && holder.release().equals(release) ? null : holder;
    List<Place> waiting = new ArrayList<>(queue);
    waiting.removeIf(place -> place.release().equals(release));
    switch (board.position()) {
      case GateBoard.Outside _ -> {}
      case GateBoard.Waiting(Instant since, _) -> {
        // One that waits for something else by now must not keep the others from a free lane.
        if (board.phase() instanceof GatePhase.Queued) {
          waiting.add(new Place(release, since, false));
        }
      }
      case GateBoard.Holding(Instant since) -> {
        // Two in the lane: then the row is of an older dump and has not seen the end of one of
        // them. The one with the largest token is in it; the other keeps its claim until its own
        // end is seen.
        Place claim = new Place(release, since, true);
        boolean isNewest = clearance != null && clearance.token() >= token;
        if (held == null || isNewest) {
          waiting.addAll(held == null ? List.of() : List.of(held));
          held = claim;
        } else {
          waiting.add(claim);
        }
      }
    }
    waiting.sort(
        Comparator.comparing(Place::inLane)
            .reversed()
            .thenComparing(Place::since)
            .thenComparing(Place::release));
    if (held == null && !waiting.isEmpty() && waiting.getFirst().inLane()) {
      held = waiting.removeFirst();
    }
    return new Occupancy(lane, largest, held, waiting, stable(board), quarantine(board, release));
  }

  /// Who is to take the lane now: the first in the queue of a free lane. Whoever changes a lane
  /// sets this release's alarm to now.
  public Optional<ReleaseId> next() {
    return holder == null ? queue.stream().map(Place::release).findFirst() : Optional.empty();
  }

  /// Whether this release is in the lane.
  public boolean isHeldBy(ReleaseId release) {
    return holder != null && holder.release().equals(release);
  }

  /// Whether this release may take the lane: it is free, and nobody else is before it.
  public boolean isOpenTo(ReleaseId release) {
    return holder == null && (queue.isEmpty() || next().equals(Optional.of(release)));
  }

  /// Who is before this release: the holder, then the queue up to it.
  public List<ReleaseId> before(ReleaseId release) {
    List<ReleaseId> before = new ArrayList<>();
    if (holder != null && !isHeldBy(release)) {
      before.add(holder.release());
    }
    queue.stream()
        .map(Place::release)
        .takeWhile(waiting -> !waiting.equals(release))
        .forEach(before::add);
    return before;
  }

  /// Why this artifact must not start in this lane; empty when it may.
  public Optional<Quarantined> quarantined(Digest artifact) {
    return quarantine.stream().filter(one -> one.artifact().equals(artifact)).findFirst();
  }

  private @Nullable Stable stable(GateBoard board) {
    GateBoard.Admission admission = board.admission();
    GateBoard.Clearance clearance = board.clearance();
    RolloutEvent.RolloutSettled settled = board.course().settled();
    if (settled == null
        || settled.outcome() != Outcome.VERIFIED
        || admission == null
        || clearance == null) {
      return stable;
    }
    // The largest token counts and not the last to be read: a rebuild reads releases in any order.
    return stable != null && stable.token() > clearance.token()
        ? stable
        : new Stable(admission.request().artifact(), clearance.token());
  }

  private List<Quarantined> quarantine(GateBoard board, ReleaseId release) {
    List<Quarantined> after = new ArrayList<>(quarantine);
    after.removeIf(one -> one.release().equals(release));
    GateBoard.Quarantine said = board.quarantine();
    if (said != null && !said.lifted()) {
      after.add(new Quarantined(said.artifact(), release, said.since(), said.reason()));
    }
    after.sort(Comparator.comparing(Quarantined::since).thenComparing(Quarantined::release));
    return after;
  }
}
