package io.lockkeeper.monitor.adapter;

import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.runbook.Runbook.Monitoring;
import java.util.List;

/// Where the numbers of a release come from: the instances of both versions.
public interface Telemetry {

  /// Reads every instance of both versions once, all at the same time. Takes at most the smaller of
  /// the monitoring interval and 5 s; what did not answer by then is missing.
  Scrape scrape(Monitoring monitoring);

  /// Reads every instance of the stable version once.
  Scrape scrapeStable(Monitoring monitoring);

  /// What was read.
  ///
  /// @param troubles what could not be read and why, one sentence an instance
  record Scrape(List<Sample> stable, List<Sample> candidate, List<String> troubles) {
    public Scrape {
      stable = List.copyOf(stable);
      candidate = List.copyOf(candidate);
      troubles = List.copyOf(troubles);
    }
  }
}
