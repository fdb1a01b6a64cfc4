package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.lockkeeper.runbook.Choice;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.RunbookLine;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The published schemas say what the records are.
final class SchemaTest {

  private static final String REQUEST = "release-request-schema.json";
  private static final String RUNBOOK = "runbook-schema.json";

  private static JsonNode document(String name) {
    try {
      return EventJson.mapper().readTree(Files.readString(Golden.docs().resolve(name)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> errors(String schema, JsonNode value) {
    Schema compiled =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(document(schema));
    return compiled.validate(value).stream().map(Object::toString).toList();
  }

  private static JsonNode yaml(String text) throws IOException {
    return new YAMLMapper().readTree(text);
  }

  @Test
  @DisplayName(
      "PRE1–PRE4, G1–G4: the schema of a request names exactly the components of a request")
  void requestMatches() {
    JsonNode schema = document(REQUEST);
    assertThat(differences(schema, schema, ReleaseRequest.class, "", false)).isEmpty();
  }

  @Test
  @DisplayName("The schema of a runbook names exactly the components of a runbook")
  void runbookMatches() {
    JsonNode schema = document(RUNBOOK);
    ObjectNode sections = schema.deepCopy();
    ObjectNode properties = (ObjectNode) sections.get("properties");
    properties.remove(List.of("apiVersion", "kind"));
    properties.set("name", properties.remove("metadata").get("properties").get("name"));
    assertThat(differences(schema, sections, Runbook.class, "", true)).isEmpty();
  }

  @Test
  @DisplayName(
      "PRE1–PRE4: a request in full, and one with nothing optional, are valid and readable")
  void goodRequests() throws IOException {
    JsonNode full = Golden.fullRequest();
    assertThat(errors(REQUEST, full)).isEmpty();
    ReleaseRequest request = EventJson.mapper().treeToValue(full, ReleaseRequest.class);
    JsonNode written = EventJson.mapper().valueToTree(request);
    assertThat(written).isEqualTo(full);

    ObjectNode least = full.deepCopy();
    least.retain(
        "service",
        "environment",
        "version",
        "runbook",
        "artifact",
        "requestedBy",
        "description",
        "source");
    assertThat(errors(REQUEST, least)).isEmpty();
    ReleaseRequest small = EventJson.mapper().treeToValue(least, ReleaseRequest.class);
    assertThat(small.owners()).isEmpty();
    assertThat(small.first()).isFalse();
    assertThat(small.scope()).isEqualTo(ReleaseRequest.Scope.NOTHING);
    assertThat(small.backout()).isEqualTo(ReleaseRequest.Backout.NOTHING);
  }

  @ParameterizedTest(name = "{0} = {1}")
  @DisplayName("A request that the schema refuses")
  @CsvSource(
      delimiter = '|',
      value = {
        "/service | \"shop\"",
        "/service | \"Demo/Shop\"",
        "/service | \"demo/shop\\n\"",
        "/environment | \"\"",
        "/version | \"1.0 beta\"",
        "/runbook | \"../secret\"",
        "/artifact/digest | \"sha256:0b31\"",
        "/artifact/purl | \"oci/shop\"",
        "/artifact/colour | \"red\"",
        "/colour | \"red\"",
        "/elevated | \"true\"",
        "/first | null",
        "/window | {\"start\":\"2026-11-23T09:00:00Z\"}",
        "/window/start | \"tomorrow\"",
        "/source/commit | \"HEAD\"",
        "/source/authors | \"kim\"",
        "/evidence/0/verdict | \"OK\"",
        "/evidence/0/url | \"file:///etc/passwd\"",
        "/description | \"a\\u0000b\"",
        "/requestedBy | \"two\\nlines\"",
        "/requestedBy | 7",
        "/links/0 | \"javascript:alert(1)\"",
        "/scope/toggles/0/expected | 1",
      })
  void badRequests(String pointer, String value) throws IOException {
    JsonNode full = Golden.fullRequest();
    int cut = pointer.lastIndexOf('/');
    JsonNode parent = full.at(pointer.substring(0, cut));
    String name = pointer.substring(cut + 1);
    JsonNode bad = EventJson.mapper().readTree(value);
    if (parent instanceof ObjectNode object) {
      object.set(name, bad);
    } else {
      ((ArrayNode) parent).set(Integer.parseInt(name), bad);
    }
    assertThat(errors(REQUEST, full)).isNotEmpty();
  }

  @ParameterizedTest
  @DisplayName("A request without what it must have is refused")
  @ValueSource(
      strings = {
        "service",
        "environment",
        "version",
        "runbook",
        "artifact",
        "requestedBy",
        "description",
        "source"
      })
  void incompleteRequests(String name) throws IOException {
    ObjectNode request = (ObjectNode) Golden.fullRequest();
    request.remove(name);
    assertThat(errors(REQUEST, request)).isNotEmpty();
  }

  @Test
  @DisplayName("A short runbook is a complete one; a full one says everything")
  void goodRunbooks() throws IOException {
    JsonNode shortest =
        yaml(
            """
            apiVersion: lockkeeper.io/v1
            kind: Runbook
            metadata: { name: short }
            rollout:
              stages: [ { weight: 100 } ]
              target: { kind: webhook, url: "http://127.0.0.1:8000" }
            monitoring:
              stable: [ "http://127.0.0.1:8001/metrics" ]
              candidate: [ "http://127.0.0.1:8002/metrics" ]
            """);
    assertThat(errors(RUNBOOK, shortest)).isEmpty();
    Runbook runbook = RunbookFile.read(shortest);
    assertThat(runbook.name()).isEqualTo("short");
    assertThat(runbook.gates()).isEqualTo(Runbook.Gates.STANDARD);
    assertThat(runbook.monitoring().validation()).isEqualTo(Runbook.MINIMUM_VALIDATION);

    JsonNode full = yaml(Files.readString(Golden.contract().resolve("runbook.yaml")));
    assertThat(errors(RUNBOOK, full)).isEmpty();
    Runbook read = RunbookFile.read(full);
    assertThat(read.rollout().strategy()).isEqualTo(Runbook.Rollout.Strategy.BLUE_GREEN);
    assertThat(read.rollout().onRevoked()).isEqualTo(Runbook.Rollout.OnRevoked.FINISH_STAGE);
    assertThat(read.monitoring().otherwise()).isEqualTo(Choice.WAIT);
    assertThat(read.preconditions().getFirst().line()).isEqualTo(RunbookLine.PRE1);
    assertThat(read.relaxed()).isNotNull();
  }

  @Test
  @DisplayName("G2, M1: a runbook may name sources of metrics; facts carry them")
  void sources() throws IOException {
    JsonNode file = yaml(Files.readString(Golden.contract().resolve("runbook-prometheus.yaml")));
    assertThat(errors(RUNBOOK, file)).isEmpty();
    Runbook runbook = RunbookFile.read(file);
    byte[] wire = EventJson.mapper().writeValueAsBytes(runbook);
    assertThat(EventJson.mapper().readValue(wire, Runbook.class)).isEqualTo(runbook);
    JsonNode monitoring = EventJson.mapper().readTree(wire).get("monitoring");
    assertThat(monitoring.get("sources").get(0).toString())
        .isEqualTo(
            "{\"name\":\"main\",\"kind\":\"PROMETHEUS\","
                + "\"url\":\"https://prometheus.example.org/prometheus\","
                + "\"selector\":\"job=\\\"shop\\\",environment=\\\"{{environment}}\\\"\","
                + "\"version\":\"app_version\",\"instance\":\"pod\",\"staleAfter\":\"PT45S\"}");
    assertThat(monitoring.get("signals").get(1).toString())
        .isEqualTo(
            "{\"name\":\"orders\",\"kind\":\"KPI\",\"critical\":true,\"query\":\"sum by (instance) "
                + "(orders_total{service=\\\"{{service}}\\\",version=\\\"{{version}}\\\"})\","
                + "\"source\":\"business\",\"noData\":\"HOLD\"}");
    assertThat(runbook.monitoring().sources().getLast())
        .isEqualTo(
            new Runbook.MetricSource(
                "business",
                Runbook.MetricSource.Kind.PROMETHEUS,
                URI.create("http://127.0.0.1:9090"),
                "job=\"orders\"",
                "version",
                "instance",
                null));
  }

  @Test
  @DisplayName("What a runbook's schema gives as a default is the record's default")
  void defaults() throws IOException {
    JsonNode schema = document(RUNBOOK);
    JsonNode shortest =
        yaml(
            """
            metadata: { name: short }
            rollout: { stages: [ { weight: 100 } ], target: { kind: webhook, url: "http://a" } }
            monitoring: { stable: [ "http://b" ], candidate: [ "http://c" ] }
            """);
    JsonNode read = EventJson.mapper().valueToTree(RunbookFile.read(shortest));
    List<String> wrong = new ArrayList<>();
    for (String section :
        List.of(
            "gates/baseline",
            "gates/approval",
            "gates",
            "rollout",
            "monitoring",
            "rollback",
            "communication",
            "postDeployment")) {
      JsonNode properties =
          schema.at("/properties/" + section.replace("/", "/properties/") + "/properties");
      properties.properties().stream()
          .filter(property -> property.getValue().has("default"))
          .filter(
              property ->
                  !sameWord(
                      property.getValue().get("default"),
                      read.at("/" + section).get(property.getKey())))
          .forEach(property -> wrong.add(section + "/" + property.getKey()));
    }
    assertThat(wrong).isEmpty();
  }

  private static boolean sameWord(JsonNode published, JsonNode actual) {
    if (published.isTextual() && published.asText().startsWith("P")) {
      return Duration.parse(published.asText()).equals(Duration.parse(actual.asText()));
    }
    return published.isTextual()
        ? word(actual.asText()).equals(word(published.asText()))
        : published.equals(actual);
  }

  // Where schema and type disagree, as pointers with a word on why.
  private static List<String> differences(
      JsonNode root, JsonNode given, Type type, String path, boolean words) {
    JsonNode schema = given;
    while (schema.has("$ref")) {
      schema = root.at(schema.get("$ref").asText().substring(1));
    }
    if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
      return schema.path("type").asText().equals("object") && schema.has("maxProperties")
          ? differences(
              root,
              schema.get("additionalProperties"),
              map.getActualTypeArguments()[1],
              path + "/*",
              words)
          : List.of(path + ": no limited object");
    }
    if (type instanceof ParameterizedType list) {
      assertThat(list.getRawType()).isEqualTo(List.class);
      return schema.path("type").asText().equals("array") && schema.has("maxItems")
          ? differences(
              root, schema.get("items"), list.getActualTypeArguments()[0], path + "/-", words)
          : List.of(path + ": no limited array");
    }
    Class<?> raw = (Class<?>) type;
    if (raw == Runbook.Slo.class) {
      return List.of(); // a file has an OpenSLO document here, which gate-service resolves
    }
    if (raw.isRecord() && raw != Digest.class) {
      return recordDifferences(root, schema, raw, path, words);
    }
    return agrees(schema, raw, words)
        ? List.of()
        : List.of(path + ": not a " + raw.getSimpleName());
  }

  private static List<String> recordDifferences(
      JsonNode root, JsonNode schema, Class<?> raw, String path, boolean words) {
    List<String> found = new ArrayList<>();
    if (!schema.path("additionalProperties").isBoolean()
        || schema.get("additionalProperties").asBoolean()) {
      found.add(path + ": open");
    }
    JsonNode properties = schema.path("properties");
    Set<String> required = new HashSet<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    List<String> names =
        Stream.of(raw.getRecordComponents()).map(RecordComponent::getName).toList();
    properties
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!names.contains(name)) {
                found.add(path + "/" + name + ": not in the record");
              }
            });
    for (RecordComponent component : raw.getRecordComponents()) {
      String at = path + "/" + component.getName();
      JsonNode property = properties.get(component.getName());
      if (property == null) {
        found.add(at + ": not in the schema");
      } else {
        found.addAll(differences(root, property, component.getGenericType(), at, words));
      }
      if (required.contains(component.getName())
          && component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        found.add(at + ": required and nullable");
      }
    }
    return found;
  }

  private static boolean agrees(JsonNode schema, Class<?> raw, boolean words) {
    if (raw.isEnum()) {
      // A schema may offer fewer words than the contract has: some choices are a person's alone.
      List<String> constants =
          Arrays.stream(raw.getEnumConstants()).map(it -> word(it.toString())).toList();
      List<String> offered = new ArrayList<>();
      schema.path("enum").forEach(it -> offered.add(word(it.asText())));
      boolean isWhole =
          raw == Choice.class || raw == RunbookLine.class || offered.size() == constants.size();
      return !offered.isEmpty() && isWhole && constants.containsAll(offered);
    }
    String type = schema.has("enum") ? "string" : schema.path("type").asText();
    if (raw == boolean.class || raw == Boolean.class) {
      return type.equals("boolean");
    }
    if (raw == int.class || raw == Integer.class) {
      return type.equals("integer") && schema.has("minimum") && schema.has("maximum");
    }
    if (raw == double.class || raw == Double.class) {
      return type.equals("number") && schema.has("minimum") && schema.has("maximum");
    }
    boolean isText =
        raw == String.class
            || raw == Digest.class
            || raw == URI.class
            || raw == Instant.class
            || raw == Duration.class;
    boolean isLimited =
        schema.has("maxLength")
            || schema.has("enum")
            || raw == Digest.class
            || schema.has("pattern");
    return isText && type.equals("string") && isLimited && (words || !schema.has("enum"));
  }

  private static String word(String text) {
    return text.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
