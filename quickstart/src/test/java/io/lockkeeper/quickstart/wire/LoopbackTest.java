package io.lockkeeper.quickstart.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
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
}
