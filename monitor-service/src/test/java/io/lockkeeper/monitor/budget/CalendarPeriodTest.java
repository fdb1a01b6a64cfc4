package io.lockkeeper.monitor.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockkeeper.runbook.Runbook.Slo;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Periods begin where the calendar of a place has them begin.
class CalendarPeriodTest {

  private static Slo.Calendar calendar(String start, String zone, String length) {
    return new Slo.Calendar(LocalDateTime.parse(start), ZoneId.of(zone), Period.parse(length));
  }

  @ParameterizedTest(name = "{3}: from {4} to {5}")
  @DisplayName("D4: which period it is: clocks that change, short months, leap years, other years")
  @CsvSource({
    // Clocks go forward on the 29th of March 2026 and back on the 25th of October.
    "2026-01-01T00:00, Europe/Berlin, P1M, 2026-03-31T21:59:59Z, 2026-03-01T00:00+01:00, 2026-04-01T00:00+02:00",
    "2026-01-01T00:00, Europe/Berlin, P1M, 2026-03-31T22:00:00Z, 2026-04-01T00:00+02:00, 2026-05-01T00:00+02:00",
    "2026-01-01T00:00, Europe/Berlin, P1D, 2026-03-29T12:00:00Z, 2026-03-29T00:00+01:00, 2026-03-30T00:00+02:00",
    "2026-01-01T00:00, Europe/Berlin, P1D, 2026-10-25T22:59:59Z, 2026-10-25T00:00+02:00, 2026-10-26T00:00+01:00",
    "2026-01-05T00:00, Europe/Berlin, P7D, 2026-10-25T22:59:59Z, 2026-10-19T00:00+02:00, 2026-10-26T00:00+01:00",
    // Half past two is left out that night, and is half past three.
    "2026-01-01T02:30, Europe/Berlin, P1D, 2026-03-29T01:30:00Z, 2026-03-29T03:30+02:00, 2026-03-30T02:30+02:00",
    "2026-01-01T02:30, Europe/Berlin, P1D, 2026-03-29T01:29:59Z, 2026-03-28T02:30+01:00, 2026-03-29T03:30+02:00",
    // The end of February, and what comes after it.
    "2026-01-01T00:00, UTC, P1M, 2026-02-28T23:59:59Z, 2026-02-01T00:00Z, 2026-03-01T00:00Z",
    "2026-01-31T00:00, UTC, P1M, 2026-02-28T00:00:00Z, 2026-02-28T00:00Z, 2026-03-31T00:00Z",
    "2026-01-31T00:00, UTC, P1M, 2026-03-30T23:59:59Z, 2026-02-28T00:00Z, 2026-03-31T00:00Z",
    "2026-01-31T00:00, UTC, P1M, 2028-03-01T00:00:00Z, 2028-02-29T00:00Z, 2028-03-31T00:00Z",
    "2024-02-29T00:00, UTC, P1Y, 2026-02-28T00:00:00Z, 2026-02-28T00:00Z, 2027-02-28T00:00Z",
    // The turn of the year, where it comes first and where it comes last.
    "2026-01-01T00:00, Asia/Tokyo, P1Y, 2026-12-31T14:59:59Z, 2026-01-01T00:00+09:00, 2027-01-01T00:00+09:00",
    "2026-01-01T00:00, Asia/Tokyo, P1Y, 2026-12-31T15:00:00Z, 2027-01-01T00:00+09:00, 2028-01-01T00:00+09:00",
    "2026-01-01T00:00, America/New_York, P1M, 2027-01-01T04:59:59Z, 2026-12-01T00:00-05:00, 2027-01-01T00:00-05:00",
    "2026-12-28T00:00, UTC, P7D, 2027-01-02T00:00:00Z, 2026-12-28T00:00Z, 2027-01-04T00:00Z",
    // Quarters of a year that begins in February.
    "2026-02-01T00:00, UTC, P3M, 2027-01-31T23:59:59Z, 2026-11-01T00:00Z, 2027-02-01T00:00Z",
    "2026-02-01T00:00, UTC, P3M, 2026-05-01T00:00:00Z, 2026-05-01T00:00Z, 2026-08-01T00:00Z",
    // Before the start there are periods, too.
    "2026-02-01T00:00, UTC, P3M, 2026-01-31T23:59:59Z, 2025-11-01T00:00Z, 2026-02-01T00:00Z",
    "2026-01-31T00:00, UTC, P1M, 2025-12-30T23:59:59Z, 2025-11-30T00:00Z, 2025-12-31T00:00Z",
  })
  void at(
      String begin,
      String zone,
      String length,
      Instant time,
      OffsetDateTime start,
      OffsetDateTime end) {
    assertThat(CalendarPeriod.at(calendar(begin, zone, length), time))
        .isEqualTo(new CalendarPeriod(start.toInstant(), end.toInstant()));
  }

  @ParameterizedTest(name = "{0} in {1}: {2}")
  @DisplayName("D4: every moment of two years is in one period, and they follow without a gap")
  @CsvSource({
    "2026-01-31T02:30, Europe/Berlin, P1M",
    "2026-03-29T02:30, Europe/Berlin, P1D",
    "2026-10-25T02:30, Europe/Berlin, P7D",
    "2026-02-01T00:00, America/New_York, P3M",
    "2024-02-29T23:59:59, Pacific/Chatham, P1Y",
    "2026-01-01T00:00, Australia/Lord_Howe, P5M",
  })
  void gapless(String begin, String zone, String length) {
    Slo.Calendar calendar = calendar(begin, zone, length);
    Instant time = Instant.parse("2025-12-25T00:00:00Z");
    CalendarPeriod period = CalendarPeriod.at(calendar, time);
    while (period.start().isBefore(Instant.parse("2028-01-10T00:00:00Z"))) {
      assertThat(CalendarPeriod.at(calendar, period.start())).isEqualTo(period);
      assertThat(CalendarPeriod.at(calendar, period.end().minusNanos(1))).isEqualTo(period);
      CalendarPeriod next = CalendarPeriod.at(calendar, period.end());
      assertThat(next.start()).isEqualTo(period.end());
      assertThat(next.length()).isPositive();
      period = next;
    }
  }

  @Test
  @DisplayName("D4: how much of a day is over is told by time, also where an hour is left out")
  void elapsed() {
    Slo.Calendar days = calendar("2026-01-01T00:00", "Europe/Berlin", "P1D");
    CalendarPeriod short23 = CalendarPeriod.at(days, Instant.parse("2026-03-29T12:00:00Z"));
    assertThat(short23.length()).isEqualTo(Duration.ofHours(23));
    assertThat(short23.elapsed(short23.start())).isZero();
    assertThat(short23.elapsed(Instant.parse("2026-03-29T10:30:00Z"))).isCloseTo(0.5, within(1e-9));
    assertThat(short23.elapsed(short23.end().plusSeconds(1))).isEqualTo(1);
    CalendarPeriod long25 = CalendarPeriod.at(days, Instant.parse("2026-10-25T12:00:00Z"));
    assertThat(long25.length()).isEqualTo(Duration.ofHours(25));
  }
}
