package io.lockkeeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.ReleaseId;
import org.jboss.logging.MDC;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Which release a line in the log is about.
final class LogContextTest {

  private static final ReleaseId OUTER = new ReleaseId("60d3b1f7-69f8-5ce3-9815-719437f3f1da");

  @Test
  @DisplayName("A release and its trace are named while it is worked on, then what was before")
  void nested() {
    try (LogContext _ = LogContext.of(OUTER)) {
      assertThat(MDC.get("traceId")).isEqualTo("60d3b1f769f85ce39815719437f3f1da");
      try (LogContext _ = LogContext.of(new ReleaseId("inner"))) {
        assertThat(MDC.get("release")).isEqualTo("inner");
      }
      assertThat(MDC.get("release")).isEqualTo(OUTER.value());
    }
    assertThat(MDC.get("release")).isNull();
    assertThat(MDC.get("traceId")).isNull();
  }
}
