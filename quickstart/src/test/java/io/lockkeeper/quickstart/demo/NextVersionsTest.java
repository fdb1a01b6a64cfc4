package io.lockkeeper.quickstart.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.quickstart.demo.AuditClient.Ended;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NextVersionsTest {

  private static final Ended VERIFIED = new Ended("1.5.0", Outcome.VERIFIED);
  private static final Ended TAKEN_BACK = new Ended("1.6.0", Outcome.ROLLED_BACK);
  private static final Ended STUCK = new Ended("1.7.0", Outcome.ROLLBACK_FAILED);

  @Test
  @DisplayName("What runs is what was verified last")
  void running() {
    assertThat(NextVersions.running(List.of())).isEqualTo("1.4.2");
    assertThat(NextVersions.running(List.of(TAKEN_BACK))).isEqualTo("1.4.2");
    assertThat(NextVersions.running(List.of(STUCK, TAKEN_BACK, VERIFIED))).isEqualTo("1.5.0");
  }

  @Test
  @DisplayName("What comes next was never released: what was taken back is quarantined")
  void next() {
    assertThat(NextVersions.next("1.4.2", List.of())).isEqualTo("1.5.0");
    assertThat(NextVersions.next("1.5.0", List.of(VERIFIED))).isEqualTo("1.6.0");
    assertThat(NextVersions.next("1.5.0", List.of(STUCK, TAKEN_BACK, VERIFIED))).isEqualTo("1.8.0");
    assertThat(NextVersions.next("1.9.0", List.of(VERIFIED))).isEqualTo("1.10.0");
  }
}
