package io.lockkeeper.events;

/// Who did it. A person's `name` is the subject of the token presented; a requester that came by
/// Kafka is
/// only *claimed*, since the topic does not prove who wrote to it.
public record Actor(Kind kind, String name) {

  /// How much stands behind the name.
  public enum Kind {
    /// Proven by a token.
    PERSON,
    /// Named by an event that proves nothing.
    CLAIMED,
    /// Nobody answered, or nobody was asked: the runbook's own rule.
    RUNBOOK
  }

  /// The runbook's own rule.
  public static final Actor RUNBOOK = new Actor(Kind.RUNBOOK, "runbook");

  /// The holder of a verified token.
  public static Actor person(String subject) {
    return new Actor(Kind.PERSON, subject);
  }

  /// Somebody an unproven event names.
  public static Actor claimed(String name) {
    return new Actor(Kind.CLAIMED, name);
  }

  @Override
  public String toString() {
    return kind == Kind.PERSON
        ? name
        : name + " (" + kind.name().toLowerCase(java.util.Locale.ROOT) + ")";
  }
}
