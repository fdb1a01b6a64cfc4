package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.simulation.platform.Topic;
import io.lockkeeper.simulation.platform.Witness;
import io.lockkeeper.simulation.world.TrafficTarget;
import io.lockkeeper.simulation.world.WorldWitness;
import java.util.List;

/// All of them, told of everything as it happens.
public final class Invariants implements Witness, WorldWitness {

  private final Truth truth;
  private final List<Invariant> all;
  private final List<Invariant> stepping;

  /// Every invariant, on this truth.
  public Invariants(Truth truth) {
    this.truth = truth;
    this.all =
        List.of(
            // It ends
            new EverySettlesAndCloses(truth),
            new BoundsAreKept(truth),
            new LanesEndFree(truth),
            new GoodIsVerifiedBadGoesBack(truth),
            // The world, not the words
            new ShareWithinStage(truth),
            new NeverRisesAfterHalt(truth),
            new ZeroAfterRolledBack(truth),
            new BreachToZeroInTime(truth),
            new EffectActsOnce(truth),
            new NoTrafficBeforeIntegrity(truth),
            // Order
            new NoStageWithoutLease(truth),
            new InfrastructureFirst(truth),
            new StageAfterStage(truth),
            new ObservedThirtyMinutes(truth),
            new SettledOnce(truth),
            // Across releases
            new OneReleasePerLane(truth),
            new TokensGrow(truth),
            new QuarantinedNeverStarts(truth),
            new NobodyApprovesTheirOwn(truth),
            // The record
            new SequencesGapless(truth),
            new LogEqualsTopic(truth),
            new Announced(truth),
            new RebuiltReachesLiveState(truth),
            // Telemetry
            new LostTelemetryNeverPromotes(truth),
            new LostTelemetryNeverGoesBack(truth),
            new PartialTelemetryHoldsNothing(truth));
    this.stepping = all.stream().filter(Invariants::looksAtSteps).toList();
  }

  /// Every invariant, in the order of the design.
  public List<Invariant> all() {
    return all;
  }

  /// Most are told of what concerns them and have nothing to do at a step.
  private static boolean looksAtSteps(Invariant invariant) {
    try {
      return invariant.getClass().getMethod("step").getDeclaringClass() != Invariant.class;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void committed(Writer service, Fact fact, boolean recovering) {
    if (fact.writer() == service && !recovering) {
      truth.written(fact);
      all.forEach(invariant -> invariant.written(fact));
    }
    all.forEach(invariant -> invariant.known(service, fact, recovering));
  }

  @Override
  public void published(Topic.Delivery delivery) {
    all.forEach(invariant -> invariant.published(delivery));
  }

  @Override
  public void lost(Writer service, List<Fact> unpublished) {
    truth.lost(unpublished);
  }

  @Override
  public void shifted(TrafficTarget target, Digest candidate, int from, int to) {
    all.forEach(invariant -> invariant.shifted(target, candidate, from, to));
  }

  @Override
  public void acted(TrafficTarget target, TrafficTarget.Effect effect) {
    all.forEach(invariant -> invariant.acted(target, effect));
  }

  @Override
  public void opened(TrafficTarget target, boolean open) {
    all.forEach(invariant -> invariant.opened(target, open));
  }

  @Override
  public void touched(TrafficTarget target, Digest candidate, int to) {
    all.forEach(invariant -> invariant.touched(target, candidate, to));
  }

  /// A step is over.
  public void step() {
    for (Invariant invariant : stepping) {
      invariant.step();
    }
  }

  /// The run is over.
  public void end() {
    all.forEach(Invariant::end);
  }
}
