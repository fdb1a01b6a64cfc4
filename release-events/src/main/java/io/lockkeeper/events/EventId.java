package io.lockkeeper.events;

import java.util.UUID;

/// The CloudEvents id of one fact: a UUIDv7, given when the fact is appended. Questions, requests
/// and
/// baselines are named by the id of the fact that asked, and answers carry it.
public record EventId(UUID value) {

  /// Reads the canonical text form; fails with [IllegalArgumentException] on anything else.
  public static EventId of(String text) {
    return new EventId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
