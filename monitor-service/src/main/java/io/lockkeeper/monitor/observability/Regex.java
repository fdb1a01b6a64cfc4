package io.lockkeeper.monitor.observability;

import java.util.function.Predicate;

/// Makes tests of regular expressions in RE2's syntax, which is what Alertmanager reads.
@FunctionalInterface
public interface Regex {

  /// A test whether the whole of a text is what the expression says.
  ///
  /// @throws IllegalArgumentException when it is no regular expression
  Predicate<String> whole(String expression);
}
