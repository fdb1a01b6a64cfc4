package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.Trouble;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the numbers of a release come from: the instances of both versions. The release is named
/// as it was accepted, with its runbook.
public interface Telemetry {

  /// Reads every instance of both versions once, all at the same time. Takes at most the smaller of
  /// the monitoring interval and 5 s; what did not answer by then is missing.
  Scrape scrape(ReleaseAccepted release);

  /// Reads every instance of the stable version once, and finds out whether the candidate can be
  /// asked about later.
  Scrape scrapeStable(ReleaseAccepted release);

  /// Reads nothing, but finds out whether the candidate can be asked about later: no trouble and no
  /// refusal when every question is in order. For a first release, which has no stable version to
  /// look at; an instance that is not there yet is asked nothing.
  Scrape scrapeNothing(ReleaseAccepted release);

  /// What is already known of the stable version: scrapes as they would have been taken every
  /// `step` in the `window` before `until`, oldest first. None where nothing is kept, or it cannot
  /// be had.
  List<Baseline.Scrape> history(
      ReleaseAccepted release, Duration window, Duration step, Instant until);

  /// What was read.
  ///
  /// @param troubles what could not be read and why; notes come last
  /// @param refused  what the source says is wrong with the question itself, so that asking it
  /// again does not help; null when nothing is
  record Scrape(
      List<Sample> stable,
      List<Sample> candidate,
      List<Trouble> troubles,
      @Nullable String refused) {
    public Scrape {
      stable = List.copyOf(stable);
      candidate = List.copyOf(candidate);
      troubles = List.copyOf(troubles);
    }

    /// What was read by questions that are in order.
    public Scrape(List<Sample> stable, List<Sample> candidate, List<Trouble> troubles) {
      this(stable, candidate, troubles, null);
    }

    /// Whether something that was asked for is missing.
    public boolean isPartial() {
      return troubles.stream().anyMatch(trouble -> trouble.kind() != null);
    }
  }
}
