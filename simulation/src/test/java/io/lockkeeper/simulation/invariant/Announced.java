package io.lockkeeper.simulation.invariant;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent.DecisionTaken;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.Writer;
import io.lockkeeper.notification.Announcements;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.simulation.world.Receiver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The record.
final class Announced extends Invariant {

  Announced(Truth truth) {
    super(truth, "C2, D1: start, each checkpoint and completion announced");
  }

  @Override
  public void written(Fact fact) {
    boolean started = fact.event() instanceof DeploymentStarted;
    boolean held =
        fact.event() instanceof StagePaused paused && paused.hold() == Hold.NOT_ANNOUNCED;
    if (!started && !held) {
      return;
    }
    boolean announced =
        truth.service(Writer.ROLLOUT).database().history(fact.release()).stream()
            .anyMatch(known -> known.event() instanceof WindowAnnounced);
    if (held) {
      require(!announced, "%s waits for an announcement that it knows of", fact.release());
      return;
    }
    Course course = truth.course(fact.release());
    boolean anyway =
        course.all(DecisionTaken.class).anyMatch(taken -> taken.choice() == Choice.START);
    require(
        announced || anyway || !course.accepted().runbook().communication().mandatory(),
        "%s starts unannounced",
        fact.release());
  }

  @Override
  public void end() {
    Set<String> received = new HashSet<>();
    for (Receiver receiver : truth.receivers().values()) {
      received.addAll(receiver.accepted().keySet());
    }
    for (Course course : truth.courses()) {
      Set<String> failed = new HashSet<>();
      course.all(UpdateFailed.class).forEach(one -> failed.add(one.key()));
      List<Announcements.Owed> owed =
          Announcements.of(truth.service(Writer.NOTIFICATION).database().history(course.release()))
              .owed();
      Set<String> keys = new HashSet<>();
      for (Announcements.Owed message : owed) {
        String key = message.bulletin().key();
        keys.add(key);
        require(
            received.contains(key)
                || failed.contains(key)
                || isMoot(course, message)
                || isDead(message.bulletin().channel()),
            "nobody ever received %s",
            key);
      }
      int checkpoints = checkpoints(course);
      require(
          keys.size() >= checkpoints,
          "%s has %s checkpoints and %s messages",
          course.release(),
          checkpoints,
          keys.size());
    }
  }

  /// A channel that broke for good; what waits behind its first message is not even tried.
  private boolean isDead(String channel) {
    Receiver receiver = truth.receivers().get(channel);
    return receiver != null && receiver.isAway();
  }

  private static boolean isMoot(Course course, Announcements.Owed message) {
    return course.settled().filter(end -> end.outcome() == Outcome.NOT_STARTED).isPresent()
        && message.bulletin().kind() == io.lockkeeper.notification.Bulletin.Kind.ANNOUNCEMENT;
  }

  private static int checkpoints(Course course) {
    List<Class<? extends ReleaseEvent>> once =
        List.of(
            DeploymentStarted.class, RolloutCompleted.class, RolloutHalted.class, RolledBack.class);
    long stages = course.all(StageCompleted.class).count();
    return (int) stages + (int) once.stream().filter(course::has).count();
  }
}
