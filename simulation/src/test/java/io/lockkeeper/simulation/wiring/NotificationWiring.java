package io.lockkeeper.simulation.wiring;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Decision;
import io.lockkeeper.journal.Reaction;
import io.lockkeeper.notification.Announcements;
import io.lockkeeper.notification.Bulletin;
import io.lockkeeper.notification.NotificationCommand;
import io.lockkeeper.notification.NotificationCommand.ReportDelivered;
import io.lockkeeper.notification.NotificationCommand.ReportUndeliverable;
import io.lockkeeper.notification.NotificationDecider;
import io.lockkeeper.simulation.platform.Replica;
import io.lockkeeper.simulation.platform.Service;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.platform.Transaction;
import io.lockkeeper.simulation.platform.Work;
import io.lockkeeper.simulation.world.Receiver;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// notification-service: the real decider, and a courier that delivers what is outstanding.
public final class NotificationWiring {

  private static final Duration SWEEP = Duration.ofSeconds(10);
  private static final Duration LEASE = Duration.ofSeconds(20);
  private static final Announcements NOTHING = Announcements.of(List.of());

  private final Surroundings surroundings;

  /// The wiring in these surroundings.
  public NotificationWiring(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// What notification-service is.
  public Service.Role role() {
    return new Service.Role(
        Writer.NOTIFICATION,
        EnumSet.complementOf(EnumSet.of(Writer.NOTIFICATION)),
        _ -> reaction(new Fold<>(NOTHING, Announcements::evolve)),
        Courier::new);
  }

  private static Reaction reaction(Fold<Announcements> announcements) {
    return new Reaction(
        (history, now) -> NotificationDecider.next(announcements.of(history), now),
        history -> NotificationDecider.due(announcements.of(history)),
        (_, _) -> {});
  }

  private record Thread(ReleaseId release, String channel) {}

  /// Delivers in one replica: in order within a channel, again until it is taken.
  private final class Courier implements Work {
    private final Replica replica;
    private final Timeline timeline;
    private final Fold<Announcements> announcements = new Fold<>(NOTHING, Announcements::evolve);
    private final Set<Thread> under = new HashSet<>();
    private final Map<ReleaseId, Integer> known = new HashMap<>();

    Courier(Replica replica) {
      this.replica = replica;
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
      replica.after(timeline.millis(0, 3), () -> deliver(release));
    }

    private void sweep() {
      if (!replica.service().database().isAway()) {
        for (ReleaseId release : replica.service().database().releases()) {
          int facts = replica.journal().history(release).size();
          if (!Integer.valueOf(facts).equals(known.get(release))) {
            deliver(release);
          }
        }
      }
      replica.after(SWEEP, this::sweep);
    }

    private void deliver(ReleaseId release) {
      if (replica.service().database().isAway()) {
        return;
      }
      var history = replica.journal().history(release);
      List<Bulletin> outstanding = announcements.of(history).outstanding();
      if (outstanding.isEmpty()) {
        known.put(release, history.size());
        return;
      }
      known.remove(release);
      outstanding.stream()
          .map(Bulletin::channel)
          .distinct()
          .map(channel -> new Thread(release, channel))
          .filter(under::add)
          .forEach(this::next);
    }

    private void next(Thread thread) {
      if (replica.service().database().isAway()) {
        under.remove(thread);
        return;
      }
      Instant now = timeline.now();
      if (!replica.service().database().lease(thread, replica, now, now.plus(LEASE))) {
        under.remove(thread);
        return;
      }
      Optional<Bulletin> bulletin =
          announcements.of(replica.journal().history(thread.release())).outstanding().stream()
              .filter(one -> one.channel().equals(thread.channel()))
              .findFirst();
      if (bulletin.isEmpty()) {
        under.remove(thread);
        replica.service().database().release(thread, replica);
        return;
      }
      post(thread, bulletin.get());
    }

    private void post(Thread thread, Bulletin bulletin) {
      Receiver receiver = surroundings.receiver(bulletin.channel());
      boolean[] taken = {false};
      timeline.after(
          timeline.millis(1, 300),
          () -> taken[0] = receiver.receive(bulletin.key(), bulletin.text()));
      replica.riskily(timeline.millis(301, 900), () -> report(thread, bulletin, taken[0]));
    }

    private Decision answer(NotificationCommand command) {
      return (history, now) -> NotificationDecider.answer(announcements.of(history), command, now);
    }

    private void report(Thread thread, Bulletin bulletin, boolean taken) {
      NotificationCommand command =
          taken
              ? new ReportDelivered(bulletin.key(), bulletin.channel(), null)
              : new ReportUndeliverable(bulletin.key(), "no answer");
      replica.transact(
          () -> replica.journal().recording(thread.release(), answer(command)),
          _ ->
              replica.after(
                  taken ? timeline.millis(0, 5) : timeline.millis(3_000, 10_000),
                  () -> next(thread)));
    }
  }
}
