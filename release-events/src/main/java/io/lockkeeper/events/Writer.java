package io.lockkeeper.events;

import java.util.Arrays;
import java.util.Optional;

/// The five services that write facts; each owns one group of [ReleaseEvent].
public enum Writer {
  GATE("/gate-service"),
  ROLLOUT("/rollout-service"),
  MONITOR("/monitor-service"),
  AUDIT("/audit-service"),
  NOTIFICATION("/notification-service");

  private final String source;

  Writer(String source) {
    this.source = source;
  }

  /// The CloudEvents `source` of this writer's facts.
  public String source() {
    return source;
  }

  /// The writer of this CloudEvents `source`; empty for anybody else's.
  public static Optional<Writer> of(String source) {
    return Arrays.stream(values()).filter(writer -> writer.source.equals(source)).findFirst();
  }
}
