package io.lockkeeper.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.journal.EventJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every example of the contract in the log.
class GoldenEntriesTest {

  static Collection<String> everyName() {
    return EventTypes.all().keySet();
  }

  private static LogEntry entry(String name) throws IOException {
    try (InputStream golden =
        GoldenEntriesTest.class.getResourceAsStream("/contract/" + name + ".json")) {
      assertThat(golden).as("the golden file of " + name).isNotNull();
      ReleaseEvent event = EventJson.read(name, golden.readAllBytes());
      return LogEntry.of(Story.facts(event).getFirst());
    }
  }

  @ParameterizedTest(name = "D5: {0}")
  @MethodSource("everyName")
  void everyExampleHasAnEntry(String name) throws IOException {
    LogEntry entry = entry(name);

    assertThat(entry.type()).isEqualTo(name);
    assertThat(entry.title()).isNotBlank().doesNotContain("null", "Optional", "@", "[");
    assertThat(entry.who().name()).isNotBlank();
  }

  @Test
  @DisplayName("D5: one sentence with the numbers")
  void sentences() throws IOException {
    assertThat(entry("io.lockkeeper.budget.breached.v1").title()).startsWith("Breach: ");
    assertThat(entry("io.lockkeeper.rollout.halted.v1").title()).startsWith("Halted (");
    assertThat(entry("io.lockkeeper.stage.verified.v1").title()).startsWith("Stage ");
    assertThat(entry("io.lockkeeper.stage.resumed.v1").title())
        .isEqualTo("Resumed: the dashboards are back");
    assertThat(entry("io.lockkeeper.rollout.taken-over.v1").title())
        .startsWith("Taken over, to end as ROLLED_BACK: drained at the load balancer; ");
  }
}
