package io.lockkeeper.gate.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import io.lockkeeper.events.GateEvent.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One of the published JSON Schemas.
final class JsonSchema {

  /// The data of a request for a release.
  static final String REQUEST = "release-request-schema.json";

  /// The data of a request to take one back.
  static final String WITHDRAWAL = "withdrawal-request-schema.json";

  /// A runbook file.
  static final String RUNBOOK = "runbook-schema.json";

  private static final int MOST_PROBLEMS = 20;

  private final Schema schema;

  private JsonSchema(Schema schema) {
    this.schema = schema;
  }

  /// The schema of this name.
  static JsonSchema named(String name) {
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder()
            .formatAssertionsEnabled(true)
            .pathType(PathType.JSON_POINTER)
            .locale(Locale.ENGLISH)
            .build();
    SchemaRegistry registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemaRegistryConfig(config));
    try (@Nullable InputStream in = JsonSchema.class.getResourceAsStream("/schema/" + name)) {
      if (in == null) {
        throw new IllegalStateException("schema/" + name + " is not on the class path");
      }
      return new JsonSchema(registry.getSchema(in, InputFormat.JSON));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What is wrong with this value, and where: the first [#MOST_PROBLEMS], in the order of the
  /// document.
  List<Problem> problems(JsonNode value) {
    List<Problem> problems = new ArrayList<>(unreadableText(value, ""));
    schema.validate(value).stream()
        .map(error -> new Problem(PlainText.of(pointer(error)), PlainText.of(error.getMessage())))
        .forEach(problems::add);
    return problems.stream()
        .distinct()
        .sorted(Comparator.comparing(Problem::pointer).thenComparing(Problem::detail))
        .limit(MOST_PROBLEMS)
        .toList();
  }

  /// Where the fault is: a property that is missing or too much is named itself, not what it is in.
  private static String pointer(Error error) {
    String place = error.getInstanceLocation().toString();
    String property = error.getProperty();
    return property == null ? place : place + "/" + escaped(property);
  }

  /// Text that could be kept nowhere: JSON can write characters that are none.
  private static List<Problem> unreadableText(JsonNode value, String pointer) {
    if (value.isTextual() && !PlainText.isPlain(value.textValue())) {
      return List.of(
          new Problem(PlainText.of(pointer), "has control characters or halves of characters"));
    }
    List<Problem> found = new ArrayList<>();
    if (value.isObject()) {
      value
          .properties()
          .forEach(
              entry ->
                  found.addAll(
                      unreadableText(entry.getValue(), pointer + "/" + escaped(entry.getKey()))));
    } else if (value.isArray()) {
      for (int i = 0; i < value.size() && found.size() < MOST_PROBLEMS; i++) {
        found.addAll(unreadableText(value.get(i), pointer + "/" + i));
      }
    }
    return found;
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
