package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Verdict;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Order.
final class ObservedThirtyMinutes extends Invariant {

  /// The clocks of two replicas that took looks in turn.
  private static final Duration SKEW = Duration.ofSeconds(25);

  /// Between two looks, each time that the share was lowered by hand.
  private static final Duration UNNOTICED = Duration.ofSeconds(40);

  private record Full(@Nullable Instant since, Duration before, int times) {}

  private final Map<Digest, Full> full = new HashMap<>();
  private final Map<Digest, Instant> unnoticed = new HashMap<>();
  private final Map<Digest, Duration> blind = new HashMap<>();

  ObservedThirtyMinutes(Truth truth) {
    super(truth, "M1: at least 30 observed minutes between RolloutCompleted and ReleaseVerified");
  }

  @Override
  public void shifted(TrafficTarget target, Digest candidate, int from, int to) {
    Full known = full.getOrDefault(candidate, new Full(null, Duration.ZERO, 0));
    if (to == 100) {
      full.put(candidate, new Full(truth.now(), known.before(), known.times() + 1));
    } else if (known.since() != null) {
      Duration more = Duration.between(known.since(), truth.now());
      full.put(candidate, new Full(null, known.before().plus(more), known.times()));
    }
  }

  @Override
  public void touched(TrafficTarget target, Digest candidate, int to) {
    unnoticed.put(candidate, truth.now());
  }

  @Override
  public void known(Writer service, Fact fact, boolean recovering) {
    if (service == Writer.MONITOR
        && fact.event() instanceof DriftFound drift
        && drift.observed() < drift.asked()) {
      Digest candidate = truth.course(fact.release()).accepted().request().artifact().digest();
      Instant since = unnoticed.remove(candidate);
      if (since != null) {
        blind.merge(candidate, Duration.between(since, truth.now()), Duration::plus);
      }
    }
  }

  private void requireFullTraffic(Course course, Duration least) {
    Full known = full.get(course.accepted().request().artifact().digest());
    if (known == null) {
      throw violation("%s is verified and never had full traffic", course.release());
    }
    Duration truly =
        known.since() == null
            ? known.before()
            : known.before().plus(Duration.between(known.since(), truth.now()));
    // What monitor-service did not hear of it could not leave out.
    Duration allowance =
        SKEW.plus(UNNOTICED.multipliedBy(known.times() - 1L))
            .plus(
                blind.getOrDefault(course.accepted().request().artifact().digest(), Duration.ZERO));
    require(
        truly.plus(allowance).compareTo(least) >= 0,
        "%s is verified and had full traffic for %s of %s",
        course.release(),
        truly,
        least);
  }

  @Override
  public void written(Fact fact) {
    if (!(fact.event() instanceof ReleaseVerified verified)
        || verified.verdict() != Verdict.PASSED) {
      return;
    }
    Course course = truth.course(fact.release());
    Duration least = course.accepted().runbook().monitoring().validation();
    require(
        verified.observed().compareTo(least) >= 0,
        "%s is verified after %s of %s",
        fact.release(),
        verified.observed(),
        least);
    Instant completed = course.lastAt(RolloutCompleted.class).orElse(truth.now());
    Duration truly = Duration.between(completed, truth.now());
    require(
        truly.plus(SKEW).compareTo(least) >= 0,
        "%s is verified %s after it was at full traffic, not %s",
        fact.release(),
        truly,
        least);
    requireFullTraffic(course, least);
  }
}
