package io.lockkeeper.quickstart.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {

  @TempDir private Path folder;

  @Test
  @DisplayName("D5: lines stay over a restart, and a line that a crash cut short is removed")
  void tornLine() throws Exception {
    Path file = folder.resolve("new/lines.jsonl");
    try (JsonLines lines = JsonLines.open(file)) {
      lines.append(Map.of("n", 1));
      lines.append(Map.of("n", 2, "text", "line\nbreak"));
    }
    Files.writeString(file, "{\"n\":3,\"te", StandardOpenOption.APPEND);

    try (JsonLines lines = JsonLines.open(file)) {
      lines.append(Map.of("n", 4));

      assertThat(lines.lines()).extracting(line -> line.path("n").asInt()).containsExactly(1, 2, 4);
    }
  }

  @Test
  @DisplayName("D5: a file that holds nothing but a torn line begins anew")
  void onlyTorn() throws Exception {
    Path file = Files.writeString(folder.resolve("lines.jsonl"), "{\"n\":");
    try (JsonLines lines = JsonLines.open(file)) {
      assertThat(lines.lines()).isEmpty();
      assertThat(file).isEmptyFile();
    }
  }
}
