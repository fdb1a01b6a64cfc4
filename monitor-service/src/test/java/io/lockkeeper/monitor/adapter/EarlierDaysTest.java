package io.lockkeeper.monitor.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.BaselineRules;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.runbook.Runbook.Monitoring;
import io.lockkeeper.runbook.Runbook.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The same hour of earlier days. Runbook G2.
class EarlierDaysTest {

  private static final Instant FROM = Instant.parse("2026-11-23T09:30:00Z");
  private static final Signal ERRORS =
      new Signal("errors", "http_requests", Signal.Kind.ERRORS, true);

  /// What a source kept of one day.
  ///
  /// @param perMinute requests
  /// @param failed    of a thousand
  /// @param minutes   how much of the hour
  private record Kept(long perMinute, long failed, int minutes) {}

  /// A source that kept these days; remembers what it was asked.
  private static final class Source implements Telemetry {

    private final Map<Integer, Kept> days;
    private final List<Instant> asked = new ArrayList<>();

    Source(Map<Integer, Kept> days) {
      this.days = days;
    }

    @Override
    public Scrape scrape(ReleaseAccepted release) {
      throw new UnsupportedOperationException("the past only");
    }

    @Override
    public Scrape scrapeStable(ReleaseAccepted release) {
      throw new UnsupportedOperationException("the past only");
    }

    @Override
    public Scrape scrapeNothing(ReleaseAccepted release) {
      throw new UnsupportedOperationException("the past only");
    }

    @Override
    public List<Baseline.Scrape> history(
        ReleaseAccepted release, Duration window, Duration step, Instant until) {
      assertThat(window).isEqualTo(Duration.ofHours(1));
      assertThat(step).isEqualTo(Duration.ofMinutes(1));
      Instant from = until.minus(window);
      asked.add(from);
      Kept kept = days.get((int) Duration.between(from, FROM).toDays());
      List<Baseline.Scrape> scrapes = new ArrayList<>();
      for (int minute = 0; kept != null && minute <= kept.minutes(); minute++) {
        long requests = minute * kept.perMinute();
        Sample sample = Sample.of("a").withErrors(requests, requests * kept.failed() / 1_000);
        scrapes.add(new Baseline.Scrape(from.plus(step.multipliedBy(minute)), List.of(sample)));
      }
      return scrapes;
    }
  }

  private static List<Baseline> before(Source source) {
    ReleaseAccepted accepted =
        Rig.accepted(
            new Monitoring(
                Duration.ofSeconds(15),
                null,
                null,
                List.of(ERRORS),
                null,
                null,
                null,
                null,
                null,
                List.of(),
                null,
                null,
                null));
    return EarlierDays.before(FROM, accepted, BaselineRules.STANDARD, source);
  }

  @Test
  @DisplayName("G2: seven days are asked for the hour that begins when today's baseline does")
  void seven() {
    Source source = new Source(Map.of());
    assertThat(before(source)).isEmpty();
    assertThat(source.asked)
        .hasSize(7)
        .startsWith(Instant.parse("2026-11-22T09:30:00Z"), Instant.parse("2026-11-21T09:30:00Z"))
        .endsWith(Instant.parse("2026-11-16T09:30:00Z"));
  }

  @Test
  @DisplayName("G2: a day counts when it would do as a baseline and half of the hour is there")
  void whatCounts() {
    Source source =
        new Source(
            Map.of(
                1, new Kept(1_000, 2, 60),
                2, new Kept(1_000, 60, 60), // an incident
                3, new Kept(0, 0, 60), // no traffic
                4, new Kept(1_000, 3, 29), // too little of the hour
                5, new Kept(1_000, 4, 30)));
    assertThat(before(source))
        .extracting(Baseline::from, day -> day.counts().get("errors"))
        .containsExactly(
            tuple(Instant.parse("2026-11-22T09:30:00Z"), new Baseline.Counted(60_000, 120, 1)),
            tuple(Instant.parse("2026-11-18T09:30:00Z"), new Baseline.Counted(30_000, 120, 1)));
  }
}
