package io.lockkeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.monitor.WatchClock.Extent;
import io.lockkeeper.runbook.Runbook.Monitoring;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("D4, M1: looks are not on time to the millisecond, and intervals may be long")
class WatchClockTest {

  private static final Duration LATE = Duration.ofMillis(3);

  private Instant now = Story.START;
  private WatchClock clock = WatchClock.of(Watch.of(List.of()));
  private int losses;

  @ParameterizedTest
  @CsvSource({"PT5S", "PT15S", "PT1M"})
  @DisplayName("two looks that fail, and one that is late, are no loss; three are")
  void late(Duration interval) {
    looks(2, Extent.ALL, interval);
    looks(2, Extent.NOTHING, interval);
    now = now.plus(LATE);
    looks(1, Extent.ALL, interval);
    assertThat(clock.lost()).isNull();
    Instant seen = now;
    looks(3, Extent.NOTHING, interval);
    assertThat(clock.lost()).isEqualTo(seen);
  }

  @ParameterizedTest
  @CsvSource({"PT1S, 16", "PT15S, 8", "PT1M, 2", "PT10M, 2"})
  @DisplayName("however often telemetry was lost, two minutes of good looks are enough, and two")
  void proof(Duration interval, int enough) {
    losses = 7;
    looks(1, Extent.ALL, interval);
    looks(3, Extent.NOTHING, interval);
    looks(enough - 1, Extent.ALL, interval);
    assertThat(clock.lost()).isNotNull();
    looks(1, Extent.ALL, interval);
    assertThat(clock.lost()).isNull();
  }

  @Test
  @DisplayName("where nobody looked for longer, nobody knows what was")
  void nobodyLooked() {
    Duration interval = Duration.ofSeconds(15);
    looks(2, Extent.ALL, interval);
    Instant seen = now;
    now = now.plusSeconds(60);
    looks(1, Extent.ALL, interval);
    assertThat(clock.lost()).isEqualTo(seen);
  }

  private void looks(int count, Extent what, Duration interval) {
    Monitoring monitoring =
        new Monitoring(
            interval, null, null, null, null, null, null, null, null, null, null, null, null);
    WatchGoal.Candidate goal = new WatchGoal.Candidate(monitoring, 10, true, null, true);
    for (int i = 0; i < count; i++) {
      now = now.plus(interval);
      clock = clock.after(goal, losses, what, now);
    }
  }
}
