package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// How much two arms differ is learned stratum by stratum; nothing must be lost on the way.
class ArmNoiseTest {

  private static final int LAG = 6;
  private static final int KEPT = 240;
  private static final double PRIOR = 4 * 0.02 * 0.02;

  @Test
  @DisplayName("M2: learned stratum by stratum, the noise is that of the last 240 strata at once")
  void asIfAtOnce() {
    var random = new Random(1);
    var noise = new ArmNoise(0.02);
    var ratios = new ArrayList<Double>();
    for (int i = 0; i < 1_000; i++) {
      // Equal values, too, of which only one leaves.
      double ratio = random.nextInt(4) == 0 ? 0.01 : 0.3 * random.nextGaussian();
      ratios.add(ratio);
      noise.add(ratio, 0);
      assertThat(noise.variance()).isEqualTo(atOnce(ratios));
    }
  }

  private static double atOnce(List<Double> ratios) {
    var squares = new ArrayList<Double>();
    for (int k = ratios.size() - 1; k >= Math.max(LAG, ratios.size() - KEPT + LAG); k--) {
      double d = ratios.get(k) - ratios.get(k - LAG);
      squares.add(d * d / 2);
    }
    int n = squares.size();
    if (n == 0) {
      return PRIOR;
    }
    squares.sort(null);
    double median =
        n % 2 == 1 ? squares.get(n / 2) : (squares.get(n / 2 - 1) + squares.get(n / 2)) / 2;
    return (12 * PRIOR + n * 10 * (median / 0.455)) / (12 + n);
  }
}
