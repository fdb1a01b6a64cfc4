package io.lockkeeper.journal;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/// The JSON of the contract, in one place: for the topic, the journal, views and REST.
///
/// Instants are RFC 3339 in UTC, durations ISO 8601, ids and digests plain strings; what is null is
/// left out; unknown properties are ignored, and missing optional ones get the defaults of their
/// record.
public final class EventJson {

  private static final int DEEPEST = 64;

  private static final ObjectMapper MAPPER =
      configure(
          JsonMapper.builder(
                  JsonFactory.builder()
                      .streamReadConstraints(
                          StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                      .build())
              .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
              .build());

  private EventJson() {}

  /// The mapper of the contract; shared, not to be changed.
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /// Makes this mapper read and write as the contract does.
  public static <M extends ObjectMapper> M configure(M mapper) {
    mapper.registerModule(new JavaTimeModule());
    mapper.registerModule(new Jdk8Module());
    mapper.registerModule(
        new SimpleModule("lockkeeper")
            .addSerializer(ReleaseId.class, ToStringSerializer.instance)
            .addSerializer(EventId.class, ToStringSerializer.instance)
            .addSerializer(Digest.class, ToStringSerializer.instance)
            .addDeserializer(ReleaseId.class, new OfText<>(ReleaseId.class, ReleaseId::new))
            .addDeserializer(EventId.class, new OfText<>(EventId.class, EventId::of))
            .addDeserializer(Digest.class, new OfText<>(Digest.class, Digest::new)));
    mapper.disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
    mapper.disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS);
    mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    mapper.enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS);
    mapper.setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);
    // A record is its components; a question such as `isInfrastructure` is not one.
    mapper.setVisibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE);
    return mapper;
  }

  /// The event as it stands on the wire, compact. An unrecognised one keeps the text it came with.
  public static byte[] write(ReleaseEvent event) {
    if (event instanceof Unrecognised unrecognised) {
      return unrecognised.body().getBytes(StandardCharsets.UTF_8);
    }
    try {
      return MAPPER.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The event of this type with this value; [Unrecognised] when this build does not know the type.
  ///
  /// @throws UnreadableEvent when the value is not what the type promises: not JSON, a component of
  ///     a wrong kind, or one missing that has no default
  public static ReleaseEvent read(String type, byte[] value) {
    Optional<Class<? extends ReleaseEvent>> known = EventTypes.classOf(type);
    if (known.isEmpty()) {
      return new Unrecognised(type, new String(value, StandardCharsets.UTF_8));
    }
    try {
      return Completeness.require(MAPPER.readValue(value, known.get()), type);
    } catch (IOException | RuntimeException e) {
      throw new UnreadableEvent(type, e);
    }
  }

  /// A value of the contract that is written as plain text.
  private static final class OfText<T> extends FromStringDeserializer<T> {

    // Not part of any serialized form: mappers are never serialized.
    private final transient Function<String, T> reader;

    OfText(Class<T> type, Function<String, T> reader) {
      super(type);
      this.reader = reader;
    }

    @Override
    protected T _deserialize(String text, DeserializationContext context) {
      return reader.apply(text);
    }

    @Override
    protected boolean _shouldTrim() {
      return false;
    }
  }
}
