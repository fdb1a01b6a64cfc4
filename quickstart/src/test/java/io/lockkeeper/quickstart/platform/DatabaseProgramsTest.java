package io.lockkeeper.quickstart.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseProgramsTest {

  @TempDir Path programs;
  private Path version;
  private Path link;

  @BeforeEach
  void unpackHalf() throws Exception {
    version = Files.createDirectories(programs.resolve("PG-1"));
    Path library = Files.createDirectory(version.resolve("lib")).resolve("libicuuc.so.60");
    link = Files.createSymbolicLink(version.resolve("lib/libicuuc.so"), library);
  }

  @Test
  @DisplayName("Programs whose unpacking was interrupted are removed, to be unpacked again")
  void interrupted() throws Exception {
    DatabasePrograms.discardUnfinished(programs);

    assertThat(version.resolve("lib")).doesNotExist();
  }

  @Test
  @DisplayName("Complete programs stay")
  void complete() throws Exception {
    Files.createFile(version.resolve(".exists"));

    DatabasePrograms.discardUnfinished(programs);

    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  @DisplayName("Programs that somebody unpacks at the moment stay")
  void underWay() throws Exception {
    try (FileChannel channel =
            FileChannel.open(
                version.resolve("epg-lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();

      DatabasePrograms.discardUnfinished(programs);
    }

    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  @DisplayName("Before the first use there is nothing to remove")
  void firstUse() throws Exception {
    DatabasePrograms.discardUnfinished(programs.resolve("none"));
  }
}
