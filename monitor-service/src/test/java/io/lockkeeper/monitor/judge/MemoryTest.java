package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Memory that breathes: each instance fills up and is collected, at times of its own.
class MemoryTest {

  private static final JudgeSettings SETTINGS =
      JudgeSettings.of(
          List.of(Signal.critical("memory", Signal.Kind.MEMORY)), Duration.ofSeconds(15));

  private static final int LOOKS = 160;
  private static final int STEP = 15;
  private static final int RUNS = Integer.getInteger("lockkeeper.benchmark.runs", 100);

  /// Instances of one version.
  ///
  /// @param depth  how deep collections go, as a part of the mean
  /// @param period seconds from one to the next
  private record Heap(double depth, double period, double noise) {

    List<Sample> scrape(String name, double[] phases, double at, double times, RandomGenerator r) {
      var samples = new ArrayList<Sample>();
      for (int i = 0; i < phases.length; i++) {
        double saw = (at / period + phases[i]) % 1.0 - 0.5;
        double level = 500e6 * times * (1 + depth * saw) * Math.exp(noise * r.nextGaussian());
        samples.add(Sample.of(name + i).withRequests((long) (at * 10)).withResources(null, level));
      }
      return samples;
    }
  }

  /// How the candidate's memory goes, as a multiple of the stable version's.
  private interface Course {
    double at(double seconds);
  }

  private static double breach(
      long seed, Heap heap, int stable, int canaries, boolean beside, Course course) {
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    double[] old = random.doubles(stable).toArray();
    double[] young = random.doubles(canaries).toArray();
    var before = new ArrayList<Baseline.Scrape>();
    for (int i = 0; i < 120; i++) {
      before.add(new Baseline.Scrape(at(i - 120), heap.scrape("s", old, i * STEP, 1, random)));
    }
    var judge = new Judge(SETTINGS, Baseline.of(before, SETTINGS.signals()));
    for (int i = 0; i < LOOKS; i++) {
      double since = STEP * i;
      var look =
          new Look(
              at(i),
              beside ? 0.2 : 1,
              beside ? heap.scrape("s", old, 1800 + since, 1, random) : List.of(),
              heap.scrape("c", young, since, course.at(since), random));
      if (judge.look(look).verdict() == Verdict.FAILED) {
        return since;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  private static Instant at(int look) {
    return SimulatedService.START.plusSeconds((long) STEP * look);
  }

  private static long breached(Heap heap, int stable, int canaries, boolean beside, Course course) {
    return LongStream.range(0, RUNS)
        .filter(seed -> breach(seed, heap, stable, canaries, beside, course) < LOOKS * STEP)
        .count();
  }

  @ParameterizedTest(name = "{0} deep, every {1} s, {2} instances and {3}, with a control: {4}")
  @CsvSource({
    "0.00, 240, 1, 1, true",
    "0.10, 240, 1, 1, true",
    "0.30, 240, 8, 1, true",
    "0.30, 240, 8, 1, false",
    "0.30, 240, 1, 1, true",
    "0.20, 1200, 8, 1, true",
    "0.20, 1200, 1, 1, true",
    "0.10, 1200, 4, 2, false",
  })
  @DisplayName("M1: memory that comes and goes, one candidate among many: no more than alpha")
  void breathes(double depth, double period, int stable, int canaries, boolean beside) {
    var heap = new Heap(depth, period, 0.004);
    assertThat(breached(heap, stable, canaries, beside, since -> 1))
        .isLessThanOrEqualTo((long) (RUNS * SETTINGS.alpha()));
  }

  @Test
  @DisplayName("M1: what a start needs and gives back within minutes is no breach")
  void coldStart() {
    for (int stable : new int[] {1, 8}) {
      for (double gone : new double[] {30, 90}) {
        assertThat(
                breached(
                    new Heap(0.04, 240, 0.004),
                    stable,
                    1,
                    true,
                    since -> 1 + 0.4 * Math.exp(-since / gone)))
            .isZero();
      }
    }
  }

  @Test
  @DisplayName("M1: a cache that fills, and a version that needs 4 % more, are no breach")
  void fills() {
    var heap = new Heap(0.04, 240, 0.004);
    assertThat(breached(heap, 2, 1, true, since -> 1.04 - 0.5 * Math.exp(-since / 300)))
        .isLessThanOrEqualTo((long) (RUNS * SETTINGS.alpha()));
  }

  /// When a leak of so many percent a minute is found in the middle one of the runs.
  private static double found(double leak, double depth, int stable, boolean beside) {
    var heap = new Heap(depth, 240, 0.004);
    return LongStream.range(0, RUNS)
        .mapToDouble(
            seed -> breach(seed, heap, stable, 1, beside, since -> 1 + leak / 6000 * since))
        .sorted()
        .toArray()[RUNS / 2];
  }

  @Test
  @DisplayName(
      "M1, R1: a leak is found when it is over the margin, the steadier memory is the sooner")
  void leaks() {
    assertThat(found(0.5, 0.04, 1, true)).isLessThanOrEqualTo(1_200);
    assertThat(found(1, 0.04, 8, true)).isLessThanOrEqualTo(660);
    assertThat(found(4, 0.04, 1, false)).isLessThanOrEqualTo(210);
    assertThat(found(4, 0.30, 1, true)).isLessThanOrEqualTo(480);
  }

  @Test
  @DisplayName(
      "M4: the evidence says by how much a leak grows, and says nothing of growth otherwise")
  void inWords() {
    assertThat(words(since -> 1 + 0.02 * since / 60)).contains("growing by").contains("a minute");
    assertThat(words(since -> 1.2)).doesNotContain("growing");
  }

  private static String words(Course course) {
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    var heap = new Heap(0.04, 240, 0.004);
    var judge = new Judge(SETTINGS, null);
    String last = "";
    for (int i = 0; i < 40; i++) {
      double since = STEP * i;
      last =
          judge
              .look(
                  new Look(
                      at(i),
                      0.2,
                      heap.scrape("s", new double[] {0.3}, since, 1, random),
                      heap.scrape("c", new double[] {0.7}, since, course.at(since), random)))
              .signals()
              .getFirst()
              .rule();
    }
    return last;
  }
}
