package io.lockkeeper.runbook;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// M3: how monitor-service confirms, once a release has all traffic, that the deployed version can
/// be observed. What is left out is not confirmed, and the log says so.
///
/// Labels, rules, tags and expected values may hold [Placeholders]. Hosts must be among those that
/// the operators of monitor-service allow (`lockkeeper.observability.hosts`).
///
/// @param within how long after full rollout it may take until the log says that it is not
///               confirmed, at most half of the observation; what is repaired later is confirmed
///               later. Default PT5M
public record Observability(
    @Nullable Alerting alerting,
    @Nullable Dashboards dashboards,
    List<Synthetic> synthetic,
    Duration within) {

  public Observability {
    synthetic = synthetic == null ? List.of() : List.copyOf(synthetic);
    within = within == null ? Duration.ofMinutes(5) : within;
  }

  /// M3: every expected alert exists, reaches somebody, and no silence hides it.
  ///
  /// @param alertmanager where Alertmanager answers, without `/api/v2`
  /// @param prometheus   where the rules are evaluated, without `/api/v1`
  /// @param labels       what an alert of the service carries besides the labels of its rule:
  ///                     those of its expression, and external labels
  /// @param rules        the names of the alerts that must be there
  /// @param receiver     the receiver that they must reach; null when any will do that is not empty
  public record Alerting(
      URI alertmanager,
      URI prometheus,
      Map<String, String> labels,
      List<String> rules,
      @Nullable String receiver) {
    public Alerting {
      // In the order of names: the digest of a runbook must not depend on a hash.
      labels = Collections.unmodifiableMap(new TreeMap<>(labels));
      rules = List.copyOf(rules);
    }
  }

  /// M3: every dashboard exists and shows the release as an annotation.
  ///
  /// @param grafana where Grafana answers, without `/api`
  /// @param uids    the dashboards
  public record Dashboards(URI grafana, List<String> uids) {
    public Dashboards {
      uids = List.copyOf(uids);
    }
  }

  /// M3: a request to the service that must be answered by the deployed version.
  ///
  /// @param timeout how long one answer may take. Default PT5S
  public record Synthetic(URI url, Expectation expect, Duration timeout) {
    public Synthetic {
      expect = expect == null ? Expectation.VERSION_IN_BODY : expect;
      timeout = timeout == null ? Duration.ofSeconds(5) : timeout;
    }
  }

  /// What an answer must show.
  ///
  /// @param status  default 200
  /// @param header  the header whose value it is; null when it is not in a header
  /// @param pointer the JSON pointer to it in the body; null when it is no JSON. Without header and
  ///                pointer the body must contain it
  /// @param value   default `{{version}}`
  public record Expectation(
      Integer status, @Nullable String header, @Nullable String pointer, String value) {

    /// What holds when the runbook says nothing.
    public static final Expectation VERSION_IN_BODY =
        new Expectation(200, null, null, "{{version}}");

    public Expectation {
      status = status == null ? Integer.valueOf(200) : status;
      value = value == null ? "{{version}}" : value;
    }
  }
}
