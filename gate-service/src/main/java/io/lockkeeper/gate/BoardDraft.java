package io.lockkeeper.gate;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateBoard.Admission;
import io.lockkeeper.gate.GateBoard.Approval;
import io.lockkeeper.gate.GateBoard.Baseline;
import io.lockkeeper.gate.GateBoard.Check;
import io.lockkeeper.gate.GateBoard.Clearance;
import io.lockkeeper.gate.GateBoard.Course;
import io.lockkeeper.gate.GateBoard.End;
import io.lockkeeper.gate.GateBoard.Holding;
import io.lockkeeper.gate.GateBoard.Outside;
import io.lockkeeper.gate.GateBoard.Position;
import io.lockkeeper.gate.GateBoard.Quarantine;
import io.lockkeeper.gate.GateBoard.Standing;
import io.lockkeeper.gate.GateBoard.Waiting;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A board in the making.
final class BoardDraft {
  private @Nullable ReleaseId release;
  private @Nullable Admission admission;
  private GateEvent.@Nullable ReleaseRefused refusal;
  private final List<String> turnedDown;
  private final Map<Check, Verdict> preconditions;
  private final Map<RunbookLine, Standing> gates;
  private @Nullable Approval approval;
  private Baseline baseline;
  private Position position;
  private @Nullable Clearance clearance;
  private Course course;
  private @Nullable End blocked;
  private @Nullable End withdrawn;
  private @Nullable Quarantine quarantine;

  BoardDraft(GateBoard from) {
    release = from.release();
    admission = from.admission();
    refusal = from.refusal();
    turnedDown = new ArrayList<>(from.turnedDown());
    preconditions = new TreeMap<>(from.preconditions());
    gates = new TreeMap<>(from.gates());
    approval = from.approval();
    baseline = from.baseline();
    position = from.position();
    clearance = from.clearance();
    course = from.course();
    blocked = from.blocked();
    withdrawn = from.withdrawn();
    quarantine = from.quarantine();
  }

  BoardDraft release(ReleaseId id) {
    release = id;
    return this;
  }

  void admission(Admission given) {
    // The first counts: a release is accepted once.
    admission = admission == null ? given : admission;
  }

  void refusal(GateEvent.ReleaseRefused given) {
    refusal = refusal == null ? given : refusal;
  }

  void turnedDown(String reason) {
    turnedDown.add(reason);
  }

  void checked(Check check, Verdict verdict) {
    preconditions.put(check, verdict);
  }

  void standing(RunbookLine gate, Standing standing) {
    gates.put(gate, standing);
  }

  BoardDraft approval(@Nullable Approval given) {
    approval = given;
    return this;
  }

  void approval(List<Actor> granted, @Nullable End denied, boolean expired) {
    if (approval != null) {
      approval =
          new Approval(
              approval.request(),
              approval.digest(),
              approval.quorum(),
              approval.at(),
              approval.due(),
              granted,
              denied,
              expired);
    }
  }

  BoardDraft baseline(Baseline given) {
    baseline = given;
    return this;
  }

  BoardDraft position(Position given) {
    position = given;
    return this;
  }

  /// In the lane since the first fact that says so.
  void held(Instant since) {
    position = position instanceof Holding ? position : new Holding(since);
  }

  /// What was found out in the lane counts no more.
  void fromAnew() {
    baseline = new Baseline(baseline.attempts(), null, null, null, null);
    gates.remove(RunbookLine.G2);
    gates.remove(RunbookLine.G4);
  }

  /// A release that will not start leaves the queue; the lane itself it keeps until it is settled.
  void unqueued() {
    position = position instanceof Waiting ? new Outside() : position;
  }

  BoardDraft clearance(Clearance given) {
    clearance = given;
    return this;
  }

  BoardDraft course(Course given) {
    course = given;
    return this;
  }

  BoardDraft blocked(End end) {
    blocked = blocked == null ? end : blocked;
    return this;
  }

  BoardDraft withdrawn(End end) {
    withdrawn = withdrawn == null ? end : withdrawn;
    return this;
  }

  void quarantine(Quarantine given) {
    quarantine = given;
  }

  GateBoard board() {
    return new GateBoard(
        release,
        admission,
        refusal,
        turnedDown,
        preconditions,
        gates,
        approval,
        baseline,
        // A settled release is out of the lane, whatever was said of it before or is said later.
        course.settled() == null ? position : new Outside(),
        clearance,
        course,
        blocked,
        withdrawn,
        quarantine);
  }
}
