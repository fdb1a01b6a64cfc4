package io.lockkeeper.notification;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.MonitorEvent.ObservabilityConfirmed;
import io.lockkeeper.events.MonitorEvent.ObservabilityUnconfirmed;
import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.MonitorEvent.StageVerified;
import io.lockkeeper.events.MonitorEvent.TelemetryDegraded;
import io.lockkeeper.events.MonitorEvent.TelemetryRecovered;
import io.lockkeeper.events.NotificationEvent.IncidentFiled;
import io.lockkeeper.events.NotificationEvent.UpdateFailed;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent.DeploymentStarted;
import io.lockkeeper.events.RolloutEvent.DriftFound;
import io.lockkeeper.events.RolloutEvent.RollbackFailed;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.RolloutEvent.StageCompleted;
import io.lockkeeper.events.RolloutEvent.StagePaused;
import io.lockkeeper.events.RolloutEvent.StageStarted;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.notification.Bulletin.Kind;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.RunbookLine;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// C3: the outcome, the numbers, lingering risks and follow-ups of one settled release.
final class Summary {

  private final Letterhead head;
  private final RolloutSettled settled;
  private final List<Fact> facts;

  private Summary(Letterhead head, RolloutSettled settled, List<Fact> facts) {
    this.head = head;
    this.settled = settled;
    this.facts = facts;
  }

  /// The summary by the facts up to the settlement, which is the last of them.
  static Bulletin of(Letterhead head, RolloutSettled settled, List<Fact> facts) {
    Summary summary = new Summary(head, settled, facts);
    return head.message(
        Kind.SUMMARY,
        RunbookLine.C3,
        "summary",
        settled.outcome() + ": " + head.name(),
        summary.text());
  }

  private String text() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Outcome: "
            + settled.outcome()
            + " by "
            + Words.foreign(settled.by().toString())
            + ": "
            + Words.foreign(settled.reason()));
    time(DeploymentStarted.class)
        .ifPresent(
            start ->
                lines.add(
                    "Took: " + Words.length(Duration.between(start, facts.getLast().time()))));
    section(lines, "Stages", stages());
    section(lines, "Risks", risks());
    section(lines, "Follow-ups", followUps());
    return String.join("\n", lines);
  }

  private static void section(List<String> lines, String title, List<String> items) {
    if (items.isEmpty()) {
      lines.add(title + ": none known");
    } else {
      lines.add(title + ":");
      items.forEach(item -> lines.add("- " + item));
    }
  }

  private List<String> stages() {
    List<String> stages = new ArrayList<>();
    for (Fact fact : facts) {
      if (fact.event() instanceof StageStarted started) {
        stages.add(stage(started, fact.time()));
      }
    }
    Wording.last(facts, ReleaseVerified.class)
        .ifPresent(
            seen ->
                stages.add(
                    "observed at full traffic for "
                        + Words.length(seen.observed())
                        + ", "
                        + seen.verdict()
                        + ": "
                        + Words.measures(seen.measures())));
    return stages;
  }

  private String stage(StageStarted started, Instant since) {
    Stage stage = started.stage();
    Optional<Instant> end =
        facts.stream()
            .filter(
                fact ->
                    fact.event() instanceof StageCompleted done
                        && done.stage().index() == stage.index()
                        && done.attempt() == started.attempt())
            .map(Fact::time)
            .findFirst();
    String numbers =
        events(StageVerified.class)
            .filter(seen -> seen.stage() == stage.index() && seen.attempt() == started.attempt())
            .reduce((earlier, later) -> later)
            .map(seen -> ", " + seen.verdict() + ": " + Words.measures(seen.measures()))
            .orElse("");
    return Words.foreign(stage.title())
        + (started.attempt() > 1 ? " (attempt " + started.attempt() + ")" : "")
        + end.map(at -> ": " + Words.length(Duration.between(since, at))).orElse(": not completed")
        + numbers;
  }

  private List<String> risks() {
    List<String> risks = new ArrayList<>();
    Runbook.Relaxed relaxed = head.accepted().runbook().relaxed();
    if (relaxed != null) {
      risks.add(
          "the runbook asks for less than the house rule: " + Words.foreign(relaxed.reason()));
    }
    if (head.accepted().request().first()) {
      risks.add("first release: nothing to compare with and nothing to go back to");
    }
    long thin =
        events(StageVerified.class).filter(seen -> seen.verdict() != Verdict.PASSED).count();
    count(risks, thin, "verdict", "that did not say passed");
    count(risks, count(StagePaused.class), "hold", "on the way");
    Duration lost =
        events(TelemetryRecovered.class)
            .map(TelemetryRecovered::lost)
            .reduce(Duration.ZERO, Duration::plus);
    if (!lost.isZero()) {
      risks.add("telemetry was gone for " + Words.length(lost));
    }
    count(risks, count(TelemetryDegraded.class), "time", "a part of the telemetry was missing");
    if (count(ObservabilityUnconfirmed.class) > 0 && count(ObservabilityConfirmed.class) == 0) {
      risks.add("alert routing, dashboards or synthetic checks are not confirmed (M3)");
    }
    count(risks, count(DriftFound.class), "time", "the target did not show what it was asked for");
    count(risks, count(RollbackFailed.class), "attempt", "to go back that failed");
    count(risks, count(Unrecognised.class), "fact", "of a type unknown here");
    count(risks, count(UpdateFailed.class), "message", "that could not be delivered in time");
    if (settled.outcome() != Outcome.VERIFIED && settled.outcome() != Outcome.NOT_STARTED) {
      irreversible()
          .forEach(step -> risks.add(Words.foreign(step) + " was applied and cannot be undone"));
    }
    return risks;
  }

  private List<String> followUps() {
    List<String> followUps = new ArrayList<>();
    switch (settled.outcome()) {
      case VERIFIED, SUPERSEDED -> {}
      case NOT_STARTED -> followUps.add("ask again when the reason has gone");
      case ROLLED_BACK -> followUps.add("release a corrected version");
      case ROLLBACK_FAILED ->
          followUps.add(Words.foreign(settled.by().toString()) + " finishes the way back by hand");
    }
    if (count(RolloutHalted.class) > 0) {
      followUps.add(
          "review the incident"
              + Wording.last(facts, IncidentFiled.class)
                  .flatMap(filed -> Optional.ofNullable(filed.receipt()))
                  .map(receipt -> " " + Words.foreign(receipt))
                  .orElse(""));
    }
    if (events(StageCompleted.class).anyMatch(done -> done.stage().isInfrastructure())) {
      followUps.add("infrastructure changed: consider load or chaos tests (P4)");
    }
    return followUps;
  }

  private Stream<String> irreversible() {
    return events(StageCompleted.class)
        .map(StageCompleted::stage)
        .filter(Stage::isInfrastructure)
        .filter(Predicate.not(Stage::reversible))
        .map(Stage::title)
        .distinct();
  }

  private static void count(List<String> risks, long count, String noun, String what) {
    if (count > 0) {
      risks.add(count + " " + noun + (count == 1 ? " " : "s ") + what);
    }
  }

  private long count(Class<?> type) {
    return events(type).count();
  }

  private <T> Stream<T> events(Class<T> type) {
    return facts.stream().map(Fact::event).filter(type::isInstance).map(type::cast);
  }

  private Optional<Instant> time(Class<?> type) {
    return facts.stream().filter(fact -> type.isInstance(fact.event())).map(Fact::time).findFirst();
  }
}
