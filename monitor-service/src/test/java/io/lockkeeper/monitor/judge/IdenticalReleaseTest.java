package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IdenticalReleaseTest {

  private static final int RELEASES = 60;

  @Test
  @DisplayName(
      "M1: queues, pools, retries, restarts, pauses, uneven load: an identical version is no breach")
  void identical() {
    var breaches =
        LongStream.range(0, RELEASES)
            .parallel()
            .filter(
                seed -> {
                  var judgement = new IdenticalRelease(seed).judge();
                  return judgement == null || judgement.verdict() == Verdict.FAILED;
                })
            .count();
    assertThat(breaches).isLessThanOrEqualTo(1);
  }
}
