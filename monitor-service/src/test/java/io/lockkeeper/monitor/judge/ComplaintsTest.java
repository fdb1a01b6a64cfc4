package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Arrays that other judges were complained about for: called healthy when they are not, or the
/// other way round. One point is a minute.
class ComplaintsTest {

  private static final JudgeSettings SETTINGS =
      JudgeSettings.of(
          List.of(
              Signal.critical(Signal.ERRORS, Signal.Kind.ERRORS),
              Signal.advisory(Signal.DURATION, Signal.Kind.DURATION)),
          Duration.ofMinutes(1));
  private static final JudgeSettings DURATIONS =
      JudgeSettings.of(
          List.of(Signal.critical(Signal.DURATION, Signal.Kind.DURATION)), Duration.ofMinutes(1));

  @Test
  @DisplayName("R1: seven of ten points at 100 times the control's errors are a breach")
  void sevenOfTenPoints() {
    long[] control = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    long[] candidate = {100, 1, 100, 100, 1, 100, 100, 1, 100, 100};
    assertThat(errors(candidate, 1_000, control, 1_000, null)).isEqualTo(Verdict.FAILED);
  }

  @Test
  @DisplayName("R1: seven of ten points at 100 times the control's durations are a breach")
  void sevenOfTenDurations() {
    boolean[] slow = {true, false, true, true, false, true, true, false, true, true};
    assertThat(durations(slow)).isEqualTo(Verdict.FAILED);
    assertThat(durations(new boolean[slow.length])).isEqualTo(Verdict.PASSED);
  }

  @Test
  @DisplayName("R1: errors 0, 1, 2, 1, 0, 0 against none at real traffic are a breach")
  void fewErrorsAgainstNone() {
    long[] control = {0, 0, 0, 0, 0, 0};
    long[] candidate = {0, 1, 2, 1, 0, 0};
    assertThat(errors(candidate, 200, control, 3_800, null)).isEqualTo(Verdict.FAILED);
  }

  @Test
  @DisplayName("R1: 307 errors are a breach when the control shows no error series at all")
  void manyErrorsAgainstNoSeries() {
    long[] candidate = {40, 52, 61, 48, 57, 49};
    assertThat(errors(candidate, 1_000, null, 9_000, null)).isEqualTo(Verdict.FAILED);
  }

  @Test
  @DisplayName("R1: 307 errors are a breach when there is neither control nor baseline")
  void manyErrorsAgainstNothing() {
    long[] candidate = {40, 52, 61, 48, 57, 49};
    assertThat(errors(candidate, 1_000, null, 0, null)).isEqualTo(Verdict.FAILED);
  }

  @Test
  @DisplayName("R1: 307 errors are a breach against a baseline that counted none")
  void manyErrorsAgainstAnEmptyBaseline() {
    long[] candidate = {40, 52, 61, 48, 57, 49};
    var scrapes =
        List.of(
            new Baseline.Scrape(
                SimulatedService.START.minusSeconds(600), List.of(Sample.of("s").withErrors(0, 0))),
            new Baseline.Scrape(
                SimulatedService.START, List.of(Sample.of("s").withErrors(50_000, 0))));
    var baseline = Baseline.of(scrapes, SETTINGS.signals());
    assertThat(errors(candidate, 1_000, null, 0, baseline)).isEqualTo(Verdict.FAILED);
  }

  @Test
  @DisplayName("M1: one random error in three requests per minute is no breach")
  void oneErrorInThreeRequests() {
    long[] control = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    long[] candidate = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    assertThat(errors(candidate, 3, control, 27, null)).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(errors(candidate, 3, control, 3, null)).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(errors(candidate, 3, null, 0, null)).isEqualTo(Verdict.INCONCLUSIVE);
  }

  private static Verdict errors(
      long[] candidate,
      long candidateRequests,
      long @Nullable [] control,
      long controlRequests,
      @Nullable Baseline baseline) {
    var looks = new ArrayList<Look>();
    long bad = 0;
    long controlBad = 0;
    for (int i = 0; i <= candidate.length; i++) {
      bad += i == 0 ? 0 : candidate[i - 1];
      controlBad += i == 0 || control == null ? 0 : control[i - 1];
      var stable = Sample.of("stable").withRequests(controlRequests * i);
      var shown = control == null ? stable : stable.withErrors(controlRequests * i, controlBad);
      looks.add(
          new Look(
              SimulatedService.START.plusSeconds(60L * i),
              controlRequests == 0
                  ? 1
                  : (double) candidateRequests / (candidateRequests + controlRequests),
              controlRequests == 0 ? List.of() : List.of(shown),
              List.of(Sample.of("new").withErrors(candidateRequests * i, bad))));
    }
    return Judge.replay(SETTINGS, baseline, looks).verdict();
  }

  private static Verdict durations(boolean[] slow) {
    var bounds = List.of(0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0);
    var looks = new ArrayList<Look>();
    var fast = new long[] {300, 700, 950, 990, 999, 1_000, 1_000, 1_000};
    var late = new long[] {0, 0, 0, 10, 100, 300, 950, 1_000};
    var stable = new long[8];
    var fresh = new long[8];
    for (int i = 0; i <= slow.length; i++) {
      for (int b = 0; b < 8 && i > 0; b++) {
        stable[b] += fast[b];
        fresh[b] += slow[i - 1] ? late[b] : fast[b];
      }
      looks.add(
          new Look(
              SimulatedService.START.plusSeconds(60L * i),
              0.5,
              List.of(sample("stable", bounds, stable)),
              List.of(sample("new", bounds, fresh))));
    }
    return Judge.replay(DURATIONS, null, looks).verdict();
  }

  private static Sample sample(String name, List<Double> bounds, long[] counts) {
    return Sample.of(name)
        .withRequests(counts[7])
        .withDuration(
            Signal.DURATION,
            new Histogram(bounds, java.util.Arrays.stream(counts).boxed().toList()));
  }
}
