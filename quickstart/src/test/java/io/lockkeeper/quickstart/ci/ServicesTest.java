package io.lockkeeper.quickstart.ci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.quickstart.wire.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServicesTest {

  private static final String GATE = "{'waitsFor':{'what':'a baseline','who':'monitor-service'}}";

  @ParameterizedTest(name = "{0}: {1}")
  @DisplayName("Before the start the gates say what is waited for, unless an operator holds it")
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | waits for a baseline (monitor-service)",
        "{'phase':'WAITING','hold':null,'waitsFor':{'what':'gates','who':'gate-service'}} | waits for a baseline (monitor-service)",
        "{'phase':'WAITING','hold':'OPERATOR','waitsFor':{'what':'the end of a hold','who':'an operator','until':'2026-11-28T18:00:00Z'}} | waits for the end of a hold (an operator), until 2026-11-28T18:00:00Z",
        "{'phase':'BAKING','waitsFor':{'what':'a verdict','who':'monitor-service'}} | waits for a verdict (monitor-service)",
      })
  void waits(String rollout, String words) throws Json.Malformed {
    assertThat(Services.waitsFor(json(GATE), json(rollout))).isEqualTo(words);
  }

  private static JsonNode json(String text) throws Json.Malformed {
    return Json.tree(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
