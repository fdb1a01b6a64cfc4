package io.lockkeeper.simulation.wiring;

import io.lockkeeper.audit.AuditDecider;
import io.lockkeeper.audit.Closing;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.simulation.platform.Mutation;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.platform.Work;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;

/// audit-service: the real decider; its log is what it has taken in.
public final class AuditWiring {

  private final Mutation mutation;

  /// The wiring with this bug in it.
  public AuditWiring(Mutation mutation) {
    this.mutation = mutation;
  }

  /// What audit-service is.
  public Service.Role role() {
    return new Service.Role(
        Writer.AUDIT,
        EnumSet.complementOf(EnumSet.of(Writer.AUDIT)),
        _ -> reaction(new Fold<>(Closing.of(List.of()), Closing::evolve)),
        _ -> Work.NONE);
  }

  private Reaction reaction(Fold<Closing> closings) {
    return new Reaction(
        (history, now) -> next(closings.of(history), now),
        history -> AuditDecider.due(closings.of(history)),
        (_, _) -> {});
  }

  private List<? extends ReleaseEvent> next(Closing closing, Instant now) {
    return mutation == Mutation.CLOSING_WAITS_FOR_SUMMARY && !closing.summarized()
        ? List.of()
        : AuditDecider.next(closing, now);
  }
}
