package io.lockkeeper.audit;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The facts of one release, to be asked for what became of its runbook lines.
record Findings(List<Fact> facts) {

  /// Every event of this class, in order.
  <E> Stream<E> all(Class<E> type) {
    return facts.stream().map(Fact::event).filter(type::isInstance).map(type::cast);
  }

  /// The newest event of this class.
  <E> Optional<E> last(Class<E> type) {
    return all(type).reduce((earlier, later) -> later);
  }

  /// Whether there is an event of this class.
  boolean has(Class<? extends ReleaseEvent> type) {
    return facts.stream().map(Fact::event).anyMatch(type::isInstance);
  }

  /// How many events of this class there are.
  <E extends ReleaseEvent> long count(Class<E> type, Predicate<E> which) {
    return all(type).filter(which).count();
  }

  boolean started() {
    return has(DeploymentStarted.class);
  }

  boolean halted() {
    return has(RolloutHalted.class);
  }

  Optional<ReleaseRequest> request() {
    return last(ReleaseAccepted.class).map(ReleaseAccepted::request);
  }

  Optional<Runbook> runbook() {
    return last(ReleaseAccepted.class).map(ReleaseAccepted::runbook);
  }

  /// Whether nothing of the service ran before, so that G2, G4 and M2 are waived.
  boolean first() {
    return request().map(ReleaseRequest::first).orElse(false);
  }

  /// Why the runbook asks for less than the house rule; empty when it does not.
  Optional<String> relaxed() {
    return runbook()
        .flatMap(book -> Optional.ofNullable(book.relaxed()))
        .map(Runbook.Relaxed::reason);
  }

  Optional<RolloutSettled> settled() {
    return last(RolloutSettled.class);
  }
}
