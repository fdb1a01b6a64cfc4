package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.Trouble;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.runbook.Runbook.Monitoring;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads Prometheus text or OpenMetrics straight from the instances, by HTTP. An answer may have 5
/// MiB, packed or unpacked.
@ApplicationScoped
@Typed(OpenMetricsTelemetry.class)
public final class OpenMetricsTelemetry implements Telemetry {

  /// The largest answer, in bytes, unpacked.
  public static final int LARGEST_BODY = 5 * 1024 * 1024;

  private static final String ACCEPT =
      "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
  private static final int MOST_INSTANCES = 1_000;

  private final TelemetryCalls calls;

  /// Reads by these calls.
  public OpenMetricsTelemetry(TelemetryCalls calls) {
    this.calls = calls;
  }

  @Override
  public Scrape scrape(ReleaseAccepted release) {
    Monitoring monitoring = release.runbook().monitoring();
    return scrape(monitoring, monitoring.candidate());
  }

  @Override
  public Scrape scrapeStable(ReleaseAccepted release) {
    return scrape(release.runbook().monitoring(), List.of());
  }

  @Override
  public Scrape scrapeNothing(ReleaseAccepted release) {
    return new Scrape(List.of(), List.of(), List.of());
  }

  /// An instance keeps nothing.
  @Override
  public List<Baseline.Scrape> history(
      ReleaseAccepted release, Duration window, Duration step, Instant until) {
    return List.of();
  }

  /// What came of one instance: a sample, or why there is none.
  private record Reading(@Nullable Sample sample, @Nullable Trouble trouble) {

    static Reading of(Sample sample) {
      return new Reading(sample, null);
    }

    static Reading failed(Instance instance, TelemetryFault kind, String why) {
      return new Reading(null, Trouble.of(kind, instance.stable(), instance.uri() + ": " + why));
    }
  }

  /// Where one instance shows its metrics.
  ///
  /// @param stable whether it is one of the stable version
  private record Instance(URI uri, boolean stable) {

    static List<Instance> all(List<URI> instances, boolean stable) {
      return instances.stream()
          .limit(MOST_INSTANCES)
          .map(uri -> new Instance(uri, stable))
          .toList();
    }
  }

  private Scrape scrape(Monitoring monitoring, List<URI> candidates) {
    Instruments instruments = new Instruments(monitoring.signals());
    Duration longest =
        TelemetryCalls.shorter(ReleaseJudge.interval(monitoring), TelemetryCalls.LONGEST_CALL);
    List<Instance> stable = Instance.all(monitoring.stable(), true);
    List<Instance> all = new ArrayList<>(stable);
    all.addAll(Instance.all(candidates, false));
    List<Reading> readings =
        calls.all(
            all,
            instance -> read(instance, instruments, longest),
            longest,
            (instance, why) -> Reading.failed(instance, TelemetryFault.UNAVAILABLE, why));
    return new Scrape(
        samples(readings.subList(0, stable.size())),
        samples(readings.subList(stable.size(), readings.size())),
        readings.stream().map(Reading::trouble).filter(Objects::nonNull).toList());
  }

  private Reading read(Instance instance, Instruments instruments, Duration longest)
      throws InterruptedException {
    String text;
    try {
      text = fetch(instance.uri(), longest);
    } catch (IOException | RuntimeException e) {
      return Reading.failed(instance, TelemetryFault.UNAVAILABLE, TelemetryCalls.describe(e));
    }
    try {
      Exposition shown = Exposition.parse(text, instruments::wants);
      Sample sample = instruments.read(instance.uri().toString(), shown);
      return Instruments.isUsable(sample)
          ? Reading.of(sample)
          : Reading.failed(instance, TelemetryFault.NO_DATA, "shows none of the runbook's metrics");
    } catch (RuntimeException e) {
      return Reading.failed(instance, TelemetryFault.UNUSABLE, TelemetryCalls.describe(e));
    }
  }

  private String fetch(URI uri, Duration longest) throws IOException, InterruptedException {
    TelemetryCalls.Reply reply =
        calls.call(uri, HttpRequest.newBuilder().header("accept", ACCEPT), longest, LARGEST_BODY);
    if (reply.status() != 200) {
      throw new IOException("answers " + reply.status());
    }
    return new String(reply.body(), UTF_8);
  }

  private static List<Sample> samples(List<Reading> readings) {
    List<Sample> samples = new ArrayList<>();
    for (Reading reading : readings) {
      if (reading.sample() != null) {
        samples.add(reading.sample());
      }
    }
    return samples;
  }
}
