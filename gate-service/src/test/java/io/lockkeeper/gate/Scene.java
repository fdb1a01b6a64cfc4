package io.lockkeeper.gate;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.Look;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// One lane, its releases and a clock: what the adapter does around the decisions, without a
/// database.
final class Scene {

  static final Lane LANE = new Lane("demo/shop", "production");

  /// The bound of the journal: a decision that goes on longer does not come to an end.
  private static final int ROUNDS = 16;

  private final Map<ReleaseId, List<Fact>> journals = new TreeMap<>();
  private Occupancy lane = Occupancy.free(LANE);
  private long ids;
  private Instant now = Instant.parse("2026-11-23T08:00:00Z");

  Instant now() {
    return now;
  }

  Occupancy lane() {
    return lane;
  }

  Iterable<ReleaseId> releases() {
    return List.copyOf(journals.keySet());
  }

  List<Fact> history(ReleaseId release) {
    return journals.getOrDefault(release, List.of());
  }

  GateBoard board(ReleaseId release) {
    return GateBoard.of(history(release));
  }

  /// Somebody asks for a release; what gate says, in order.
  List<ReleaseEvent> request(ReleaseId release, ReleaseRequest request, Runbook runbook) {
    Digest digest = Digest.of((request + "/" + runbook).getBytes(StandardCharsets.UTF_8));
    return command(
        release,
        new GateCommand.Request(request, runbook, digest, Actor.claimed(request.requestedBy())));
  }

  List<ReleaseEvent> command(ReleaseId release, GateCommand command) {
    int before = history(release).size();
    GateDecider.answer(board(release), command, now)
        .forEach(event -> append(release, Writer.GATE, event));
    settle(release);
    return since(release, before);
  }

  /// Another service says something; what gate says to that.
  List<ReleaseEvent> says(ReleaseId release, ReleaseEvent event) {
    append(release, writer(event), event);
    int before = history(release).size();
    settle(release);
    return since(release, before);
  }

  /// An alarm of this release.
  List<ReleaseEvent> wake(ReleaseId release) {
    int before = history(release).size();
    settle(release);
    return since(release, before);
  }

  /// Time passes, and every alarm that falls due rings.
  void pass(Duration time) {
    Instant end = now.plus(time);
    for (Optional<ReleaseId> next = nextDue(end); next.isPresent(); next = nextDue(end)) {
      Instant due = GateDecider.due(board(next.get())).orElseThrow();
      now = due.isAfter(now) ? due : now;
      if (wake(next.get()).isEmpty()) {
        throw new AssertionError(
            "an alarm at " + due + " came to nothing in " + board(next.get()).phase());
      }
    }
    now = end;
  }

  /// The newest fact of this kind.
  <E extends ReleaseEvent> E last(ReleaseId release, Class<E> kind) {
    return kind.cast(lastFact(release, kind).event());
  }

  Fact lastFact(ReleaseId release, Class<? extends ReleaseEvent> kind) {
    return history(release).reversed().stream()
        .filter(fact -> kind.isInstance(fact.event()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind.getSimpleName() + " of " + release));
  }

  /// monitor-service answers the newest question for a baseline.
  List<ReleaseEvent> capture(ReleaseId release) {
    EventId question = lastFact(release, GateEvent.BaselineRequested.class).id();
    return says(
        release,
        new MonitorEvent.BaselineCaptured(
            question, now.minusSeconds(600), now, List.of(), new Look("look", Requests.digest(9))));
  }

  List<ReleaseEvent> settle(ReleaseId release, Outcome outcome) {
    return says(release, new RolloutEvent.RolloutSettled(outcome, "the end", Actor.RUNBOOK));
  }

  List<ReleaseEvent> start(ReleaseId release) {
    GateEvent.ReleaseCleared cleared = last(release, GateEvent.ReleaseCleared.class);
    return says(
        release,
        new RolloutEvent.DeploymentStarted(
            LANE,
            cleared.token(),
            List.of(),
            board(release).admission().request().artifact(),
            cleared.stable()));
  }

  private void settle(ReleaseId release) {
    for (int round = 0; ; round++) {
      List<GateEvent> said = GateDecider.next(board(release), lane, now);
      if (said.isEmpty()) {
        break;
      }
      if (round == ROUNDS) {
        throw new AssertionError("no end: " + said + " after " + history(release));
      }
      said.forEach(event -> append(release, Writer.GATE, event));
    }
    lane = lane.evolve(board(release));
    Optional<ReleaseId> next = lane.next().filter(waiting -> !waiting.equals(release));
    next.ifPresent(this::settle);
  }

  private Optional<ReleaseId> nextDue(Instant end) {
    return journals.keySet().stream()
        .filter(
            release -> GateDecider.due(board(release)).filter(due -> !due.isAfter(end)).isPresent())
        .min(Comparator.comparing(release -> GateDecider.due(board(release)).orElse(Instant.MAX)));
  }

  private void append(ReleaseId release, Writer writer, ReleaseEvent event) {
    List<Fact> journal = journals.computeIfAbsent(release, _ -> new ArrayList<>());
    Instant time =
        journal.isEmpty() || journal.getLast().time().isBefore(now)
            ? now
            : journal.getLast().time().plusNanos(1000);
    journal.add(
        new Fact(
            new EventId(new UUID(7, ++ids)),
            writer,
            release,
            1 + (int) journal.stream().filter(fact -> fact.writer() == writer).count(),
            time,
            null,
            event));
  }

  private static Writer writer(ReleaseEvent event) {
    return switch (event) {
      case GateEvent _ -> Writer.GATE;
      case RolloutEvent _ -> Writer.ROLLOUT;
      case MonitorEvent _ -> Writer.MONITOR;
      case AuditEvent _ -> Writer.AUDIT;
      case NotificationEvent _ -> Writer.NOTIFICATION;
      case Unrecognised _ -> Writer.MONITOR;
    };
  }

  private List<ReleaseEvent> since(ReleaseId release, int before) {
    return history(release).stream().skip(before).map(Fact::event).toList();
  }
}
