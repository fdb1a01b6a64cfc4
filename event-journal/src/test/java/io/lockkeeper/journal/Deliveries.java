package io.lockkeeper.journal;

import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Writer;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;

/// Makes facts of other services, as the topic delivers them.
public final class Deliveries {

  /// The topic they come from.
  public static final String TOPIC = "release-events";

  private static final AtomicLong OFFSET = new AtomicLong();

  private Deliveries() {}

  /// A fact for sending, with a new id.
  public static ProducerRecord<String, byte[]> sent(
      Writer writer, ReleaseId release, int sequence, Instant time, ReleaseEvent event) {
    return new Envelope(
            TimeOrderedId.at(time),
            writer,
            release,
            sequence,
            time,
            null,
            null,
            EventTypes.nameOf(event))
        .toRecord(TOPIC, EventJson.write(event));
  }

  /// A delivery of a fact with a new id, at an offset after all before it.
  public static ConsumerRecord<String, byte[]> of(
      Writer writer, ReleaseId release, int sequence, Instant time, ReleaseEvent event) {
    return of(sent(writer, release, sequence, time, event));
  }

  /// A delivery of what was sent, at an offset after all before it.
  public static ConsumerRecord<String, byte[]> of(ProducerRecord<String, byte[]> sent) {
    return of(sent.key(), sent.value(), sent.headers());
  }

  /// A delivery of a fact of this type and body, whether they fit or not.
  public static ConsumerRecord<String, byte[]> of(
      Writer writer, ReleaseId release, int sequence, Instant time, String type, byte[] body) {
    return of(
        new Envelope(UUID.randomUUID(), writer, release, sequence, time, null, null, type)
            .toRecord(TOPIC, body));
  }

  private static ConsumerRecord<String, byte[]> of(String key, byte[] value, Headers headers) {
    return new ConsumerRecord<>(
        TOPIC,
        0,
        OFFSET.getAndIncrement(),
        0L,
        TimestampType.CREATE_TIME,
        key.length(),
        value.length,
        key,
        value,
        headers,
        Optional.empty());
  }
}
