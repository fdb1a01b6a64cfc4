package io.lockkeeper.monitor.observability;

import java.util.Map;

/// An alerting rule that Prometheus evaluates.
///
/// @param labels what it adds to every alert
/// @param health `ok`, `err`, or `unknown` before its first evaluation
/// @param error  what went wrong at the last one; empty when nothing did
public record AlertRule(String name, Map<String, String> labels, String health, String error) {

  private static final String OK = "ok";

  public AlertRule {
    labels = Map.copyOf(labels);
  }

  /// Whether it can be evaluated.
  boolean works() {
    return OK.equals(health);
  }
}
