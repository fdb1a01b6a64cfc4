package io.lockkeeper.monitor.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.monitor.budget.BudgetReading;
import io.lockkeeper.monitor.budget.Span;
import io.lockkeeper.runbook.Runbook.Slo;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BudgetWatchTest {

  private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Slo SLO =
      new Slo(
          "availability",
          "shop",
          URI.create("http://127.0.0.1:9090"),
          Slo.Counts.BAD,
          "bad",
          "total",
          false,
          0.999,
          HOUR);

  /// One question to the source.
  private record Asked(Instant until, Duration length) {}

  private final List<Asked> asked = new ArrayList<>();
  private boolean away;

  private Span count(Slo slo, Instant until, Duration length) throws EventCounts.Unreadable {
    asked.add(new Asked(until, length));
    if (away) {
      throw new EventCounts.Unreadable("answers 503");
    }
    return new Span(until, length, 1, 100);
  }

  private BudgetWatch watch(Instant exposedAt, List<BudgetReading> known) {
    return new BudgetWatch(List.of(SLO), this::count, Runnable::run, exposedAt, known);
  }

  private static BudgetReading look(BudgetWatch watch, long seconds) {
    return watch.look(START.plusSeconds(seconds)).getFirst();
  }

  @Test
  @DisplayName("G2: every span that a rule needs is read, and nothing else")
  void spans() {
    BudgetReading reading = look(watch(null, List.of()), 0);
    assertThat(reading.trouble()).isNull();
    assertThat(reading.spans())
        .extracting(Span::length)
        .containsExactly(Duration.ofMinutes(5), HOUR);
    assertThat(asked).hasSize(2);
  }

  @Test
  @DisplayName("D4: a span is read again when a 720th of it is over")
  void pace() {
    BudgetWatch watch = watch(null, List.of());
    look(watch, 0);
    asked.clear();
    look(watch, 1);
    assertThat(asked).containsExactly(new Asked(START.plusSeconds(1), Duration.ofMinutes(5)));
    look(watch, 5);
    assertThat(asked).contains(new Asked(START.plusSeconds(5), HOUR));
  }

  @Test
  @DisplayName("D4: a look never waits for the source, and asks it once at a time")
  void background() {
    Queue<Runnable> work = new ArrayDeque<>();
    BudgetWatch watch = new BudgetWatch(List.of(SLO), this::count, work::add, null, List.of());
    assertThat(look(watch, 0).trouble()).isEqualTo("not read yet");
    assertThat(watch.isSettled()).isFalse();
    look(watch, 100);
    assertThat(work).hasSize(2);
    work.forEach(Runnable::run);
    assertThat(watch.isSettled()).isTrue();
  }

  @Test
  @DisplayName(
      "D4: a source that is away for less than two minutes is no trouble; then it is, and ends")
  void away() {
    BudgetWatch watch = watch(null, List.of());
    look(watch, 0);
    away = true;
    assertThat(look(watch, 10).trouble()).isNull();
    assertThat(look(watch, 120).trouble()).isNull();
    assertThat(look(watch, 126).trouble()).isEqualTo("answers 503");
    away = false;
    assertThat(look(watch, 140).trouble()).isNull();
  }

  @Test
  @DisplayName("G2: a source that was never there is settled, and trouble")
  void neverThere() {
    away = true;
    BudgetWatch watch = watch(null, List.of());
    assertThat(look(watch, 0).trouble()).isEqualTo("answers 503");
    assertThat(watch.isSettled()).isTrue();
  }

  private static BudgetWatch monthly(EventCounts counts, Instant exposedAt) {
    Slo slo =
        new Slo(
            SLO.name(),
            SLO.service(),
            SLO.source(),
            SLO.counts(),
            SLO.query(),
            SLO.total(),
            SLO.perSecond(),
            SLO.target(),
            Duration.ofDays(30),
            new Slo.Calendar(
                LocalDateTime.parse("2026-01-01T00:00"),
                ZoneId.of("Europe/Berlin"),
                Period.ofMonths(1)));
    return new BudgetWatch(List.of(slo), counts, Runnable::run, exposedAt, List.of());
  }

  @Test
  @DisplayName(
      "D4: the period of a calendar window is counted from its start, beside the burn rates")
  void period() {
    BudgetReading reading = monthly(this::count, null).look(START.plusMillis(400)).getFirst();
    assertThat(reading.trouble()).isNull();
    Duration since = Duration.between(Instant.parse("2026-10-31T23:00:00Z"), START);
    assertThat(reading.period()).isEqualTo(new Span(START, since, 1, 100));
    assertThat(reading.spans())
        .extracting(Span::length)
        .doesNotContain(Duration.ofDays(30))
        .contains(Duration.ofMinutes(5), HOUR, Duration.ofDays(3));
  }

  @Test
  @DisplayName("D4: a new period is counted at once, over five minutes until it is older than that")
  void turn() {
    Instant turn = Instant.parse("2026-11-30T23:00:00Z");
    BudgetWatch watch = monthly(this::count, turn.minusSeconds(60));
    BudgetReading old = watch.look(turn.minusSeconds(1)).getFirst();
    assertThat(old.period().length()).isEqualTo(Duration.ofDays(30).minusSeconds(1));
    BudgetReading young = watch.look(turn.plusSeconds(1)).getFirst();
    assertThat(young.period())
        .isEqualTo(new Span(turn.plusSeconds(1), Duration.ofMinutes(5), 1, 100));
    BudgetReading later = watch.look(turn.plusSeconds(3_600)).getFirst();
    assertThat(later.period()).isEqualTo(new Span(turn.plusSeconds(3_600), HOUR, 1, 100));
    assertThat(later.periodBefore().until()).isEqualTo(turn.minusSeconds(60));
    assertThat(later.periodBefore().length()).isEqualTo(Duration.ofDays(30).minusSeconds(60));
  }

  @Test
  @DisplayName("G2: a period that cannot be read is trouble, and settled")
  void unreadPeriod() {
    EventCounts counts =
        (slo, until, length) -> {
          if (length.compareTo(Duration.ofDays(3)) > 0) {
            throw new EventCounts.Unreadable("answers 503");
          }
          return new Span(until, length, 1, 100);
        };
    BudgetWatch watch = monthly(counts, null);
    assertThat(watch.isSettled()).isFalse();
    assertThat(watch.look(START).getFirst().trouble()).isEqualTo("answers 503");
    assertThat(watch.isSettled()).isTrue();
  }

  @Test
  @DisplayName("R1: how the budget burned before the candidate is read once, at any later time")
  void before() {
    away = true;
    BudgetWatch watch = watch(START, List.of());
    assertThat(look(watch, 0).before()).isEmpty();
    away = false;
    BudgetReading reading = look(watch, 600);
    assertThat(reading.before()).extracting(Span::until).containsOnly(START);
    assertThat(reading.exposed())
        .isEqualTo(new Span(START.plusSeconds(600), Duration.ofMinutes(10), 1, 100));
    asked.clear();
    look(watch, 900);
    assertThat(asked).extracting(Asked::until).containsOnly(START.plusSeconds(900));
  }

  @Test
  @DisplayName("R1: after a restart what was known of before is not asked again")
  void restart() {
    BudgetReading known = look(watch(START, List.of()), 60);
    asked.clear();
    BudgetReading again = look(watch(START, List.of(known)), 90);
    assertThat(again.before()).isEqualTo(known.before());
    assertThat(asked).extracting(Asked::until).containsOnly(START.plusSeconds(90));
  }
}
