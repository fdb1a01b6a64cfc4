package io.lockkeeper.quickstart.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LoopbackTest {

  @Test
  @DisplayName("A free port is another one each time: what is started with two listens on both")
  void freePort() throws IOException {
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      ports.add(Loopback.freePort());
    }
    assertThat(ports).hasSize(1_000);
  }

  @Test
  @DisplayName("Where somebody else was quicker, what starts on free ports starts on others")
  void quicker() throws IOException {
    List<Integer> tried = new ArrayList<>();
    int started =
        Loopback.onFreePorts(
            () -> {
              tried.add(Loopback.freePort());
              if (tried.size() < 3) {
                throw new BindException("taken");
              }
              return tried.getLast();
            });
    assertThat(tried).doesNotHaveDuplicates().last().isEqualTo(started);
  }

  @Test
  @DisplayName("What never finds its port free is given up, with the reason")
  void alwaysTaken() {
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(
            () ->
                Loopback.onFreePorts(
                    () -> {
                      throw new BindException("port 1 is taken");
                    }))
        .withMessage("port 1 is taken");
  }
}
