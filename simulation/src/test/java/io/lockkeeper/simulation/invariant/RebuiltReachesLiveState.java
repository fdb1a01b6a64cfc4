package io.lockkeeper.simulation.invariant;

import io.lockkeeper.audit.AuditDecider;
import io.lockkeeper.audit.Closing;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.GateDecider;
import io.lockkeeper.gate.Occupancy;
import io.lockkeeper.monitor.Watch;
import io.lockkeeper.monitor.WatchDecider;
import io.lockkeeper.monitor.WatchGoal;
import io.lockkeeper.notification.Announcements;
import io.lockkeeper.notification.NotificationDecider;
import io.lockkeeper.rollout.PlatformGoal;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.RolloutDecider;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.platform.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The record.
final class RebuiltReachesLiveState extends Invariant {

  RebuiltReachesLiveState(Truth truth) {
    super(truth, "a service rebuilt from the topic reaches the live state and touches nothing");
  }

  @Override
  public void end() {
    Map<ReleaseId, List<Fact>> topic = read();
    Map<Lane, Occupancy> lanes = new LinkedHashMap<>();
    topic.values().forEach(facts -> occupy(lanes, GateBoard.of(facts)));
    lanes.forEach((lane, rebuilt) -> same("lane " + lane, row(lane), rebuilt));
    topic.forEach((release, facts) -> compare(release, facts, lanes));
  }

  private Occupancy row(Lane lane) {
    return truth.service(Writer.GATE).database().row(lane) instanceof Occupancy occupancy
        ? occupancy
        : Occupancy.free(lane);
  }

  private static void occupy(Map<Lane, Occupancy> lanes, GateBoard board) {
    board
        .lane()
        .ifPresent(
            lane -> lanes.put(lane, lanes.getOrDefault(lane, Occupancy.free(lane)).evolve(board)));
  }

  private void compare(ReleaseId release, List<Fact> facts, Map<Lane, Occupancy> lanes) {
    Instant now = truth.now();
    GateBoard board = GateBoard.of(facts);
    same(release + " at gate", live(Writer.GATE, release, GateBoard::of), board);
    board
        .lane()
        .ifPresent(
            lane ->
                nothing(
                    release + " at gate",
                    GateDecider.next(board, lanes.getOrDefault(lane, Occupancy.free(lane)), now)));

    Rollout rollout = Rollout.of(facts);
    Rollout live = Rollout.of(history(Writer.ROLLOUT, release));
    same(release + " at rollout", live.phase(), rollout.phase());
    same(release + " at rollout", live.share(), rollout.share());
    same(release + " at rollout", live.effects(), rollout.effects());
    same(release + " at rollout", PlatformGoal.of(live), PlatformGoal.of(rollout));
    same(release + " at rollout", RolloutDecider.due(live), RolloutDecider.due(rollout));
    nothing(release + " at rollout", RolloutDecider.next(rollout, now));

    Watch watch = Watch.of(facts);
    same(release + " at monitor", live(Writer.MONITOR, release, Watch::of), watch);
    same(
        release + " at monitor",
        WatchGoal.of(Watch.of(history(Writer.MONITOR, release))),
        WatchGoal.of(watch));
    nothing(release + " at monitor", WatchDecider.next(watch, now));

    Announcements announcements = Announcements.of(facts);
    Announcements told = Announcements.of(history(Writer.NOTIFICATION, release));
    same(release + " at notification", told.told(), announcements.told());
    same(
        release + " at notification",
        told.outstanding().stream().map(one -> one.key()).toList(),
        announcements.outstanding().stream().map(one -> one.key()).toList());
    nothing(release + " at notification", NotificationDecider.next(announcements, now));

    Closing closing = Closing.of(facts);
    Closing closed = Closing.of(history(Writer.AUDIT, release));
    same(release + " at audit", closed.closings(), closing.closings());
    same(release + " at audit", closed.facts().size(), closing.facts().size());
    nothing(release + " at audit", AuditDecider.next(closing, now));
  }

  private <T> T live(
      Writer writer, ReleaseId release, java.util.function.Function<List<Fact>, T> fold) {
    return fold.apply(history(writer, release));
  }

  private List<Fact> history(Writer writer, ReleaseId release) {
    return truth.service(writer).database().history(release);
  }

  private Map<ReleaseId, List<Fact>> read() {
    Map<ReleaseId, List<Fact>> topic = new LinkedHashMap<>();
    Set<EventId> seen = new HashSet<>();
    for (int partition = 0; partition < truth.topic().partitions(); partition++) {
      for (Topic.Delivery delivery : truth.topic().records(partition)) {
        if (seen.add(delivery.fact().id())) {
          topic
              .computeIfAbsent(delivery.fact().release(), _ -> new ArrayList<>())
              .add(delivery.fact());
        }
      }
    }
    return topic;
  }

  private void same(
      String what,
      @org.jspecify.annotations.Nullable Object live,
      @org.jspecify.annotations.Nullable Object rebuilt) {
    require(java.util.Objects.equals(live, rebuilt), "%s: %s, rebuilt: %s", what, live, rebuilt);
  }

  private void nothing(String what, List<?> events) {
    require(events.isEmpty(), "%s, rebuilt, would say %s", what, events);
  }
}
