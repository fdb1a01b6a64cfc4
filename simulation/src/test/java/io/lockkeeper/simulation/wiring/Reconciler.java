package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.Writer;
import io.lockkeeper.rollout.PlatformGoal;
import io.lockkeeper.rollout.PlatformGoal.Action;
import io.lockkeeper.rollout.PlatformGoal.Change;
import io.lockkeeper.rollout.PlatformGoal.Fence;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.RolloutCommand;
import io.lockkeeper.rollout.RolloutCommand.ReportDone;
import io.lockkeeper.rollout.RolloutCommand.ReportFailed;
import io.lockkeeper.rollout.RolloutCommand.ReportReadBack;
import io.lockkeeper.rollout.RolloutCommand.ReportShare;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.simulation.platform.Mutation;
import io.lockkeeper.simulation.platform.Replica;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.platform.Transaction;
import io.lockkeeper.simulation.platform.Work;
import io.lockkeeper.simulation.world.TrafficTarget;
import io.lockkeeper.simulation.world.TrafficTarget.Effect;
import io.lockkeeper.simulation.world.TrafficTarget.View;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes the target match the goal and reports what it sees, in one replica. It keeps nothing that
/// a crash may
/// not take: the goal is the same afterwards, and an effect asked for twice has the same key.
final class Reconciler implements Work {

  private static final Duration PATIENCE = Duration.ofSeconds(8);
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration SWEEP = Duration.ofSeconds(4);
  private static final Duration READ_BACK = Duration.ofSeconds(2);
  private static final Duration BACK_OFF = Duration.ofSeconds(5);
  private static final Duration CLOSELY = Duration.ofSeconds(60);
  private static final Duration NOW_AND_THEN = Duration.ofSeconds(20);
  private static final Duration AFTER_ROLLBACK = Duration.ofSeconds(90);

  private record Claim(ReleaseId release) {}

  private final Replica replica;
  private final RolloutWiring wiring;
  private final Surroundings surroundings;
  private final Timeline timeline;
  private final Map<ReleaseId, Fence> pursued = new HashMap<>();
  private final Map<ReleaseId, Integer> calls = new HashMap<>();
  private final Set<ReleaseId> watched = new HashSet<>();
  private final Set<ReleaseId> finished = new HashSet<>();

  Reconciler(Replica replica, RolloutWiring wiring, Surroundings surroundings) {
    this.replica = replica;
    this.wiring = wiring;
    this.surroundings = surroundings;
    this.timeline = replica.timeline();
  }

  @Override
  public void rebuild(Transaction transaction) {}

  @Override
  public void started() {
    sweep();
  }

  @Override
  public void committed(ReleaseId release) {
    finished.remove(release);
    replica.after(timeline.millis(0, 3), () -> reconcile(release));
  }

  /// The safety net for goals whose replica died.
  private void sweep() {
    if (!replica.service().database().isAway()) {
      for (ReleaseId release : replica.service().database().releases()) {
        if (!finished.contains(release)) {
          reconcile(release);
        }
      }
    }
    replica.after(SWEEP, this::sweep);
  }

  private void reconcile(ReleaseId release) {
    if (replica.service().database().isAway()) {
      return; // the sweep comes back to it
    }
    List<Fact> history = replica.journal().history(release);
    Rollout rollout = wiring.rollout(replica, history);
    switch (PlatformGoal.of(rollout)) {
      case PlatformGoal.Nothing _ -> {
        pursued.remove(release);
        watch(release);
      }
      case PlatformGoal.ReadBack _ -> {
        pursued.remove(release);
        replica.after(READ_BACK, () -> readBack(release));
      }
      case Change change -> {
        if (!change.fence().equals(pursued.get(release))) {
          pursued.put(release, change.fence());
          int call = calls.merge(release, 1, Integer::sum);
          begin(release, change, call);
        }
      }
    }
  }

  private void begin(ReleaseId release, Change change, int call) {
    Instant notBefore = change.notBefore();
    Duration wait =
        notBefore == null ? Duration.ZERO : Duration.between(replica.clock(), notBefore);
    replica.after(wait.isNegative() ? Duration.ZERO : wait, () -> send(release, change, call));
  }

  /// The present state when this call is still the one that counts; null when the goal has changed.
  private @Nullable Rollout stillWanted(ReleaseId release, Change change, int call) {
    if (calls.getOrDefault(release, 0) != call) {
      return null;
    }
    Rollout rollout = wiring.rollout(replica, replica.journal().history(release));
    if (PlatformGoal.of(rollout) instanceof Change now && now.fence().equals(change.fence())) {
      return rollout;
    }
    pursued.remove(release);
    reconcile(release);
    return null;
  }

  private void again(ReleaseId release, Change change, int call, Duration delay) {
    replica.after(delay, () -> send(release, change, call));
  }

  private void send(ReleaseId release, Change change, int call) {
    if (replica.service().database().isAway()) {
      again(release, change, call, timeline.millis(200, 1_000));
      return;
    }
    Rollout rollout = stillWanted(release, change, call);
    if (rollout == null || rollout.deployment() == null) {
      return;
    }
    if (change.weight() > rollout.share() && replica.journal().stuck(release).isPresent()) {
      again(release, change, call, READ_BACK); // it may go back, and may not go further
      return;
    }
    Instant now = timeline.now();
    Claim claim = new Claim(release);
    if (!replica.service().database().lease(claim, replica, now, now.plus(LEASE))) {
      again(release, change, call, timeline.millis(900, 1_100));
      return;
    }
    TrafficTarget target = surroundings.target(rollout.deployment().lane());
    Effect effect =
        new Effect(
            release,
            wiring.bugs().sent(change.fence(), rollout),
            change.action(),
            change.subject(),
            change.weight(),
            rollout.deployment().candidate().digest());
    boolean[] answered = {false};
    carry(
        target,
        effect,
        view -> {
          if (!answered[0]) {
            answered[0] = true;
            heard(release, change, effect, target, view, call);
          }
        });
    replica.after(
        PATIENCE,
        () -> {
          if (!answered[0]) {
            answered[0] = true;
            send(release, change, call);
          }
        });
  }

  /// The call on the wire: it arrives although its sender has died, late, or twice.
  private void carry(TrafficTarget target, Effect effect, java.util.function.Consumer<View> reply) {
    boolean unsteady = surroundings.network().isUnsteady();
    boolean late = unsteady && timeline.chance(40);
    Duration way = late ? timeline.millis(1_000, 25_000) : timeline.millis(1, 60);
    timeline.after(
        way,
        () -> {
          View view = target.receive(effect);
          if (!(unsteady && timeline.chance(30))) {
            replica.riskily(timeline.millis(1, 60), () -> reply.accept(view));
          }
        });
    if (unsteady && timeline.chance(40)) {
      timeline.after(way.plus(timeline.millis(1, 20_000)), () -> target.receive(effect));
    }
  }

  private void heard(
      ReleaseId release, Change change, Effect effect, TrafficTarget target, View view, int call) {
    if (stillWanted(release, change, call) == null) {
      return;
    }
    switch (view.status()) {
      case SUCCEEDED -> report(release, change, new ReportDone(change.fence().number()));
      case FAILED ->
          report(release, change, new ReportFailed(change.fence().number(), "the target failed"));
      case LATE, OTHER ->
          report(release, change, new ReportFailed(change.fence().number(), "refused"));
      case RUNNING, NONE ->
          replica.after(READ_BACK, () -> readBack(release, change, effect, target, call));
    }
  }

  private void readBack(
      ReleaseId release, Change change, Effect effect, TrafficTarget target, int call) {
    if (replica.service().database().isAway()) {
      replica.after(READ_BACK, () -> readBack(release, change, effect, target, call));
      return;
    }
    if (stillWanted(release, change, call) == null) {
      return;
    }
    Instant now = timeline.now();
    replica.service().database().lease(new Claim(release), replica, now, now.plus(LEASE));
    View view = target.read(effect.candidate());
    if (target.kind() == TrafficTarget.Kind.READABLE) {
      if (change.action() == Action.SHIFT && view.weight() == change.weight()) {
        report(release, change, new ReportDone(change.fence().number()));
      } else {
        again(release, change, call, READ_BACK);
      }
      return;
    }
    if (effect.fence().equals(view.fence())) {
      heard(release, change, effect, target, view, call);
    } else {
      again(release, change, call, READ_BACK);
    }
  }

  private void report(ReleaseId release, Change change, RolloutCommand command) {
    replica.riskily(
        timeline.millis(0, 10),
        () ->
            replica.transact(
                () -> replica.journal().recording(release, wiring.answer(replica, command)),
                _ -> reported(release, change)));
  }

  /// What the target refused for good it is not asked again at once.
  private void reported(ReleaseId release, Change change) {
    Rollout rollout = wiring.rollout(replica, replica.journal().history(release));
    if (PlatformGoal.of(rollout) instanceof Change now && now.fence().equals(change.fence())) {
      int call = calls.merge(release, 1, Integer::sum);
      again(release, change, call, BACK_OFF);
    } else {
      pursued.remove(release, change.fence());
      reconcile(release);
    }
  }

  /// Reads the target for as long as the release is open, closely at first, and tells what differs.
  private void watch(ReleaseId release) {
    if (watched.add(release)) {
      replica.after(READ_BACK, () -> observe(release));
    }
  }

  private void observe(ReleaseId release) {
    watched.remove(release);
    if (replica.service().database().isAway()) {
      return;
    }
    List<Fact> history = replica.journal().history(release);
    Rollout rollout = wiring.rollout(replica, history);
    DeploymentStarted deployment = rollout.deployment();
    if (deployment == null || !(PlatformGoal.of(rollout) instanceof PlatformGoal.Nothing)) {
      return;
    }
    if (isOver(rollout)) {
      finished.add(release);
      return;
    }
    Instant now = timeline.now();
    if (replica.service().database().lease(new Claim(release), replica, now, now.plus(LEASE))) {
      readTarget(release, rollout, deployment);
    }
    boolean fresh = replica.clock().isBefore(newest(history).plus(CLOSELY));
    if (watched.add(release)) {
      replica.after(fresh ? READ_BACK : NOW_AND_THEN, () -> observe(release));
    }
  }

  private void readTarget(ReleaseId release, Rollout rollout, DeploymentStarted deployment) {
    Digest candidate = deployment.candidate().digest();
    TrafficTarget target = surroundings.target(deployment.lane());
    View view = target.read(candidate);
    Fence fence = view.fence();
    boolean others =
        target.kind() == TrafficTarget.Kind.REFUSING
            && (fence == null || fence.token() != deployment.token());
    if (others || view.weight() == rollout.shownShare()) {
      return;
    }
    if (view.weight() < rollout.share() && surroundings.mutation() == Mutation.REPAIR_RAISES) {
      raise(release, rollout, target, candidate);
      return;
    }
    replica.after(
        timeline.millis(1, 20),
        () ->
            replica.transact(
                () ->
                    replica
                        .journal()
                        .recording(release, wiring.answer(replica, new ReportShare(view.weight()))),
                _ -> reconcile(release)));
  }

  /// A person took over: the target is read once it rests, and asked for nothing.
  private void readBack(ReleaseId release) {
    if (replica.service().database().isAway()) {
      return; // the sweep comes back to it
    }
    Rollout rollout = wiring.rollout(replica, replica.journal().history(release));
    DeploymentStarted deployment = rollout.deployment();
    if (deployment == null || !(PlatformGoal.of(rollout) instanceof PlatformGoal.ReadBack)) {
      return;
    }
    View view = surroundings.target(deployment.lane()).read(deployment.candidate().digest());
    if (view.status() != TrafficTarget.Status.RUNNING) {
      replica.transact(
          () ->
              replica
                  .journal()
                  .recording(release, wiring.answer(replica, new ReportReadBack(view.weight()))),
          _ -> reconcile(release));
    }
  }

  private boolean isOver(Rollout rollout) {
    Instant settled = rollout.settledAt();
    if (settled == null) {
      return false;
    }
    boolean back =
        rollout.phase() instanceof Rollout.Phase.Settled it && it.outcome() == Outcome.ROLLED_BACK;
    return !back || !replica.clock().isBefore(settled.plus(AFTER_ROLLBACK));
  }

  /// The planted bug: whoever lowered the share by hand is overruled.
  private void raise(ReleaseId release, Rollout rollout, TrafficTarget target, Digest candidate) {
    if (rollout.deployment() != null) {
      Fence fence = new Fence(rollout.deployment().token(), rollout.effects() + 1);
      target.receive(new Effect(release, fence, Action.SHIFT, null, rollout.share(), candidate));
    }
  }

  private static Instant newest(List<Fact> history) {
    Instant newest = Instant.MIN;
    for (Fact fact : history) {
      if (fact.writer() == Writer.ROLLOUT && fact.time().isAfter(newest)) {
        newest = fact.time();
      }
    }
    return newest;
  }
}
