package io.lockkeeper.quickstart.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandardWebhookTest {

  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final long SECOND = 1614265330;
  private static final Instant AT = Instant.ofEpochSecond(SECOND);
  private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(UTF_8);
  private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  private final StandardWebhook webhook = StandardWebhook.of(SECRET);

  @Test
  @DisplayName("D3, R4: signs as the Standard Webhooks libraries do")
  void knownSignature() {
    assertThat(webhook.sign(ID, AT, BODY)).isEqualTo(SIGNATURE);
    assertThat(verifies(SIGNATURE, AT)).isTrue();
  }

  @Test
  @DisplayName("D3, R4: one good signature among several is enough, as while a secret is replaced")
  void severalSignatures() {
    assertThat(verifies("v1,AAAA v1a,BBBB " + SIGNATURE, AT)).isTrue();
    assertThat(verifies("v1,AAAA v1a,BBBB", AT)).isFalse();
    assertThat(verifies("", AT)).isFalse();
  }

  @Test
  @DisplayName("D3, R4: a message older or younger than five minutes is refused")
  void stale() {
    assertThat(verifies(SIGNATURE, AT.plusSeconds(300))).isTrue();
    assertThat(verifies(SIGNATURE, AT.plusSeconds(301))).isFalse();
    assertThat(verifies(SIGNATURE, AT.minusSeconds(301))).isFalse();
  }

  @Test
  @DisplayName("D3, R4: nothing of a message can be changed under its signature")
  void changed() {
    String second = String.valueOf(SECOND);
    byte[] other = "{\"test\": 2432232315}".getBytes(UTF_8);
    assertThat(webhook.verifies(ID, second, SIGNATURE, other, AT)).isFalse();
    assertThat(webhook.verifies(ID + "x", second, SIGNATURE, BODY, AT)).isFalse();
    assertThat(webhook.verifies(ID, String.valueOf(SECOND + 1), SIGNATURE, BODY, AT)).isFalse();
    assertThat(
            StandardWebhook.of(StandardWebhook.newSecret())
                .verifies(ID, second, SIGNATURE, BODY, AT))
        .isFalse();
  }

  @Test
  @DisplayName("D3, R4: missing and senseless headers are refused, not failed on")
  void nonsense() {
    assertThat(webhook.verifies(null, String.valueOf(SECOND), SIGNATURE, BODY, AT)).isFalse();
    assertThat(webhook.verifies(ID, null, SIGNATURE, BODY, AT)).isFalse();
    assertThat(webhook.verifies(ID, String.valueOf(SECOND), null, BODY, AT)).isFalse();
    for (String second : new String[] {"", "x", "1e9", "99999999999999999999"}) {
      assertThat(webhook.verifies(ID, second, SIGNATURE, BODY, AT)).isFalse();
    }
    assertThat(webhook.verifies(ID, String.valueOf(Long.MAX_VALUE), SIGNATURE, BODY, AT)).isFalse();
  }

  @Test
  @DisplayName("A secret is read from a file, and no message or text ever shows it")
  void secrets(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    assertThat(StandardWebhook.ofFile(file).sign(ID, AT, BODY)).isEqualTo(SIGNATURE);
    assertThat(webhook.toString()).doesNotContain(SECRET.substring(6));
    for (String bad : new String[] {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_??", "whsec_AAAA"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> StandardWebhook.of(bad))
          .withMessageNotContaining(bad);
    }
  }

  private boolean verifies(String signatures, Instant now) {
    return webhook.verifies(ID, String.valueOf(SECOND), signatures, BODY, now);
  }
}
