package io.lockkeeper.monitor.backtest.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.monitor.backtest.RecordedCase;
import io.lockkeeper.monitor.judge.Histogram;
import io.lockkeeper.monitor.judge.Look;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.monitor.judge.Signal;
import io.lockkeeper.monitor.judge.Trials;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a case file means.
class CaseReaderTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<Double> BOUNDS = List.of(50.0, 200.0);

  static ObjectNode small() {
    try (InputStream in = CaseReaderTest.class.getResourceAsStream("/cases/small.json")) {
      return (ObjectNode) MAPPER.readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("M2: name, times and scrapes are those of the file")
  void frame() {
    RecordedCase recorded = CaseReader.read(small());
    assertThat(recorded.name()).isEqualTo("small");
    assertThat(recorded.step()).isEqualTo(Duration.ofSeconds(15));
    assertThat(recorded.planned()).isEqualTo(Duration.ofMinutes(40));
    assertThat(recorded.looks())
        .extracting(look -> look.at().getEpochSecond())
        .containsExactly(0L, 15L, 30L, 45L, 60L);
  }

  @Test
  @DisplayName("D4: a scrape belongs to the weight in force before it")
  void weights() {
    assertThat(CaseReader.read(small()).looks())
        .extracting(Look::weight)
        .containsExactly(0.25, 0.25, 0.25, 1.0, 1.0);
  }

  @Test
  @DisplayName("M1: one step before the first scrape every counter was 0")
  void beginsAtZero() {
    Look first = CaseReader.read(small()).looks().getFirst();
    Sample zero =
        Sample.of("all")
            .withErrors(0, 0)
            .withTrials("kpi", new Trials(0, 0))
            .withDuration(Signal.DURATION, new Histogram(BOUNDS, List.of(0L, 0L, 0L)))
            .withResources(0.0, null);
    assertThat(first.candidate()).containsExactly(zero);
    assertThat(first.control()).containsExactly(zero.withInstances(4));
  }

  @Test
  @DisplayName("M1: a scrape is what the counters showed, raw, with the instances of its stage")
  void samples() {
    List<Look> looks = CaseReader.read(small()).looks();
    assertThat(looks.get(1).candidate())
        .containsExactly(
            Sample.of("all")
                .withErrors(250, 0)
                .withTrials("kpi", new Trials(25, 2))
                .withDuration(Signal.DURATION, new Histogram(BOUNDS, List.of(150L, 247L, 250L)))
                .withResources(2.5, 460.0));
    assertThat(looks.get(4).candidate()).extracting(Sample::instances).containsExactly(4);
    assertThat(looks.get(2).control()).extracting(Sample::instances).containsExactly(4);
  }

  @Test
  @DisplayName("M1: a scrape that is missing is no sample, and neither is what follows the last")
  void gaps() {
    List<Look> looks = CaseReader.read(small()).looks();
    assertThat(looks.get(2).candidate()).isEmpty();
    assertThat(looks.get(2).control()).hasSize(1);
    assertThat(looks.get(3).control()).isEmpty();
  }

  @Test
  @DisplayName("M1: a value that is missing alone leaves the rest of the scrape")
  void singleGap() {
    ObjectNode json = small();
    column(json, "canary", "kpiTrials").setNull(0);
    column(json, "canary", "memoryMb").setNull(0);
    ((ArrayNode) column(json, "canary", "latencyBuckets").get(1)).setNull(0);
    Sample sample = CaseReader.read(json).looks().get(1).candidate().getFirst();
    assertThat(sample.requests()).isEqualTo(250);
    assertThat(sample.trials()).containsOnlyKeys(Signal.ERRORS);
    assertThat(sample.durations()).isEmpty();
    assertThat(sample.memoryBytes()).isNull();
    assertThat(sample.cpuSeconds()).isEqualTo(2.5);
  }

  @Test
  @DisplayName("G2: the baseline is summed over its scrapes, across a gap")
  void baseline() {
    var baseline = Objects.requireNonNull(CaseReader.read(small()).baseline());
    assertThat(baseline.requests()).isEqualTo(3000);
    assertThat(baseline.from()).isEqualTo(Instant.ofEpochSecond(-60));
    assertThat(baseline.to()).isEqualTo(Instant.ofEpochSecond(-15));
    assertThat(Objects.requireNonNull(baseline.counts().get(Signal.ERRORS)).bad()).isEqualTo(5);
    assertThat(Objects.requireNonNull(baseline.counts().get("kpi")).bad()).isEqualTo(20);
    assertThat(baseline.memory()).isEqualTo(705);
  }

  @Test
  @DisplayName("G2: counters that began anew count from 0, in an arm and in the baseline")
  void resets() {
    ObjectNode json = small();
    for (String key : List.of("requests", "errors", "kpiTrials", "kpiSuccesses", "cpuSeconds")) {
      column(json, "baseline", key).set(2, column(json, "baseline", key).get(0));
    }
    column(json, "baseline", "latencyBuckets")
        .forEach(bucket -> ((ArrayNode) bucket).set(2, bucket.get(0)));
    // The same values again are no reset; one less is.
    column(json, "baseline", "requests").set(2, 999);
    var baseline = Objects.requireNonNull(CaseReader.read(json).baseline());
    assertThat(baseline.requests()).isEqualTo(1999);
    assertThat(Objects.requireNonNull(baseline.counts().get(Signal.ERRORS)).bad()).isEqualTo(2);
  }

  @Test
  @DisplayName("M2: an arm that is null is not there: no control, no baseline")
  void nullArms() {
    ObjectNode json = small();
    json.putNull("control");
    json.putNull("baseline");
    RecordedCase recorded = CaseReader.read(json);
    assertThat(recorded.baseline()).isNull();
    assertThat(recorded.looks()).allMatch(look -> look.control().isEmpty());
    assertThat(recorded.looks()).hasSize(5);
  }

  @Test
  @DisplayName("M2: arms that begin at different scrapes are put side by side by their times")
  void shiftedArms() {
    ObjectNode json = small();
    ((ObjectNode) json.get("control")).put("firstSampleAt", 45);
    List<Look> looks = CaseReader.read(json).looks();
    assertThat(looks.get(1).control()).isEmpty();
    assertThat(looks.get(2).control()).extracting(Sample::requests).containsExactly(0L);
    assertThat(looks.get(3).control()).extracting(Sample::requests).containsExactly(750L);
  }

  @ParameterizedTest
  @DisplayName("M4: a document that is no case is refused by the name of its field")
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          /schema; 2
          /schema; "1"
          /case; ""
          /case; 7
          /stepSeconds; 0
          /stepSeconds; 1.5
          /durationSeconds; -1
          /durationSeconds; 1e99
          /mode; "blueGreen"
          /weights; []
          /weights/0/weight; 1.5
          /weights/1/at; 0
          /weights/0/at; "now"
          /instances/canary; 0
          /instances/control; null
          /bucketsMs; {}
          /bucketsMs/1; 50
          /bucketsMs/0; -5
          /canary; null
          /canary; []
          /control; "none"
          /canary/firstSampleAt; 0.5
          /control/firstSampleAt; 16
          /control/firstSampleAt; 600000
          /canary/requests; []
          /canary/errors; [0]
          /canary/requests/0; -1
          /canary/requests/0; "250"
          /canary/requests/0; 250.5
          /canary/requests/0; 1e30
          /canary/errors/0; 251
          /canary/kpiSuccesses/2; 41
          /canary/cpuSeconds/0; -0.5
          /canary/memoryMb/3; true
          /canary/latencyBuckets; [[1,2,3,4]]
          /canary/latencyBuckets/1; [1]
          /canary/latencyBuckets/2/0; -3
          /baseline/requests; "none"
          """)
  void broken(String field, String value) throws IOException {
    JsonNode json = small();
    set(json, field, MAPPER.readTree(value));
    assertThatExceptionOfType(BrokenDocumentException.class)
        .isThrownBy(() -> CaseReader.read(json))
        .satisfies(broken -> assertThat(broken.field()).isEqualTo(field))
        .withMessageStartingWith(field + ": must be ");
  }

  @ParameterizedTest
  @DisplayName("M4: whatever is left out is named")
  @CsvSource({
    "/schema",
    "/case",
    "/stepSeconds",
    "/durationSeconds",
    "/mode",
    "/weights",
    "/instances/canary",
    "/bucketsMs",
    "/baseline",
    "/control",
    "/canary",
    "/canary/requests",
    "/canary/latencyBuckets",
    "/control/memoryMb"
  })
  void leftOut(String field) {
    JsonNode json = small();
    int slash = field.lastIndexOf('/');
    ((ObjectNode) json.at(field.substring(0, slash))).remove(field.substring(slash + 1));
    assertThatExceptionOfType(BrokenDocumentException.class)
        .isThrownBy(() -> CaseReader.read(json))
        .satisfies(broken -> assertThat(broken.field()).isEqualTo(field));
  }

  @ParameterizedTest
  @DisplayName("M4: JSON that is no object is no case")
  @CsvSource(
      delimiter = ';',
      value = {"[]", "7", "null", "\"case\""})
  void noObject(String document) throws IOException {
    JsonNode json = MAPPER.readTree(document);
    assertThatExceptionOfType(BrokenDocumentException.class)
        .isThrownBy(() -> CaseReader.read(json))
        .withMessageStartingWith("the document: must be a JSON object");
  }

  private static ArrayNode column(JsonNode json, String arm, String key) {
    return (ArrayNode) json.get(arm).get(key);
  }

  private static void set(JsonNode json, String pointer, JsonNode value) {
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = json.at(pointer.substring(0, slash));
    String key = pointer.substring(slash + 1);
    if (parent instanceof ArrayNode array) {
      array.set(Integer.parseInt(key), value);
    } else {
      ((ObjectNode) parent).set(key, value);
    }
  }
}
