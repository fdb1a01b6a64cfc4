package io.lockkeeper.rollout.adapter;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.Hold;
import io.lockkeeper.events.Stage;
import io.lockkeeper.rollout.PlatformGoal;
import io.lockkeeper.rollout.PlatformGoal.Change;
import io.lockkeeper.rollout.Rollout;
import io.lockkeeper.rollout.Rollout.Phase;
import io.lockkeeper.rollout.Rollout.Question;
import io.lockkeeper.rollout.Waiting;
import io.lockkeeper.rollout.WayBackByHand;
import io.lockkeeper.runbook.Choice;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One rollout as REST shows it: where it stands, what it waits for, until when, and who can end
/// it.
///
/// @param stage   the stage that is applied, baked or next; null outside of the stages
/// @param share   the candidate's share of traffic that the target was brought to, percent
/// @param goal    the change that the target is being brought to; null when it should stay as it is
/// @param wayBackByHand how a person goes back without this service; empty before the start and
///                when the release is verified
/// @param stuck   why the release's facts cannot be decided on; null normally
public record RolloutStatus(
    ReleaseId release,
    String service,
    String environment,
    String version,
    String phase,
    @Nullable Stage stage,
    int share,
    @Nullable Change goal,
    @Nullable Hold hold,
    @Nullable Open question,
    @Nullable Waiting waitsFor,
    @Nullable Outcome outcome,
    List<WayBackByHand.Step> wayBackByHand,
    @Nullable String stuck) {

  /// A question to a person; answered by `POST /rollouts/{id}/decisions`.
  public record Open(
      EventId id, String question, List<Choice> choices, Instant due, Choice otherwise) {}

  static RolloutStatus of(
      ReleaseId release, ReleaseAccepted accepted, Rollout rollout, @Nullable String stuck) {
    Question question = rollout.question();
    return new RolloutStatus(
        release,
        accepted.request().service(),
        accepted.request().environment(),
        accepted.request().version(),
        RolloutView.name(rollout.phase()),
        stage(rollout),
        rollout.share(),
        PlatformGoal.of(rollout) instanceof Change change ? change : null,
        rollout.pause() == null ? null : rollout.pause().hold(),
        question == null
            ? null
            : new Open(
                question.id(),
                question.asked().question(),
                question.asked().choices(),
                question.asked().due(),
                question.asked().otherwise()),
        Waiting.of(rollout),
        rollout.phase() instanceof Phase.Settled it ? it.outcome() : null,
        WayBackByHand.of(release, rollout),
        stuck);
  }

  private static @Nullable Stage stage(Rollout rollout) {
    DeploymentStarted deployment = rollout.deployment();
    return switch (rollout.phase()) {
      case Phase.Applying it -> it.stage();
      case Phase.Baking it -> it.stage();
      case Phase.Between it ->
          deployment != null && it.next() < deployment.stages().size()
              ? deployment.stages().get(it.next())
              : null;
      case Phase.Waiting _,
          Phase.Observing _,
          Phase.Halted _,
          Phase.GoingBack _,
          Phase.TakenOver _,
          Phase.RolledBack _,
          Phase.Settled _ ->
          null;
    };
  }
}
