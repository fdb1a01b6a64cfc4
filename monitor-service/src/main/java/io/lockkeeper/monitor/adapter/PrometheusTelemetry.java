package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.Trouble;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Result;
import io.lockkeeper.monitor.adapter.PrometheusAnswer.Unavailable;
import io.lockkeeper.monitor.adapter.PrometheusReading.Answered;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import io.lockkeeper.runbook.Runbook.Monitoring;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Reads the counters of both versions from the Prometheus that scrapes them, or from several.
///
/// One question for each signal at most, about both versions. One that is the same as one asked
/// less than half an interval ago, as releases of one service have, shares its answer. Runbook G2,
/// D4, M1.
@ApplicationScoped
@Typed(PrometheusTelemetry.class)
public final class PrometheusTelemetry implements Telemetry {

  private static final int MOST_STEPS = 2_000;

  private final TelemetryCalls calls;
  private final PrometheusApi api;
  private final Clock clock;
  private final Map<Asked, Flight> flights = new ConcurrentHashMap<>();

  /// Asks by this API, at the time of the system's clock.
  @Inject
  public PrometheusTelemetry(TelemetryCalls calls, PrometheusApi api) {
    this(calls, api, Clock.systemUTC());
  }

  PrometheusTelemetry(TelemetryCalls calls, PrometheusApi api, Clock clock) {
    this.calls = calls;
    this.api = api;
    this.clock = clock;
  }

  /// What was asked, whenever.
  private record Asked(URI prometheus, String query) {}

  /// One question under way or answered.
  ///
  /// @param until until when its answer is anybody's
  private record Flight(Instant at, Instant until, CompletableFuture<PrometheusAnswer> answer) {}

  @Override
  public Scrape scrape(ReleaseAccepted release) {
    String stable = stable(release);
    String candidate = release.request().version();
    String same = indistinct(release);
    if (same != null) {
      return nothing(same);
    }
    List<String> versions = stable == null ? List.of(candidate) : List.of(stable, candidate);
    try {
      PrometheusReading reading = read(release, versions);
      return new Scrape(
          stable == null ? List.of() : reading.samples(stable),
          reading.samples(candidate),
          reading.troubles(versions, stable),
          reading.refused());
    } catch (IllegalArgumentException e) {
      return unreadable(e);
    }
  }

  /// The questions about the candidate are asked, too: one that is wrong is better found now than
  /// when it has traffic.
  @Override
  public Scrape scrapeStable(ReleaseAccepted release) {
    String stable = stable(release);
    String wrong =
        stable == null ? "the request names no stable version to read" : indistinct(release);
    if (stable == null || wrong != null) {
      return nothing(String.valueOf(wrong));
    }
    try {
      PrometheusReading reading = read(release, List.of(stable, release.request().version()));
      return new Scrape(
          reading.samples(stable),
          List.of(),
          reading.troubles(List.of(stable), stable),
          reading.refused());
    } catch (IllegalArgumentException e) {
      return unreadable(e);
    }
  }

  @Override
  public Scrape scrapeNothing(ReleaseAccepted release) {
    try {
      PrometheusReading reading = read(release, List.of(release.request().version()));
      return new Scrape(List.of(), List.of(), reading.troubles(List.of(), null), reading.refused());
    } catch (IllegalArgumentException e) {
      return unreadable(e);
    }
  }

  @Override
  public List<Baseline.Scrape> history(
      ReleaseAccepted release, Duration window, Duration step, Instant until) {
    String stable = stable(release);
    if (stable == null || window.dividedBy(step) > MOST_STEPS) {
      return List.of();
    }
    Instant end = until.truncatedTo(ChronoUnit.MILLIS);
    List<PrometheusQuestion> questions;
    try {
      questions = PrometheusQuestion.of(release, List.of(stable));
    } catch (IllegalArgumentException e) {
      return List.of(); // said by the look that follows
    }
    List<Answered> answers =
        calls.all(
            questions,
            question -> past(question, window, step, end),
            TelemetryCalls.LONGEST_CALL,
            (question, why) -> new Answered(question, new Unavailable(why), end));
    PrometheusReading reading =
        new PrometheusReading(answers, release.runbook().monitoring().signals());
    List<Baseline.Scrape> scrapes = new ArrayList<>();
    if (reading.isComplete()) {
      for (Instant at = end.minus(window); !at.isAfter(end); at = at.plus(step)) {
        List<Sample> samples = reading.samples(stable, at);
        if (!samples.isEmpty()) {
          scrapes.add(new Baseline.Scrape(at, samples));
        }
      }
    }
    return scrapes;
  }

  private PrometheusReading read(ReleaseAccepted release, List<String> versions) {
    Monitoring monitoring = release.runbook().monitoring();
    Duration interval = ReleaseJudge.interval(monitoring);
    Duration longest = TelemetryCalls.shorter(interval, TelemetryCalls.LONGEST_CALL);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return new PrometheusReading(
        calls.all(
            PrometheusQuestion.of(release, versions),
            question -> ask(question, now, interval.dividedBy(2), longest),
            longest,
            (question, why) -> new Answered(question, new Unavailable(why), now)),
        monitoring.signals());
  }

  private Answered ask(PrometheusQuestion question, Instant now, Duration share, Duration longest)
      throws InterruptedException {
    Asked asked = new Asked(question.source().url(), question.text());
    Flight mine = new Flight(now, now.plus(share), new CompletableFuture<>());
    flights.values().removeIf(flight -> flight.until().isBefore(now));
    Flight flight = flights.computeIfAbsent(asked, it -> mine);
    if (flight == mine) {
      try {
        mine.answer().complete(api.query(asked.prometheus(), asked.query(), now, longest));
      } finally {
        // Only what was learnt is shared; whoever waits hears why nothing was.
        mine.answer().complete(new Unavailable("interrupted"));
        if (!(mine.answer().getNow(new Unavailable("")) instanceof Result)) {
          flights.remove(asked, mine);
        }
      }
    }
    try {
      PrometheusAnswer answer = flight.answer().get(longest.toMillis(), TimeUnit.MILLISECONDS);
      return new Answered(question, answer, flight.at());
    } catch (TimeoutException | ExecutionException e) {
      return new Answered(question, new Unavailable("no answer in time"), now);
    }
  }

  private Answered past(PrometheusQuestion question, Duration window, Duration step, Instant until)
      throws InterruptedException {
    URI prometheus = question.source().url();
    // Between points that far apart nothing is gained by the times at which samples were scraped.
    boolean sparse = step.compareTo(question.stale()) >= 0;
    PrometheusAnswer answer =
        question.stored() && !sparse
            ? api.query(
                prometheus,
                question.over(window.plus(question.stale())),
                until,
                TelemetryCalls.LONGEST_CALL)
            : api.queryRange(
                prometheus,
                question.series(),
                until.minus(window),
                until,
                step,
                TelemetryCalls.LONGEST_CALL);
    return new Answered(question, answer, until);
  }

  private static @Nullable String stable(ReleaseAccepted release) {
    Artifact stable = release.request().stable();
    return stable == null ? null : stable.version();
  }

  private static @Nullable String indistinct(ReleaseAccepted release) {
    String version = release.request().version();
    return version.equals(stable(release))
        ? "stable and candidate are both version " + version + ", so no label tells them apart"
        : null;
  }

  private static Scrape unreadable(IllegalArgumentException e) {
    return nothing("the runbook's query cannot be read: " + e.getMessage());
  }

  /// Nothing was asked, because nothing can be.
  private static Scrape nothing(String reason) {
    return new Scrape(
        List.of(), List.of(), List.of(Trouble.of(TelemetryFault.REFUSED, reason)), reason);
  }
}
