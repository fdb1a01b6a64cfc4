package io.lockkeeper.audit;

import static io.lockkeeper.audit.Story.ALL;
import static io.lockkeeper.audit.Story.ERRORS;
import static io.lockkeeper.audit.Story.LOOK;
import static io.lockkeeper.audit.Story.RELEASE;
import static io.lockkeeper.audit.Story.SCHEMA;
import static io.lockkeeper.audit.Story.START;
import static io.lockkeeper.audit.Story.TEN;
import static io.lockkeeper.audit.Story.accepted;
import static io.lockkeeper.audit.Story.cleared;
import static io.lockkeeper.audit.Story.halted;
import static io.lockkeeper.audit.Story.settled;
import static io.lockkeeper.audit.Story.stageVerified;
import static io.lockkeeper.audit.Story.started;
import static io.lockkeeper.audit.Story.verified;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent.GatePassed;
import io.lockkeeper.events.GateEvent.PreconditionChecked;
import io.lockkeeper.events.MonitorEvent.BaselineCaptured;
import io.lockkeeper.events.MonitorEvent.BudgetBreached;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.ReleaseSummarized;
import io.lockkeeper.events.NotificationEvent.UpdatePosted;
import io.lockkeeper.events.NotificationEvent.WindowAnnounced;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent.RollbackStarted;
import io.lockkeeper.events.RolloutEvent.RollbackStep;
import io.lockkeeper.events.RolloutEvent.RollbackStepCompleted;
import io.lockkeeper.events.RolloutEvent.RolledBack;
import io.lockkeeper.events.RolloutEvent.RolloutCompleted;
import io.lockkeeper.events.RolloutEvent.StageApplied;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Stage;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A good release and a bad one, from request to summary.
public final class Releases {

  public static final ReleaseSummarized SUMMARIZED =
      new ReleaseSummarized("chat", RELEASE + ":summary", "done", "m-9");
  public static final UpdatePosted RETURN_TOLD = update(RunbookLine.R4, "rolled-back");
  public static final IncidentFiled FILED =
      new IncidentFiled("tracker", RELEASE + ":incident", "INC-9");

  private Releases() {}

  public static UpdatePosted update(RunbookLine line, String what) {
    return new UpdatePosted(line, "chat", RELEASE + ":update:" + what, what, "m-" + what);
  }

  /// Up to the verdict on the first stage of traffic.
  public static List<ReleaseEvent> begun() {
    List<ReleaseEvent> events = new ArrayList<>();
    events.add(accepted("chat"));
    for (RunbookLine line :
        List.of(RunbookLine.PRE1, RunbookLine.PRE2, RunbookLine.PRE3, RunbookLine.PRE4)) {
      events.add(new PreconditionChecked(line, line + "-check", Verdict.PASSED, "attested"));
    }
    for (RunbookLine gate :
        List.of(RunbookLine.G1, RunbookLine.G2, RunbookLine.G3, RunbookLine.G4)) {
      events.add(new GatePassed(gate, "holds"));
    }
    events.add(
        new BaselineCaptured(new EventId(new UUID(7, 1)), START, START, List.of(ERRORS), LOOK));
    events.add(cleared());
    events.add(new WindowAnnounced("chat", RELEASE + ":window", "m-1"));
    events.add(started());
    events.add(update(RunbookLine.C2, "started"));
    events.addAll(stage(SCHEMA));
    events.add(new StageStarted(TEN, 1, 2, START));
    events.add(new StageApplied(TEN, 1, 2, START));
    return events;
  }

  public static List<ReleaseEvent> good() {
    List<ReleaseEvent> events = begun();
    events.add(stageVerified(TEN));
    events.add(new StageCompleted(TEN, 1));
    events.add(update(RunbookLine.C2, "stage-1"));
    events.addAll(stage(ALL));
    events.add(new RolloutCompleted(START));
    events.add(update(RunbookLine.C2, "completed"));
    events.add(verified());
    events.add(update(RunbookLine.C2, "verified"));
    events.add(settled(Outcome.VERIFIED));
    return events;
  }

  public static List<ReleaseEvent> bad() {
    List<ReleaseEvent> events = begun();
    RollbackStep back = new RollbackStep(RollbackStep.Kind.SHIFT, null);
    events.add(new BudgetBreached(ERRORS, "p = 0.0001", LOOK));
    events.add(halted());
    events.add(new RollbackStarted(List.of(back), 3, START));
    events.add(new RollbackStepCompleted(back, 3, START));
    events.add(new RolledBack());
    events.add(settled(Outcome.ROLLED_BACK));
    return events;
  }

  public static List<ReleaseEvent> and(List<ReleaseEvent> events, ReleaseEvent... more) {
    List<ReleaseEvent> all = new ArrayList<>(events);
    all.addAll(List.of(more));
    return all;
  }

  private static List<ReleaseEvent> stage(Stage stage) {
    return List.of(
        new StageStarted(stage, 1, stage.index() + 1, START),
        new StageApplied(stage, 1, stage.index() + 1, null),
        stageVerified(stage),
        new StageCompleted(stage, 1),
        update(RunbookLine.C2, "stage-" + stage.index()));
  }
}
