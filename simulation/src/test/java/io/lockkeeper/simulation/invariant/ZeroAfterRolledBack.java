package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The world, not the words.
final class ZeroAfterRolledBack extends Invariant {

  private static final Duration CORRECTED = Duration.ofSeconds(90);

  private record Back(TrafficTarget target, Digest candidate, Instant at) {}

  private final List<Back> back = new ArrayList<>();
  private final List<Back> risen = new ArrayList<>();

  ZeroAfterRolledBack(Truth truth) {
    super(truth, "R2: the candidate's share is 0 and stays 0 after RolledBack");
  }

  @Override
  public void written(Fact fact) {
    if (!(fact.event() instanceof RolledBack)) {
      return;
    }
    truth
        .course(fact.release())
        .deployment()
        .ifPresent(
            started -> {
              TrafficTarget target = truth.target(started.lane());
              Digest candidate = started.candidate().digest();
              if (target == null) {
                return;
              }
              Back now = new Back(target, candidate, truth.now());
              back.add(now);
              int share = target.share(candidate);
              if (share > 0 && target.kind() == TrafficTarget.Kind.READABLE) {
                risen.add(now);
              } else {
                require(share == 0, "%s went back and has %s %%", fact.release(), share);
              }
            });
  }

  @Override
  public void shifted(TrafficTarget target, Digest candidate, int from, int to) {
    for (Back one : back) {
      if (one.target() == target && one.candidate().equals(candidate) && to > from && !again(one)) {
        require(
            target.kind() == TrafficTarget.Kind.READABLE,
            "%s went back and gets %s %% again",
            candidate,
            to);
        risen.add(new Back(target, candidate, truth.now()));
      }
    }
  }

  private boolean again(Back one) {
    return truth.coursesOf(one.target().lane(), one.candidate()).stream()
        .anyMatch(Course::isUnderWay);
  }

  @Override
  public void step() {
    if (risen.isEmpty()) {
      return;
    }
    risen.removeIf(rise -> rise.target().share(rise.candidate()) == 0);
    Instant undisturbed = truth.undisturbedSince(Writer.ROLLOUT);
    for (Back rise : risen) {
      Instant from = rise.at().isAfter(undisturbed) ? rise.at() : undisturbed;
      require(
          !truth.now().isAfter(from.plus(CORRECTED)),
          "%s went back, got traffic late, and nobody took it away",
          rise.candidate());
    }
  }
}
