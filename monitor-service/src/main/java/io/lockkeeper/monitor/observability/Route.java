package io.lockkeeper.monitor.observability;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A node of Alertmanager's route tree.
///
/// @param receiver  whom it tells: its own receiver, or that of the node above
/// @param matchers  what an alert must meet to get here
/// @param goesOn    whether the siblings after it are tried although this one took the alert
///                  (`continue`)
/// @param routes    the nodes below, in order
public record Route(String receiver, List<Matcher> matchers, boolean goesOn, List<Route> routes) {

  public Route {
    matchers = List.copyOf(matchers);
    routes = List.copyOf(routes);
  }

  /// The receivers that an alert with these labels reaches, in the order of the tree, each once.
  /// The top of the tree takes every alert, so there is always one.
  public List<String> receivers(Map<String, String> labels) {
    return below(labels).map(Route::receiver).distinct().toList();
  }

  /// The nodes that take the alert: the matching nodes below, up to the first that does not go on;
  /// this one when there is none.
  private Stream<Route> below(Map<String, String> labels) {
    List<Route> taken = new ArrayList<>();
    for (Route route : routes) {
      if (Matcher.allMatch(route.matchers, labels)) {
        route.below(labels).forEach(taken::add);
        if (!route.goesOn) {
          break;
        }
      }
    }
    return taken.isEmpty() ? Stream.of(this) : taken.stream();
  }
}
