package io.lockkeeper.journal;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/// Ids of facts: UUIDv7 (RFC 9562), so that they sort by the time of the fact.
final class TimeOrderedId {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int NANOS_PER_MILLI = 1_000_000;

  private TimeOrderedId() {}

  /// A new id for a fact of this time: 48 bits of milliseconds, 12 of their fraction, 62 random
  /// ones.
  static UUID at(Instant time) {
    long millis = time.toEpochMilli();
    long fraction = (time.getNano() % NANOS_PER_MILLI) * 4096L / NANOS_PER_MILLI;
    long high = millis << 16 | 0x7000 | fraction;
    long low = RANDOM.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
    return new UUID(high, low);
  }
}
