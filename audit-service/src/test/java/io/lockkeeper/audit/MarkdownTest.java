package io.lockkeeper.audit;

import static io.lockkeeper.audit.Releases.FILED;
import static io.lockkeeper.audit.Releases.RETURN_TOLD;
import static io.lockkeeper.audit.Releases.SUMMARIZED;
import static io.lockkeeper.audit.Releases.and;
import static io.lockkeeper.audit.Releases.bad;
import static io.lockkeeper.audit.Releases.begun;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.events.GateEvent.ReleaseRefused;
import io.lockkeeper.events.GateEvent.ReleaseWithdrawn;
import io.lockkeeper.events.GateEvent.Subject;
import io.lockkeeper.events.ReleaseEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MarkdownTest {

  private static String document(List<ReleaseEvent> events, String... notes) {
    return Markdown.of(DeploymentLog.of(Story.facts(events), List.of(notes)));
  }

  @Test
  @DisplayName("D5: the document has a head, every step with its time, and the coverage")
  void document() {
    String text = document(and(bad(), RETURN_TOLD, FILED, SUMMARIZED));

    assertThat(text).startsWith("# demo/shop 2.0.0 in production: ROLLED_BACK\n");
    assertThat(text)
        .contains("- Requested by: ada (claimed)", "- Runbook: standard-canary", "sha256:aaaa")
        .contains("- Outcome: ROLLED_BACK: so it ended", "### 2026-11-23 (UTC)")
        .contains(
            "- `09:12:00.000` **D2, D3** Deployment of 2.0.0 started in demo/shop in production")
        .contains("(!!) **R1** Halted (BREACH) 40 ms after its cause")
        .containsPattern(
            "\\| R5 +\\| Incident filed and linked to the change +\\| DONE +\\| tracker INC-9 \\|");
    assertThat(text.lines().filter(line -> line.matches("- `\\d\\d:\\d\\d:\\d\\d\\.\\d{3}` .*")))
        .hasSize(bad().size() + 3);
  }

  @Test
  @DisplayName("D5: a step names what led to it")
  void causes() {
    List<Fact> facts = new ArrayList<>(Story.facts(bad()));
    int place = bad().indexOf(Story.halted());
    Fact halt = facts.get(place);
    facts.set(
        place,
        new Fact(
            halt.id(),
            halt.writer(),
            halt.release(),
            halt.sequence(),
            halt.time(),
            facts.get(place - 1).id(),
            halt.event()));

    assertThat(Markdown.of(DeploymentLog.of(facts, List.of())))
        .contains(
            "by runbook, because: Breach: errors 2.1 % (control 0.2 %, 1200 samples); p = 0.0001");
  }

  @Test
  @DisplayName("D5: a release under way has no coverage yet, and says where it stands")
  void underWay() {
    assertThat(document(begun()))
        .startsWith("# demo/shop 2.0.0 in production: rolling out\n")
        .doesNotContain("## Runbook coverage");
  }

  @Test
  @DisplayName("D5: what was refused waits for nothing, so its log is not called open")
  void refused() {
    assertThat(
            document(
                List.of(
                    new ReleaseRefused("unknown-runbook", List.of(), Actor.claimed("ci"), null))))
        .contains(": refused\n", "- Log: 1 fact\n");
    assertThat(document(List.of(refused(new Subject("demo/shop", "production", null)))))
        .startsWith("# demo/shop in production: refused\n")
        .contains("Release refused (invalid): demo/shop to production: /version is missing");
    assertThat(document(List.of(refused(new Subject(null, "production", "2.0.0")))))
        .startsWith("# Release ")
        .contains("Release refused (invalid): /version is missing");
    assertThat(document(begun())).contains(" facts, open\n");
  }

  private static ReleaseRefused refused(Subject subject) {
    return new ReleaseRefused(
        "invalid", List.of(new Problem("/version", "is missing")), Actor.claimed("ci"), subject);
  }

  @Test
  @DisplayName("D5: foreign text cannot shape the document")
  void foreignText() {
    ReleaseWithdrawn withdrawn =
        new ReleaseWithdrawn(Actor.claimed("eve"), "[x](http://evil) <b>\n# Verified | `x`");

    assertThat(document(and(begun(), withdrawn)))
        .contains("Withdrawn: \\[x\\](http://evil) \\<b> # Verified \\| \\`x\\`")
        .doesNotContain("\n# Verified");
  }

  @Test
  @DisplayName("D5: what is odd about deliveries is noted")
  void notes() {
    assertThat(document(begun(), "partition 3, offset 9: a repeat"))
        .contains("## Notes on deliveries", "- partition 3, offset 9: a repeat");
  }
}
