package io.lockkeeper.monitor.observability;

import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck.Aspect;
import io.lockkeeper.runbook.Observability.Alerting;
import io.lockkeeper.runbook.Placeholders;
import io.lockkeeper.runbook.ReleaseRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// M3: would the alerts that the runbook expects reach somebody? Of each, three questions: does
/// its rule work, does its route end at a receiver that tells somebody, is it not silenced.
///
/// An alert's labels are those of the runbook, over them those of its rule, and its name. What a
/// rule's template makes of a sample is not known, so such labels are left out. Nor is it known
/// which alerts inhibit which, and when a route is muted by the calendar.
public final class AlertReview {

  private static final String ALERT_NAME = "alertname";
  private static final String TEMPLATE = "{{";

  private final Alerting asked;
  private final ReleaseRequest request;
  private final Routing routing;
  private final List<AlertRule> rules;
  private final List<Silence> silences;

  /// A review by what was read.
  ///
  /// @param silences those in force
  public AlertReview(
      Alerting asked,
      ReleaseRequest request,
      Routing routing,
      List<AlertRule> rules,
      List<Silence> silences) {
    this.asked = asked;
    this.request = request;
    this.routing = routing;
    this.rules = List.copyOf(rules);
    this.silences = List.copyOf(silences);
  }

  /// What it comes to.
  public List<ObservabilityCheck> checks() {
    List<ObservabilityCheck> checks = new ArrayList<>();
    for (String expected : asked.rules()) {
      String name = fill(expected);
      List<AlertRule> found = rules.stream().filter(rule -> rule.name().equals(name)).toList();
      checks.add(present(name, found));
      if (!found.isEmpty()) {
        List<Map<String, String>> alerts = found.stream().map(this::labels).distinct().toList();
        checks.add(routed(name, alerts));
        checks.add(heard(name, alerts));
      }
    }
    return checks;
  }

  private static ObservabilityCheck present(String name, List<AlertRule> found) {
    String subject = "alert rule " + name;
    if (found.isEmpty()) {
      return check(subject, false, "Prometheus has no such rule");
    }
    List<AlertRule> broken = found.stream().filter(rule -> !rule.works()).toList();
    return broken.isEmpty()
        ? check(subject, true, "is evaluated")
        : check(
            subject,
            false,
            "its health is " + broken.getFirst().health() + " " + broken.getFirst().error());
  }

  private ObservabilityCheck routed(String name, List<Map<String, String>> alerts) {
    List<String> reached = new ArrayList<>();
    boolean all = true;
    for (Map<String, String> labels : alerts) {
      List<String> receivers = routing.root().receivers(labels);
      all &= receivers.stream().anyMatch(this::isWanted);
      receivers.stream()
          .map(receiver -> routing.telling().contains(receiver) ? receiver : receiver + " (empty)")
          .filter(receiver -> !reached.contains(receiver))
          .forEach(reached::add);
    }
    String wanted = asked.receiver() == null || all ? "" : ", not " + fill(asked.receiver());
    return check("route of " + name, all, "ends at " + String.join(", ", reached) + wanted);
  }

  private boolean isWanted(String receiver) {
    return routing.telling().contains(receiver)
        && (asked.receiver() == null || fill(asked.receiver()).equals(receiver));
  }

  private ObservabilityCheck heard(String name, List<Map<String, String>> alerts) {
    String hiding =
        silences.stream()
            .filter(silence -> alerts.stream().anyMatch(silence::hides))
            .map(
                silence ->
                    "silence %s by %s: %s"
                        .formatted(silence.id(), silence.createdBy(), silence.comment()))
            .collect(Collectors.joining("; "));
    return check("silences on " + name, hiding.isEmpty(), hiding.isEmpty() ? "none" : hiding);
  }

  private Map<String, String> labels(AlertRule rule) {
    Map<String, String> labels = new TreeMap<>();
    asked.labels().forEach((name, value) -> labels.put(name, fill(value)));
    rule.labels()
        .forEach(
            (name, value) -> {
              if (value.contains(TEMPLATE)) {
                labels.remove(name);
              } else {
                labels.put(name, value);
              }
            });
    labels.put(ALERT_NAME, rule.name());
    return labels;
  }

  private String fill(String text) {
    return Placeholders.fill(text, request);
  }

  private static ObservabilityCheck check(String subject, boolean confirmed, String found) {
    return new ObservabilityCheck(Aspect.ALERTING, subject, confirmed, found);
  }
}
