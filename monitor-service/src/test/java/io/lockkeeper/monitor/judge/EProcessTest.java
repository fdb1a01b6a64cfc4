package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EProcessTest {

  private static final double[] MASSES = {0.6, 0.4};
  private static final double CAP = 2;
  private static final int PLANNED = 100;

  private final EProcess process = new EProcess(MASSES, PLANNED, CAP);
  private final double[] logL = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
  private double unspent = 1;
  private int strata;

  @Test
  @DisplayName("M2: the evidence is the sum that it is said to be, at every look")
  void sum() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1_000; i++) {
      double[] l = {random.nextDouble(-3, 3), random.nextDouble(-3, 3)};
      double surge = i % 7 == 0 ? random.nextDouble(1, 20) : 1;
      process.peek(l, surge);
      assertThat(process.logE()).isCloseTo(evaluate(l, surge, false), within(1e-9));
      process.close(l, surge);
      assertThat(process.logE()).isCloseTo(evaluate(l, surge, true), within(1e-9));
    }
  }

  @Test
  @DisplayName("M2: in a surge evidence is never more than it were without: a loss stays whole")
  void surge() {
    SplittableRandom random = new SplittableRandom(2);
    EProcess calm = new EProcess(MASSES, PLANNED, CAP);
    for (int i = 0; i < 1_000; i++) {
      double[] l = {random.nextDouble(-3, 3), random.nextDouble(-3, 3)};
      process.close(l, random.nextDouble(1, 20));
      calm.close(l);
      assertThat(process.logE()).isLessThanOrEqualTo(calm.logE() + 1e-9);
    }
  }

  @Test
  @DisplayName("M2: it is that also where no double reaches, and on the way back")
  void beyondDoubles() {
    for (double[] l : new double[][] {{5, 5}, {-2, -2}, {-50, 0}, {-190, -199}, {1, 2}}) {
      for (int i = 0; i < 1_000; i++) {
        process.close(l);
        assertThat(process.logE()).isCloseTo(evaluate(l, 1, true), within(1e-6));
      }
    }
  }

  @Test
  @DisplayName("M2: one stratum takes away a lot, and never so much that nothing could come back")
  void floor() {
    process.close(new double[] {CAP, CAP});
    process.close(new double[] {-1e9, Double.NEGATIVE_INFINITY});
    assertThat(process.logE()).isBetween(-250.0, -1.0);
    for (int i = 0; i < 200; i++) {
      process.close(new double[] {CAP, CAP});
    }
    assertThat(process.logE()).isGreaterThan(300);
  }

  @Test
  @DisplayName("M2: what is missing from the evidence stays missing after a restart, once")
  void restart() {
    process.close(new double[] {-1, -1});
    double missing = process.logE();
    assertThat(missing).isNegative();
    process.restart();
    assertThat(process.logE()).isEqualTo(missing);
    process.restart();
    assertThat(process.logE()).isEqualTo(missing);
    process.close(new double[] {CAP, CAP});
    process.close(new double[] {CAP, CAP});
    assertThat(process.logE()).isPositive();
    process.restart();
    assertThat(process.logE()).isZero();
  }

  /// The formula of [EProcess], by logarithms alone.
  private double evaluate(double[] l, double surge, boolean closes) {
    double k = strata + 1.0;
    double mass =
        strata == 0
            ? 0.8
            : strata < PLANNED ? 0.18 / (PLANNED - 1) : 0.02 * PLANNED / (k * (k - 1));
    double sum = Math.log(Math.max(0, unspent - mass));
    for (int j = 0; j < l.length; j++) {
      double gained = l[j] > 0 ? Math.min(l[j], CAP) / surge : l[j];
      double grown = LogSpace.add(logL[j], Math.log(mass)) + gained;
      sum = LogSpace.add(sum, Math.log(MASSES[j]) + grown);
      if (closes) {
        logL[j] = grown;
      }
    }
    if (closes) {
      unspent = Math.max(0, unspent - mass);
      strata++;
    }
    return sum;
  }
}
