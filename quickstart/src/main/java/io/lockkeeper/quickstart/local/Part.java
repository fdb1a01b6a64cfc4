package io.lockkeeper.quickstart.local;

import java.util.List;

/// What listens on a port of a local installation, in the order of ports.
public enum Part {
  GATE("gate-service"),
  ROLLOUT("rollout-service"),
  MONITOR("monitor-service"),
  AUDIT("audit-service"),
  NOTIFICATION("notification-service"),
  SHOP("the shop"),
  TARGET("the shop's traffic target"),
  STABLE("the shop's stable version"),
  CANDIDATE("the shop's candidate"),
  CUSTOMERS("the customers"),
  CHANNEL("the deployment channel"),
  INCIDENTS("the incident tracker"),
  KAFKA("Kafka"),
  KAFKA_CONTROLLER("Kafka's controller"),
  POSTGRES("PostgreSQL");

  /// The five services, in the runbook's order.
  public static final List<Part> SERVICES = List.of(GATE, ROLLOUT, MONITOR, AUDIT, NOTIFICATION);

  private final String title;

  Part(String title) {
    this.title = title;
  }

  /// The part in words; a service's is its name.
  public String title() {
    return title;
  }

  /// The database and role of a service: its name without `-service`.
  public String database() {
    return title.replace("-service", "");
  }
}
