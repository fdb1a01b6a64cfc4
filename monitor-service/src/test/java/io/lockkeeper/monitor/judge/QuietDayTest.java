package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A breach latches, so one look at the end shows whether any of the day's looks found one.
class QuietDayTest {

  @Test
  @DisplayName("M1: nothing changed, a look every 15 s for 24 h: breaches are no more than alpha")
  void falseAlarmsOfADay() {
    quiet(20);
  }

  @Test
  @Tag("deep")
  @DisplayName("M1: the same on a hundred days")
  void falseAlarmsOfAHundredDays() {
    quiet(100);
  }

  private static void quiet(int days) {
    long breached =
        LongStream.range(0, days)
            .parallel()
            .filter(seed -> new QuietDay(seed).isBreached())
            .count();
    assertThat(breached).isLessThanOrEqualTo((long) (days * QuietDay.SETTINGS.alpha()));
  }
}
