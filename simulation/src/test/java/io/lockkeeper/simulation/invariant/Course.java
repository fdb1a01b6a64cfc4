package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.events.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was really written about one release and not lost, in the order of the true clock.
public final class Course {

  /// A fact and when it was written by the true clock.
  public record Written(Fact fact, Instant at) {}

  private final ReleaseId release;
  private final List<Written> facts = new ArrayList<>();
  private @Nullable Stage lost;

  Course(ReleaseId release) {
    this.release = release;
  }

  void add(Fact fact, Instant at) {
    facts.add(new Written(fact, at));
    if (fact.event() instanceof StageStarted) {
      lost = null;
    }
  }

  void lose(List<Fact> gone) {
    Set<Fact> those = new HashSet<>(gone);
    for (Fact fact : gone) {
      if (fact.event() instanceof StageStarted started) {
        lost = started.stage();
      }
    }
    facts.removeIf(written -> those.contains(written.fact()));
  }

  /// Which release it is.
  public ReleaseId release() {
    return release;
  }

  /// Everything, oldest first.
  public List<Written> facts() {
    return facts;
  }

  /// All events of this class, oldest first.
  public <E extends ReleaseEvent> Stream<E> all(Class<E> type) {
    return facts.stream()
        .map(Written::fact)
        .map(Fact::event)
        .filter(type::isInstance)
        .map(type::cast);
  }

  /// The newest event of this class.
  public <E extends ReleaseEvent> Optional<E> last(Class<E> type) {
    for (int i = facts.size() - 1; i >= 0; i--) {
      ReleaseEvent event = facts.get(i).fact().event();
      if (type.isInstance(event)) {
        return Optional.of(type.cast(event));
      }
    }
    return Optional.empty();
  }

  /// When the newest event of this class was written, by the true clock.
  public Optional<Instant> lastAt(Class<? extends ReleaseEvent> type) {
    for (int i = facts.size() - 1; i >= 0; i--) {
      if (type.isInstance(facts.get(i).fact().event())) {
        return Optional.of(facts.get(i).at());
      }
    }
    return Optional.empty();
  }

  /// Whether there is an event of this class.
  public boolean has(Class<? extends ReleaseEvent> type) {
    return lastAt(type).isPresent();
  }

  /// The request and its runbook; fails when it was not accepted.
  public ReleaseAccepted accepted() {
    return last(ReleaseAccepted.class).orElseThrow();
  }

  /// What was deployed where.
  public Optional<DeploymentStarted> deployment() {
    return last(DeploymentStarted.class);
  }

  /// Whether it touches production now.
  public boolean isUnderWay() {
    return has(DeploymentStarted.class) && !has(RolloutSettled.class);
  }

  /// Whether a stage was started that the target has not been seen to show.
  public boolean isApplying() {
    return lastAt(StageStarted.class)
        .filter(started -> lastAt(StageApplied.class).filter(started::isBefore).isEmpty())
        .isPresent();
  }

  /// Whether nothing may rise any more.
  public boolean isHalted() {
    return has(RolloutHalted.class);
  }

  /// Whether a named person does by hand what the target does not do.
  public boolean isTakenOver() {
    return has(TakenOver.class)
        || settled().filter(end -> end.outcome() == Outcome.ROLLBACK_FAILED).isPresent();
  }

  /// How it ended.
  public Optional<RolloutSettled> settled() {
    return last(RolloutSettled.class);
  }

  /// Whether a stage was started and lost with its database before anybody heard of it.
  public boolean hasLostStage() {
    return lost != null;
  }

  /// The largest share that the candidate may have now: that of the last stage, or of one that was
  /// started and
  /// then lost with its database before anybody heard of it.
  public int ceiling() {
    int known = last(StageStarted.class).map(started -> started.stage().weight()).orElse(0);
    return lost == null ? known : Math.max(known, lost.weight());
  }
}
