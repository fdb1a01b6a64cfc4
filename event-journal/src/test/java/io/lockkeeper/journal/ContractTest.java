package io.lockkeeper.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.RolloutEvent.RolloutHalted;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.RunbookLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What stands on the wire, held to the golden files.
final class ContractTest {

  private static final Pattern NAME =
      Pattern.compile("io\\.lockkeeper\\.[a-z-]+\\.[a-z-]+\\.v[1-9][0-9]*");

  static Set<String> names() {
    return EventTypes.all().keySet();
  }

  private static List<Class<?>> groups() {
    return List.of(
        GateEvent.class,
        RolloutEvent.class,
        MonitorEvent.class,
        AuditEvent.class,
        NotificationEvent.class);
  }

  private static List<Class<?>> events() {
    List<Class<?>> events = new ArrayList<>();
    groups().forEach(group -> events.addAll(List.of(group.getPermittedSubclasses())));
    return events;
  }

  private static List<String> sorted(Collection<? extends Class<?>> classes) {
    return classes.stream().map(Class::getName).sorted().toList();
  }

  @Test
  @DisplayName("D5: every event of every group has exactly one name, and every name one event")
  void everyEventHasOneName() {
    List<Class<?>> permitted = new ArrayList<>(groups());
    permitted.add(Unrecognised.class);
    assertThat(sorted(List.of(ReleaseEvent.class.getPermittedSubclasses())))
        .isEqualTo(sorted(permitted));
    assertThat(EventTypes.all().values()).doesNotHaveDuplicates();
    assertThat(sorted(EventTypes.all().values())).isEqualTo(sorted(events()));
    assertThat(names()).allMatch(name -> NAME.matcher(name).matches());
  }

  @Test
  @DisplayName("D5: every name has a golden file, and every golden file a name")
  void everyNameHasAFile() throws IOException {
    Set<String> expected = new TreeSet<>(names());
    expected.add(EventTypes.RELEASE_REQUESTED);
    expected.add(EventTypes.WITHDRAWAL_REQUESTED);
    try (Stream<Path> files = Files.list(Golden.contract())) {
      Set<String> found =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".json"))
              .map(file -> file.substring(0, file.length() - ".json".length()))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(found).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  @DisplayName("D5: what was written is read, and written again to the same bytes")
  void readAndWrittenBack(String name) throws IOException {
    String golden = Golden.text(name);
    byte[] wire = EventJson.mapper().writeValueAsBytes(EventJson.mapper().readTree(golden));

    ReleaseEvent event = EventJson.read(name, wire);
    assertThat(event).isNotInstanceOf(Unrecognised.class);
    assertThat(EventTypes.nameOf(event)).isEqualTo(name);
    assertThat(EventJson.write(event)).asString(UTF_8).isEqualTo(new String(wire, UTF_8));
    assertThat(Golden.pretty(event)).isEqualTo(golden);
  }

  @ParameterizedTest
  @MethodSource("names")
  @DisplayName("Golden files say everything: a component that none of them has is not proven")
  void goldenFilesAreFull(String name) {
    Class<?> type = EventTypes.classOf(name).orElseThrow();
    Set<String> components =
        Stream.of(type.getRecordComponents()).map(it -> it.getName()).collect(Collectors.toSet());
    Set<String> said = new TreeSet<>();
    Golden.json(name).fieldNames().forEachRemaining(said::add);
    assertThat(said).isEqualTo(new TreeSet<>(components));
  }

  @Test
  @DisplayName("A refusal from before it said what it was about is read as it was")
  void refusalWithoutSubject() throws IOException {
    String name = "io.lockkeeper.release.refused.v1";
    ObjectNode before = (ObjectNode) Golden.json(name).deepCopy();
    before.remove("subject");
    byte[] wire = EventJson.mapper().writeValueAsBytes(before);
    assertThat(EventJson.read(name, wire))
        .isInstanceOfSatisfying(
            GateEvent.ReleaseRefused.class, refused -> assertThat(refused.subject()).isNull());
    assertThat(EventJson.write(EventJson.read(name, wire))).isEqualTo(wire);
  }

  @Test
  @DisplayName("A loss of telemetry from before it said of which kind is read as it was")
  void lossWithoutKind() throws IOException {
    String name = "io.lockkeeper.telemetry.lost.v1";
    ObjectNode before = (ObjectNode) Golden.json(name).deepCopy();
    before.remove("kind");
    byte[] wire = EventJson.mapper().writeValueAsBytes(before);
    assertThat(EventJson.read(name, wire))
        .isInstanceOfSatisfying(
            MonitorEvent.TelemetryLost.class, lost -> assertThat(lost.kind()).isNull());
    assertThat(EventJson.write(EventJson.read(name, wire))).isEqualTo(wire);
  }

  @ParameterizedTest
  @MethodSource("names")
  @DisplayName("A property that this build does not know is ignored")
  void unknownProperty(String name) throws IOException {
    ObjectNode more = (ObjectNode) Golden.json(name);
    ReleaseEvent before = EventJson.read(name, EventJson.mapper().writeValueAsBytes(more));
    more.putObject("fromTheFuture").put("deep", 1);
    assertThat(EventJson.read(name, EventJson.mapper().writeValueAsBytes(more))).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("names")
  @DisplayName("What must be there is missed; what may be left out is null; nothing else happens")
  void missingProperty(String name) throws IOException {
    ObjectNode golden = (ObjectNode) Golden.json(name);
    for (var component : EventTypes.classOf(name).orElseThrow().getRecordComponents()) {
      ObjectNode less = golden.deepCopy();
      less.remove(component.getName());
      byte[] wire = EventJson.mapper().writeValueAsBytes(less);
      if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)
          || component.getType().isPrimitive()) {
        assertThat(EventJson.read(name, wire)).isNotNull();
      } else {
        assertThatThrownBy(() -> EventJson.read(name, wire))
            .as(component.getName())
            .isInstanceOf(UnreadableEvent.class);
      }
    }
  }

  @Test
  @DisplayName("An optional component that is missing gets its default")
  void missingOptional() throws IOException {
    ObjectNode accepted = (ObjectNode) Golden.json("io.lockkeeper.release.accepted.v1");
    ObjectNode runbook = (ObjectNode) accepted.get("runbook");
    runbook.remove(List.of("preconditions", "gates", "communication", "relaxed"));
    ((ObjectNode) accepted.get("request")).remove(List.of("scope", "stable", "evidence"));
    ReleaseAccepted read =
        (ReleaseAccepted)
            EventJson.read(
                "io.lockkeeper.release.accepted.v1",
                EventJson.mapper().writeValueAsBytes(accepted));
    assertThat(read.runbook().gates()).isEqualTo(Runbook.Gates.STANDARD);
    assertThat(read.runbook().preconditions()).isEmpty();
    assertThat(read.runbook().relaxed()).isNull();
    assertThat(read.request().stable()).isNull();
    assertThat(read.request().evidence()).isEmpty();
  }

  @Test
  @DisplayName("R1: a fact of an unknown type keeps its text and is never guessed at")
  void unknownType() {
    byte[] text = "not even JSON \u00e4".getBytes(UTF_8);
    ReleaseEvent event = EventJson.read("io.lockkeeper.budget.breached.v2", text);
    assertThat(event)
        .isEqualTo(new Unrecognised("io.lockkeeper.budget.breached.v2", "not even JSON \u00e4"));
    assertThat(EventTypes.nameOf(event)).isEqualTo("io.lockkeeper.budget.breached.v2");
    assertThat(EventJson.write(event)).isEqualTo(text);
  }

  @Test
  @DisplayName("Values that are not what they should be are refused")
  void badValues() {
    String type = EventTypes.nameOf(RolloutHalted.class);
    String golden = Golden.text(type);
    for (String bad :
        List.of(
            golden.replace("\"BREACH\"", "\"BREECH\""),
            golden.replace("\"BREACH\"", "0"),
            golden.replace("\"PT0.042S\"", "\"soon\""),
            golden.replace("\"019ab0f4-001f", "\"x"),
            golden + "{}",
            "[" + golden + "]",
            "[".repeat(100_000))) {
      assertThatThrownBy(() -> EventJson.read(type, bad.getBytes(UTF_8)))
          .isInstanceOf(UnreadableEvent.class);
    }
  }

  @Test
  @DisplayName("The golden runbook lines are lines of the runbook")
  void lines() {
    JsonNode closed = Golden.json("io.lockkeeper.release.closed.v1");
    closed.get("coverage").forEach(line -> RunbookLine.valueOf(line.get("line").asText()));
    assertThat(closed.get("coverage")).isNotEmpty();
  }
}
