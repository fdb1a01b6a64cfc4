package io.lockkeeper.monitor.judge;

/// Several scrapes in a row in which most requests failed, while the reference is well: no
/// statistics are needed. The only rule that may call a breach within one stratum.
final class CatastropheRule {

  private final JudgeSettings.Catastrophe limits;
  private int scrapes;
  private double requests;
  private double failed;

  CatastropheRule(JudgeSettings.Catastrophe limits) {
    this.limits = limits;
  }

  /// Adds one scrape of the candidate; scrapes without requests neither count nor break the row.
  ///
  /// @return whether the rule is met
  boolean add(double bad, double total, double referenceShare) {
    if (total > 0 && bad > limits.above() * total && referenceShare < limits.referenceBelow()) {
      scrapes++;
      requests += total;
      failed += bad;
    } else if (total > 0) {
      scrapes = 0;
      requests = 0;
      failed = 0;
    }
    return scrapes >= limits.scrapes() && requests >= limits.requests();
  }

  double requests() {
    return requests;
  }

  double failed() {
    return failed;
  }
}
