package io.lockkeeper.audit;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import io.lockkeeper.runbook.RunbookLine;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One fact as the deployment log shows it. Runbook D5.
///
/// @param time     as the writer gave it
/// @param sequence the nth fact of this writer about the release
/// @param cause    the fact that led to it; null when a person, an alarm or the world did
/// @param type     its name on the wire
/// @param title    one sentence in English, with the numbers
/// @param lines    the runbook lines that it carries out or answers
public record LogEntry(
    EventId id,
    Writer writer,
    int sequence,
    Instant time,
    @Nullable EventId cause,
    String type,
    Severity severity,
    String title,
    List<RunbookLine> lines,
    Who who) {

  public LogEntry {
    lines = List.copyOf(lines);
  }

  /// How much an entry wants to be seen.
  public enum Severity {
    /// As expected.
    ROUTINE,
    /// As expected, and a step of the way.
    MILESTONE,
    /// Somebody should look.
    ATTENTION,
    /// Something went wrong.
    TROUBLE
  }

  /// Who did it.
  public record Who(Kind kind, String name) {

    /// How much stands behind the name.
    public enum Kind {
      /// Proven by a token.
      PERSON,
      /// Named by an event that proves nothing.
      CLAIMED,
      /// The runbook's own rule.
      RUNBOOK,
      /// The service that wrote the fact, by its own observation.
      SERVICE
    }

    /// This actor in the log; null for the service itself.
    static @Nullable Who of(@Nullable Actor actor) {
      if (actor == null) {
        return null;
      }
      String name = Words.foreign(actor.name());
      return switch (actor.kind()) {
        case PERSON -> new Who(Kind.PERSON, name);
        case CLAIMED -> new Who(Kind.CLAIMED, name);
        case RUNBOOK -> new Who(Kind.RUNBOOK, name);
      };
    }

    @Override
    public String toString() {
      return switch (kind) {
        case PERSON, RUNBOOK, SERVICE -> name;
        case CLAIMED -> name + " (claimed)";
      };
    }
  }

  /// What an event comes to, before it is put on its line.
  record Sentence(Severity severity, String title, List<RunbookLine> lines, @Nullable Who who) {}

  /// The entry of this fact. Every fact has one, unrecognised ones too.
  public static LogEntry of(Fact fact) {
    Sentence sentence =
        switch (fact.event()) {
          case GateEvent event -> GateSentences.of(event);
          case RolloutEvent event -> RolloutSentences.of(event);
          case MonitorEvent event -> MonitorSentences.of(event);
          case NotificationEvent event -> NotificationSentences.of(event);
          case AuditEvent event ->
              switch (event) {
                case AuditEvent.ReleaseClosed closed -> closed(closed);
              };
          case Unrecognised event ->
              new Sentence(
                  Severity.ATTENTION,
                  "A fact of a type unknown here: " + Words.foreign(event.type()),
                  List.of(),
                  null);
        };
    Who who = sentence.who();
    return new LogEntry(
        fact.id(),
        fact.writer(),
        fact.sequence(),
        fact.time(),
        cause(fact),
        EventTypes.nameOf(fact.event()),
        sentence.severity(),
        sentence.title(),
        sentence.lines(),
        who == null ? new Who(Who.Kind.SERVICE, fact.writer().source().substring(1)) : who);
  }

  // What a report answers led to it, too, although it came from the world.
  private static @Nullable EventId cause(Fact fact) {
    if (fact.cause() != null) {
      return fact.cause();
    }
    if (fact.event() instanceof MonitorEvent.ObservabilityConfirmed confirmed) {
      return confirmed.observation();
    }
    return fact.event() instanceof MonitorEvent.ObservabilityUnconfirmed unconfirmed
        ? unconfirmed.observation()
        : null;
  }

  private static Sentence closed(AuditEvent.ReleaseClosed closed) {
    List<String> gaps =
        closed.coverage().stream()
            .filter(line -> line.coverage() == AuditEvent.Coverage.GAP)
            .map(line -> line.line().name())
            .toList();
    return new Sentence(
        gaps.isEmpty() ? Severity.MILESTONE : Severity.ATTENTION,
        "Log closed as "
            + closed.outcome()
            + " after "
            + Words.count(closed.facts(), "fact")
            + (gaps.isEmpty()
                ? ", every line of the runbook accounted for"
                : ", not carried out: " + String.join(", ", gaps)),
        List.of(RunbookLine.D5),
        null);
  }
}
