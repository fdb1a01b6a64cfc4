package io.lockkeeper.monitor.judge;

/// What was measured of the candidate since the last change of weight. Times are seconds since its
/// first traffic.
final class Progress {

  /// A hole in the telemetry longer than this many scrapes was not observed.
  private static final int OBSERVED_SCRAPES = 3;

  private final double since;
  private final double interval;
  private int looks;
  int present;
  double observed;
  double requests;
  double candidateAt;
  double trafficAt;

  Progress(double since, double interval) {
    this.since = since;
    this.interval = interval;
    candidateAt = since;
    trafficAt = since;
  }

  /// Adds a look, which saw the candidate or not, and its new requests.
  void add(double at, boolean here, double newRequests) {
    looks++;
    if (!here) {
      return;
    }
    present++;
    double gap = at - candidateAt;
    observed += gap <= OBSERVED_SCRAPES * interval ? gap : 0;
    candidateAt = at;
    requests += newRequests;
    trafficAt = newRequests > 0 ? at : trafficAt;
  }

  /// Share of the looks, those that should have been included, which saw the candidate.
  double coverage(double now) {
    double expected = Math.max(looks, StrictMath.floor((now - since) / interval));
    return expected > 0 ? Math.min(1, present / expected) : 0;
  }
}
