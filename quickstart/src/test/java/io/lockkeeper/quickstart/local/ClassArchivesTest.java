package io.lockkeeper.quickstart.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchivesTest {

  @TempDir Path folder;
  Path archives;
  Path jars;

  @BeforeEach
  void aBuild() throws IOException {
    archives = folder.resolve("archives");
    jars = Files.createDirectory(folder.resolve("lib"));
    Files.writeString(jars.resolve("a.jar"), "a");
  }

  @Test
  void whoDoesNotMakeThemStartsWithoutWhenThereIsNone() throws IOException {
    assertThat(ClassArchives.using(archives).options("gate", jars)).isEmpty();
    assertThat(archives).doesNotExist();
  }

  @Test
  void whatOneMakesIsUsedByAllLaterStarts() throws IOException {
    Path made = write(ClassArchives.making(archives).options("gate", jars));

    String used = "-XX:AOTCache=" + made;
    assertThat(ClassArchives.using(archives).options("gate", jars)).contains(used);
    assertThat(ClassArchives.making(archives).options("gate", jars)).contains(used);
  }

  @Test
  void anArchiveOfAnotherBuildIsNotUsedButReplaced() throws IOException {
    Path ofBefore = write(ClassArchives.making(archives).options("gate", jars));
    Path ofAnother = write(ClassArchives.making(archives).options("audit", jars));
    Files.setLastModifiedTime(jars.resolve("a.jar"), FileTime.from(Instant.EPOCH));

    assertThat(ClassArchives.using(archives).options("gate", jars)).isEmpty();
    Path made = write(ClassArchives.making(archives).options("gate", jars));

    assertThat(made).isNotEqualTo(ofBefore);
    assertThat(ofBefore).doesNotExist();
    assertThat(ofAnother).exists();
  }

  @Test
  void whatProgramsWroteThatWereNeverReadyIsDiscardedAndNothingElse() throws IOException {
    Path before = write(ClassArchives.making(archives).options("gate", jars));
    ClassArchives interrupted = ClassArchives.making(archives);
    interrupted.options("gate", jars);
    Path partial = write(interrupted.options("audit", jars));

    interrupted.discard();

    assertThat(partial).doesNotExist();
    assertThat(before).exists();
  }

  /// What the JVM does when a program with these options ends.
  private static Path write(List<String> options) throws IOException {
    String option =
        options.stream().filter(it -> it.startsWith("-XX:AOTCacheOutput=")).findAny().get();
    return Files.writeString(Path.of(option.substring(option.indexOf('=') + 1)), "classes");
  }
}
