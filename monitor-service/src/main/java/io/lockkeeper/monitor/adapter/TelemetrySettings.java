package io.lockkeeper.monitor.adapter;

import io.lockkeeper.monitor.BaselineRules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where monitoring may look, and how much.
@ConfigMapping(prefix = "lockkeeper.telemetry")
public interface TelemetrySettings {

  /// The hosts that metrics are read from. A runbook that names another is not followed there, so
  /// that a file cannot send this service to where it should not call.
  @WithDefault("127.0.0.1,localhost")
  Set<String> hosts();

  /// How many instances are read at the same time, over all releases; the others wait.
  @WithDefault("64")
  @Min(1)
  @Max(1024)
  int scrapesAtOnce();

  /// How many releases this replica watches at the same time; the others wait for it or for another
  /// replica.
  @WithDefault("500")
  @Min(1)
  int releasesAtOnce();

  /// The topic that every look is sent to.
  @WithDefault("release-telemetry")
  String topic();

  /// How long looks are kept in the database.
  @WithDefault("P30D")
  Duration keep();

  /// What proves to a source of metrics who asks, by a name of one's own. It is sent to exactly the
  /// scheme, host and port of its address; a runbook cannot name it.
  Map<String, Account> accounts();

  /// An account at a source of metrics.
  interface Account {

    /// Where it is used; a path in it says nothing.
    URI url();

    /// A bearer token.
    Optional<String> bearerToken();

    /// The user of a basic authentication; not sent beside a bearer token.
    Optional<String> username();

    /// The password of that user.
    Optional<String> password();

    /// The tenant of a source that has several, sent as `X-Scope-OrgID`.
    Optional<String> tenant();
  }

  /// What makes a baseline good enough (G2).
  BaselineLimits baseline();

  /// What makes a baseline good enough (G2).
  interface BaselineLimits {

    /// Fewer requests in the window are too thin to compare with.
    @WithDefault("50")
    @Min(0)
    long minimumRequests();

    /// A larger share of failed requests is no state to release from; a fraction.
    @WithDefault("0.05")
    @DecimalMin("0.000001")
    double unhealthy();

    /// The same as a rule.
    default BaselineRules rules() {
      return new BaselineRules(minimumRequests(), Math.min(1, unhealthy()));
    }
  }
}
