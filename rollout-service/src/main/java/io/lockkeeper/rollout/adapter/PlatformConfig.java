package io.lockkeeper.rollout.adapter;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Set;

/// How targets are reached: `lockkeeper.platform.*`.
@ConfigMapping(prefix = "lockkeeper.platform")
public interface PlatformConfig {

  /// Hosts that a runbook's target may name, as `host` or `host:port`; calls go nowhere else.
  @WithDefault("127.0.0.1,localhost")
  Set<String> hosts();

  /// The secret that calls are signed with, as Standard Webhooks writes it: `whsec_` and base64.
  String secret();

  /// How long one call may take before it is made again.
  @WithDefault("PT5S")
  Duration timeout();

  /// How often a running change is asked about, and how soon a failed call is made again at first.
  @WithDefault("PT0.2S")
  Duration poll();
}
