package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LoadTest {

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  @DisplayName("M1: customers come at the mean rate, none after a clock")
  void rate() {
    assertThat(perSecond(Load.of(200), Duration.ofSeconds(60))).isBetween(195.0, 205.0);
    Load load = Load.of(200);
    assertThat(load.gap(0, random)).isNotEqualTo(load.gap(0, random));
  }

  @Test
  @DisplayName("M1: in 4 of 30 seconds a burst multiplies the rate, or nearly nobody comes")
  void bursts() {
    assertThat(perSecond(new Load(100, 5, 0), Duration.ofSeconds(60))).isBetween(145.0, 162.0);
    assertThat(perSecond(new Load(100, 0, 0), Duration.ofSeconds(60))).isBetween(82.0, 92.0);
  }

  @Test
  @DisplayName("D3: known customers say who they are, and some come far more often")
  void known() {
    Load load = new Load(10, 1, 100);
    long eager = 0;
    for (int i = 0; i < 10_000; i++) {
      eager += load.customer(random).orElseThrow().equals("customer-0") ? 1 : 0;
    }
    assertThat(eager).isBetween(350L, 600L);
    assertThat(Load.of(10).customer(random)).isEmpty();
  }

  @Test
  @DisplayName("M1: a rate that cannot be sent is refused")
  void refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Load.of(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Load(1_000, 3, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Load(10, 1, -1));
  }

  private double perSecond(Load load, Duration span) {
    long at = 0;
    int count = 0;
    while (at < span.toNanos()) {
      at += load.gap(at, random);
      count++;
    }
    return count / (double) span.toSeconds();
  }
}
