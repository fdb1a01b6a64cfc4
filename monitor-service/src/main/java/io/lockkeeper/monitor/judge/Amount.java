package io.lockkeeper.monitor.judge;

/// Two counters of one series: what things came to, and how many there were. Both only grow until
/// the process restarts. The value of orders and the number of orders, say. Runbook M1.
///
/// @param sum    what they came to since the process started, `>= 0`, in any unit, the same in
///               both arms
/// @param events how many there were, `>= 0`
public record Amount(double sum, long events) {

  public Amount {
    if (!(sum >= 0 && sum < Double.POSITIVE_INFINITY) || events < 0) {
      throw new IllegalArgumentException("sum or events out of range: " + sum + ", " + events);
    }
  }
}
