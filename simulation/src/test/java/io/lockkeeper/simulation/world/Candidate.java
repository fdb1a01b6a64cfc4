package io.lockkeeper.simulation.world;

import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import java.time.Duration;

/// How good a candidate really is; what services can only find out by looking.
///
/// @param artifact what it is
/// @param bad      whether it fails
/// @param from     from which share of traffic on the fault shows, percent
/// @param onset    how much observed time under traffic passes before the fault shows, as a leak's
/// does
/// @param evidence how much observed time under traffic the judge needs to see the fault
/// @param enough   how much observed time under traffic the judge needs to call a good one good
public record Candidate(
    Artifact artifact, boolean bad, int from, Duration onset, Duration evidence, Duration enough) {

  /// Whether there is a fault to see at this share after so much time under traffic.
  public boolean showsFault(int share, Duration underTraffic) {
    return share >= from && underTraffic.compareTo(onset) >= 0;
  }
}
