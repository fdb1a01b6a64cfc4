package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.judge.Baseline;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Reads a release where its runbook says: from the instances, or from the sources that it names.
@ApplicationScoped
public final class SourcedTelemetry implements Telemetry {

  private final OpenMetricsTelemetry instances;
  private final PrometheusTelemetry sources;

  /// Reads by these.
  public SourcedTelemetry(OpenMetricsTelemetry instances, PrometheusTelemetry sources) {
    this.instances = instances;
    this.sources = sources;
  }

  @Override
  public Scrape scrape(ReleaseAccepted release) {
    return of(release).scrape(release);
  }

  @Override
  public Scrape scrapeStable(ReleaseAccepted release) {
    return of(release).scrapeStable(release);
  }

  @Override
  public Scrape scrapeNothing(ReleaseAccepted release) {
    return of(release).scrapeNothing(release);
  }

  @Override
  public List<Baseline.Scrape> history(
      ReleaseAccepted release, Duration window, Duration step, Instant until) {
    return of(release).history(release, window, step, until);
  }

  private Telemetry of(ReleaseAccepted release) {
    return release.runbook().monitoring().sources().isEmpty() ? instances : sources;
  }
}
