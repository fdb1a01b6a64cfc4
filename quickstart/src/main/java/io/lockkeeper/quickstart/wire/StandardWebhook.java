package io.lockkeeper.quickstart.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Signs and verifies messages by Standard Webhooks 1.0.0, symmetric scheme `v1`: HMAC-SHA256 over
/// `{id}.{timestamp}.{body}` with a secret that two parties share. Thread-safe. Its text never
/// shows
/// the secret.
public final class StandardWebhook {

  /// How far a message's timestamp may be from the verifier's clock, in both directions.
  public static final Duration TOLERANCE = Duration.ofMinutes(5);

  private static final String SECRET_PREFIX = "whsec_";
  private static final String SCHEME = "v1,";
  private static final int MIN_SECRET_BYTES = 24;
  private static final int MAX_SECRET_BYTES = 64;
  /// Senders that rotate their secret list a few signatures; more than this is noise.
  private static final int MAX_SIGNATURES = 8;

  private final SecretKeySpec key;

  private StandardWebhook(byte[] secret) {
    this.key = new SecretKeySpec(secret, "HmacSHA256");
  }

  /// The scheme with this secret: `whsec_` and base64 of 24 to 64 bytes.
  ///
  /// Throws `IllegalArgumentException`, without the secret in its message, for any other text.
  public static StandardWebhook of(String secret) {
    if (!secret.startsWith(SECRET_PREFIX)) {
      throw new IllegalArgumentException("A webhook secret starts with " + SECRET_PREFIX);
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("A webhook secret is base64 after " + SECRET_PREFIX);
    }
    if (bytes.length < MIN_SECRET_BYTES || bytes.length > MAX_SECRET_BYTES) {
      throw new IllegalArgumentException("A webhook secret has 24 to 64 bytes");
    }
    return new StandardWebhook(bytes);
  }

  /// The scheme with the secret that is the first line of `file`, so that no secret stands on a
  /// command line, where every user of the machine reads it.
  public static StandardWebhook ofFile(Path file) throws IOException {
    String text = Files.readString(file).strip();
    try {
      return of(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage());
    }
  }

  /// A new random secret of 32 bytes, in the form that [#of(String)] reads.
  public static String newSecret() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return SECRET_PREFIX + Base64.getEncoder().encodeToString(bytes);
  }

  /// The value of the header `webhook-signature`. The header `webhook-timestamp` must carry
  /// `at.getEpochSecond()`, and `webhook-id` this id, which must not contain a dot.
  public String sign(String id, Instant at, byte[] body) {
    if (id.isEmpty() || id.indexOf('.') >= 0) {
      throw new IllegalArgumentException("A webhook id is not empty and contains no dot");
    }
    return SCHEME + Base64.getEncoder().encodeToString(mac(id, at.getEpochSecond(), body));
  }

  /// Whether one of the space-separated `signatures` is ours for this message and the message is
  /// no further than [#TOLERANCE] from `now`. Missing headers and nonsense in them are `false`.
  public boolean verifies(
      @Nullable String id,
      @Nullable String timestamp,
      @Nullable String signatures,
      byte[] body,
      Instant now) {
    if (id == null || id.isEmpty() || timestamp == null || signatures == null) {
      return false;
    }
    long second;
    try {
      second = Long.parseLong(timestamp);
      if (Duration.between(Instant.ofEpochSecond(second), now).abs().compareTo(TOLERANCE) > 0) {
        return false;
      }
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      return false;
    }
    byte[] ours =
        (SCHEME + Base64.getEncoder().encodeToString(mac(id, second, body))).getBytes(UTF_8);
    boolean found = false;
    for (String theirs : signatures.split(" ", MAX_SIGNATURES)) {
      // No early exit and a comparison in constant time: an attacker must learn nothing from
      // delays.
      found |= MessageDigest.isEqual(ours, theirs.getBytes(UTF_8));
    }
    return found;
  }

  private byte[] mac(String id, long second, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update((id + "." + second + ".").getBytes(UTF_8));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return "StandardWebhook";
  }
}
