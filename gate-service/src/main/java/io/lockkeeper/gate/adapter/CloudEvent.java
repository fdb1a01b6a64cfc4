package io.lockkeeper.gate.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lockkeeper.events.ReleaseId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/// A CloudEvent 1.0 as somebody outside wrote it, in binary or in structured mode. A record without
/// headers whose value is one is taken as structured mode, so that a plain console producer can
/// ask.
record CloudEvent(String id, String source, String type, JsonNode data) {

  /// The largest value, in bytes.
  static final int MAX_BYTES = 1024 * 1024;

  /// The one attribute without a prefix.
  static final String CONTENT_TYPE = "content-type";

  private static final int LONGEST_ATTRIBUTE = 200;
  private static final int DEEPEST = 64;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /// The record is no CloudEvent that can be read.
  static final class Unreadable extends Exception {
    private final String code;

    Unreadable(String code, String reason) {
      super(PlainText.of(reason));
      this.code = code;
    }

    /// Stable, in kebab case.
    String code() {
      return code;
    }

    /// In words.
    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /// Where the attributes of an event in binary mode stand, and `content-type`.
  @FunctionalInterface
  interface Attributes {

    /// The value of this attribute as it came; null when it is not there.
    ///
    /// @throws Unreadable when it is there twice, or not text
    @Nullable String get(String name) throws Unreadable;
  }

  /// Reads a record.
  ///
  /// @throws Unreadable when it is too large, not JSON, or no CloudEvent
  static CloudEvent read(ConsumerRecord<byte[], byte[]> record) throws Unreadable {
    return read(name -> header(record, name), record.value());
  }

  /// Reads a value by its attributes.
  ///
  /// @throws Unreadable when it is too large, not JSON, or no CloudEvent
  static CloudEvent read(Attributes attributes, byte @Nullable [] value) throws Unreadable {
    if (value == null || value.length == 0) {
      throw new Unreadable("empty", "there is no value");
    }
    if (value.length > MAX_BYTES) {
      throw new Unreadable(
          "too-large",
          "the value has " + value.length + " bytes; at most " + MAX_BYTES + " are read");
    }
    String contentType = attributes.get(CONTENT_TYPE);
    String kind = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
    if (kind.startsWith("application/cloudevents-batch")) {
      throw new Unreadable("no-cloud-event", "batches are not read: send one event per record");
    }
    boolean binary = attributes.get("id") != null || attributes.get("specversion") != null;
    return kind.startsWith("application/cloudevents") || !binary
        ? structured(json(value))
        : binary(attributes, json(value));
  }

  /// The release that a record is about which cannot be read, as far as its headers tell.
  static Optional<ReleaseId> release(ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.of(
          ReleaseId.of(
              attribute("source", header(record, "source")),
              attribute("id", header(record, "id"))));
    } catch (Unreadable e) {
      return Optional.empty();
    }
  }

  private static CloudEvent binary(Attributes attributes, JsonNode data) throws Unreadable {
    return new CloudEvent(
            attribute("id", attributes.get("id")),
            attribute("source", attributes.get("source")),
            attribute("type", attributes.get("type")),
            data)
        .ofVersion(attributes.get("specversion"));
  }

  private static CloudEvent structured(JsonNode event) throws Unreadable {
    if (!event.isObject()) {
      throw new Unreadable("no-cloud-event", "neither headers nor value are those of a CloudEvent");
    }
    JsonNode data = event.get("data");
    if (event.hasNonNull("data_base64")) {
      data = json(decoded(event.get("data_base64").asText()));
    }
    return new CloudEvent(
            attribute("id", text(event, "id")),
            attribute("source", text(event, "source")),
            attribute("type", text(event, "type")),
            data == null ? MAPPER.nullNode() : data)
        .ofVersion(text(event, "specversion"));
  }

  private CloudEvent ofVersion(@Nullable String version) throws Unreadable {
    if (!"1.0".equals(version)) {
      throw new Unreadable("no-cloud-event", "specversion is " + version + ", not 1.0");
    }
    return this;
  }

  private static String attribute(String name, @Nullable String value) throws Unreadable {
    if (value == null || value.isBlank()) {
      throw new Unreadable("no-cloud-event", name + " is missing");
    }
    if (value.length() > LONGEST_ATTRIBUTE
        || !PlainText.isPlain(value)
        || value.chars().anyMatch(Character::isISOControl)) {
      throw new Unreadable(
          "no-cloud-event",
          name + " has control characters or more than " + LONGEST_ATTRIBUTE + " characters");
    }
    return value;
  }

  private static @Nullable String text(JsonNode event, String name) {
    JsonNode value = event.get(name);
    return value != null && value.isTextual() ? value.textValue() : null;
  }

  private static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String attribute)
      throws Unreadable {
    String name = attribute.equals(CONTENT_TYPE) ? attribute : "ce_" + attribute;
    @Nullable String found = null;
    for (Header header : record.headers().headers(name)) {
      if (found != null) {
        throw new Unreadable("no-cloud-event", "the header " + name + " comes twice");
      }
      found = header.value() == null ? null : utf8(header.value());
    }
    return found;
  }

  private static JsonNode json(byte[] value) throws Unreadable {
    try {
      JsonNode read = MAPPER.readTree(utf8(value));
      return read == null ? MAPPER.missingNode() : read;
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : " in line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr();
      throw new Unreadable(
          "no-json", "the value is not JSON" + where + ": " + e.getOriginalMessage());
    }
  }

  private static byte[] decoded(String base64) throws Unreadable {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new Unreadable("no-cloud-event", "data_base64 is not Base64");
    }
  }

  private static String utf8(byte[] bytes) throws Unreadable {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Unreadable("no-utf-8", "the record is not UTF-8");
    }
  }
}
