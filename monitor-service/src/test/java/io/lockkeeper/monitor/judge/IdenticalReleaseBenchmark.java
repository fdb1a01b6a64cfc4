package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// How often an identical version is called a breach where everything has a mechanism; the command
/// is in docs/judge-in-the-shop.md.
class IdenticalReleaseBenchmark {

  private static final int RELEASES = Integer.getInteger("lockkeeper.benchmark.releases", 1_000);
  private static final long FIRST = Long.getLong("lockkeeper.benchmark.seed", 10_000);
  private static final double MOST = 0.02;

  private record Alarm(long seed, Conditions conditions, Judgement judgement) {}

  @Test
  @DisplayName("M1: of 1,000 identical releases hardly one is called a breach")
  void falseAlarms() {
    var alarms =
        LongStream.range(FIRST, FIRST + RELEASES)
            .parallel()
            .mapToObj(
                seed -> {
                  var release = new IdenticalRelease(seed);
                  var judgement = Objects.requireNonNull(release.judge());
                  return new Alarm(seed, release.conditions(), judgement);
                })
            .filter(alarm -> alarm.judgement().verdict() == Verdict.FAILED)
            .toList();
    for (var alarm : alarms) {
      System.out.printf(
          "seed %d, %.0f s: %s%n  %s%n",
          alarm.seed(),
          alarm.judgement().observed().toMillis() / 1000.0,
          alarm.judgement().text(),
          alarm.conditions());
    }
    System.out.printf("%d of %d identical releases breached%n", alarms.size(), RELEASES);
    assertThat((double) alarms.size() / RELEASES).isLessThanOrEqualTo(MOST);
  }
}
