package io.lockkeeper.monitor.observability;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// One condition on a label, as routes and silences of Alertmanager have it. A label that an alert
/// does not carry counts as empty.
///
/// @param test the expression of `=~` and `!~`; of the others whether the values are equal
public record Matcher(String name, Operator operator, String value, Predicate<String> test) {

  /// How the label's value and the matcher's are compared.
  public enum Operator {
    EQUAL("=", false),
    NOT_EQUAL("!=", true),
    MATCHES("=~", false),
    MATCHES_NOT("!~", true);

    private final String sign;
    private final boolean negated;

    Operator(String sign, boolean negated) {
      this.sign = sign;
      this.negated = negated;
    }

    /// The operator with this sign.
    ///
    /// @throws IllegalArgumentException when there is none
    static Operator of(String sign) {
      for (Operator operator : values()) {
        if (operator.sign.equals(sign)) {
          return operator;
        }
      }
      throw new IllegalArgumentException("no operator: " + sign);
    }
  }

  /// The matcher of these words.
  ///
  /// @throws IllegalArgumentException when the value is no regular expression and should be one
  public static Matcher of(String name, Operator operator, String value, Regex regex) {
    return new Matcher(
        name,
        operator,
        value,
        switch (operator) {
          case EQUAL, NOT_EQUAL -> value::equals;
          case MATCHES, MATCHES_NOT -> regex.whole(value);
        });
  }

  /// Whether an alert with these labels meets it.
  public boolean matches(Map<String, String> labels) {
    return test.test(labels.getOrDefault(name, "")) != operator.negated;
  }

  /// Whether an alert with these labels meets all of them; it meets none at all, too.
  static boolean allMatch(List<Matcher> matchers, Map<String, String> labels) {
    return matchers.stream().allMatch(matcher -> matcher.matches(labels));
  }

  @Override
  public String toString() {
    return name + operator.sign + '"' + value + '"';
  }
}
