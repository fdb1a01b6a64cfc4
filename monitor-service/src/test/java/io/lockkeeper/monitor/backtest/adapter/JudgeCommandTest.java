package io.lockkeeper.monitor.backtest.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a person gets from `./lockkeeper judge`.
class JudgeCommandTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int SCRAPES = 160;

  @TempDir private Path folder = Path.of("");

  private record Said(int code, List<String> out, String err) {

    JsonNode line(int index) {
      try {
        return MAPPER.readTree(out.get(index));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  @DisplayName("M2: one line for each case, as the scorer wants it, in the order of the arguments")
  void lines() throws IOException {
    Said said = run(write("worse", "worse", 0.05), write("well", "well", 0.002));
    assertThat(said.code).isZero();
    assertThat(said.err).isEmpty();
    assertThat(said.out)
        .containsExactly(
            "{\"case\":\"worse\",\"verdict\":\"BREACH\",\"atSeconds\":45,\"metric\":\"errors\"}",
            "{\"case\":\"well\",\"verdict\":\"HEALTHY\",\"atSeconds\":2400,\"metric\":\"none\"}");
  }

  @Test
  @DisplayName("M2: a candidate that is silent to the end is not measured, never healthy")
  void silent() throws IOException {
    ObjectNode json = rollout("silent", 0.002);
    for (String key : List.of("requests", "errors", "kpiTrials", "kpiSuccesses", "cpuSeconds")) {
      blank(json.get("canary").get(key));
    }
    blank(json.get("canary").get("memoryMb"));
    json.get("canary").get("latencyBuckets").forEach(JudgeCommandTest::blank);
    Said said = run(write("silent", json));
    assertThat(said.line(0).get("verdict").asText()).isEqualTo("INCONCLUSIVE");
    assertThat(said.line(0).get("metric").asText()).isEqualTo("nodata");
  }

  @Test
  @DisplayName("M2: a verdict knows nothing of what came after it")
  void noPeeking() throws IOException {
    ObjectNode changed = rollout("worse", 0.05);
    for (int i = 3; i < SCRAPES; i++) {
      for (var arm : List.of("canary", "control")) {
        long requests = changed.get(arm).get("requests").get(i).asLong();
        ((ArrayNode) changed.get(arm).get("errors")).set(i, arm.equals("control") ? requests : 0);
      }
    }
    Said said = run(write("worse", "worse", 0.05), write("changed", changed));
    assertThat(said.out.get(1)).isEqualTo(said.out.get(0));
  }

  @Test
  @DisplayName("M4: with --explain each signal shows its numbers and its rule")
  void explained() throws IOException {
    Said said = run("--explain", write("worse", "worse", 0.05));
    JsonNode line = said.line(0);
    assertThat(line.get("verdict").asText()).isEqualTo("BREACH");
    assertThat(line.get("reason").asText()).contains("errors: ").contains("the control");
    assertThat(line.get("signals"))
        .extracting(signal -> signal.get("signal").asText())
        .containsExactly("errors", "duration", "kpi", "rate", "cpu", "memory");
    JsonNode errors = line.get("signals").get(0);
    assertThat(errors.get("standing").asText()).isEqualTo("BREACHED");
    assertThat(errors.get("against").asText()).isEqualTo("CONTROL");
    assertThat(errors.get("evidence").asDouble())
        .isGreaterThanOrEqualTo(errors.get("threshold").asDouble());
    assertThat(errors.get("low").asDouble())
        .isGreaterThan(1)
        .isLessThan(errors.get("ratio").asDouble());
    assertThat(errors.get("candidateTotal").asLong()).isEqualTo(750);
    assertThat(line.get("signals").get(1).get("ratio").isNull()).isTrue();
  }

  @Test
  @DisplayName("M4: a file that is no case is named with its field, and the others are judged")
  void broken() throws IOException {
    ObjectNode json = rollout("broken", 0.002);
    json.put("stepSeconds", 0);
    Path noJson = Files.writeString(folder.resolve("no.json"), "{\"case\": ");
    Path missing = folder.resolve("missing.json");
    Said said =
        run(
            write("first", "first", 0.002),
            write("broken", json),
            noJson.toString(),
            missing.toString(),
            write("last", "last", 0.002));
    assertThat(said.code).isEqualTo(2);
    assertThat(said.out).hasSize(2);
    assertThat(said.line(0).get("case").asText()).isEqualTo("first");
    assertThat(said.line(1).get("case").asText()).isEqualTo("last");
    assertThat(said.err.lines())
        .hasSize(3)
        .satisfiesExactly(
            line -> assertThat(line).contains("broken.json: /stepSeconds: must be a whole number"),
            line -> assertThat(line).contains("no.json: no JSON at line 1"),
            line -> assertThat(line).isEqualTo(missing + ": no such file"));
  }

  @Test
  @DisplayName("M4: a folder stands for the cases in it, by their names")
  void folders() throws IOException {
    write("b", "b", 0.002);
    write("a", "a", 0.002);
    Files.writeString(folder.resolve("notes.txt"), "no case");
    Said said = run(folder.toString());
    assertThat(said.code).isZero();
    assertThat(said.out).hasSize(2);
    assertThat(said.line(0).get("case").asText()).isEqualTo("a");
  }

  @Test
  @DisplayName("D4: settings are taken: a stricter alpha, a wider margin, a signal that only tells")
  void settings() throws IOException {
    String worse = write("worse", "worse", 0.006);
    assertThat(verdict("--alpha", "0.05", worse)).isEqualTo("BREACH");
    int usual = run(worse).line(0).get("atSeconds").asInt();
    assertThat(run("--alpha=1e-12", worse).line(0).get("atSeconds").asInt()).isGreaterThan(usual);
    assertThat(verdict("--margin", "errors=0.99", "--alpha=1e-300", worse)).isEqualTo("HEALTHY");
    assertThat(verdict("--advisory", "errors", worse)).isEqualTo("HEALTHY");
  }

  @Test
  @DisplayName("D4: settings of a file are taken, and the other options change them further")
  void settingsOfAFile() throws IOException {
    String worse = write("worse", "worse", 0.006);
    Path advisory =
        Files.writeString(
            folder.resolve("settings"),
            "{\"signals\": [{\"signal\": \"errors\", \"critical\": false}], \"alpha\": 1e-12}");
    assertThat(verdict("--settings", advisory.toString(), worse)).isEqualTo("HEALTHY");
    Path slow =
        Files.writeString(
            folder.resolve("slow"), "{\"alpha\": 1e-12, \"warmUp\": {\"minimum\": \"PT2M\"}}");
    int strict = run("--settings", slow.toString(), worse).line(0).get("atSeconds").asInt();
    assertThat(strict).isEqualTo(run("--alpha=1e-12", worse).line(0).get("atSeconds").asInt());
    assertThat(run("--settings", slow.toString(), "--alpha=0.05", worse).out)
        .isEqualTo(run(worse).out);
  }

  @Test
  @DisplayName("M4: a file of settings that is none is wrong usage and says where")
  void noSettings() throws IOException {
    for (String wrong :
        List.of(
            "{\"alfa\": 1}",
            "{\"alpha\": 3}",
            "{\"warmUp\": {\"minimum\": \"soon\"}}",
            "{\"signals\": [{\"signal\": \"load\"}]}",
            "")) {
      Path file = Files.writeString(folder.resolve("wrong"), wrong);
      Said said = run("--settings", file.toString(), "x.json");
      assertThat(said.code).as(wrong).isEqualTo(2);
      assertThat(said.out).isEmpty();
      assertThat(said.err).startsWith("lockkeeper judge: --settings " + file);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--alpha",
        "--alpha=2 x.json",
        "--alpha=much x.json",
        "--margin=0.2 x.json",
        "--margin=load=0.2 x.json",
        "--margin=errors=-1 x.json",
        "--advisory=load x.json",
        "--fast x.json",
        "--advisory errors --advisory duration --advisory kpi --advisory rate --advisory cpu"
            + " --advisory memory x.json"
      })
  @DisplayName("M4: wrong usage judges nothing and says what is wrong")
  void usage(String arguments) {
    Said said = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertThat(said.code).isEqualTo(2);
    assertThat(said.out).isEmpty();
    assertThat(said.err).startsWith("lockkeeper judge: ").contains("--help");
  }

  @Test
  @DisplayName("M4: --help tells what it takes")
  void help() {
    Said said = run("--help");
    assertThat(said.code).isZero();
    assertThat(said.out.getFirst()).startsWith("Usage: ./lockkeeper judge");
    assertThat(String.join("\n", said.out)).contains("--alpha", "--margin", "--explain");
  }

  private String verdict(String... arguments) {
    return run(arguments).line(0).get("verdict").asText();
  }

  private static Said run(String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code =
        JudgeCommand.run(
            List.of(arguments),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Said(
        code,
        out.toString(StandardCharsets.UTF_8).lines().toList(),
        err.toString(StandardCharsets.UTF_8));
  }

  private String write(String file, String name, double errors) throws IOException {
    return write(file, rollout(name, errors));
  }

  private String write(String file, ObjectNode json) throws IOException {
    return Files.writeString(folder.resolve(file + ".json"), json.toString()).toString();
  }

  /// 1,000 requests between two scrapes, a quarter of them to the canary, without any noise; 0.2 %
  /// of the control's fail.
  private static ObjectNode rollout(String name, double errors) {
    ObjectNode json = CaseReaderTest.small();
    json.put("case", name).put("mode", "canary");
    json.putArray("weights").addObject().put("at", 0).put("weight", 0.25);
    json.set("baseline", arm(-15 * (SCRAPES - 1), 1000, 0.002));
    json.set("control", arm(15, 750, 0.002));
    json.set("canary", arm(15, 250, errors));
    return json;
  }

  private static ObjectNode arm(int first, long requests, double errors) {
    ObjectNode arm = MAPPER.createObjectNode().put("firstSampleAt", first);
    var columns = new ArrayList<ArrayNode>();
    for (String key : List.of("requests", "errors", "kpiTrials", "kpiSuccesses", "cpuSeconds")) {
      columns.add(arm.putArray(key));
    }
    columns.add(arm.putArray("memoryMb"));
    var buckets = arm.putArray("latencyBuckets");
    for (int i = 1; i <= SCRAPES; i++) {
      long n = requests * i;
      columns.get(0).add(n);
      columns.get(1).add((long) (n * errors));
      columns.get(2).add(n / 10);
      columns.get(3).add(n / 10 * 9 / 10);
      columns.get(4).add(n * 0.01);
      columns.get(5).add(700);
    }
    for (double share : new double[] {0.7, 0.99, 1}) {
      var bucket = buckets.addArray();
      for (int i = 1; i <= SCRAPES; i++) {
        bucket.add((long) (requests * i * share));
      }
    }
    return arm;
  }

  private static void blank(JsonNode column) {
    var values = (ArrayNode) column;
    for (int i = 0; i < values.size(); i++) {
      values.setNull(i);
    }
  }
}
