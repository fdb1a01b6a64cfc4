package io.lockkeeper.journal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.runbook.Runbook;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/// The form in which a team keeps a runbook, `schema/runbook-schema.json`: `apiVersion`, `kind`,
/// the name under `metadata`, and words such as `blue-green` where the contract says `BLUE_GREEN`.
public final class RunbookFile {

  private static final ObjectMapper MAPPER =
      EventJson.mapper()
          .copy()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .registerModule(new SimpleModule("words").setDeserializerModifier(new Words()));

  private RunbookFile() {}

  /// The runbook in this file, with the defaults of what it leaves out. The file has been validated
  /// against the schema; what a schema cannot say is not examined here either.
  ///
  /// @throws UnreadableEvent when the file is not of that form
  public static Runbook read(JsonNode file) {
    try {
      if (!(file instanceof ObjectNode given)) {
        throw new IllegalArgumentException("a runbook is an object");
      }
      ObjectNode sections = given.deepCopy();
      sections.put("name", given.path("metadata").path("name").asText());
      sections.remove(Arrays.asList("apiVersion", "kind", "metadata"));
      return Completeness.require(MAPPER.treeToValue(sections, Runbook.class), "runbook");
    } catch (JsonProcessingException | RuntimeException e) {
      throw new UnreadableEvent("runbook", e);
    }
  }

  /// Reads `blue-green` as `BLUE_GREEN`.
  private static final class Words extends BeanDeserializerModifier {

    @Override
    public JsonDeserializer<?> modifyEnumDeserializer(
        DeserializationConfig config,
        JavaType type,
        BeanDescription description,
        JsonDeserializer<?> deserializer) {
      return new Word(type.getRawClass());
    }
  }

  /// Reads one word of this kind.
  private static final class Word extends JsonDeserializer<Object> {

    private final Class<?> type;

    Word(Class<?> type) {
      this.type = type;
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String word = parser.getText();
      String name = word.toUpperCase(Locale.ROOT).replace('-', '_');
      for (Object constant : type.getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(name)) {
          return constant;
        }
      }
      return context.handleWeirdStringValue(type, word, "not one of the words for it");
    }
  }
}
