package io.lockkeeper.audit.adapter;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.runbook.Digest;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/// One delivery as a line of NDJSON:
/// `{"partition","offset","key","appended","headers","digest","body"}`, with `repeat` and
/// `note` where there is something to say.
///
/// `body` is the value byte by byte when it is JSON on one line; any other value stands as
/// base64 in `bodyBase64`. `digest` is that of the value's bytes, so a reader can tell. A
/// header that is not text is base64 under its name and `.base64`.
final class FactLine {

  private FactLine() {}

  /// Where deliveries come from, one by one.
  @FunctionalInterface
  interface Source {
    void forEach(Consumer<Delivery> consumer);
  }

  /// These deliveries as lines, written as they are read.
  static StreamingOutput lines(Source source) {
    return out -> {
      OutputStream buffered = new BufferedOutputStream(out);
      try {
        source.forEach(
            delivery -> {
              try {
                write(delivery, buffered);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      buffered.flush();
    };
  }

  /// Writes the line, with its end.
  static void write(Delivery delivery, OutputStream out) throws IOException {
    try (JsonGenerator json =
        EventJson.mapper()
            .getFactory()
            .createGenerator(out)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM)) {
      json.writeStartObject();
      json.writeNumberField("partition", delivery.partition());
      json.writeNumberField("offset", delivery.offset());
      json.writeStringField("key", delivery.key());
      json.writeStringField("appended", delivery.appended().toString());
      json.writeObjectFieldStart("headers");
      for (Header header : delivery.readHeaders()) {
        writeHeader(json, header);
      }
      json.writeEndObject();
      if (delivery.repeat()) {
        json.writeBooleanField("repeat", true);
      }
      if (delivery.note() != null) {
        json.writeStringField("note", delivery.note());
      }
      writeBody(json, delivery.value());
      json.writeEndObject();
    }
    out.write('\n');
  }

  private static void writeHeader(JsonGenerator json, Header header) throws IOException {
    String text = text(header.value());
    if (text != null || header.value() == null) {
      json.writeStringField(header.key(), text);
    } else {
      json.writeStringField(
          header.key() + ".base64", Base64.getEncoder().encodeToString(header.value()));
    }
  }

  private static void writeBody(JsonGenerator json, byte @Nullable [] value) throws IOException {
    if (value == null) {
      json.writeNullField("body");
      return;
    }
    json.writeStringField("digest", Digest.of(value).value());
    String text = text(value);
    if (text != null && isOneLine(text) && isJson(text)) {
      json.writeFieldName("body");
      json.writeRawValue(text);
    } else {
      json.writeStringField("bodyBase64", Base64.getEncoder().encodeToString(value));
    }
  }

  private static boolean isOneLine(String text) {
    return text.chars().noneMatch(Character::isISOControl);
  }

  private static boolean isJson(String text) {
    try {
      return !EventJson.mapper().readTree(text).isMissingNode();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static @Nullable String text(byte @Nullable [] value) {
    try {
      return value == null
          ? null
          : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
