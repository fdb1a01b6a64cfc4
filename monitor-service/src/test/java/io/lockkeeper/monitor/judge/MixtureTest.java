package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MixtureTest {

  @Test
  @DisplayName("M2: evidence about the whole watch is the mean of its likelihood ratios")
  void mean() {
    Mixture mixture = new Mixture(2);
    assertThat(mixture.logE()).isZero();
    mixture.add(new double[] {1, -3});
    mixture.add(new double[] {0.5, 4});
    assertThat(mixture.logE())
        .isCloseTo(Math.log((Math.exp(1.5) + Math.exp(1)) / 2), within(1e-12));
    mixture.add(new double[] {2_000, -2_000});
    assertThat(mixture.logE()).isCloseTo(2_001.5 - Math.log(2), within(1e-9));
  }
}
