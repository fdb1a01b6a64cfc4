package io.lockkeeper.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/// What stands around a fact on `release-events`: a CloudEvent 1.0 in binary mode, in Kafka
/// headers.
///
/// @param type the CloudEvents type; begins with [#MALFORMED] when the headers were not those of a
///     fact
/// @param cause the fact that led to this one
/// @param seen the offset of the last fact of this release that the writer had consumed when it
///     decided
public record Envelope(
    UUID id,
    Writer writer,
    ReleaseId release,
    int sequence,
    Instant time,
    @Nullable UUID cause,
    @Nullable Long seen,
    String type) {

  /// Begins the type of a fact whose headers could not be read; it is kept, and holds its release.
  public static final String MALFORMED = "io.lockkeeper.malformed:";

  private static final int LONGEST_TYPE = 200;
  // What both a CloudEvent and a PostgreSQL timestamp can say.
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  /// Reads the headers of a delivery. Headers of one of our writers that are not those of a fact
  /// give an envelope of a [#MALFORMED] type, with an id made of the delivery's place on the topic.
  ///
  /// @return empty when no writer of ours is named, or no release
  public static Optional<Envelope> of(ConsumerRecord<String, byte[]> record) {
    Optional<Writer> writer =
        Optional.ofNullable(text(record.headers(), "ce_source")).flatMap(Writer::of);
    String key = record.key();
    if (writer.isEmpty() || key == null || !isPlain(key) || !isReleaseId(key)) {
      return Optional.empty();
    }
    ReleaseId release = new ReleaseId(key);
    try {
      return Optional.of(read(record.headers(), writer.get(), release));
    } catch (IllegalArgumentException | DateTimeException malformed) {
      return Optional.of(malformed(record, writer.get(), release));
    }
  }

  /// The fact in this envelope.
  public Fact fact(ReleaseEvent event) {
    return new Fact(
        new EventId(id),
        writer,
        release,
        sequence,
        time,
        cause == null ? null : new EventId(cause),
        event);
  }

  /// Whether the headers were those of a fact.
  public boolean isMalformed() {
    return type.startsWith(MALFORMED);
  }

  /// The fact as it is sent to `topic` by whoever says nothing of it as a span.
  ///
  /// @param data the event as JSON
  public ProducerRecord<String, byte[]> toRecord(String topic, byte[] data) {
    return toRecord(topic, data, false);
  }

  /// The fact as it is sent to `topic`.
  ///
  /// @param data    the event as JSON
  /// @param sampled whether the fact is said as a span, too
  ProducerRecord<String, byte[]> toRecord(String topic, byte[] data, boolean sampled) {
    Headers headers = headers();
    put(
        headers,
        "traceparent",
        "00-%s-%s-%s"
            .formatted(Trace.of(release, type, data), Trace.span(id), sampled ? "01" : "00"));
    return new ProducerRecord<>(topic, null, null, release.value(), data, headers);
  }

  private Headers headers() {
    Headers headers = new RecordHeaders();
    put(headers, "ce_specversion", "1.0");
    put(headers, "ce_id", id.toString());
    put(headers, "ce_source", writer.source());
    put(headers, "ce_type", type);
    put(headers, "ce_subject", release.value());
    put(headers, "ce_time", time.toString());
    put(headers, "ce_sequence", Integer.toString(sequence));
    if (cause != null) {
      put(headers, "ce_causationid", cause.toString());
    }
    if (seen != null) {
      put(headers, "ce_seen", seen.toString());
    }
    put(headers, "content-type", "application/json");
    return headers;
  }

  private static Envelope read(Headers headers, Writer writer, ReleaseId release) {
    require(required(headers, "ce_specversion").equals("1.0"), "ce_specversion is not 1.0");
    require(required(headers, "ce_subject").equals(release.value()), "ce_subject is not the key");
    String type = required(headers, "ce_type");
    require(isType(type) && !type.startsWith(MALFORMED), "ce_type is not a type");
    Instant time = OffsetDateTime.parse(required(headers, "ce_time")).toInstant();
    require(time.isAfter(EARLIEST) && time.isBefore(LATEST), "ce_time is not of our time");
    int sequence = Integer.parseInt(required(headers, "ce_sequence"));
    require(sequence > 0, "ce_sequence is not positive");
    String cause = text(headers, "ce_causationid");
    String seen = text(headers, "ce_seen");
    return new Envelope(
        UUID.fromString(required(headers, "ce_id")),
        writer,
        release,
        sequence,
        time.truncatedTo(ChronoUnit.MICROS),
        cause == null ? null : UUID.fromString(cause),
        seen == null ? null : Long.valueOf(seen),
        type);
  }

  private static Envelope malformed(
      ConsumerRecord<String, byte[]> record, Writer writer, ReleaseId release) {
    String place = record.topic() + "/" + record.partition() + "/" + record.offset();
    String type = text(record.headers(), "ce_type");
    Instant appended = Instant.ofEpochMilli(Math.max(0, record.timestamp()));
    return new Envelope(
        UUID.nameUUIDFromBytes(place.getBytes(UTF_8)),
        writer,
        release,
        0,
        appended.isBefore(LATEST) ? appended : LATEST,
        null,
        null,
        MALFORMED + (type != null && isType(type) ? type : "?"));
  }

  private static boolean isReleaseId(String key) {
    return !key.isBlank() && key.length() <= ReleaseId.MAX_LENGTH;
  }

  private static boolean isType(String type) {
    return !type.isBlank() && type.length() <= LONGEST_TYPE && isPlain(type);
  }

  /// Whether PostgreSQL can keep this text as it is.
  static boolean isPlain(String text) {
    return text.chars().noneMatch(Character::isISOControl) && UTF_8.newEncoder().canEncode(text);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static String required(Headers headers, String name) {
    String value = text(headers, name);
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }

  private static @Nullable String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }

  private static void put(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }
}
