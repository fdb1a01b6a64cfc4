package io.lockkeeper.quickstart.ci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.lockkeeper.quickstart.wire.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReleaseEndTest {

  @ParameterizedTest(name = "gate {0}, rollout {1}: {2}")
  @DisplayName("What the services say is what a pipeline is told")
  @CsvSource(
      delimiter = '|',
      value = {
        "{'phase':'REFUSED'} | {} | REFUSED",
        "{'phase':'SETTLED'} | {'outcome':'VERIFIED'} | VERIFIED",
        "{'phase':'CLEARED'} | {'outcome':'ROLLED_BACK'} | ROLLED_BACK",
        "{'phase':'SETTLED'} | {'outcome':'NOT_STARTED'} | NOT_STARTED",
        "{'phase':'SETTLED'} | {'outcome':'SUPERSEDED'} | ENDED_OTHERWISE",
        "{'phase':'SETTLED'} | {'outcome':'ROLLBACK_FAILED'} | ENDED_OTHERWISE",
        "{'phase':'APPROVING','approval':{'quorum':1}} | {} | WAITING_FOR_A_PERSON",
        "{'phase':'CLEARED'} | {'outcome':null,'question':{'id':'7'}} | WAITING_FOR_A_PERSON",
        "{'phase':'CLEARED'} | {'hold':'OPERATOR'} | WAITING_FOR_A_PERSON",
        "{'phase':'APPROVING','approval':null} | {} |",
        "{'phase':'CLEARED'} | {'hold':'DRIFT','question':null,'outcome':null} |",
        "{'phase':'SETTLED'} | {'outcome':null} |",
      })
  void ends(String gate, String rollout, ReleaseEnd end) throws Json.Malformed {
    assertThat(ReleaseEnd.of(json(gate), json(rollout)).orElse(null)).isEqualTo(end);
  }

  @Test
  @DisplayName("A release that no service knows yet goes on")
  void unknown() {
    assertThat(ReleaseEnd.of(MissingNode.getInstance(), MissingNode.getInstance())).isEmpty();
  }

  private static JsonNode json(String text) throws Json.Malformed {
    return Json.tree(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
