package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.quickstart.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InfrastructureStepsTest {

  @TempDir private Path folder;
  private TargetFixture shop;

  @BeforeEach
  void open() throws Exception {
    shop = new TargetFixture(folder);
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
  }

  @Test
  @DisplayName("D2: a step is run once, also when it is asked for under another key")
  void runs() throws Exception {
    assertThat(state(shop.step("r1", 1, 1, "RUN", "V42"))).isEqualTo("SUCCEEDED");
    assertThat(state(shop.step("r1", 1, 2, "RUN", "V42"))).isEqualTo("SUCCEEDED");
    shop.step("r1", 1, 3, "RUN", "V43");

    assertThat(applied()).containsExactly("V42", "V43");
  }

  @Test
  @DisplayName("R2: a step is undone; undoing what is not in force changes nothing")
  void reverts() throws Exception {
    shop.step("r1", 1, 1, "RUN", "V42");
    shop.step("r1", 1, 2, "RUN", "V43");

    assertThat(state(shop.step("r1", 1, 3, "REVERT", "V43"))).isEqualTo("SUCCEEDED");
    assertThat(state(shop.step("r1", 1, 4, "REVERT", "V99"))).isEqualTo("SUCCEEDED");

    assertThat(applied()).containsExactly("V42");
  }

  @Test
  @DisplayName("R3: the backup from before a release's first step is put back and is valid")
  void restores() throws Exception {
    shop.step("r0", 1, 1, "RUN", "V41");
    shop.step("r1", 2, 1, "RUN", "V42");
    shop.step("r1", 2, 2, "RUN", "V43");

    assertThat(state(shop.step("r1", 2, 3, "RESTORE", "nightly"))).isEqualTo("SUCCEEDED");
    assertThat(applied()).containsExactly("V41");
    assertThat(state(shop.step("r1", 2, 4, "VALIDATE", null))).isEqualTo("SUCCEEDED");

    shop.step("r1", 2, 5, "RESTORE", "V43");
    assertThat(applied()).containsExactly("V41", "V42");
  }

  @Test
  @DisplayName("R3: a backup that does not exist cannot be restored, and nothing changes")
  void noBackup() throws Exception {
    shop.step("r1", 1, 1, "RUN", "V42");

    Caller.Reply reply = shop.step("r1", 1, 2, "RESTORE", "../../etc/passwd");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(state(reply)).isEqualTo("FAILED");
    assertThat(reply.json().path("message").asText()).contains("no backup");
    assertThat(applied()).containsExactly("V42");
  }

  @Test
  @DisplayName("R3: damaged data is found before traffic is let in again")
  void damage() throws Exception {
    shop.step("r1", 1, 1, "RUN", "V42");
    Path file = folder.resolve("schema.json");
    Files.writeString(file, Files.readString(file).replace("V42", "V24"));

    assertThat(state(shop.step("r1", 1, 2, "VALIDATE", null))).isEqualTo("FAILED");
    Files.writeString(file, "garbage");
    assertThat(state(shop.step("r1", 1, 3, "VALIDATE", null))).isEqualTo("FAILED");
    assertThat(state(shop.step("r1", 1, 4, "RUN", "V43"))).isEqualTo("FAILED");

    shop.step("r1", 1, 5, "RESTORE", "V42");
    assertThat(state(shop.step("r1", 1, 6, "VALIDATE", null))).isEqualTo("SUCCEEDED");
  }

  private List<String> applied() throws Exception {
    JsonNode schema = Json.tree(Files.readAllBytes(folder.resolve("schema.json")));
    return StreamSupport.stream(schema.path("content").path("applied").spliterator(), false)
        .map(step -> step.path("step").asText())
        .toList();
  }

  private static String state(Caller.Reply reply) throws Exception {
    return reply.json().path("state").asText();
  }
}
