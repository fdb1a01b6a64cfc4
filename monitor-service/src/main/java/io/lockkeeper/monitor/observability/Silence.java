package io.lockkeeper.monitor.observability;

import java.util.List;
import java.util.Map;

/// A silence of Alertmanager that is in force.
///
/// @param createdBy who silenced, as that person said
public record Silence(String id, List<Matcher> matchers, String createdBy, String comment) {

  public Silence {
    matchers = List.copyOf(matchers);
  }

  /// Whether nobody is told of an alert with these labels.
  boolean hides(Map<String, String> labels) {
    return Matcher.allMatch(matchers, labels);
  }
}
