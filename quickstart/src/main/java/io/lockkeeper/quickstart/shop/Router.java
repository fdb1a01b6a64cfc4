package io.lockkeeper.quickstart.shop;

import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where the next request goes. Versions, weight and the open flag change in one step: no request
/// is
/// ever sent by the weight of one release to the version of another. Thread-safe.
final class Router {

  private final Split split = new Split();
  private @Nullable URI stable;
  private @Nullable URI candidate;
  private boolean open = true;

  /// Sets everything at once; holds for every request that asks after this returns. A `null`
  /// version
  /// must not be owed any request.
  synchronized void route(
      @Nullable URI newStable, @Nullable URI newCandidate, int weight, boolean nowOpen) {
    split.shift(weight);
    stable = newStable;
    candidate = newCandidate;
    open = nowOpen;
  }

  /// Where this request goes; empty when no traffic is let in.
  ///
  /// @param customer who asks, and stays with one version; `null` when nobody says so
  synchronized Optional<URI> next(@Nullable String customer) {
    if (!open) {
      return Optional.empty();
    }
    boolean toCandidate = customer == null ? split.candidateNext() : split.candidateHas(customer);
    return Optional.ofNullable(toCandidate ? candidate : stable);
  }
}
