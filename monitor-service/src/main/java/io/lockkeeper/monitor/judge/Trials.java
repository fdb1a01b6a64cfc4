package io.lockkeeper.monitor.judge;

/// Two counters of one series: how many things were tried and how many of them went wrong. Both
/// only grow until the process restarts. Errors are requests that failed; a business KPI counts
/// attempts and failures (checkouts begun, checkouts not completed). Runbook M1.
///
/// @param total things tried since the process started, `>= 0`
/// @param bad   those that went wrong, `0 <= bad <= total`
public record Trials(long total, long bad) {

  public Trials {
    if (total < 0 || bad < 0 || bad > total) {
      throw new IllegalArgumentException("bad must be within 0..total: " + bad + " of " + total);
    }
  }

  /// Trials given as successes, as most KPIs are counted.
  public static Trials ofSuccesses(long total, long successes) {
    return new Trials(total, total - successes);
  }
}
