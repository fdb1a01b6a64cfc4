package io.lockkeeper.journal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.runbook.Digest;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// JSON Schemas of records as the codec writes them. They are open: a later version may say more.
final class RecordSchemas {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final String prefix;
  private final Map<String, ObjectNode> definitions = new TreeMap<>();
  private final Map<String, Class<?>> owners = new HashMap<>();

  /// Schemas that refer to each other under this prefix.
  RecordSchemas(String prefix) {
    this.prefix = prefix;
  }

  /// A reference to the schema of this record, which is defined from now on.
  ObjectNode reference(Class<?> type) {
    String name = type.getSimpleName();
    Class<?> owner = owners.putIfAbsent(name, type);
    if (owner == null) {
      definitions.put(name, definition(type));
    } else if (owner != type) {
      throw new IllegalStateException("two records of one name: " + owner + " and " + type);
    }
    return JSON.objectNode().put("$ref", prefix + name);
  }

  /// Every schema that was referred to, by name.
  ObjectNode definitions() {
    ObjectNode all = JSON.objectNode();
    definitions.forEach(all::set);
    return all;
  }

  private ObjectNode definition(Class<?> type) {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    ObjectNode properties = JSON.objectNode();
    ArrayNode required = JSON.arrayNode();
    for (RecordComponent component : type.getRecordComponents()) {
      properties.set(component.getName(), schemaOf(component.getGenericType()));
      if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        required.add(component.getName());
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    schema.set("properties", properties);
    return schema;
  }

  private ObjectNode schemaOf(Type type) {
    if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
      ObjectNode object = JSON.objectNode().put("type", "object");
      object.set("additionalProperties", schemaOf(map.getActualTypeArguments()[1]));
      return object;
    }
    if (type instanceof ParameterizedType list) {
      ObjectNode array = JSON.objectNode().put("type", "array");
      array.set("items", schemaOf(list.getActualTypeArguments()[0]));
      return array;
    }
    Class<?> raw = (Class<?>) type;
    if (raw.isEnum()) {
      ObjectNode words = JSON.objectNode().put("type", "string");
      for (Object constant : raw.getEnumConstants()) {
        words.withArray("enum").add(constant.toString());
      }
      return words;
    }
    ObjectNode plain = plain(raw);
    return plain == null ? reference(raw) : plain;
  }

  private static @Nullable ObjectNode plain(Class<?> raw) {
    ObjectNode schema = JSON.objectNode();
    if (raw == int.class || raw == Integer.class || raw == long.class || raw == Long.class) {
      return schema.put("type", "integer");
    }
    if (raw == double.class || raw == Double.class) {
      return schema.put("type", "number");
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return schema.put("type", "boolean");
    }
    if (raw == Digest.class) {
      return schema.put("type", "string").put("pattern", "^sha256:[0-9a-f]{64}$");
    }
    Map<Class<?>, String> formats =
        Map.of(
            Instant.class, "date-time",
            Duration.class, "duration",
            Period.class, "duration",
            URI.class, "uri",
            EventId.class, "uuid");
    if (formats.containsKey(raw)) {
      return schema.put("type", "string").put("format", formats.get(raw));
    }
    // A time of day has no zone, which the format `date-time` asks for.
    return Set.of(String.class, ReleaseId.class, LocalDateTime.class, ZoneId.class).contains(raw)
        ? schema.put("type", "string")
        : null;
  }
}
