package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The chance of a false alarm over a whole day, counted; the command is in docs/performance.md.
class QuietDayBenchmark {

  private static final int DAYS = Integer.getInteger("lockkeeper.benchmark.days", 10_000);

  @Test
  @DisplayName(
      "M1: of 10,000 days on which nothing changed, no more than alpha are called breaches")
  void falseAlarmsOfManyDays() {
    long breached =
        LongStream.range(0, DAYS)
            .parallel()
            .filter(seed -> new QuietDay(seed).isBreached())
            .count();
    System.out.printf("%d of %d days breached, %d looks each%n", breached, DAYS, QuietDay.LOOKS);
    assertThat(breached).isLessThanOrEqualTo((long) (DAYS * QuietDay.SETTINGS.alpha()));
  }
}
