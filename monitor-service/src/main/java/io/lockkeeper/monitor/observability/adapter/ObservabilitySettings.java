package io.lockkeeper.monitor.observability.adapter;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// M3: whom monitor-service may ask whether a version can be observed, and what it proves itself
/// with: `lockkeeper.observability.*`.
@ConfigMapping(prefix = "lockkeeper.observability")
public interface ObservabilitySettings {

  /// The hosts of Alertmanager, Prometheus, Grafana and synthetic checks that a runbook may name;
  /// calls go nowhere else.
  @WithDefault("127.0.0.1,localhost")
  Set<String> hosts();

  /// What calls to a host carry, by any name.
  Map<String, Credential> credentials();

  /// What calls to one host carry: a token, or a name and a password.
  interface Credential {

    /// The only host that is shown it.
    String host();

    /// A bearer token, such as that of a Grafana service account.
    Optional<String> token();

    /// The name of basic authentication.
    Optional<String> username();

    /// The password of basic authentication.
    Optional<String> password();
  }
}
