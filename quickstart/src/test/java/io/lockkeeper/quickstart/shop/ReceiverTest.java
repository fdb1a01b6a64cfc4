package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.quickstart.wire.JsonLines;
import io.lockkeeper.quickstart.wire.StandardWebhook;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiverTest {

  private static final String BODY =
      """
      {"type":"io.lockkeeper.incident.v1","timestamp":"2026-11-23T00:00:00Z",\
      "data":{"release":"r1","kind":"rollback","title":"Rolled back"}}""";

  @TempDir private Path folder;
  private final StandardWebhook signature = StandardWebhook.of(StandardWebhook.newSecret());
  private final Caller caller = new Caller(signature);
  private Receiver receiver;

  @BeforeEach
  void open() throws Exception {
    receiver = start();
  }

  @AfterEach
  void close() throws Exception {
    receiver.close();
    caller.close();
  }

  @Test
  @DisplayName("R5: a call is taken once; its repeat gets the same answer, also after a restart")
  void onceOverRestart() throws Exception {
    Caller.Reply first = caller.send(receiver.url(), "r1:incident", BODY);
    caller.send(receiver.url(), "r2:incident", BODY);
    assertThat(first.status()).isEqualTo(201);
    assertThat(first.json().path("id").asText()).isEqualTo("INC-1");

    assertThat(caller.send(receiver.url(), "r1:incident", BODY).text()).isEqualTo(first.text());
    receiver.close();
    receiver = start();
    Caller.Reply repeat = caller.send(receiver.url(), "r1:incident", BODY);
    Caller.Reply third = caller.send(receiver.url(), "r3:incident", BODY);

    assertThat(repeat.status()).isEqualTo(200);
    assertThat(repeat.json().path("id").asText()).isEqualTo("INC-1");
    assertThat(third.json().path("id").asText()).isEqualTo("INC-3");
    assertThat(keys("")).containsExactly("r1:incident", "r2:incident", "r3:incident");
    assertThat(keys(".repeats")).containsExactly("r1:incident", "r1:incident");
  }

  @Test
  @DisplayName("C1: what was taken is listed, oldest first, as it was sent")
  void lists() throws Exception {
    caller.send(receiver.url(), "r1:incident", BODY);
    Caller.Reply list = caller.get(receiver.url() + "/messages");
    assertThat(list.json()).hasSize(1);
    assertThat(list.json().get(0).path("body").toString()).isEqualTo(BODY);
    assertThat(list.json().get(0).path("key").asText()).isEqualTo("r1:incident");
  }

  @Test
  @DisplayName("R5: strangers, stale and senseless calls are refused and leave nothing behind")
  void refused() throws Exception {
    StandardWebhook foreign = StandardWebhook.of(StandardWebhook.newSecret());
    Instant now = Instant.now();
    assertThat(caller.post(receiver.url(), BODY).status()).isEqualTo(401);
    assertThat(caller.send(receiver.url(), "\"k\"", BODY, now, foreign).status()).isEqualTo(401);
    assertThat(
            caller.send(receiver.url(), "\"k\"", BODY, now.minusSeconds(400), signature).status())
        .isEqualTo(401);
    assertThat(caller.send(receiver.url(), null, BODY, now, signature).status()).isEqualTo(400);
    assertThat(caller.send(receiver.url(), "k", BODY, now, signature).status()).isEqualTo(400);
    assertThat(caller.send(receiver.url(), "k", "{}").status()).isEqualTo(400);
    assertThat(caller.send(receiver.url(), "k", "nonsense").status()).isEqualTo(400);
    String long1 = BODY.replace("Rolled back", "x".repeat(70_000));
    assertThat(caller.send(receiver.url(), "k", long1).status()).isEqualTo(413);
    assertThat(keys("")).isEmpty();
    assertThat(keys(".repeats")).isEmpty();
  }

  private Receiver start() throws IOException {
    return Receiver.start(Receiver.Role.incidents, 0, signature, folder.resolve("incidents.jsonl"));
  }

  private List<String> keys(String suffix) throws IOException {
    try (JsonLines lines = JsonLines.open(folder.resolve("incidents.jsonl" + suffix))) {
      return lines.lines().stream().map(line -> line.path("key").asText()).toList();
    }
  }
}
