package io.lockkeeper.quickstart.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LayoutTest {

  private static final Path HOME = Path.of("/repository");

  @Test
  void theUsualInstallationIsFoundWithoutOptions() {
    assertThat(new Layout(HOME, HOME.resolve(".lockkeeper"), 8080).options()).isEmpty();
  }

  @Test
  void anyOtherIsFoundByItsOptions() {
    assertThat(new Layout(HOME, Path.of("/data"), 9600).options())
        .isEqualTo(" --base-port 9600 --data /data");
  }
}
