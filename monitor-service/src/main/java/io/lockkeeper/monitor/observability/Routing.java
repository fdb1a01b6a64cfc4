package io.lockkeeper.monitor.observability;

import java.util.Set;

/// What Alertmanager's configuration says of who is told.
///
/// @param root    the top of the route tree
/// @param telling the receivers that tell somebody: those with at least one integration
public record Routing(Route root, Set<String> telling) {
  public Routing {
    telling = Set.copyOf(telling);
  }
}
