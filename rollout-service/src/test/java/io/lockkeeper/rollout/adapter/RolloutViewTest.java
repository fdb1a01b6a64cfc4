package io.lockkeeper.rollout.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.rollout.Rollout.Phase;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RolloutViewTest {

  @Test
  @DisplayName("A release is counted in whatever phase it is, until it has ended")
  void everyPhaseIsCounted() {
    assertThat(RolloutView.CENSUS.gauges())
        .filteredOn(gauge -> gauge.name().equals("lockkeeper.rollout.releases"))
        .hasSize(Phase.class.getPermittedSubclasses().length - 1);
  }
}
