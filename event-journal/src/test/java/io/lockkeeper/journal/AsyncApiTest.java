package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.lockkeeper.events.EventTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The published document of the topics is the one that the contract gives. To write it anew after
/// a deliberate change, run this test with `-Dlockkeeper.docs=write`.
final class AsyncApiTest {

  private static final Path FILE = Golden.docs().resolve("asyncapi.yaml");

  @Test
  @DisplayName("docs/asyncapi.yaml says what the contract says")
  void asCheckedIn() throws IOException {
    if ("write".equals(System.getProperty("lockkeeper.docs"))) {
      Files.writeString(FILE, AsyncApi.document());
    }
    assertThat(Files.readString(FILE)).isEqualTo(AsyncApi.document());
  }

  @Test
  @DisplayName("Every name is a message with an example that its schema accepts")
  void examples() throws IOException {
    JsonNode document = new YAMLMapper().readTree(AsyncApi.document());
    assertThat(AsyncApi.danglingReferences(document)).isEmpty();
    JsonNode messages = document.at("/components/messages");
    assertThat(messages).hasSize(EventTypes.all().size() + 3);
    JsonNode schemas = document.at("/components/schemas");
    for (JsonNode message : messages) {
      assertThat(message.get("summary").asText()).as(message.get("name").asText()).endsWith(".");
      if (message.at("/payload/$ref").isTextual()) {
        String name = message.at("/payload/$ref").asText().replace("#/components/schemas/", "");
        assertThat(errors(schemas, name, message.at("/examples/0/payload"))).as(name).isEmpty();
      }
    }
  }

  private static Iterable<?> errors(JsonNode schemas, String name, JsonNode example) {
    ObjectNode root = EventJson.mapper().createObjectNode();
    root.put("$ref", "#/components/schemas/" + name);
    root.putObject("components").set("schemas", schemas);
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(root);
    return schema.validate(example);
  }
}
