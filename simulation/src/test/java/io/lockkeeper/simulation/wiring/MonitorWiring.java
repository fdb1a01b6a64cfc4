package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Decision;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchCommand;
import io.lockkeeper.monitor.WatchDecider;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.simulation.platform.Replica;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.platform.Transaction;
import io.lockkeeper.simulation.platform.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// monitor-service: the real decider and clock, looking at a model of telemetry instead of metrics.
public final class MonitorWiring {

  private final Surroundings surroundings;

  /// The wiring in these surroundings.
  public MonitorWiring(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// What monitor-service is.
  public Service.Role role() {
    return new Service.Role(
        Writer.MONITOR,
        Set.of(Writer.GATE, Writer.ROLLOUT),
        _ -> reaction(watches()),
        Looking::new);
  }

  private static Fold<Watch> watches() {
    return new Fold<>(Watch.of(List.of()), Watch::evolve);
  }

  private static Reaction reaction(Fold<Watch> watches) {
    return new Reaction(
        (history, now) -> WatchDecider.next(watches.of(history), now),
        history -> WatchDecider.due(watches.of(history)),
        (_, _) -> {});
  }

  /// Takes looks in one replica. What was seen stands in the database, beside the facts.
  private final class Looking implements Work {
    private final Replica replica;
    private final Timeline timeline;
    private final Fold<Watch> watches = watches();
    private final Set<ReleaseId> looking = new HashSet<>();
    private final Set<EventId> capturing = new HashSet<>();

    Looking(Replica replica) {
      this.replica = replica;
      this.timeline = replica.timeline();
    }

    @Override
    public void rebuild(Transaction transaction) {}

    @Override
    public void started() {
      if (replica.service().database().isAway()) {
        replica.after(timeline.millis(500, 1_000), this::started);
      } else {
        replica.service().database().releases().forEach(this::begin);
      }
    }

    @Override
    public void committed(ReleaseId release) {
      replica.after(timeline.millis(0, 3), () -> begin(release));
    }

    private void begin(ReleaseId release) {
      if (replica.service().database().isAway()) {
        replica.after(timeline.millis(500, 1_000), () -> begin(release));
        return;
      }
      WatchGoal goal = WatchGoal.of(watches.of(replica.journal().history(release)));
      WatchGoal.Baseline wanted = goal.baseline();
      if (wanted != null && capturing.add(wanted.request())) {
        replica.after(wanted.window(), () -> capture(release, wanted));
      }
      if (goal.candidate() != null && looking.add(release)) {
        replica.after(timeline.millis(1, 1_000), () -> look(release));
      }
    }

    private Decision answer(WatchCommand command) {
      return (history, now) -> WatchDecider.answer(watches.of(history), command, now);
    }

    private void capture(ReleaseId release, WatchGoal.Baseline wanted) {
      if (replica.service().isCutOff()) {
        replica.after(timeline.millis(500, 2_000), () -> capture(release, wanted));
        return;
      }
      Instant until = replica.clock();
      WatchCommand command =
          surroundings.telemetry().isAway()
              ? new WatchCommand.BaselineFailed(wanted.request(), "nothing could be read")
              : new WatchCommand.BaselineTaken(
                  wanted.request(),
                  until.minus(wanted.window()),
                  until,
                  List.of(),
                  Sight.look(release, 0),
                  List.of());
      replica.transact(
          () -> replica.journal().recording(release, answer(command)),
          _ -> capturing.remove(wanted.request()));
    }

    private void look(ReleaseId release) {
      if (replica.service().database().isAway()) {
        replica.after(timeline.millis(500, 1_000), () -> look(release));
        return;
      }
      List<Fact> history = replica.journal().history(release);
      Watch watch = watches.of(history);
      WatchGoal.Candidate goal = WatchGoal.of(watch).candidate();
      if (goal == null) {
        looking.remove(release);
        return;
      }
      Duration interval = goal.monitoring().interval();
      Instant now = timeline.now();
      Sight.Key key = new Sight.Key(release);
      if (replica
          .service()
          .database()
          .lease(key, replica, now, now.plus(interval.multipliedBy(2)))) {
        Sight before =
            replica.service().database().row(key) instanceof Sight row
                ? row
                : surroundings.archived(release).orElseGet(() -> Sight.of(watch)).told(watch);
        Sight.Taken taken = before.look(release, history, goal, surroundings, replica.clock());
        boolean news = !WatchDecider.answer(watch, taken.command(), replica.clock()).isEmpty();
        if (!(news && replica.service().isCutOff())) {
          replica.transact(
              () -> take(release, key, before, taken),
              _ -> surroundings.archive(release, taken.sight()));
        }
      }
      replica.after(interval, () -> look(release));
    }

    /// One look on record, unless another replica's came between.
    private Transaction take(ReleaseId release, Sight.Key key, Sight before, Sight.Taken taken) {
      return replica
          .journal()
          .recording(
              release,
              (history, now) -> {
                Transaction transaction = replica.journal().open();
                Object row = transaction.row(key);
                if (row != null && !row.equals(before)) {
                  return List.<MonitorEvent>of();
                }
                transaction.write(key, taken.sight());
                return answer(taken.command()).decide(history, now);
              });
    }
  }
}
