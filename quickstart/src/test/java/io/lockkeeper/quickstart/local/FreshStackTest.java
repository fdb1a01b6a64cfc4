package io.lockkeeper.quickstart.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreshStackTest {

  @TempDir private Path data;

  @Test
  @DisplayName("A fresh stack keeps nothing of an earlier one")
  void keepsNothing() throws IOException {
    Path old = Files.writeString(Files.createDirectories(data.resolve("kafka/a")).resolve("b"), "");
    try (LocalStack fresh = LocalStack.fresh(new Layout(Path.of(""), data, 20_000))) {
      assertThat(old).doesNotExist();
      assertThat(fresh.credentials().publicKey()).exists();
    }
  }

  @Test
  @DisplayName("A folder that another stack has is refused, and nothing in it is deleted")
  void refusesOneInUse() throws IOException {
    Layout layout = new Layout(Path.of(""), data, 20_000);
    try (LocalStack other = LocalStack.of(layout)) {
      // Within one JVM the lock refuses by itself.
      assertThatThrownBy(() -> LocalStack.fresh(layout))
          .isInstanceOf(OverlappingFileLockException.class);
      assertThat(other.credentials().publicKey()).exists();
    }
  }
}
