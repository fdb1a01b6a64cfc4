package io.lockkeeper.gate.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.events.GateEvent.Subject;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.gate.GateBoard;
import io.lockkeeper.gate.GateCommand;
import io.lockkeeper.gate.GateDecider;
import io.lockkeeper.gate.adapter.CloudEvent.Unreadable;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.JournalLimits;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the outside may write, and what becomes of it.
class RequestReaderTest {

  private static final Map<String, String> HEADERS =
      Outside.headers("42", EventTypes.RELEASE_REQUESTED);

  private final RequestReader reader =
      new RequestReader(new Runbooks(Path.of("src/test/resources/runbooks")));

  private static ConsumerRecord<byte[], byte[]> record(
      byte @Nullable [] value, Map<String, String> headers) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("release-requests", 0, 1, null, value);
    headers.forEach((name, text) -> record.headers().add(name, text.getBytes(UTF_8)));
    return record;
  }

  private GateCommand read(String value, Map<String, String> headers) throws Unreadable {
    return reader.read(record(value.getBytes(UTF_8), headers)).command();
  }

  private List<String> problems(Consumer<ObjectNode> change) throws Unreadable {
    ObjectNode request = Outside.request("demo/shop");
    change.accept(request);
    return read(request.toString(), HEADERS) instanceof GateCommand.Refuse refuse
        ? refuse.problems().stream().map(Problem::pointer).toList()
        : List.of();
  }

  @Test
  @DisplayName("a refusal says what the request was about, as far as that can be shown to anybody")
  void subject() throws Unreadable {
    ObjectNode request = Outside.request("demo/shop").put("runbook", "unheard-of");
    request.put("version", "1".repeat(10_000)).put("environment", 7);
    GateCommand command = read(request.toString(), HEADERS);
    assertThat(command)
        .isInstanceOfSatisfying(
            GateCommand.Refuse.class,
            refuse -> assertThat(refuse.subject()).isEqualTo(new Subject("demo/shop", null, null)));
  }

  private static ObjectNode structured() {
    ObjectNode event = EventJson.mapper().createObjectNode();
    return event
        .put("specversion", "1.0")
        .put("id", "42")
        .put("source", Outside.SOURCE)
        .put("type", EventTypes.RELEASE_REQUESTED);
  }

  @Test
  @DisplayName("PRE1–PRE4: binary and structured mode, with and without headers, are one release")
  void modes() throws Unreadable {
    ObjectNode request = Outside.request("demo/shop");
    RequestReader.Asked binary = reader.read(record(request.toString().getBytes(UTF_8), HEADERS));
    assertThat(binary.release()).isEqualTo(ReleaseId.of(Outside.SOURCE, "42"));
    ObjectNode structured = structured();
    structured.set("data", request);
    assertThat(reader.read(record(structured.toString().getBytes(UTF_8), Map.of())))
        .isEqualTo(binary);
    assertThat(
            reader.read(
                record(
                    structured.toString().getBytes(UTF_8),
                    Map.of("content-type", "application/cloudevents+json"))))
        .isEqualTo(binary);
    ObjectNode encoded = structured();
    encoded.put(
        "data_base64", Base64.getEncoder().encodeToString(request.toString().getBytes(UTF_8)));
    assertThat(reader.read(record(encoded.toString().getBytes(UTF_8), Map.of()))).isEqualTo(binary);
  }

  @Test
  @DisplayName("G3: the digest changes with the request, and is of a claimed requester")
  void digest() throws Unreadable {
    GateCommand.Request one =
        (GateCommand.Request) read(Outside.request("demo/shop").toString(), HEADERS);
    GateCommand.Request other =
        (GateCommand.Request)
            read(Outside.request("demo/shop").put("version", "1.1.1").toString(), HEADERS);
    assertThat(one.digest()).isNotEqualTo(other.digest());
    assertThat(one.requester()).isEqualTo(Actor.claimed("ci"));
  }

  @Test
  @DisplayName("what is wrong with a request is named by JSON pointers")
  void pointers() throws Unreadable {
    assertThat(problems(request -> {})).isEmpty();
    assertThat(problems(request -> request.put("runbook", "unheard-of")))
        .containsExactly("/runbook");
    assertThat(problems(request -> request.remove("version"))).containsExactly("/version");
    assertThat(problems(request -> request.put("colour", "red"))).containsExactly("/colour");
    assertThat(problems(request -> ((ObjectNode) request.get("artifact")).put("digest", "sha1:0")))
        .containsExactly("/artifact/digest");
    assertThat(
            problems(request -> ((ObjectNode) request.at("/evidence/2")).put("verdict", "GREEN")))
        .containsExactly("/evidence/2/verdict");
    assertThat(problems(request -> request.put("description", "a\u0000b")))
        .contains("/description");
    assertThat(
            problems(
                request ->
                    request
                        .putObject("window")
                        .put("start", "2026-11-23T09:00:00Z")
                        .put("end", "2026-11-23T09:00:00Z")))
        .containsExactly("/window/end");
    assertThat(problems(request -> request.put("description", "x".repeat(300_000))))
        .containsExactly("");
    assertThat(
            problems(
                request -> {
                  ArrayNode steps = request.putObject("scope").putArray("infrastructure");
                  for (int i = 0; i < 49; i++) {
                    steps.addObject().put("name", "step-" + i).put("reversible", true);
                  }
                }))
        .containsExactly("/scope/infrastructure");
  }

  @Test
  @DisplayName("a header that comes twice, or attributes in the wrong form, make no CloudEvent")
  void noEvents() {
    byte[] good = Outside.request("demo/shop").toString().getBytes(UTF_8);
    ConsumerRecord<byte[], byte[]> doubled = record(good, HEADERS);
    doubled.headers().add("ce_id", "43".getBytes(UTF_8));
    assertThatThrownBy(() -> reader.read(doubled)).hasMessageContaining("twice");
    ConsumerRecord<byte[], byte[]> latin = record(good, Map.of("ce_specversion", "1.0"));
    latin.headers().add("ce_id", new byte[] {(byte) 0xe4});
    assertThatThrownBy(() -> reader.read(latin)).hasMessageContaining("UTF-8");
    ConsumerRecord<byte[], byte[]> without = record(good, Map.of("ce_specversion", "1.0"));
    without.headers().add("ce_id", null);
    assertThatThrownBy(() -> reader.read(without)).hasMessageContaining("id is missing");
    assertThatThrownBy(() -> reader.read(record(new byte[CloudEvent.MAX_BYTES + 1], HEADERS)))
        .hasMessageContaining("at most");
    assertThatThrownBy(() -> read(structured().put("specversion", "0.3").toString(), Map.of()))
        .hasMessageContaining("specversion");
    assertThatThrownBy(
            () -> read("{\"requestedBy\":\"ci\",\"reason\":\"x\",\"release\":\" \"}", withdrawal()))
        .hasMessageContaining("release");
  }

  @Test
  @DisplayName("10,000 mutated requests: each is read, refused with reasons, or unreadable")
  void mutations() {
    Random random = new Random(20261123);
    byte[] good = Outside.request("demo/shop").toString().getBytes(UTF_8);
    int[] fates = new int[3];
    for (int i = 0; i < 10_000; i++) {
      byte[] mutated = mutated(good, random);
      try {
        GateCommand command = reader.read(record(mutated, HEADERS)).command();
        List<? extends ReleaseEvent> answer =
            GateDecider.answer(GateBoard.of(List.of()), command, Instant.EPOCH);
        assertThat(answer).hasSize(1);
        byte[] data = EventJson.write(answer.getFirst());
        assertThat(data.length).isLessThanOrEqualTo(JournalLimits.FACT_BYTES);
        assertThat(EventJson.read(EventTypes.nameOf(answer.getFirst()), data))
            .isEqualTo(answer.getFirst());
        if (command instanceof GateCommand.Refuse refuse) {
          assertThat(refuse.problems()).isNotEmpty();
          fates[1]++;
        } else {
          fates[0]++;
        }
      } catch (Unreadable e) {
        assertThat(e.reason()).isNotBlank();
        fates[2]++;
      }
    }
    // A mutation that only makes good or only makes bad ones would prove nothing.
    assertThat(Arrays.stream(fates).min().orElseThrow()).isGreaterThan(100);
  }

  private static byte[] mutated(byte[] good, Random random) {
    byte[] bytes = good.clone();
    for (int changes = 0; changes < 1 + random.nextInt(3); changes++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = (byte) (' ' + random.nextInt(95));
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        case 3 -> {
          byte[] longer = Arrays.copyOf(bytes, bytes.length + 40);
          System.arraycopy(bytes, at, longer, bytes.length, Math.min(40, bytes.length - at));
          bytes = longer;
        }
        default ->
            bytes =
                new String(bytes, UTF_8)
                    .replaceFirst(
                        "\"[a-z]+\":", List.of("\"x\":", "\"version\":7,\"y\":").get(at % 2))
                    .getBytes(UTF_8);
      }
    }
    return bytes;
  }

  private static Map<String, String> withdrawal() {
    return Outside.headers("43", EventTypes.WITHDRAWAL_REQUESTED);
  }
}
