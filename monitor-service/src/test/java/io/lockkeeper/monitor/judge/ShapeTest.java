package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Between two bounds of a histogram nothing was measured; what is assumed there must be near.
class ShapeTest {

  private static final List<Double> BOUNDS =
      List.of(5.0, 10.0, 20.0, 40.0, 65.0, 100.0, 160.0, 200.0, 250.0, 320.0, 550.0, 1000.0);
  private static final double REQUESTS = 1e6;

  /// Weibull with a tail that gets steeper and steeper.
  private static final DoubleUnaryOperator STEEP = x -> Math.exp(-Math.pow(x / 75, 1.3));

  /// Pareto: equally steep everywhere.
  private static final DoubleUnaryOperator HEAVY = x -> x < 10 ? 1 : Math.pow(10 / x, 2.1);

  @Test
  @DisplayName("M2: a margin of 3 % is counted as 3 %, in a steep tail and in a heavy one")
  void marginIsCountedAsItIs() {
    for (var law : List.of(STEEP, HEAVY)) {
      var shape = new Shape(buckets(law, REQUESTS));
      for (double bound : List.of(40.0, 100.0, 200.0, 320.0)) {
        double exact = Math.log(law.applyAsDouble(bound / 1.03) / law.applyAsDouble(bound));
        double seen =
            Math.log(shape.above(shape.cut(bound / 1.03)) / shape.above(shape.cut(bound)));
        assertThat(seen / exact).as("%s", bound).isBetween(0.85, 1.15);
      }
    }
  }

  @Test
  @DisplayName("M2: at the bounds it says what was counted, and between them it falls")
  void agreesWithTheCounts() {
    var buckets = buckets(STEEP, REQUESTS);
    var shape = new Shape(buckets);
    for (double bound : BOUNDS) {
      assertThat(shape.above(shape.cut(bound))).isCloseTo(buckets.above(bound), within(1e-6));
    }
    double before = shape.above(shape.cut(1));
    for (double x = 1; x < 1500; x *= 1.01) {
      assertThat(shape.above(shape.cut(x))).isLessThanOrEqualTo(before);
      before = shape.above(shape.cut(x));
    }
  }

  @Test
  @DisplayName("M2: another histogram is split as this one falls")
  void splitsOthers() {
    var shape = new Shape(buckets(STEEP, REQUESTS));
    var others = buckets(STEEP, REQUESTS / 50);
    assertThat(shape.above(others, shape.cut(190)))
        .isCloseTo(shape.above(shape.cut(190)) / 50, within(1e-6));
    var coarse = Buckets.of(List.of(50.0, 500.0), List.of(10.0, 10.0, 10.0));
    assertThat(shape.above(coarse, shape.cut(190))).isEqualTo(coarse.above(190));
  }

  @Test
  @DisplayName("M2: where hardly anything was counted the spread is even, and nothing is no number")
  void fewAreSpreadEvenly() {
    var few = buckets(STEEP, 100);
    var sparse = new Shape(few);
    assertThat(sparse.above(sparse.cut(240))).isEqualTo(few.above(240));
    var nothing = new Shape(new Buckets());
    assertThat(nothing.total()).isZero();
    assertThat(nothing.share(nothing.cut(100))).isEqualTo(0.5);
  }

  private static Buckets buckets(DoubleUnaryOperator above, double requests) {
    var counts = new ArrayList<Double>();
    double before = 1;
    for (double bound : BOUNDS) {
      counts.add(requests * (before - above.applyAsDouble(bound)));
      before = above.applyAsDouble(bound);
    }
    counts.add(requests * before);
    return Buckets.of(BOUNDS, counts);
  }
}
