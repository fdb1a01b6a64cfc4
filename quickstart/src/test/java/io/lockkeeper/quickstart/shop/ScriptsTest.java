package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptsTest {

  @TempDir private Path folder;

  @Test
  @DisplayName("R2: the documented script runs")
  void runs() throws Exception {
    script("rollback", "touch " + folder.resolve("done"));
    new Scripts(folder).run("rollback");
    assertThat(folder.resolve("done")).exists();
  }

  @Test
  @DisplayName("R2: a script that fails, or that nobody put there, is a failure")
  void fails() throws Exception {
    script("broken", "exit 3");
    Scripts scripts = new Scripts(folder);
    assertThatThrownBy(() -> scripts.run("broken")).hasMessage("broken ended with 3");
    assertThatThrownBy(() -> scripts.run("none")).hasMessage("There is no script none");
  }

  @Test
  @DisplayName("No name leads out of the folder")
  void staysInside() throws Exception {
    Path inside = Files.createDirectory(folder.resolve("scripts"));
    script("outside", "touch " + folder.resolve("done"));
    assertThatThrownBy(() -> new Scripts(inside).run("../outside")).isInstanceOf(IOException.class);
    assertThat(folder.resolve("done")).doesNotExist();
  }

  private void script(String name, String body) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
