package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A breach latches, so one look at the end shows whether any of the day's looks found one.
class QuietDayTest {

  private static final int DAYS = 20;

  @Test
  @DisplayName("M1: nothing changed, a look every 15 s for 24 h: breaches are no more than alpha")
  void falseAlarmsOfADay() {
    long breached =
        LongStream.range(0, DAYS)
            .parallel()
            .filter(seed -> new QuietDay(seed).isBreached())
            .count();
    assertThat(breached).isLessThanOrEqualTo((long) (DAYS * QuietDay.SETTINGS.alpha()));
  }
}
