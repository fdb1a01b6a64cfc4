package io.lockkeeper.rollout;

import static java.util.Objects.requireNonNull;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.events.RolloutEvent.Trigger;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.rollout.RolloutCommand.TakeOver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// R2: "I did it by hand". From the take-over on nothing is asked of the target any more; it is
/// read back, and the release settles by what it shows, so that its lane is free again.
///
/// The target shows traffic and nothing else. Whoever knows that infrastructure or data are not
/// back says `ROLLBACK_FAILED`, and the target cannot make that better.
final class TakingOver {

  private TakingOver() {}

  /// Why nobody may take over now; null when somebody may.
  static @Nullable String refusal(Rollout rollout) {
    return switch (rollout.phase()) {
      case Phase.Waiting _ -> "nothing is deployed, so nothing is to be done by hand; abort it";
      case Phase.Between _, Phase.Applying _, Phase.Baking _, Phase.Observing _ ->
          rollout.pause() == null ? "the release goes forward; pause or abort it first" : null;
      case Phase.TakenOver it -> it.how().by() + " took over already";
      case Phase.Halted _, Phase.GoingBack _, Phase.RolledBack _, Phase.Settled _ -> null;
    };
  }

  /// A release that was only held is halted first, since it goes no further: R1, R5.
  static List<RolloutEvent> begin(Rollout rollout, TakeOver command, Instant now) {
    List<RolloutEvent> facts = new ArrayList<>();
    if (RolloutDecider.mayHalt(rollout)) {
      facts.add(
          new RolloutHalted(Trigger.ABORTED, command.reason(), command.by(), null, Duration.ZERO));
    }
    Duration within = requireNonNull(rollout.accepted()).runbook().rollback().attemptWithin();
    facts.add(new TakenOver(command.by(), command.reason(), command.outcome(), now.plus(within)));
    return List.copyOf(facts);
  }

  /// What the target shows decides, unless the person expects worse.
  static RolloutSettled settled(TakenOver taken, int observed) {
    boolean back = observed == 0 && taken.outcome() == Outcome.ROLLED_BACK;
    return new RolloutSettled(
        back ? Outcome.ROLLED_BACK : Outcome.ROLLBACK_FAILED,
        "by hand: " + taken.reason() + "; the target shows " + observed + " % of traffic",
        taken.by());
  }

  /// A target that nobody can read is the person's own.
  static List<RolloutEvent> next(TakenOver taken, Instant now) {
    return now.isBefore(taken.due())
        ? List.of()
        : List.of(
            new RolloutSettled(
                Outcome.ROLLBACK_FAILED,
                "by hand: " + taken.reason() + "; the target could not be read back at rest",
                taken.by()));
  }
}
