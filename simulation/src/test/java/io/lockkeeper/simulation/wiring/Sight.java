package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.MonitorEvent.Measure;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.monitor.Assessment;
import io.lockkeeper.monitor.Question;
import io.lockkeeper.monitor.Shortfall;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchClock;
import io.lockkeeper.monitor.WatchClock.Extent;
import io.lockkeeper.monitor.WatchCommand;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.simulation.platform.Mutation;
import io.lockkeeper.simulation.world.Candidate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// What one watch has seen so far; a row beside the facts, as looks are.
///
/// @param clock  of the product: what time was really observed
/// @param looks  how many looks were taken
/// @param faulty observed time in which the candidate had enough traffic to show its fault
/// @param plain  observed time in which it had traffic at all
public record Sight(WatchClock clock, int looks, Duration faulty, Duration plain) {

  private static final Shortfall AWAY =
      new Shortfall(TelemetryFault.UNAVAILABLE, "nothing could be read");

  private static final Shortfall PARTLY =
      new Shortfall(TelemetryFault.UNAVAILABLE, "one of two sources is not available");

  /// The name of the row.
  record Key(ReleaseId release) {}

  /// A look, and what is to be told about it.
  record Taken(Sight sight, WatchCommand command) {}

  /// Nothing seen yet.
  static Sight of(Watch watch) {
    return new Sight(WatchClock.of(watch), 0, Duration.ZERO, Duration.ZERO);
  }

  /// What the facts say of a loss counts: they, and not the looks, are what others heard.
  Sight told(Watch watch) {
    return new Sight(clock.told(watch), looks, faulty, plain);
  }

  static Look look(ReleaseId release, int number) {
    String id = release + "/" + number;
    return new Look(id, Digest.of(id.getBytes(StandardCharsets.UTF_8)));
  }

  /// Looks once.
  Taken look(
      ReleaseId release,
      List<Fact> history,
      WatchGoal.Candidate goal,
      Surroundings surroundings,
      Instant at) {
    ReleaseRequest request = request(history);
    Candidate candidate = surroundings.candidate(request.artifact().digest());
    int share = surroundings.target(Lane.of(request)).share(candidate.artifact().digest());
    boolean good = !surroundings.telemetry().isAway() && (share > 0 || goal.owed());
    boolean whole = !surroundings.telemetry().isPartial();
    Extent seen = !good ? Extent.NOTHING : whole ? Extent.ALL : Extent.PART;
    WatchClock after = clock.after(goal, Watch.of(history).losses(), seen, at);
    if (surroundings.mutation() == Mutation.OBSERVATION_FROM_STAGE_STARTED) {
      after = fromStageStarted(after);
    }
    if (!good) {
      Sight sight = new Sight(after, looks + 1, faulty, plain);
      return new Taken(sight, new WatchCommand.TelemetryFailed(after, AWAY));
    }
    if (surroundings.telemetry().isGarbled()) {
      Sight sight = new Sight(after, looks + 1, faulty, plain);
      Assessment nothing = Assessment.errored("no sample makes sense");
      return new Taken(
          sight,
          new WatchCommand.Looked(look(release, looks + 1), after, nothing, whole ? null : PARTLY));
    }
    Duration passed = clock.seen() == null ? Duration.ZERO : Duration.between(clock.seen(), at);
    Duration patience = WatchClock.patience(goal.monitoring().interval());
    boolean counts = !passed.isNegative() && passed.compareTo(patience) <= 0;
    Sight sight =
        new Sight(
            after,
            looks + 1,
            counts && candidate.showsFault(share, plain) ? faulty.plus(passed) : faulty,
            counts && share > 0 ? plain.plus(passed) : plain);
    return new Taken(
        sight,
        new WatchCommand.Looked(
            look(release, looks + 1),
            after,
            sight.assess(candidate, share),
            whole ? null : PARTLY));
  }

  private Assessment assess(Candidate candidate, int share) {
    List<Measure> measures =
        List.of(new Measure("errors", candidate.bad() ? 0.02 : 0.002, 0.002, "fraction", looks));
    if (candidate.bad() && faulty.compareTo(candidate.evidence()) >= 0) {
      return Assessment.failed(
          "errors are ten times the baseline's",
          measures,
          new Assessment.Breach(measures.getFirst(), "2 % against 0.2 %, by a sequential test"));
    }
    boolean suspicious = candidate.bad() && candidate.showsFault(share, plain);
    return plain.compareTo(candidate.enough()) >= 0 && !suspicious
        ? Assessment.passed("no worse than the baseline", measures)
        : Assessment.inconclusive("not seen enough yet", measures);
  }

  /// The planted bug goes on counting when the question changes from the last stage to the release.
  private WatchClock fromStageStarted(WatchClock after) {
    return clock.question() instanceof Question.OfStage
            && after.question() instanceof Question.OfRelease
        ? new WatchClock(
            after.question(),
            clock.observed(),
            after.seen(),
            after.failed(),
            after.good(),
            after.lost(),
            after.completeness())
        : after;
  }

  private static ReleaseRequest request(List<Fact> history) {
    for (Fact fact : history) {
      if (fact.event() instanceof GateEvent.ReleaseAccepted accepted) {
        return accepted.request();
      }
    }
    throw new IllegalStateException("watched before it was accepted");
  }
}
