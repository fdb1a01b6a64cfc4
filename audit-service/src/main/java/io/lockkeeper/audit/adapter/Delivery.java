package io.lockkeeper.audit.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.lockkeeper.journal.EventJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/// One record of the topic as the ledger keeps it.
///
/// @param key      null when there was none, or none that text can hold
/// @param headers  a JSON array of [name, base64 of the value], in their order
/// @param appended the topic's own time
/// @param repeat   whether an earlier delivery had the same source and id
/// @param note     what is odd about it; null normally
record Delivery(
    int partition,
    long offset,
    @Nullable String key,
    byte[] headers,
    byte @Nullable [] value,
    Instant appended,
    boolean repeat,
    @Nullable String note) {

  private static final TypeReference<List<List<String>>> PAIRS = new TypeReference<>() {};

  /// These headers as the ledger keeps them.
  static byte[] written(Headers headers) {
    List<List<@Nullable String>> pairs = new ArrayList<>();
    for (Header header : headers) {
      List<@Nullable String> pair = new ArrayList<>();
      pair.add(header.key());
      pair.add(header.value() == null ? null : Base64.getEncoder().encodeToString(header.value()));
      pairs.add(pair);
    }
    try {
      return EventJson.mapper().writeValueAsBytes(pairs);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The headers as they were.
  Headers readHeaders() {
    Headers read = new RecordHeaders();
    try {
      for (List<@Nullable String> pair : EventJson.mapper().readValue(headers, PAIRS)) {
        String encoded = pair.get(1);
        read.add(
            String.valueOf(pair.getFirst()),
            encoded == null ? null : Base64.getDecoder().decode(encoded));
      }
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The record as it came from this topic.
  ConsumerRecord<String, byte[]> record(String topic) {
    return new ConsumerRecord<>(
        topic,
        partition,
        offset,
        appended.toEpochMilli(),
        TimestampType.CREATE_TIME,
        ConsumerRecord.NULL_SIZE,
        ConsumerRecord.NULL_SIZE,
        key,
        value,
        readHeaders(),
        Optional.empty());
  }
}
