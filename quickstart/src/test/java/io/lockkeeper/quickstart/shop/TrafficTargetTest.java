package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.quickstart.wire.StandardWebhook;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrafficTargetTest {

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
  @DisplayName("D3: over HTTP, too, the candidate gets exactly its weight")
  void splitsOverHttp() throws Exception {
    assertThat(shop.visit()).isEqualTo("v1");
    int number = 0;
    for (int weight : new int[] {1, 10, 50, 100, 0}) {
      assertThat(shop.shift("r1", 1, ++number, weight).json().path("weight").asInt())
          .isEqualTo(weight);
      Map<String, Integer> versions = new HashMap<>();
      for (int i = 0; i < 100; i++) {
        versions.merge(shop.visit(), 1, Integer::sum);
      }
      assertThat(versions.getOrDefault("v2", 0)).isEqualTo(weight);
      assertThat(versions.getOrDefault("v1", 0)).isEqualTo(100 - weight);
    }
  }

  @Test
  @DisplayName("D3: the target tells what it does: weight, versions, fence and state")
  void readsBack() throws Exception {
    assertThat(shop.state().path("state").asText()).isEqualTo("NONE");
    shop.shift("r1", 7, 3, 10);

    assertThat(shop.state().toString())
        .isEqualTo(
            """
            {"state":"SUCCEEDED","weight":10,"open":true,"candidate":"%s","stable":"%s",\
            "fence":{"token":7,"number":3},"message":null}"""
                .formatted(TargetFixture.CANDIDATE, TargetFixture.STABLE));
  }

  @Test
  @DisplayName("R1: a late effect is refused and changes nothing")
  void lateIsRefused() throws Exception {
    shop.shift("r1", 7, 3, 50);
    shop.shift("r1", 8, 1, 0);

    assertThat(shop.shift("r1", 7, 4, 100).status()).isEqualTo(409);
    assertThat(shop.shift("r2", 8, 1, 100).status()).isEqualTo(409);

    assertThat(shop.state().path("weight").asInt()).isZero();
    assertThat(shop.keys("")).containsExactly("r1:7.3", "r1:8.1");
    assertThat(shop.keys(".refused")).containsExactly("r1:7.4", "r2:8.1");
  }

  @Test
  @DisplayName("D3: a repeated key acts once and answers with the present state")
  void repeatActsOnce() throws Exception {
    shop.shift("r1", 7, 1, 10);
    shop.shift("r1", 7, 2, 50);

    Caller.Reply again = shop.shift("r1", 7, 1, 10);

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().path("weight").asInt()).isEqualTo(50);
    assertThat(shop.keys("")).containsExactly("r1:7.1", "r1:7.2");
    assertThat(shop.keys(".repeats")).containsExactly("r1:7.1");
  }

  @Test
  @DisplayName("D3: the time at which a repeat was made does not make it another effect")
  void repeatWithOtherTimestamp() throws Exception {
    shop.shift("r1", 7, 1, 10);
    String later =
        TargetFixture.body("r1", 7, 1, "SHIFT", null, 10).replace("T00:00:00Z", "T00:00:09Z");

    Caller.Reply again = shop.caller.send(shop.target.controlUrl() + "/effects", "r1:7.1", later);

    assertThat(again.status()).isEqualTo(200);
  }

  @Test
  @DisplayName("D3: the same key for something else is refused with 422")
  void sameKeyOtherBody() throws Exception {
    shop.shift("r1", 7, 1, 10);

    assertThat(shop.shift("r1", 7, 1, 20).status()).isEqualTo(422);

    assertThat(shop.state().path("weight").asInt()).isEqualTo(10);
    assertThat(shop.keys(".refused")).containsExactly("r1:7.1");
  }

  @Test
  @DisplayName("D3: of many deliveries of one key at once exactly one acts")
  void concurrentRepeats() throws Exception {
    Thread[] threads = new Thread[20];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = Thread.startVirtualThread(() -> uncheckedShift(10));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(shop.keys("")).containsExactly("r1:1.1");
    assertThat(shop.keys(".repeats")).hasSize(19);
  }

  @Test
  @DisplayName("D3: no signature, a foreign one and a stale one are refused with 401")
  void signatures() throws Exception {
    String url = shop.target.controlUrl() + "/effects";
    String body = TargetFixture.body("r1", 1, 1, "SHIFT", null, 10);
    StandardWebhook foreign = StandardWebhook.of(StandardWebhook.newSecret());
    Instant stale = Instant.now().minusSeconds(400);

    assertThat(shop.caller.post(url, body).status()).isEqualTo(401);
    assertThat(shop.caller.send(url, "\"r1:1.1\"", body, Instant.now(), foreign).status())
        .isEqualTo(401);
    assertThat(shop.caller.send(url, "\"r1:1.1\"", body, stale, shop.signature).status())
        .isEqualTo(401);
    assertThat(shop.state().path("state").asText()).isEqualTo("NONE");
  }

  @Test
  @DisplayName("D3: what is malformed is refused with 400, what is for another lane with 404")
  void malformed() throws Exception {
    String url = shop.target.controlUrl() + "/effects";
    String good = TargetFixture.body("r1", 1, 1, "SHIFT", null, 10);
    for (String bad :
        new String[] {
          "",
          "null",
          "{",
          "[]",
          good.replace("effect.v1", "effect.v2"),
          good.replace("\"weight\":10", "\"weight\":101"),
          good.replace("\"weight\":10", "\"weight\":null"),
          good.replace("SHIFT", "EXPLODE"),
          good.replace("SHIFT", "RUN"),
          good.replace(TargetFixture.CANDIDATE, "latest"),
          good.replace("\"token\":1", "\"token\":-1"),
          good + good
        }) {
      assertThat(shop.caller.send(url, "r1:1.1", bad).status()).as(bad).isEqualTo(400);
    }
    assertThat(shop.caller.send(url, "r1:1.2", good).status()).isEqualTo(400);
    assertThat(shop.caller.send(url, null, good, Instant.now(), shop.signature).status())
        .isEqualTo(400);
    assertThat(shop.caller.send(url, "r1:1.1", good.replace("production", "test")).status())
        .isEqualTo(404);
    assertThat(shop.keys("")).isEmpty();
  }

  @Test
  @DisplayName("R2: fence, weight, keys and the open flag stay over a restart")
  void restart() throws Exception {
    shop.shift("r1", 7, 1, 30);
    shop.step("r1", 7, 2, "CLOSE", null);

    shop.restart();

    assertThat(shop.state().path("weight").asInt()).isEqualTo(30);
    assertThat(shop.state().path("open").asBoolean()).isFalse();
    assertThat(shop.caller.get(shop.target.dataUrl() + "/").status()).isEqualTo(503);
    assertThat(shop.shift("r1", 6, 9, 100).status()).isEqualTo(409);
    assertThat(shop.shift("r1", 7, 1, 30).status()).isEqualTo(200);
    assertThat(shop.shift("r1", 7, 1, 31).status()).isEqualTo(422);
    assertThat(shop.keys("")).containsExactly("r1:7.1", "r1:7.2");
  }

  @Test
  @DisplayName("D5: a line that a crash kept from being written is written at the next start")
  void missingLine() throws Exception {
    shop.shift("r1", 7, 1, 30);
    shop.target.close();
    Files.writeString(folder.resolve("effects.jsonl"), "{\"at\":\"2026-11-2");

    shop.restart();

    assertThat(shop.keys("")).containsExactly("r1:7.1");
  }

  @Test
  @DisplayName("R3: closed, customers get a maintenance answer; reopened, the shop")
  void closesAndReopens() throws Exception {
    shop.step("r1", 1, 1, "CLOSE", null);
    Caller.Reply closed = shop.caller.get(shop.target.dataUrl() + "/");
    assertThat(closed.status()).isEqualTo(503);
    assertThat(closed.headers().firstValue("retry-after")).isPresent();

    shop.step("r1", 1, 2, "REOPEN", null);
    assertThat(shop.visit()).isEqualTo("v1");
  }

  @Test
  @DisplayName("D3: a candidate that is unknown or does not answer gets no request")
  void candidateMustAnswer() throws Exception {
    String unknown =
        TargetFixture.body("r1", 1, 1, "SHIFT", null, 10)
            .replace(TargetFixture.CANDIDATE, "sha256:" + "c".repeat(64));
    Caller.Reply first = shop.caller.send(shop.target.controlUrl() + "/effects", "r1:1.1", unknown);
    assertThat(first.json().path("state").asText()).isEqualTo("FAILED");

    shop.candidate.close();
    assertThat(shop.shift("r1", 1, 2, 10).json().path("state").asText()).isEqualTo("FAILED");
    assertThat(shop.state().path("weight").asInt()).isZero();
    assertThat(Collections.nCopies(20, ""))
        .allSatisfy(no -> assertThat(shop.visit()).isEqualTo("v1"));
  }

  @Test
  @DisplayName("R2: going back to stable asks nobody, also when the candidate is dead")
  void backWithDeadCandidate() throws Exception {
    shop.shift("r1", 1, 1, 100);
    shop.candidate.close();
    assertThat(shop.caller.get(shop.target.dataUrl() + "/").status()).isEqualTo(502);

    assertThat(shop.shift("r1", 1, 2, 0).json().path("state").asText()).isEqualTo("SUCCEEDED");

    assertThat(shop.visit()).isEqualTo("v1");
  }

  @Test
  @DisplayName(
      "D3: an artifact's instance can be made known while the target runs, and stays known")
  void learnsVersions() throws Exception {
    String other = "sha256:" + "c".repeat(64);
    shop.caller.post(
        shop.target.controlUrl() + "/versions",
        "{\"digest\":\"%s\",\"url\":\"%s\"}".formatted(other, shop.candidate.url()));
    shop.restart();
    String body =
        TargetFixture.body("r1", 1, 1, "SHIFT", null, 100).replace(TargetFixture.CANDIDATE, other);

    shop.caller.send(shop.target.controlUrl() + "/effects", "r1:1.1", body);

    assertThat(shop.visit()).isEqualTo("v2");
    assertThat(
            shop.caller
                .post(shop.target.controlUrl() + "/versions", "{\"digest\":\"x\",\"url\":\"y\"}")
                .status())
        .isEqualTo(400);
  }

  private void uncheckedShift(int weight) {
    try {
      shop.shift("r1", 1, 1, weight);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
