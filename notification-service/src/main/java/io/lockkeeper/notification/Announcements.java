package io.lockkeeper.notification;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.GateEvent.ReleaseCleared;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.RolloutSettled;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.notification.Bulletin.Kind;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Who has been told what about one release, and what is still owed: a fold over its facts. One
/// message per transition; its text is fixed by the facts up to the one that made it owed.
///
/// @param facts        everything known, as it came
/// @param letterhead   null until the release is accepted: before that there is nobody to tell
/// @param owed         every message that ever became owed, in order, told or not
/// @param told         the keys of messages whose delivery is on record
/// @param failed       the keys of messages whose failure is on record
/// @param fallBackFrom when the feed takes the announcement; null when it is not owed or goes
///                     to the feed anyway
public record Announcements(
    List<Fact> facts,
    @Nullable Letterhead letterhead,
    List<Owed> owed,
    Set<String> told,
    Set<String> failed,
    @Nullable Instant fallBackFrom) {

  private static final Announcements NOTHING =
      new Announcements(List.of(), null, List.of(), Set.of(), Set.of(), null);

  public Announcements {
    facts = List.copyOf(facts);
    owed = List.copyOf(owed);
    told = Set.copyOf(told);
    failed = Set.copyOf(failed);
  }

  /// A message and since when it is owed.
  public record Owed(Bulletin bulletin, Instant since) {}

  /// The fold over the facts of one release, in the order in which they came.
  public static Announcements of(List<Fact> history) {
    Announcements announcements = NOTHING;
    for (Fact fact : history) {
      announcements = announcements.evolve(fact);
    }
    return announcements;
  }

  /// What is to be delivered now; see [#outstanding()].
  public static List<Bulletin> outstanding(List<Fact> history) {
    return of(history).outstanding();
  }

  /// What is to be delivered now, in this order within each channel. An announcement whose
  /// channel failed goes to the feed; one of a release that ended without a start is not sent
  /// any more.
  public List<Bulletin> outstanding() {
    boolean neverStarted =
        settled().filter(end -> end.outcome() == Outcome.NOT_STARTED).isPresent();
    return owed.stream()
        .map(Owed::bulletin)
        .filter(bulletin -> !told.contains(bulletin.key()))
        .filter(bulletin -> !(neverStarted && bulletin.kind() == Kind.ANNOUNCEMENT))
        .map(
            bulletin ->
                bulletin.kind() == Kind.ANNOUNCEMENT && failed.contains(bulletin.key())
                    ? bulletin.on(
                        Bulletin.FEED,
                        "Posted here because " + bulletin.channel() + " did not take it.")
                    : bulletin)
        .toList();
  }

  /// The message of this key, when its delivery is not on record.
  public Optional<Owed> owed(String key) {
    return owed.stream()
        .filter(message -> message.bulletin().key().equals(key) && !told.contains(key))
        .findFirst();
  }

  /// D1: the announcement, when its delivery is not on record.
  Optional<Owed> announcement() {
    return owed.stream()
        .filter(message -> message.bulletin().kind() == Kind.ANNOUNCEMENT)
        .filter(message -> !told.contains(message.bulletin().key()))
        .findFirst();
  }

  /// D1: when the feed takes an announcement that its channel did not; empty when that cannot
  /// be any more.
  Optional<Instant> fallBackAt() {
    return settled().isPresent()
        ? Optional.empty()
        : announcement()
            .filter(message -> !failed.contains(message.bulletin().key()))
            .flatMap(message -> Optional.ofNullable(fallBackFrom));
  }

  /// How the release ended; empty before.
  public Optional<RolloutSettled> settled() {
    return facts.stream()
        .map(Fact::event)
        .filter(RolloutSettled.class::isInstance)
        .map(RolloutSettled.class::cast)
        .findFirst();
  }

  /// These announcements after one more fact. Facts that come before the acceptance wait for
  /// it.
  public Announcements evolve(Fact fact) {
    if (letterhead != null) {
      return tell(fact, letterhead);
    }
    if (fact.event() instanceof ReleaseAccepted accepted) {
      Letterhead known = new Letterhead(fact.release(), accepted);
      Announcements begun =
          new Announcements(List.of(fact), known, List.of(), Set.of(), Set.of(), null);
      for (Fact early : facts) {
        begun = begun.tell(early, known);
      }
      return begun;
    }
    return new Announcements(append(facts, fact), null, owed, told, failed, fallBackFrom);
  }

  private Announcements tell(Fact fact, Letterhead head) {
    Announcements next =
        new Announcements(append(facts, fact), head, owed, told, failed, fallBackFrom);
    return switch (fact.event()) {
      case GateEvent event -> next.gate(event, fact, head);
      case RolloutEvent event -> next.rollout(event, fact, head);
      case MonitorEvent event -> next.monitor(event, fact, head);
      case NotificationEvent event -> next.notification(event);
      case AuditEvent event ->
          switch (event) {
            case AuditEvent.ReleaseClosed _ -> next;
          };
      case Unrecognised _ -> next;
    };
  }

  private Announcements gate(GateEvent event, Fact fact, Letterhead head) {
    return switch (event) {
      case GateEvent.ApprovalRequested requested ->
          owe(fact, Wording.approvalRequested(head, requested, fact));
      case ReleaseCleared cleared ->
          owe(fact, Wording.cleared(head, cleared)).fallBack(cleared, head);
      case GateEvent.ReleaseAccepted _,
          GateEvent.ReleaseRefused _,
          GateEvent.RequestRefused _,
          GateEvent.PreconditionChecked _,
          GateEvent.GatePassed _,
          GateEvent.GateFailed _,
          GateEvent.ApprovalGranted _,
          GateEvent.ApprovalDenied _,
          GateEvent.ApprovalExpired _,
          GateEvent.BaselineRequested _,
          GateEvent.ReleaseQueued _,
          GateEvent.ClearanceRenewed _,
          GateEvent.ClearanceRevoked _,
          GateEvent.ReleaseBlocked _,
          GateEvent.ReleaseWithdrawn _,
          GateEvent.ArtifactQuarantined _,
          GateEvent.QuarantineLifted _ ->
          this;
    };
  }

  private Announcements rollout(RolloutEvent event, Fact fact, Letterhead head) {
    return switch (event) {
      case RolloutEvent.DeploymentStarted started -> owe(fact, Wording.started(head, started));
      case RolloutEvent.StageCompleted completed ->
          owe(fact, Wording.stageCompleted(head, completed, facts));
      case RolloutEvent.StagePaused paused -> owe(fact, Wording.paused(head, paused, fact, facts));
      case RolloutEvent.DecisionRequested requested ->
          owe(fact, Wording.decisionRequested(head, requested, fact, facts));
      case RolloutEvent.RolloutCompleted completed -> owe(fact, Wording.completed(head, completed));
      case RolloutEvent.RolloutHalted halted ->
          owe(fact, Wording.halted(head, halted)).owe(fact, Wording.incident(head, halted, facts));
      case RolloutEvent.RolledBack _ -> owe(fact, Wording.rolledBack(head));
      case RolloutSettled settled -> settle(settled, fact, head);
      case RolloutEvent.StageStarted _,
          RolloutEvent.StageApplied _,
          RolloutEvent.StageResumed _,
          RolloutEvent.DecisionTaken _,
          RolloutEvent.RollbackStarted _,
          RolloutEvent.RollbackStepCompleted _,
          RolloutEvent.RollbackFailed _,
          RolloutEvent.TakenOver _,
          RolloutEvent.DriftFound _,
          RolloutEvent.CommandRefused _ ->
          this;
    };
  }

  private Announcements settle(RolloutSettled settled, Fact fact, Letterhead head) {
    Bulletin summary = Summary.of(head, settled, facts);
    boolean byHand = Wording.last(facts, RolloutEvent.TakenOver.class).isPresent();
    return switch (settled.outcome()) {
      case VERIFIED -> owe(fact, summary);
      case ROLLED_BACK ->
          (byHand ? owe(fact, Wording.settled(head, settled)) : this).owe(fact, summary);
      case NOT_STARTED, SUPERSEDED, ROLLBACK_FAILED ->
          owe(fact, Wording.settled(head, settled)).owe(fact, summary);
    };
  }

  private Announcements monitor(MonitorEvent event, Fact fact, Letterhead head) {
    return switch (event) {
      case MonitorEvent.ReleaseVerified verified ->
          verified.verdict() == Verdict.PASSED ? owe(fact, Wording.verified(head, verified)) : this;
      case MonitorEvent.BaselineCaptured _,
          MonitorEvent.BaselineRefused _,
          MonitorEvent.StageVerified _,
          MonitorEvent.BudgetBreached _,
          MonitorEvent.TelemetryLost _,
          MonitorEvent.TelemetryRecovered _,
          MonitorEvent.TelemetryDegraded _,
          MonitorEvent.TelemetryRestored _,
          MonitorEvent.ObservationStarted _,
          MonitorEvent.ObservabilityConfirmed _,
          MonitorEvent.ObservabilityUnconfirmed _ ->
          this;
    };
  }

  private Announcements notification(NotificationEvent event) {
    return switch (event) {
      case NotificationEvent.WindowAnnounced announced -> told(announced.key());
      case NotificationEvent.UpdatePosted posted -> told(posted.key());
      case NotificationEvent.IncidentFiled filed -> told(filed.key());
      case NotificationEvent.ReleaseSummarized summarized -> told(summarized.key());
      case NotificationEvent.UpdateFailed fault ->
          new Announcements(
              facts, letterhead, owed, told, append(failed, fault.key()), fallBackFrom);
    };
  }

  private Announcements owe(Fact cause, Bulletin bulletin) {
    boolean known =
        owed.stream().anyMatch(message -> message.bulletin().key().equals(bulletin.key()));
    return known
        ? this
        : new Announcements(
            facts,
            letterhead,
            append(owed, new Owed(bulletin, cause.time())),
            told,
            failed,
            fallBackFrom);
  }

  private Announcements fallBack(ReleaseCleared cleared, Letterhead head) {
    Duration within = head.accepted().runbook().rollout().announceWithin();
    boolean toFeed = head.accepted().runbook().communication().channel().equals(Bulletin.FEED);
    return toFeed || fallBackFrom != null
        ? this
        : new Announcements(
            facts, letterhead, owed, told, failed, cleared.announceBy().minus(within.dividedBy(2)));
  }

  private Announcements told(String key) {
    return new Announcements(facts, letterhead, owed, append(told, key), failed, fallBackFrom);
  }

  private static <T> List<T> append(List<T> list, T last) {
    return Stream.concat(list.stream(), Stream.of(last)).toList();
  }

  private static <T> Set<T> append(Set<T> set, T one) {
    Set<T> more = new HashSet<>(set);
    more.add(one);
    return more;
  }
}
