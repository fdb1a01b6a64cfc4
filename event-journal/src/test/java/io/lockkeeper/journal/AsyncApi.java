package io.lockkeeper.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Writer;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// `docs/asyncapi.yaml`, AsyncAPI 3.0: made of the names, the records, their comments and the
/// golden files.
final class AsyncApi {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String EVENTS = "releaseEvents";
  private static final String REQUESTS = "releaseRequests";
  private static final String LETTERS = "deadLetters";
  private static final String LETTER = "io.lockkeeper.dead-letter";

  private static final Map<Writer, Set<Writer>> LISTENERS = listeners();

  private final RecordSchemas schemas = new RecordSchemas("#/components/schemas/");
  private final ObjectNode messages = JSON.objectNode();

  private AsyncApi() {}

  /// The document as it is checked in.
  static String document() {
    try {
      return new YAMLMapper()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .writeValueAsString(new AsyncApi().root());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Whom each service listens to; the table of `ReleaseEvent`.
  private static Map<Writer, Set<Writer>> listeners() {
    Map<Writer, Set<Writer>> listeners = new LinkedHashMap<>();
    listeners.put(Writer.GATE, Set.of(Writer.ROLLOUT, Writer.MONITOR));
    listeners.put(Writer.ROLLOUT, Set.of(Writer.GATE, Writer.MONITOR, Writer.NOTIFICATION));
    listeners.put(Writer.MONITOR, Set.of(Writer.GATE, Writer.ROLLOUT));
    listeners.put(Writer.AUDIT, Set.of(Writer.values()));
    listeners.put(Writer.NOTIFICATION, Set.of(Writer.values()));
    return listeners;
  }

  private static Writer writerOf(Class<? extends ReleaseEvent> type) {
    Map<Class<?>, Writer> groups =
        Map.of(
            GateEvent.class, Writer.GATE,
            RolloutEvent.class, Writer.ROLLOUT,
            MonitorEvent.class, Writer.MONITOR,
            AuditEvent.class, Writer.AUDIT,
            NotificationEvent.class, Writer.NOTIFICATION);
    return Arrays.stream(type.getInterfaces()).map(groups::get).findFirst().orElseThrow();
  }

  private ObjectNode root() {
    EventTypes.all().forEach(this::addMessage);
    addRequest(
        EventTypes.RELEASE_REQUESTED, "CI asks for a release.", "release-request-schema.json");
    addRequest(
        EventTypes.WITHDRAWAL_REQUESTED,
        "CI takes a release back.",
        "withdrawal-request-schema.json");
    addLetter();
    ObjectNode root = JSON.objectNode();
    root.put("asyncapi", "3.0.0");
    root.set("info", info());
    root.put("defaultContentType", "application/json");
    root.set("servers", servers());
    root.set("channels", channels());
    root.set("operations", operations());
    ObjectNode components = root.putObject("components");
    components.set("messageTraits", traits());
    components.set("messages", messages);
    components.set("schemas", schemas.definitions());
    return root;
  }

  private static ObjectNode info() {
    ObjectNode info = JSON.objectNode();
    info.put("title", "Lockkeeper: facts of releases");
    info.put("version", "1.0.0");
    info.put(
        "description",
        "Everything that the services tell each other and the world. The topics are at-least-once:"
            + " a reader drops a second (ce_source, ce_id), ignores properties that it does not know,"
            + " and keeps facts of types that it does not know.");
    info.putObject("license")
        .put("name", "Apache-2.0")
        .put("url", "https://www.apache.org/licenses/LICENSE-2.0");
    return info;
  }

  private static ObjectNode servers() {
    ObjectNode servers = JSON.objectNode();
    ObjectNode kafka = servers.putObject("kafka").put("host", "{brokers}").put("protocol", "kafka");
    kafka.putObject("variables").putObject("brokers").put("default", "127.0.0.1:9092");
    return servers;
  }

  private ObjectNode channels() {
    ObjectNode channels = JSON.objectNode();
    ObjectNode events =
        channel(
            channels,
            EVENTS,
            "release-events",
            "Every fact of every release; the key is the release's id.");
    EventTypes.all().keySet().forEach(name -> addReference(events, name));
    ObjectNode requests =
        channel(
            channels,
            REQUESTS,
            "release-requests",
            "What CI asks for, in binary or structured mode.");
    addReference(requests, EventTypes.RELEASE_REQUESTED);
    addReference(requests, EventTypes.WITHDRAWAL_REQUESTED);
    ObjectNode letters =
        channel(
            channels,
            LETTERS,
            "release-requests-dead-letters",
            "Requests that could not be read, as they came, with the reason and their place.");
    addReference(letters, LETTER);
    return channels;
  }

  private static ObjectNode channel(ObjectNode channels, String id, String topic, String text) {
    ObjectNode channel = channels.putObject(id).put("address", topic).put("description", text);
    channel
        .putObject("bindings")
        .putObject("kafka")
        .put("topic", topic)
        .put("partitions", 12)
        .put("bindingVersion", "0.5.0");
    return channel.putObject("messages");
  }

  private static void addReference(ObjectNode messages, String name) {
    messages.putObject(idOf(name)).put("$ref", "#/components/messages/" + idOf(name));
  }

  private static ObjectNode operations() {
    ObjectNode operations = JSON.objectNode();
    ObjectNode requests =
        operation(
            operations,
            "gateReceivesRequests",
            "receive",
            REQUESTS,
            "gate-service takes requests.");
    requests.withArray("messages").add(reference(REQUESTS, EventTypes.RELEASE_REQUESTED));
    requests.withArray("messages").add(reference(REQUESTS, EventTypes.WITHDRAWAL_REQUESTED));
    operation(
            operations,
            "gateSendsDeadLetters",
            "send",
            LETTERS,
            "gate-service keeps what it could not read.")
        .withArray("messages")
        .add(reference(LETTERS, LETTER));
    for (Writer writer : Writer.values()) {
      String service = writer.source().substring(1);
      String id = writer.name().toLowerCase(Locale.ROOT);
      ObjectNode sends =
          operation(operations, id + "Sends", "send", EVENTS, service + " says what it did.");
      ObjectNode receives =
          operation(operations, id + "Receives", "receive", EVENTS, service + " listens.");
      EventTypes.all()
          .forEach(
              (name, type) -> {
                if (writerOf(type) == writer) {
                  sends.withArray("messages").add(reference(EVENTS, name));
                }
                if (LISTENERS.getOrDefault(writer, Set.of()).contains(writerOf(type))) {
                  receives.withArray("messages").add(reference(EVENTS, name));
                }
              });
    }
    return operations;
  }

  private static ObjectNode operation(
      ObjectNode operations, String id, String action, String channel, String summary) {
    ObjectNode operation = operations.putObject(id).put("action", action).put("summary", summary);
    operation.putObject("channel").put("$ref", "#/channels/" + channel);
    return operation;
  }

  private static ObjectNode reference(String channel, String name) {
    return JSON.objectNode().put("$ref", "#/channels/" + channel + "/messages/" + idOf(name));
  }

  private void addMessage(String name, Class<? extends ReleaseEvent> type) {
    ObjectNode message = message(name, Comments.of(type)).put("title", words(type.getSimpleName()));
    message.set("payload", schemas.reference(type));
    addExample(message, name);
  }

  private void addRequest(String name, String summary, String schema) {
    ObjectNode message = message(name, summary);
    ObjectNode payload = message.putObject("payload");
    payload.put("schemaFormat", "application/schema+json;version=draft-07");
    payload.putObject("schema").put("$ref", "./" + schema);
    addExample(message, name);
  }

  /// Headers of its own beside those that the request had; its value is whatever came.
  private void addLetter() {
    ObjectNode letter = named(LETTER, "A request that could not be read.");
    ObjectNode headers = letter.putObject("headers").put("type", "object");
    ArrayNode required = headers.putArray("required");
    ObjectNode properties = headers.putObject("properties");
    header(properties, "dead-letter-cause", "What is wrong, as in the codes of docs/requests.md.");
    header(properties, "dead-letter-reason", "What is wrong, in words.");
    header(properties, "dead-letter-topic", "Where the request stands, whole.");
    header(properties, "dead-letter-partition", "Its partition.");
    header(properties, "dead-letter-offset", "Its offset.");
    properties.fieldNames().forEachRemaining(required::add);
    header(
        properties,
        "dead-letter-value-bytes",
        "How long the request is, when the letter has only its first 512 KiB.");
  }

  private ObjectNode named(String name, String summary) {
    return messages.putObject(idOf(name)).put("name", name).put("summary", summary);
  }

  private ObjectNode message(String name, String summary) {
    ObjectNode message = named(name, summary);
    message.put("contentType", "application/json");
    message.putArray("traits").addObject().put("$ref", "#/components/messageTraits/cloudEvent");
    return message;
  }

  private static void addExample(ObjectNode message, String name) {
    message.putArray("examples").addObject().set("payload", Golden.json(name));
  }

  private static ObjectNode traits() {
    ObjectNode traits = JSON.objectNode();
    ObjectNode headers = traits.putObject("cloudEvent").putObject("headers").put("type", "object");
    ArrayNode required = headers.putArray("required");
    List.of("ce_specversion", "ce_id", "ce_source", "ce_type").forEach(required::add);
    ObjectNode properties = headers.putObject("properties");
    header(properties, "ce_specversion", "Always 1.0.").put("const", "1.0");
    header(properties, "ce_id", "UUIDv7 of the fact; of a request, whatever CI gives.");
    header(properties, "ce_source", "The service; of a request, who asks.")
        .put("format", "uri-reference");
    header(properties, "ce_type", "The name of the message.");
    header(properties, "ce_subject", "The release's id, which is also the key.");
    header(properties, "ce_time", "When it was appended; orders and displays.")
        .put("format", "date-time");
    header(properties, "ce_causationid", "The fact that led to it.");
    header(properties, "ce_sequence", "1, 2, 3 … per source and release, without a gap.");
    header(
        properties,
        "ce_seen",
        "Offset of the last fact of the release that the writer had consumed.");
    header(
        properties,
        "traceparent",
        "W3C trace context; a trace per release and per attempt at a stage.");
    header(properties, "content-type", "application/json");
    return traits;
  }

  private static ObjectNode header(ObjectNode properties, String name, String description) {
    return properties.putObject(name).put("type", "string").put("description", description);
  }

  // `io.lockkeeper.stage.started.v1` is `stage.started.v1`, since ids have no prefix to share.
  private static String idOf(String name) {
    return name.substring("io.lockkeeper.".length());
  }

  private static String words(String camelCase) {
    return camelCase.replaceAll("(?<=[a-z])(?=[A-Z])", " ");
  }

  /// Every `$ref` inside the document that leads nowhere.
  static Set<String> danglingReferences(JsonNode document) {
    Set<String> dangling = new TreeSet<>();
    document
        .findValuesAsText("$ref")
        .forEach(
            reference -> {
              if (reference.startsWith("#")
                  && document.at(reference.substring(1)).isMissingNode()) {
                dangling.add(reference);
              }
            });
    return dangling;
  }
}
