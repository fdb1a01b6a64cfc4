package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The faults must really be faults: a test that plays one and sees nothing proves nothing.
class TargetFaultsTest {

  @TempDir private Path folder;
  private TargetFixture shop;

  @BeforeEach
  void open() throws Exception {
    shop = new TargetFixture(folder);
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
  }

  @Test
  @DisplayName("D3: late: 202 while it runs, done in the end")
  void late() throws Exception {
    shop.faults("{\"delayMillis\":150}");
    Caller.Reply reply = shop.shift("r1", 1, 1, 100);

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.json().path("state").asText()).isEqualTo("RUNNING");
    assertThat(reply.json().path("weight").asInt()).isZero();
    await().until(() -> shop.state().path("state").asText().equals("SUCCEEDED"));
    assertThat(shop.visit()).isEqualTo("v2");
  }

  @Test
  @DisplayName("R1: work that is late changes nothing once a newer effect was accepted")
  void overtaken() throws Exception {
    shop.faults("{\"delayMillis\":200}");
    shop.shift("r1", 1, 1, 100);
    shop.faults("{\"delayMillis\":0}");
    shop.shift("r1", 1, 2, 0);

    await().until(() -> shop.keys(".refused").contains("r1:1.1"));

    assertThat(shop.state().path("weight").asInt()).isZero();
    assertThat(shop.visit()).isEqualTo("v1");
  }

  @Test
  @DisplayName("D3: work that a restart interrupted is done afterwards, with one line in the file")
  void interrupted() throws Exception {
    shop.faults("{\"delayMillis\":600000}");
    shop.shift("r1", 1, 1, 100);

    shop.restart();

    await().until(() -> shop.state().path("state").asText().equals("SUCCEEDED"));
    assertThat(shop.visit()).isEqualTo("v2");
    assertThat(shop.keys("")).containsExactly("r1:1.1");
  }

  @Test
  @DisplayName("R1: so many next effects fail and change nothing")
  void fails() throws Exception {
    shop.faults("{\"failNext\":1}");

    assertThat(shop.shift("r1", 1, 1, 50).json().path("state").asText()).isEqualTo("FAILED");
    assertThat(shop.state().path("weight").asInt()).isZero();
    assertThat(shop.shift("r1", 1, 2, 50).json().path("state").asText()).isEqualTo("SUCCEEDED");
  }

  @Test
  @DisplayName("D3: partly: the shift goes half the way, and reading back shows it")
  void partly() throws Exception {
    shop.faults("{\"partial\":true}");
    shop.shift("r1", 1, 1, 50);
    assertThat(shop.state().path("weight").asInt()).isEqualTo(25);

    shop.faults("{\"partial\":false}");
    shop.shift("r1", 1, 2, 50);
    assertThat(shop.state().path("weight").asInt()).isEqualTo(50);
  }

  @Test
  @DisplayName("R2: wrongly: it claims what was asked while customers see something else")
  void lies() throws Exception {
    shop.faults("{\"partial\":1,\"lie\":2}");

    assertThat(shop.shift("r1", 1, 1, 100).json().path("weight").asInt()).isEqualTo(100);
    assertThat(shop.state().path("weight").asInt()).isEqualTo(100);
    assertThat(shop.state().path("weight").asInt()).isEqualTo(50);
    assertThat(shop.visit()).isEqualTo("v1");
    assertThat(shop.visit()).isEqualTo("v2");
  }

  @Test
  @DisplayName("D3: twice: the effect is done twice, which the files show")
  void twice() throws Exception {
    shop.faults("{\"applyTwice\":1}");
    shop.step("r1", 1, 1, "RUN", "V42__instalments");

    assertThat(shop.keys("")).containsExactly("r1:1.1");
    assertThat(shop.keys(".repeats")).containsExactly("r1:1.1");
  }

  @Test
  @DisplayName("D3: a senseless fault is refused and changes nothing")
  void senseless() throws Exception {
    String faults = shop.target.controlUrl() + "/faults";
    for (String bad :
        new String[] {"{\"delayMillis\":-1}", "{\"lie\":\"yes\"}", "{\"partial\":-1}", "x"}) {
      assertThat(shop.caller.post(faults, bad).status()).as(bad).isEqualTo(400);
    }
    assertThat(shop.caller.get(faults).text()).doesNotContain("-1").doesNotContain("true");
  }
}
