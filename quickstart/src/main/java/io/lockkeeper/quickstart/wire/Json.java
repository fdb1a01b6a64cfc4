package io.lockkeeper.quickstart.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// The one way to and from JSON in the quickstart: plain Jackson on records, unknown properties
/// ignored, instants as RFC 3339 text, durations as ISO 8601, a name twice in one object refused.
public final class Json {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .build();

  private Json() {}

  /// The bytes are not JSON, or not the JSON that was asked for. The message is fit for the sender.
  public static final class Malformed extends IOException {
    Malformed(String message) {
      super(message);
    }
  }

  /// Reads one value, and nothing after it. Throws [Malformed].
  public static <T> T read(byte[] json, Class<T> type) throws Malformed {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new Malformed("null is not a value here");
      }
      return value;
    } catch (Malformed e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new Malformed(e.getOriginalMessage());
    } catch (IOException e) {
      throw new Malformed("not readable as JSON");
    }
  }

  /// Reads one value as a tree. Throws [Malformed].
  public static JsonNode tree(byte[] json) throws Malformed {
    return read(json, JsonNode.class);
  }

  /// Turns a part of a tree into a record. Throws [Malformed].
  public static <T> T convert(JsonNode tree, Class<T> type) throws Malformed {
    try {
      T value = MAPPER.treeToValue(tree, type);
      if (value == null) {
        throw new Malformed("null is not a value here");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new Malformed(e.getOriginalMessage());
    }
  }

  /// The value in one line of UTF-8, no line break at its end.
  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("No JSON for " + value.getClass().getName(), e);
    }
  }

  /// The value in one line.
  public static String text(Object value) {
    return new String(bytes(value), UTF_8);
  }

  /// SHA-256, in hex, of what the tree says: independent of white space and of the order of names.
  public static String meaning(JsonNode tree) {
    return sha256(bytes(sorted(tree)));
  }

  /// SHA-256 of the bytes, in hex.
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }

  private static Object sorted(JsonNode tree) {
    if (tree.isObject()) {
      Map<String, Object> names = new TreeMap<>();
      tree.properties().forEach(name -> names.put(name.getKey(), sorted(name.getValue())));
      return names;
    }
    if (tree.isArray()) {
      return tree.valueStream().map(Json::sorted).toList();
    }
    return tree;
  }
}
