package io.lockkeeper.simulation;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.ApprovalRequested;
import io.lockkeeper.events.GateEvent.ArtifactQuarantined;
import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.events.GateEvent.Subject;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DecisionRequested;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.TakenOver;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.rollout.RolloutCommand;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Lane;
import io.lockkeeper.simulation.Scenario.Plan;
import io.lockkeeper.simulation.platform.Timeline;
import io.lockkeeper.simulation.wiring.Office;
import io.lockkeeper.simulation.world.TrafficTarget;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The people around the services, and CI. They learn from the topic like everybody else, answer
/// late, wrongly or
/// never when the run is not gentle, try to approve their own releases, and change their minds.
final class Crew {

  private final Timeline timeline;
  private final Scenario scenario;
  private final Office office;
  private final Map<Lane, TrafficTarget> targets;
  private final Map<ReleaseId, Plan> plans = new HashMap<>();
  private final Set<EventId> heard = new HashSet<>();

  Crew(Timeline timeline, Scenario scenario, Office office, Map<Lane, TrafficTarget> targets) {
    this.targets = targets;
    this.timeline = timeline;
    this.scenario = scenario;
    this.office = office;
    scenario.plans().forEach(plan -> plans.put(plan.release(), plan));
  }

  /// CI asks for everything that is planned, now and then twice, now and then with other content.
  void begin() {
    for (Plan plan : scenario.plans()) {
      timeline.after(plan.at(), () -> request(plan, plan.request().requestedBy()));
      if (timeline.chance(250)) {
        timeline.after(plan.at().plus(seconds(0, 120)), () -> request(plan, "rita"));
      }
      if (timeline.chance(100)) {
        timeline.after(plan.at().plus(seconds(60, 600)), () -> request(plan, "mallory"));
      }
      if (timeline.chance(50)) {
        refuse(plan);
      }
      if (plan.withdrawnAfter() != null) {
        timeline.after(
            plan.at().plus(plan.withdrawnAfter()),
            () ->
                office.ask(
                    plan.release(),
                    new GateCommand.Withdraw(Actor.claimed("rita"), false, "not now")));
      }
    }
  }

  private void request(Plan plan, String requester) {
    var asked = plan.request();
    var sent =
        requester.equals(asked.requestedBy())
            ? asked
            : new io.lockkeeper.runbook.ReleaseRequest(
                asked.service(),
                asked.environment(),
                asked.version(),
                asked.runbook(),
                asked.artifact(),
                asked.stable(),
                requester,
                asked.description(),
                asked.owners(),
                asked.elevated(),
                asked.first(),
                asked.window(),
                asked.source(),
                asked.evidence(),
                asked.scope(),
                asked.backout(),
                asked.links());
    office.ask(
        plan.release(),
        new GateCommand.Request(sent, plan.runbook(), plan.digest(), Actor.claimed(requester)));
  }

  /// A request that names a runbook nobody knows, and the same again.
  private void refuse(Plan plan) {
    ReleaseId other = new ReleaseId("refused-" + plan.release());
    GateCommand refusal =
        new GateCommand.Refuse(
            "unknown-runbook",
            List.of(new Problem("/runbook", "no such runbook")),
            Actor.claimed("rita"),
            new Subject("demo/shop", "production", null),
            plan.digest());
    timeline.after(plan.at(), () -> office.ask(other, refusal));
    timeline.after(plan.at().plus(seconds(1, 300)), () -> office.ask(other, refusal));
  }

  /// People read the topic.
  void hear(Fact fact) {
    if (!heard.add(fact.id())) {
      return;
    }
    switch (fact.event()) {
      case ApprovalRequested asked -> approve(fact.release(), asked);
      case DecisionRequested asked -> decide(fact, asked);
      case DeploymentStarted _ -> {
        mayAbort(fact.release());
        mayPause(fact.release());
      }
      case ArtifactQuarantined quarantined when timeline.chance(100) ->
          timeline.after(
              seconds(10, 600),
              () ->
                  office.ask(
                      fact.release(),
                      new GateCommand.LiftQuarantine(
                          quarantined.artifact(), Actor.person("otto"), "a false alarm")));
      case RolloutSettled settled when settled.outcome() == Outcome.ROLLBACK_FAILED ->
          finishByHand(fact.release(), seconds(1, 20));
      // Said first, so that R3 knows whose hand reopens the traffic.
      case TakenOver _ -> finishByHand(fact.release(), Duration.ZERO);
      default -> {}
    }
  }

  private void approve(ReleaseId release, ApprovalRequested asked) {
    if (timeline.chance(300)) {
      approval(release, asked.digest(), "rita", seconds(1, 60));
    }
    if (timeline.chance(200)) {
      approval(release, asked.digest(), "ada", seconds(1, 60));
    }
    if (timeline.chance(100)) {
      Digest other = Digest.of("other".getBytes(StandardCharsets.UTF_8));
      approval(release, other, "carl", seconds(1, 60));
    }
    boolean answers = scenario.gentle() || timeline.chance(800);
    if (!answers) {
      return;
    }
    if (!scenario.gentle() && timeline.chance(60)) {
      timeline.after(
          seconds(5, 300),
          () ->
              office.ask(
                  release, new GateCommand.Deny(asked.digest(), Actor.person("carl"), "no")));
    }
    approval(release, asked.digest(), "carl", seconds(5, 200));
    if (timeline.chance(200)) {
      approval(release, asked.digest(), "carl", seconds(5, 200));
    }
    approval(release, asked.digest(), "dora", seconds(60, 400));
  }

  private void approval(ReleaseId release, Digest digest, String who, Duration delay) {
    timeline.after(
        delay,
        () ->
            office.ask(release, new GateCommand.Approve(digest, Actor.person(who), "looks good")));
  }

  private void decide(Fact fact, DecisionRequested asked) {
    if (!scenario.gentle() && timeline.chance(250)) {
      return;
    }
    if (timeline.chance(100)) {
      EventId stale = new EventId(new java.util.UUID(1, timeline.random().nextLong()));
      decision(fact.release(), stale, Choice.WAIT, seconds(1, 20));
    }
    if (timeline.chance(100) && !asked.choices().contains(Choice.CANCEL)) {
      decision(fact.release(), fact.id(), Choice.CANCEL, seconds(1, 20));
    }
    Choice choice = scenario.gentle() ? sensible(fact.release(), asked) : any(asked.choices());
    Duration delay = scenario.gentle() ? seconds(3, 40) : seconds(3, 400);
    if (choice == Choice.TAKE_OVER && fact.sequence() % 2 == 0) {
      timeline.after(
          delay,
          () ->
              office.ask(
                  fact.release(),
                  new RolloutCommand.TakeOver(
                      Actor.person("otto"), "done by hand", Outcome.ROLLED_BACK)));
    } else {
      decision(fact.release(), fact.id(), choice, delay);
    }
  }

  private Choice any(List<Choice> choices) {
    return choices.get(timeline.random().nextInt(choices.size()));
  }

  /// What a calm operator answers when the release itself is not in doubt.
  private Choice sensible(ReleaseId release, DecisionRequested asked) {
    List<Choice> choices = asked.choices();
    if (asked.hold() == Hold.ROLLBACK_FAILING
        || asked.hold() == Hold.NOT_APPLIED
        || asked.hold() == Hold.DRIFT) {
      return Choice.RETRY;
    }
    if (asked.hold() == Hold.NOT_ANNOUNCED) {
      return choices.contains(Choice.WAIT) && timeline.chance(500) ? Choice.WAIT : Choice.START;
    }
    boolean mayRetry = choices.contains(Choice.RETRY) && timeline.chance(700);
    return mayRetry ? Choice.RETRY : Choice.WAIT;
  }

  private void decision(ReleaseId release, EventId question, Choice choice, Duration delay) {
    timeline.after(
        delay,
        () ->
            office.ask(
                release,
                new RolloutCommand.Decide(question, choice, Actor.person("otto"), "as I see it")));
  }

  private void mayAbort(ReleaseId release) {
    Plan plan = plans.get(release);
    if (plan != null && plan.abortedAfter() != null) {
      timeline.after(
          plan.abortedAfter(),
          () -> office.ask(release, new RolloutCommand.Abort(Actor.person("otto"), "stop")));
    }
  }

  private void mayPause(ReleaseId release) {
    Plan plan = plans.get(release);
    if (plan != null && plan.pausedAfter() != null) {
      Actor otto = Actor.person("otto");
      timeline.after(
          plan.pausedAfter(),
          () -> office.ask(release, new RolloutCommand.Pause(otto, "one moment")));
      timeline.after(
          plan.pausedAfter().plus(seconds(20, 900)),
          () -> office.ask(release, new RolloutCommand.Resume(otto, "go on")));
    }
  }

  private void finishByHand(ReleaseId release, Duration delay) {
    Plan plan = plans.get(release);
    if (plan != null) {
      TrafficTarget target = targets.get(Lane.of(plan.request()));
      if (target != null) {
        timeline.after(delay, () -> target.finishByHand(plan.candidate().artifact().digest()));
      }
    }
  }

  private Duration seconds(int least, int most) {
    return timeline.millis(least * 1_000, most * 1_000);
  }
}
