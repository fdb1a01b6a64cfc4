package io.lockkeeper.monitor.budget;

import io.lockkeeper.runbook.Runbook.Slo;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.temporal.ChronoUnit;

/// One period of a calendar window. A day on which clocks are changed is an hour shorter or longer
/// than others, and a month as long as it is. Runbook D4.
///
/// @param start its first moment
/// @param end   the first moment of the next
public record CalendarPeriod(Instant start, Instant end) {

  /// The period in which this time is.
  public static CalendarPeriod at(Slo.Calendar calendar, Instant time) {
    LocalDateTime local = LocalDateTime.ofInstant(time, calendar.zone());
    Period length = calendar.length();
    long months = ChronoUnit.MONTHS.between(calendar.start(), local);
    long days = ChronoUnit.DAYS.between(calendar.start(), local);
    // A guess that is at most one off, but for clocks that are changed.
    long number =
        length.toTotalMonths() > 0
            ? Math.floorDiv(months, length.toTotalMonths())
            : Math.floorDiv(days, length.getDays());
    while (begin(calendar, number).isAfter(time)) {
      number--;
    }
    while (!begin(calendar, number + 1).isAfter(time)) {
      number++;
    }
    return new CalendarPeriod(begin(calendar, number), begin(calendar, number + 1));
  }

  /// How long it is.
  public Duration length() {
    return Duration.between(start, end);
  }

  /// How much of it is over at this time, from 0 to 1.
  public double elapsed(Instant at) {
    double over = Duration.between(start, at).toMillis();
    return Math.clamp(over / length().toMillis(), 0.0, 1.0);
  }

  /// Counted from the start and not from the period before, so that a short month shortens nothing
  /// after it. A time that clocks leave out is the one they show in its place.
  private static Instant begin(Slo.Calendar calendar, long number) {
    Period length = calendar.length();
    return calendar
        .start()
        .plusMonths(Math.multiplyExact(length.toTotalMonths(), number))
        .plusDays(Math.multiplyExact((long) length.getDays(), number))
        .atZone(calendar.zone())
        .toInstant();
  }
}
