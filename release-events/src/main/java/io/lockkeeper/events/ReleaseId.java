package io.lockkeeper.events;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/// Names one release everywhere: the Kafka key, the CloudEvents subject, the path in every REST
/// API.
///
/// A release that was asked for by a CloudEvent is named by the UUIDv5 of the event's exact
/// `source` and `id`,
/// so a request delivered twice, by Kafka or by HTTP, is one release, and CI can compute the name
/// itself.
public record ReleaseId(String value) implements Comparable<ReleaseId> {

  /// The UUIDv5 namespace of release ids; part of the contract, never changes.
  public static final UUID NAMESPACE = UUID.fromString("5f0c9f5e-6d8a-5f0b-9c67-1d5c6f0e7a11");

  /// The longest accepted id, in characters. None of them is a control character or
  /// half a character, which neither a header nor a database takes.
  public static final int MAX_LENGTH = 128;

  public ReleaseId {
    if (value.isBlank()
        || value.length() > MAX_LENGTH
        || value.chars().anyMatch(Character::isISOControl)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw new IllegalArgumentException(
          "a release id has 1 to " + MAX_LENGTH + " characters, none of them a control character");
    }
  }

  /// The id of the release that the CloudEvent (`source`, `id`) asks for: UUIDv5 of
  /// the UTF-8 bytes of `source`, one line feed, and `id`, in [#NAMESPACE].
  public static ReleaseId of(String source, String id) {
    byte[] name = (source + "\n" + id).getBytes(StandardCharsets.UTF_8);
    byte[] hash =
        sha1()
            .digest(
                ByteBuffer.allocate(16 + name.length)
                    .putLong(NAMESPACE.getMostSignificantBits())
                    .putLong(NAMESPACE.getLeastSignificantBits())
                    .put(name)
                    .array());
    hash[6] = (byte) (hash[6] & 0x0f | 0x50);
    hash[8] = (byte) (hash[8] & 0x3f | 0x80);
    ByteBuffer bits = ByteBuffer.wrap(hash);
    return new ReleaseId(new UUID(bits.getLong(), bits.getLong()).toString());
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  @Override
  public int compareTo(ReleaseId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
