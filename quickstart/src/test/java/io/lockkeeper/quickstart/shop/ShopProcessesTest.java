package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.quickstart.wire.Answer;
import io.lockkeeper.quickstart.wire.Loopback;
import io.lockkeeper.quickstart.wire.OwnProcess;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShopProcessesTest {

  private static final int TERMINATED = 143;

  @TempDir private Path folder;

  @Test
  @DisplayName(
      "D3, R2: shop, target and customers as processes; the target is killed and comes back")
  void processes() throws Exception {
    String secret = StandardWebhook.newSecret();
    Path secretFile = Files.writeString(folder.resolve("secret"), secret);
    int port = Loopback.freePort();
    int control = Loopback.freePort();
    try (OwnProcess stable = shop("v1");
        OwnProcess candidate = shop("v2");
        OwnProcess target = target(port, control, secretFile, stable, candidate);
        OwnProcess customers =
            OwnProcess.start(
                folder,
                "48m",
                Customers.class,
                "--target",
                target.said("url"),
                "--rate",
                100,
                "--port",
                0);
        Caller caller = new Caller(StandardWebhook.of(secret))) {
      String effects = target.said("control") + "/effects";
      caller.send(effects, "r1:1.1", TargetFixture.body("r1", 1, 1, "SHIFT", null, 50));
      String counts = customers.said("url") + "/counts";
      await().until(() -> caller.get(counts).json().path("versions").has("v2"));

      target.kill();
      try (OwnProcess again = target(port, control, secretFile, stable, candidate)) {
        Caller.Reply state = caller.get(again.said("control") + TargetFixture.STATE);
        assertThat(state.json().path("weight").asInt()).isEqualTo(50);
        Caller.Reply late =
            caller.send(effects, "r1:1.0", TargetFixture.body("r1", 1, 0, "SHIFT", null, 100));
        assertThat(late.status()).isEqualTo(409);

        assertThat(customers.terminate()).isEqualTo(TERMINATED);
        assertThat(customers.text().lines().toList().getLast()).startsWith("COUNTS {\"sent\":");
        assertThat(again.terminate()).isEqualTo(TERMINATED);
        assertThat(again.text().lines()).hasSize(1);
      }
      assertThat(candidate.terminate()).isEqualTo(TERMINATED);
      assertThat(candidate.text().lines()).hasSize(1);
    }
  }

  @Test
  @DisplayName("C1, R5: a receiver as a process")
  void receiver() throws Exception {
    Path secretFile = Files.writeString(folder.resolve("secret"), StandardWebhook.newSecret());
    try (OwnProcess receiver =
        OwnProcess.start(
            folder,
            "32m",
            Receiver.class,
            "--role",
            "channel",
            "--port",
            0,
            "--secret-file",
            secretFile,
            "--file",
            folder.resolve("channel.jsonl"))) {
      assertThat(receiver.terminate()).isEqualTo(TERMINATED);
      assertThat(folder.resolve("channel.jsonl")).isEmptyFile();
    }
  }

  @Test
  @DisplayName("A taken port and a wrong option are said in one line, with an exit code")
  void refusals() throws Exception {
    try (Loopback other = Loopback.serve(0, Answer::notFound);
        OwnProcess taken =
            OwnProcess.launch(
                folder, "32m", Shop.class, "--version", "v1", "--port", other.port());
        OwnProcess wrong =
            OwnProcess.launch(
                folder, "32m", Shop.class, "--version", "v1", "--port", 0, "--slower", -1)) {
      assertThat(taken.exit()).isEqualTo(1);
      assertThat(taken.text()).isEqualTo("shop: port " + other.port() + " is taken\n");
      assertThat(wrong.exit()).isEqualTo(1);
      assertThat(wrong.text()).startsWith("shop: slower is a factor").hasLineCount(1);
    }
  }

  private OwnProcess shop(String version) throws Exception {
    return OwnProcess.start(folder, "32m", Shop.class, "--version", version, "--port", 0);
  }

  private OwnProcess target(
      int port, int control, Path secretFile, OwnProcess stable, OwnProcess candidate)
      throws Exception {
    return OwnProcess.start(
        folder,
        "48m",
        TrafficTarget.class,
        "--port",
        port,
        "--control-port",
        control,
        "--folder",
        folder.resolve("target"),
        "--secret-file",
        secretFile,
        "--stable",
        TargetFixture.STABLE,
        "--version",
        TargetFixture.STABLE + "=" + stable.said("url"),
        "--version",
        TargetFixture.CANDIDATE + "=" + candidate.said("url"));
  }
}
