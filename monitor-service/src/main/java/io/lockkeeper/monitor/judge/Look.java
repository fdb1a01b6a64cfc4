package io.lockkeeper.monitor.judge;

import java.time.Instant;
import java.util.List;

/// One scrape of both arms at one time. An arm that could not be scraped is an empty list; what it
/// counted meanwhile is carried to its next sample by the counters themselves, nothing is
/// interpolated. Runbook D4, M1.
///
/// @param at        when it was taken
/// @param weight    share of the traffic the candidate is to get now, `0..1`; at 1 no control is
///                  left
/// @param control   the stable version's instances; at most 1,000
/// @param candidate the new version's instances; at most 1,000
public record Look(Instant at, double weight, List<Sample> control, List<Sample> candidate) {

  private static final int MOST_INSTANCES = 1_000;

  public Look {
    control = List.copyOf(control);
    candidate = List.copyOf(candidate);
    if (!(weight >= 0 && weight <= 1)) {
      throw new IllegalArgumentException("weight must be within 0..1: " + weight);
    }
    if (control.size() > MOST_INSTANCES || candidate.size() > MOST_INSTANCES) {
      throw new IllegalArgumentException("at most " + MOST_INSTANCES + " instances in an arm");
    }
  }
}
