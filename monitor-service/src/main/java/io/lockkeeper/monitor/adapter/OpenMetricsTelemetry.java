package io.lockkeeper.monitor.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.runbook.Runbook.Monitoring;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// Reads Prometheus text or OpenMetrics straight from the instances, by HTTP.
///
/// Calls only the hosts that the operators allow and follows no redirect. An answer may have 5 MiB,
/// packed or unpacked; the time-out covers it to its last byte.
@ApplicationScoped
public final class OpenMetricsTelemetry implements Telemetry {

  /// The largest answer, in bytes, unpacked.
  public static final int LARGEST_BODY = 5 * 1024 * 1024;

  private static final Duration LONGEST_SCRAPE = Duration.ofSeconds(5);
  private static final String ACCEPT =
      "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
  private static final int MOST_INSTANCES = 1_000;

  private final Set<String> hosts;
  private final Semaphore atOnce;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(LONGEST_SCRAPE)
          .executor(threads)
          .build();

  /// Reads from the hosts of these settings.
  public OpenMetricsTelemetry(TelemetrySettings settings) {
    hosts =
        settings.hosts().stream()
            .map(host -> host.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    atOnce = new Semaphore(settings.scrapesAtOnce());
  }

  /// Lets go of connections.
  @PreDestroy
  void close() {
    threads.shutdownNow();
    client.shutdownNow();
  }

  @Override
  public Scrape scrape(Monitoring monitoring) {
    return scrape(monitoring, monitoring.candidate());
  }

  @Override
  public Scrape scrapeStable(Monitoring monitoring) {
    return scrape(monitoring, List.of());
  }

  /// What came of one instance: a sample, or why there is none.
  private record Reading(@Nullable Sample sample, String trouble) {}

  private Scrape scrape(Monitoring monitoring, List<URI> candidates) {
    Instruments instruments = new Instruments(monitoring.signals());
    Duration longest = shorter(ReleaseJudge.interval(monitoring), LONGEST_SCRAPE);
    List<URI> stable = bounded(monitoring.stable());
    List<URI> all = new ArrayList<>(stable);
    all.addAll(bounded(candidates));
    List<Reading> readings = readAll(all, instruments, longest);
    return new Scrape(
        samples(readings.subList(0, stable.size())),
        samples(readings.subList(stable.size(), readings.size())),
        readings.stream()
            .filter(reading -> reading.sample() == null)
            .map(Reading::trouble)
            .toList());
  }

  private List<Reading> readAll(List<URI> instances, Instruments instruments, Duration longest) {
    List<Callable<Reading>> work =
        instances.stream()
            .<Callable<Reading>>map(uri -> () -> read(uri, instruments, longest))
            .toList();
    List<Reading> readings = new ArrayList<>();
    try {
      List<Future<Reading>> results =
          threads.invokeAll(work, longest.toMillis(), TimeUnit.MILLISECONDS);
      for (int i = 0; i < results.size(); i++) {
        readings.add(result(results.get(i), instances.get(i)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      instances.forEach(uri -> readings.add(new Reading(null, uri + ": interrupted")));
    }
    return readings;
  }

  private static Reading result(Future<Reading> result, URI uri) throws InterruptedException {
    try {
      return result.get();
    } catch (CancellationException late) {
      return new Reading(null, uri + ": no answer in time");
    } catch (ExecutionException e) {
      return new Reading(null, uri + ": " + e.getCause());
    }
  }

  private Reading read(URI uri, Instruments instruments, Duration longest)
      throws InterruptedException {
    String host = uri.getHost();
    if (host == null || !hosts.contains(host.toLowerCase(Locale.ROOT))) {
      return new Reading(null, uri + ": the host is not among lockkeeper.telemetry.hosts");
    }
    atOnce.acquire();
    try {
      Exposition shown = Exposition.parse(fetch(uri, longest), instruments::wants);
      Sample sample = instruments.read(uri.toString(), shown);
      return Instruments.isUsable(sample)
          ? new Reading(sample, "")
          : new Reading(null, uri + ": shows none of the runbook's metrics");
    } catch (IOException | RuntimeException e) {
      return new Reading(null, uri + ": " + describe(e));
    } finally {
      atOnce.release();
    }
  }

  private String fetch(URI uri, Duration longest) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(longest)
            .header("accept", ACCEPT)
            .header("accept-encoding", "gzip")
            .GET()
            .build();
    CompletableFuture<HttpResponse<byte[]>> call =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_BODY));
    try {
      HttpResponse<byte[]> response = call.get(longest.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IOException("answers " + response.statusCode());
      }
      boolean packed =
          response.headers().firstValue("content-encoding").orElse("").equalsIgnoreCase("gzip");
      return new String(packed ? unpack(response.body()) : response.body(), UTF_8);
    } catch (TimeoutException e) {
      throw new IOException("no answer in time", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      call.cancel(true); // ends the connection of a call that was given up; does nothing otherwise
    }
  }

  private static byte[] unpack(byte[] packed) throws IOException {
    try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      byte[] body = unpacked.readNBytes(LARGEST_BODY + 1);
      if (body.length > LARGEST_BODY) {
        throw new IOException("the answer has more than " + LARGEST_BODY + " bytes");
      }
      return body;
    }
  }

  private static String describe(Exception failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
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

  private static List<URI> bounded(List<URI> instances) {
    return instances.size() > MOST_INSTANCES ? instances.subList(0, MOST_INSTANCES) : instances;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
