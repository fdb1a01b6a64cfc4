package io.lockkeeper.gate.adapter;

import io.lockkeeper.runbook.Digest;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/// One record of `release-requests` and its place there.
///
/// @param content of headers and value; a topic that was made anew has other content at the same
/// place
record RequestDelivery(
    String topic,
    int partition,
    long offset,
    Digest content,
    ConsumerRecord<byte[], byte[]> record) {

  static RequestDelivery of(ConsumerRecord<byte[], byte[]> record) {
    return new RequestDelivery(
        record.topic(), record.partition(), record.offset(), content(record), record);
  }

  private static Digest content(ConsumerRecord<byte[], byte[]> record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(record.timestamp());
      for (Header header : record.headers()) {
        write(out, header.key().getBytes(StandardCharsets.UTF_8));
        write(out, header.value());
      }
      write(out, record.value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Digest.of(bytes.toByteArray());
  }

  // With its length, so that different records never give the same bytes.
  private static void write(DataOutputStream out, byte @Nullable [] part) throws IOException {
    out.writeInt(part == null ? -1 : part.length);
    if (part != null) {
      out.write(part);
    }
  }

  @Override
  public String toString() {
    return topic + "/" + partition + "@" + offset;
  }
}
